import Support

/// vCard 3.0 (RFC 2426), vCard 4.0 (RFC 6350) and MECARD (NTT DoCoMo).
extension Form {
    /// A text value of a vCard: backslash, comma and semicolon escaped, a line end written `\n` (RFC 6350 §3.4, RFC 2426 §4).
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ",", ";":
                out += "\\"
                out.unicodeScalars.append(scalar)
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    mutating func vCard() -> String {
        if values["photo"] != nil {
            refuse(
                "photo", "a photo makes the code too large to be scanned",
                "take it out; a link to a page with the photo fits: url: https://…")
        }
        let isFour = choice("version", ["3.0", "4.0", "3", "4"]).hasPrefix("4")
        var name = text("name")
        var given = text("given")
        var family = text("family")
        let (additional, prefix, suffix) = (text("additional"), text("prefix"), text("suffix"))
        let org = text("org")
        if name.isEmpty {
            name = [prefix, given, additional, family, suffix].filter { !$0.isEmpty }.joined(separator: " ")
            if name.isEmpty { name = org }
        } else if given.isEmpty, family.isEmpty {
            // RFC 2426 §3.1.2 demands a structured name. The last word is the family's in most of the languages that write
            // with blanks; who knows better writes given and family.
            let words = name.split(separator: " ")
            family = words.last.map(String.init) ?? ""
            given = words.dropLast().joined(separator: " ")
        }
        if name.isEmpty { refuse(nil, "the contact has no name", "write name: Anna Berger") }
        title = name

        // Lines end in CR LF (RFC 6350 §3.2). They are not folded: folding is a MAY for files, and costs bytes here.
        var lines = ["BEGIN:VCARD", "VERSION:\(isFour ? "4.0" : "3.0")"]
        func add(_ property: String, _ value: String) {
            if !value.isEmpty { lines.append(property + ":" + Self.escaped(value)) }
        }
        lines.append("N:" + [family, given, additional, prefix, suffix].map(Self.escaped).joined(separator: ";"))
        add("FN", name)
        add("NICKNAME", text("nickname"))
        let department = text("department")
        if !org.isEmpty || !department.isEmpty {
            lines.append(
                "ORG:" + Self.escaped(org) + (department.isEmpty ? "" : ";" + Self.escaped(department)))
        }
        add("TITLE", text("title"))
        add("ROLE", text("role"))
        for (field, type) in [("phone", "voice"), ("mobile", "cell"), ("fax", "fax")] {
            for number in phones(field) {
                // RFC 6350 §6.4.1: a URI is what readers understand without guessing.
                lines.append(
                    isFour ? "TEL;VALUE=uri;TYPE=\(type):tel:\(number)" : "TEL;TYPE=\(type.uppercased()):\(number)")
            }
        }
        for address in mailAddresses("email") { add("EMAIL", address) }
        for address in webAddresses("url") {
            // A URI is no text: nothing in it is escaped, and nothing in it can end the line.
            lines.append("URL:" + address)
        }
        let parts = ["extra", "street", "city", "region", "postcode", "country"].map { text("address." + $0) }
        if parts.contains(where: { !$0.isEmpty }) {
            lines.append("ADR:;" + parts.map(Self.escaped).joined(separator: ";"))
        }
        if let (year, month, day) = date("birthday") {
            lines.append("BDAY:" + (isFour ? year + month + day : "\(year)-\(month)-\(day)"))
        }
        add("NOTE", text("note"))
        lines.append("END:VCARD")
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    mutating func meCard() -> String {
        let name = text("name", required: true)
        title = name
        var out = "MECARD:"
        func add(_ property: String, _ value: String) {
            if !value.isEmpty { out += property + ":" + Self.backslashed(value) + ";" }
        }
        // One comma divides family and given name.
        let names = name.split(separator: ",", maxSplits: 1).map { Self.backslashed(Self.trimmed(String($0))) }
        if !name.isEmpty { out += "N:" + names.joined(separator: ",") + ";" }
        add("NICKNAME", text("nickname"))
        for number in phones("phone") { add("TEL", number) }
        for address in mailAddresses("email") { add("EMAIL", address) }
        if let (year, month, day) = date("birthday") { add("BDAY", year + month + day) }
        add("ADR", text("address"))
        for address in webAddresses("url") { add("URL", address) }
        add("NOTE", text("note"))
        return out + ";"
    }

    /// A value of MECARD or WIFI: what has a meaning gets a backslash.
    static func backslashed(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if "\\;,:\"".unicodeScalars.contains(scalar) { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out
    }

    // MARK: Parts

    /// A telephone number without what only people need (RFC 3966 §5.1.1); empty when there is none or it was refused.
    mutating func phone(_ name: String, required: Bool = false) -> String {
        let written = text(name, required: required)
        return written.isEmpty ? "" : phone(written, name)
    }

    mutating func phones(_ name: String) -> [String] {
        list(name).map { phone($0, name) }.filter { !$0.isEmpty }
    }

    private mutating func phone(_ written: String, _ name: String) -> String {
        let number = String(written.unicodeScalars.filter { !" -.()/".unicodeScalars.contains($0) })
        let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
        guard digits.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "#") }),
            (2...20).contains(digits.utf8.count), !number.hasPrefix("+") || Self.isDigits(digits)
        else {
            refuse(name, "\(Self.quoted(written)) is no telephone number", "write it with its country: +43 1 4567890")
            return ""
        }
        return number
    }

    mutating func mailAddresses(_ name: String) -> [String] {
        list(name).filter { address in
            let halves = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
            let isAddress =
                halves.count == 2 && !halves[0].isEmpty && !halves[1].isEmpty && address.utf8.count <= 254
                && !address.unicodeScalars.contains { $0.value <= 0x20 || "<>,;:\"()[]\\".unicodeScalars.contains($0) }
            if !isAddress { refuse(name, "\(Self.quoted(address)) is no mail address", "write anna@example.org") }
            return isAddress
        }
    }

    mutating func webAddresses(_ name: String) -> [String] {
        list(name).map { webAddress($0, name) }.filter { !$0.isEmpty }
    }

    /// A web address in the characters of RFC 3986; empty when there is none or it was refused.
    mutating func webAddress(_ name: String, required: Bool = false) -> String {
        let written = text(name, required: required)
        return written.isEmpty ? "" : webAddress(written, name)
    }

    private mutating func webAddress(_ written: String, _ name: String) -> String {
        let lower = written.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else {
            refuse(name, "\(Self.quoted(written)) is no web address", "write it whole: https://example.org/")
            return ""
        }
        let rest = written.unicodeScalars.dropFirst(scheme.count)
        let host = rest.prefix { !"/?#".unicodeScalars.contains($0) }
        let isHost =
            !host.isEmpty
            && host.allSatisfy { $0.value > 0x20 && $0.value < 0x7F && !"\"<>\\^`{|}@%".unicodeScalars.contains($0) }
        guard isHost else {
            refuse(
                name, "the host of \(Self.quoted(written)) can't be read",
                host.contains("@")
                    ? "take the user name out" : "write it in letters, digits, '.' and '-'; other scripts as xn--…")
            return ""
        }
        var out = scheme + String(String.UnicodeScalarView(host)).lowercased()
        for scalar in rest.dropFirst(host.count) {
            let isPlain = scalar.value > 0x20 && scalar.value < 0x7F && !"\"<>\\^`{|}".unicodeScalars.contains(scalar)
            if isPlain { out.unicodeScalars.append(scalar) } else { out += Self.percent(String(scalar)) }
        }
        return out
    }

    /// `1990-04-12` in its parts.
    mutating func date(_ name: String) -> (year: String, month: String, day: String)? {
        let written = text(name)
        if written.isEmpty { return nil }
        guard let date = Self.date(written) else {
            refuse(name, "\(Self.quoted(written)) is no date", "write year, month and day: 1990-04-12")
            return nil
        }
        return date
    }

    static func date(_ text: String) -> (year: String, month: String, day: String)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ isDigits($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        guard (1...days).contains(day) else { return nil }
        return (parts[0], parts[1], parts[2])
    }
}
