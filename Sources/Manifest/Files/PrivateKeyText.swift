/// Private keys in files that are meant to be read by others.
enum PrivateKeyText {
    /// Whether the bytes hold the head of a PEM private key of any kind (RFC 7468 §2): `PRIVATE KEY-----`. A table may have
    /// gigabytes: of five dashes in a row one is at every fifth byte, so only that is looked at.
    static func isPresent(in content: [UInt8]) -> Bool {
        let bytes = content.span
        let words = Array("PRIVATE KEY".utf8)
        var index = 4
        while index < bytes.count {
            defer { index += 5 }
            guard bytes[index] == UInt8(ascii: "-") else { continue }
            var first = index
            while first > 0, index - first < 5, bytes[first - 1] == UInt8(ascii: "-") { first -= 1 }
            guard first >= words.count, first + 5 <= bytes.count else { continue }
            let isHead =
                words.indices.allSatisfy { bytes[first - words.count + $0] == words[$0] }
                && (first..<(first + 5)).allSatisfy { bytes[$0] == UInt8(ascii: "-") }
            if isHead { return true }
        }
        return false
    }
}
