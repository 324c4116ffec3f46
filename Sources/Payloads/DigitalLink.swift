/// GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax 1.4) in their canonical form.
extension Form {
    mutating func digitalLink() -> String {
        var host = text("domain").lowercased()
        if host.isEmpty { host = "id.gs1.org" }
        let isHost =
            host.utf8.allSatisfy {
                $0 &- 0x30 < 10 || $0 &- 0x61 < 26 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
            && !host.hasPrefix(".") && !host.hasSuffix(".") && host.utf8.count <= 253
        if !isHost { refuse("domain", "\(Self.quoted(host)) is no host name", "write id.example.org") }

        let keys = ["gtin", "sscc", "gln"].filter { values[$0] != nil }
        if keys.count != 1 {
            refuse(
                keys.last, keys.isEmpty ? "there is no number" : "a link has one number: gtin, sscc or gln",
                keys.isEmpty ? "write gtin: \"09506000134352\", or sscc or gln" : nil)
        }
        var path = ""
        // §4.9: the key, then its qualifiers in this order.
        switch keys.first {
        case "gtin":
            path = "/01/" + gtin("gtin")
            for (name, identifier) in [("variant", "22"), ("lot", "10"), ("serial", "21")] {
                let value = element(name)
                if !value.isEmpty { path += "/\(identifier)/" + Self.percent(value) }
            }
        case "sscc": path = "/00/" + number("sscc", digits: 18)
        case "gln":
            path = "/414/" + number("gln", digits: 13)
            let value = element("extension")
            if !value.isEmpty { path += "/254/" + Self.percent(value) }
        default: break
        }
        for (name, key) in [
            ("variant", "gtin"), ("lot", "gtin"), ("serial", "gtin"), ("extension", "gln"),
        ] where values[name] != nil && keys.first != key {
            refuse(name, "'\(name)' belongs to a \(key.uppercased())")
        }
        var query: [(identifier: String, value: String)] = []
        for (name, identifier) in [("produced", "11"), ("best-before", "15"), ("expiry", "17")] {
            if let (year, month, day) = date(name) { query.append((identifier, year.suffix(2) + month + day)) }
        }
        for pair in list("attributes") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, Self.isDigits(parts[0]), (2...4).contains(parts[0].utf8.count),
                parts[1].utf8.count <= 90, Self.isElement(parts[1])
            else {
                refuse("attributes", "\(Self.quoted(pair)) is no attribute", "write its number and value: 3103=000750")
                continue
            }
            query.append((parts[0], parts[1]))
        }
        for (place, pair) in query.enumerated()
        where query[..<place].contains(where: { $0.identifier == pair.identifier }) {
            refuse("attributes", "the attribute \(pair.identifier) stands here twice")
        }
        title = path
        // §4.11: attributes in the order of their numbers.
        let sorted = query.sorted { $0.identifier < $1.identifier }
        let attributes = sorted.map { $0.identifier + "=" + Self.percent($0.value) }.joined(separator: "&")
        return "https://" + host + path + (attributes.isEmpty ? "" : "?" + attributes)
    }

    /// A GTIN as 14 digits.
    private mutating func gtin(_ name: String) -> String {
        let written = digits(name)
        if written.isEmpty { return "" }
        guard [8, 12, 13, 14].contains(written.utf8.count) else {
            refuse(name, "a GTIN has 8, 12, 13 or 14 digits, this one \(written.utf8.count)")
            return ""
        }
        return checkedDigits(String(repeating: "0", count: 14 - written.utf8.count) + written, name)
    }

    private mutating func number(_ name: String, digits count: Int) -> String {
        let written = digits(name)
        if written.isEmpty { return "" }
        guard written.utf8.count == count else {
            refuse(name, "'\(name)' has \(count) digits, this one \(written.utf8.count)")
            return ""
        }
        return checkedDigits(written, name)
    }

    private mutating func digits(_ name: String) -> String {
        let written = String(text(name, required: true).unicodeScalars.filter { $0 != " " && $0 != "-" })
        if written.isEmpty || Self.isDigits(written) { return written }
        refuse(name, "\(Self.quoted(written)) has something else than digits")
        return ""
    }

    private mutating func checkedDigits(_ digits: String, _ name: String) -> String {
        let check = Self.checkDigit(digits.dropLast())
        if digits.utf8.last.map({ Int($0) - 0x30 }) != check {
            refuse(
                name, "the check digit is wrong: after \(digits.dropLast()) comes \(check)", "look for a mistyped digit"
            )
        }
        return digits
    }

    /// The check digit that follows some digits (GS1 General Specifications §7.9): weights 3 and 1 from the right.
    static func checkDigit(_ digits: some StringProtocol) -> Int {
        let sum = digits.utf8.reversed().enumerated().reduce(0) {
            $0 + (Int($1.element) - 0x30) * ($1.offset % 2 == 0 ? 3 : 1)
        }
        return (10 - sum % 10) % 10
    }

    /// An alphanumeric element of at most 20 characters.
    private mutating func element(_ name: String) -> String {
        let value = text(name)
        if value.utf8.count > 20 {
            refuse(name, "'\(name)' has \(value.utf8.count) characters, at most 20 are possible")
        }
        if !Self.isElement(value) {
            refuse(
                name, "\(Self.quoted(value)) has a character that GS1 does not allow",
                "letters, digits and !\"%&'()*+,-./_:;<=>?")
        }
        return value
    }

    /// Character set 82 (GS1 General Specifications, figure 7.11-1).
    static func isElement(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || "!\"%&'()*+,-./_:;<=>?".utf8.contains($0)
        }
    }
}
