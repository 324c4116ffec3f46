/// The language that a visitor wants most.
enum AcceptLanguage {
    /// More of the header is not looked at: an honest one names a handful of languages.
    static let limit = 200

    /// The subtags (at most three, lower case) of the range with the greatest weight in an `Accept-Language` header
    /// (RFC 9110 §12.5.4); of equal ones the first. Empty if there is none, if its weight is 0, or if it is `*`.
    ///
    /// - Parameter byWeight: whether weights count. Caddy can't compare numbers: there the first range is taken if it can
    ///   be read, which is what browsers want most anyway.
    static func preferred(_ header: [UInt8], byWeight: Bool) -> String {
        let text = header.prefix(limit).map(folded)
        var best = 0
        var result: [UInt8] = []
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let (range, weight) = element(part) else {
                if byWeight { continue }
                return ""
            }
            if !byWeight { return String(decoding: range, as: UTF8.self) }
            if weight > best { (best, result) = (weight, range) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// One element: its first three subtags, and its weight in thousandths. `nil` for anything else, `*` among it.
    private static func element(_ part: ArraySlice<UInt8>) -> (range: [UInt8], weight: Int)? {
        var i = part.startIndex
        func skipSpace() { while i < part.endIndex, part[i] == 0x20 || part[i] == 0x09 { i += 1 } }
        func letters(orDigits: Bool) -> Int {
            var n = 0
            while i < part.endIndex, part[i] &- 0x61 < 26 || (orDigits && part[i] &- 0x30 < 10) {
                i += 1
                n += 1
            }
            return n
        }
        skipSpace()
        let start = i
        guard (1...8).contains(letters(orDigits: false)) else { return nil }
        var end = i
        var subtags = 1
        while i < part.endIndex, part[i] == UInt8(ascii: "-") {
            i += 1
            guard (1...8).contains(letters(orDigits: true)) else { return nil }
            subtags += 1
            if subtags <= 3 { end = i }
        }
        let range = Array(part[start..<end])
        skipSpace()
        if i == part.endIndex { return (range, 1000) }
        guard part[i] == UInt8(ascii: ";") else { return nil }
        i += 1
        skipSpace()
        guard part[i...].starts(with: "q=".utf8) else { return nil }
        i += 2
        guard i < part.endIndex, part[i] == 0x30 || part[i] == 0x31 else { return nil }
        let whole = Int(part[i] - 0x30)
        i += 1
        var thousandths = 0
        if i < part.endIndex, part[i] == UInt8(ascii: ".") {
            i += 1
            var unit = 100
            while i < part.endIndex, part[i] &- 0x30 < 10 {
                guard unit > 0, whole == 0 || part[i] == 0x30 else { return nil }
                thousandths += Int(part[i] - 0x30) * unit
                unit /= 10
                i += 1
            }
        }
        skipSpace()
        return i == part.endIndex ? (range, whole * 1000 + thousandths) : nil
    }
}
