import Site
import Support

/// Small values of policies as people write them.
enum PolicyText {
    /// `100`, `100 scans`, `1 scan`.
    static func limit(_ text: String) throws(TextProblem) -> Int {
        let parts = text.split(separator: " ")
        let isPlain = parts.count == 1 || parts.count == 2 && (parts[1] == "scans" || parts[1] == "scan")
        guard isPlain, let count = number(parts[0], in: 1...1_000_000_000) else {
            throw TextProblem(
                ManifestCodes.badLimit, "\(Bytes.quoted(text)) is no number of scans",
                help: "write limit: 100 scans; from 1 to 1000000000, in digits alone")
        }
        return count
    }

    /// `30/minute`, `5/second`.
    static func rate(_ text: String) throws(TextProblem) -> Policy.Rate {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map {
            SiteAssembly.trimmed(String($0))
        }
        let help = "write 30/minute or 5/second; from 1 to 10000"
        guard parts.count == 2, let requests = number(parts[0][...], in: 1...10_000) else {
            throw TextProblem(ManifestCodes.badLimit, "\(Bytes.quoted(text)) is no rate", help: help)
        }
        switch parts[1] {
        case "minute": return Policy.Rate(requests: requests, perMinute: true)
        case "second": return Policy.Rate(requests: requests, perMinute: false)
        default:
            let near = SpellingSuggestion.nearest(to: parts[1], among: ["minute", "second"])
            throw TextProblem(
                ManifestCodes.badLimit, "a rate is for a minute or a second, not \(Bytes.quoted(parts[1]))",
                help: near.map { "did you mean '\($0)'?" } ?? help)
        }
    }

    /// Decimal digits, without sign.
    static func number(_ text: Substring, in range: ClosedRange<Int>) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 10, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = Int(text), range.contains(number)
        else { return nil }
        return number
    }

    /// `https://… 30%`: the target's text, and the weight in hundredths of a per cent.
    static func variant(_ text: String) throws(TextProblem) -> (target: String, weight: Int?) {
        guard let blank = text.utf8.lastIndex(of: 0x20) else { return (text, nil) }
        var last = String(decoding: text.utf8[blank...].dropFirst(), as: UTF8.self)
        var target = SiteAssembly.trimmed(String(decoding: text.utf8[..<blank], as: UTF8.self))
        let bytes = text.utf8.count - last.utf8.count..<text.utf8.count
        if last == "%", let blank = target.utf8.lastIndex(of: 0x20) {
            // `30 %`, as print has it.
            last = String(decoding: target.utf8[blank...].dropFirst(), as: UTF8.self) + "%"
            target = SiteAssembly.trimmed(String(decoding: target.utf8[..<blank], as: UTF8.self))
        }
        let isNumber = last.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E || $0 == 0x2C }
        if isNumber {
            throw TextProblem(
                ManifestCodes.badSplit, "the weight \(Bytes.quoted(last)) has no unit", at: bytes,
                help: "write \(last)%")
        }
        guard last.utf8.last == UInt8(ascii: "%") else { return (text, nil) }
        let parts = last.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts.first.flatMap { number($0, in: 0...1_000_000) }
        var hundredths: Int? = parts.count == 1 ? 0 : nil
        if parts.count == 2, (1...2).contains(parts[1].utf8.count) {
            hundredths = number(parts[1], in: 0...99).map { parts[1].utf8.count == 1 ? $0 * 10 : $0 }
        }
        guard let whole, let hundredths else {
            throw TextProblem(
                ManifestCodes.badSplit, "\(Bytes.quoted(last)) is no weight", at: bytes,
                help: "write 30% or 0.25%, with at most two digits behind the point")
        }
        let weight = whole * 100 + hundredths
        if weight == 0 {
            throw TextProblem(
                ManifestCodes.badSplit, "a variant with 0% gets nobody", at: bytes, help: "take the variant out")
        }
        if weight > 10_000 {
            throw TextProblem(
                ManifestCodes.badSplit, "\(Bytes.quoted(last)) is more than all visitors", at: bytes)
        }
        return (target, weight)
    }

    /// `50km`, `50 km`, `800m`, in kilometres.
    static func radius(_ text: String) throws(TextProblem) -> Double {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = SiteAssembly.trimmed(String(text[digits.endIndex...]))
        let factor: Double? = unit == "km" ? 1 : unit == "m" ? 0.001 : unit == "mi" ? 1.609344 : nil
        guard let factor, digits.utf8.count <= 10, let number = Double(digits) else {
            throw TextProblem(
                ManifestCodes.badFence, "\(Bytes.quoted(text)) is no distance", help: "write 50km, 800m or 30mi")
        }
        let kilometres = number * factor
        guard kilometres > 0, kilometres <= 20_000 else {
            throw TextProblem(ManifestCodes.badFence, "a distance is over 0 and at most 20000km")
        }
        return kilometres
    }

    /// Degrees in digits.
    static func degrees(_ text: String, limit: Double) -> Double? {
        guard text.utf8.count <= 20, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || "+-.".utf8.contains($0) }),
            let number = Double(text), number.isFinite, abs(number) <= limit
        else { return nil }
        return number
    }

    /// A BCP 47 range of at most three subtags in lower case: `de`, `pt-br`, `zh-hant-tw`.
    static func language(_ text: String) throws(TextProblem) -> String {
        guard SiteAssembly.isLanguageTag(text), text.split(separator: "-").count <= 3 else {
            throw TextProblem(
                ManifestCodes.badLanguage, "\(Bytes.quoted(text)) is not a language tag",
                help: "write tags such as de, en, pt-BR")
        }
        return text.lowercased()
    }

    /// A name or value of a query as visitors' browsers send it: what they would encode is encoded.
    static func queryPart(_ text: String) throws(TextProblem) -> String {
        guard text.utf8.count <= 200 else {
            throw TextProblem(ManifestCodes.wrongValue, "this text has \(text.utf8.count) bytes, 200 are possible")
        }
        if text.unicodeScalars.contains(where: UTF8Scalars.isTreacherous) {
            throw TextProblem(ManifestCodes.controlCharacter, "this text holds a control or invisible character")
        }
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let isEscape =
                byte == UInt8(ascii: "%") && index + 2 < bytes.count && ASCIISet.hexDigits.contains(bytes[index + 1])
                && ASCIISet.hexDigits.contains(bytes[index + 2])
            let isOwn = byte != UInt8(ascii: "&") && byte != UInt8(ascii: "=") && ASCIISet.query.contains(byte)
            if isEscape || isOwn { out.append(byte) } else { Bytes.appendEncoded(byte, to: &out) }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// `203.0.113.0/24`, `2001:db8::/32`, or an address.
    static func network(_ text: String) throws(TextProblem) -> IPNetwork {
        do throws(IPNetwork.Problem) {
            return try IPNetwork(parsing: text)
        } catch {
            throw TextProblem(ManifestCodes.badNetwork, "\(Bytes.quoted(text)) \(error.words)", help: error.help)
        }
    }
}
