/// Bank transfers: EPC (GiroCode) and the Swiss QR-bill.
extension Form {
    /// EPC069-12 (version 3.1) §2.2: the data of the code, version 002.
    mutating func creditTransfer() -> String {
        needs.isLevelM = true
        needs.maximumVersion = 13
        let name = text("name", required: true)
        title = name
        limit(name, "name", 70)
        let iban = iban("iban")
        let bic = text("bic").uppercased()
        if !bic.isEmpty, !Self.isBIC(bic) {
            refuse("bic", "\(Self.quoted(bic)) is no BIC", "it has 8 or 11 letters and digits")
        }
        let amount = amount("amount", places: 2, most: "999999999")
        let purpose = text("purpose").uppercased()
        if !purpose.isEmpty, purpose.utf8.count > 4 || !Self.isAlphanumeric(purpose) {
            refuse("purpose", "a purpose code has up to four letters", "SALA, CHAR, …")
        }
        let reference = creditorReference("reference")
        let text = text("text")
        limit(text, "text", 140)
        if !reference.isEmpty, !text.isEmpty { refuse("text", "there is a reference already", "take one of them out") }
        let information = self.text("information")
        limit(information, "information", 70)
        var lines = [
            "BCD", "002", "1", "SCT", bic, name, iban, amount.isEmpty ? "" : "EUR" + amount, purpose, reference, text,
            information,
        ]
        while lines.last?.isEmpty == true { lines.removeLast() }
        let payload = lines.joined(separator: "\n")
        if payload.utf8.count > 331 {
            refuse(nil, "the whole has \(payload.utf8.count) bytes, 331 are possible", "shorten the name or the text")
        }
        return payload
    }

    private mutating func limit(_ value: String, _ name: String, _ most: Int) {
        let count = value.unicodeScalars.count
        if count > most { refuse(name, "'\(name)' has \(count) characters, \(most) are possible") }
    }

    /// An IBAN without blanks (ISO 13616); empty when it was refused.
    private mutating func iban(_ name: String) -> String {
        let written = text(name, required: true)
        let iban = String(written.unicodeScalars.filter { $0 != " " }).uppercased()
        if iban.isEmpty { return "" }
        guard (15...34).contains(iban.utf8.count), Self.isAlphanumeric(iban),
            iban.utf8.prefix(2).allSatisfy({ $0 &- 0x41 < 26 }),
            iban.utf8.dropFirst(2).prefix(2).allSatisfy({ $0 &- 0x30 < 10 })
        else {
            refuse(name, "\(Self.quoted(written)) is no IBAN", "two letters, two digits, then the account")
            return ""
        }
        guard Self.remainder97(iban) == 1 else {
            refuse(name, "the check digits of the IBAN are wrong", "look for a mistyped digit")
            return ""
        }
        return iban
    }

    /// ISO 7064 MOD 97-10 over the text with its first four characters at the end; 1 for a right IBAN or reference.
    static func remainder97(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        return (bytes[4...] + bytes[..<4]).reduce(0) { rest, byte in
            byte &- 0x30 < 10 ? (rest * 10 + Int(byte) - 0x30) % 97 : (rest * 100 + Int(byte) - 55) % 97
        }
    }

    private static func isAlphanumeric(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 &- 0x30 < 10 || $0 &- 0x41 < 26 }
    }

    private static func isBIC(_ text: String) -> Bool {
        (text.utf8.count == 8 || text.utf8.count == 11) && isAlphanumeric(text)
            && text.utf8.prefix(6).allSatisfy { $0 &- 0x41 < 26 }
    }

    /// A creditor reference `RF…` (ISO 11649); empty when there is none or it was refused.
    private mutating func creditorReference(_ name: String) -> String {
        let written = text(name)
        let reference = String(written.unicodeScalars.filter { $0 != " " }).uppercased()
        if reference.isEmpty { return "" }
        guard reference.hasPrefix("RF"), (5...25).contains(reference.utf8.count), Self.isAlphanumeric(reference),
            Self.remainder97(reference) == 1
        else {
            refuse(
                name, "\(Self.quoted(written)) is no creditor reference, or mistyped",
                "it begins with RF and two check digits")
            return ""
        }
        return reference
    }

    // MARK: Switzerland

    /// SIX Implementation Guidelines QR-bill 2.3, §4.2 and §4.3.
    mutating func swissBill() -> String {
        needs = .init(isLevelM: true, maximumVersion: 25, isSwiss: true)
        let iban = iban("iban")
        // §4.2.2: an institution's number from 30000 to 31999 makes a QR-IBAN.
        let isQR =
            iban.utf8.dropFirst(4).prefix(2).elementsEqual("30".utf8)
            || iban.utf8.dropFirst(4).prefix(2).elementsEqual("31".utf8)
        if !iban.isEmpty, iban.utf8.count != 21 || !(iban.hasPrefix("CH") || iban.hasPrefix("LI")) {
            refuse("iban", "a Swiss bill is paid to an account in Switzerland or Liechtenstein", "CH… or LI…")
        }
        var lines = ["SPC", "0200", "1", iban]
        lines += party("creditor", required: true)
        title = text("creditor.name")
        // §4.2.2: the ultimate creditor is for later.
        lines += [String](repeating: "", count: 7)
        var amount = amount("amount", places: 2, most: "999999999")
        if !amount.isEmpty {
            let places = amount.split(separator: ".").dropFirst().first?.utf8.count ?? 0
            amount += places == 0 ? ".00" : places == 1 ? "0" : ""
        }
        lines += [amount, choice("currency", ["CHF", "EUR"])]
        lines += party("debtor", required: values.keys.contains { $0.hasPrefix("debtor.") })
        let written = String(text("reference").unicodeScalars.filter { $0 != " " })
        if written.isEmpty {
            if isQR {
                refuse(nil, "a QR-IBAN needs a QR reference", "write the reference of 27 digits, or the other IBAN")
            }
            lines += ["NON", ""]
        } else if Self.isDigits(written) {
            let reference = String(repeating: "0", count: max(0, 27 - written.utf8.count)) + written
            if reference.utf8.count > 27 {
                refuse("reference", "a QR reference has 27 digits, this one \(written.utf8.count)")
            }
            if Self.modulo10(reference.dropLast()) != reference.utf8.last.map({ Int($0) - 0x30 }) {
                refuse("reference", "the check digit of the QR reference is wrong", "look for a mistyped digit")
            }
            if !isQR, !iban.isEmpty {
                refuse(
                    "reference", "a QR reference needs a QR-IBAN",
                    "this is the ordinary IBAN; write RF…, or no reference")
            }
            lines += ["QRR", reference]
        } else {
            let reference = creditorReference("reference")
            if isQR { refuse("reference", "a QR-IBAN needs a QR reference", "write 27 digits, or the other IBAN") }
            lines += ["SCOR", reference]
        }
        let text = text("text")
        let information = self.text("information")
        limit(text + information, "text", 140)
        if !information.isEmpty, !information.hasPrefix("//") {
            refuse("information", "structured information begins with //", "write //S1/10/…, or use 'text'")
        }
        lines += [text, "EPD"]
        let alternatives = list("alternative")
        if alternatives.count > 2 { refuse("alternative", "there can be two alternative schemes") }
        for one in alternatives { limit(one, "alternative", 100) }
        if !information.isEmpty || !alternatives.isEmpty { lines.append(information) }
        lines += alternatives
        checkSwissCharacters()
        let payload = lines.joined(separator: "\n")
        if payload.unicodeScalars.count > 997 {
            refuse(nil, "the whole has \(payload.unicodeScalars.count) characters, 997 are possible")
        }
        return payload
    }

    /// A party with a structured address (type S; type K went away in November 2025).
    private mutating func party(_ group: String, required: Bool) -> [String] {
        if !required { return [String](repeating: "", count: 7) }
        var out = ["S"]
        for (part, most) in [("name", 70), ("street", 70), ("number", 16), ("postcode", 16), ("city", 35)] {
            let name = group + "." + part
            let value = text(name, required: ["name", "postcode", "city"].contains(part))
            limit(value, name, most)
            out.append(value)
        }
        let country = text(group + ".country", required: true).uppercased()
        if !country.isEmpty, country.utf8.count != 2 || !country.utf8.allSatisfy({ $0 &- 0x41 < 26 }) {
            refuse(group + ".country", "a country has two letters", "CH, LI, DE, …")
        }
        return out + [country]
    }

    /// §4.1.1: the Latin characters of Basic Latin, Latin-1, Latin Extended-A, four of Extended-B, and €.
    private mutating func checkSwissCharacters() {
        for (name, list) in values.sorted(by: { $0.key < $1.key }) {
            let isStrange = list.joined().unicodeScalars.contains { scalar in
                switch scalar.value {
                case 0x20...0x7E, 0xA0...0x17F, 0x218...0x21B, 0x20AC, 0x0A, 0x0D: false
                default: true
                }
            }
            if isStrange {
                refuse(name, "'\(name)' has a character that a Swiss bill can't have", "write it in Latin letters")
            }
        }
    }

    /// Modulo 10, recursive (annex B): the check digit that follows some digits.
    static func modulo10(_ digits: some StringProtocol) -> Int {
        let table = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5]
        return (10 - digits.utf8.reduce(0) { table[($0 + Int($1) - 0x30) % 10] }) % 10
    }

    // MARK: Russia

    /// GOST R 56042-2014: `ST0001`, the encoding (2: UTF-8), then pairs behind a separator.
    mutating func paymentOrder() -> String {
        let name = text("name", required: true)
        title = name
        limit(name, "name", 160)
        let account = digits("account", [20], required: true)
        let bank = text("bank", required: true)
        limit(bank, "bank", 45)
        let bic = digits("bic", [9], required: true)
        var correspondent = digits("correspondent", [20, 1], required: true)
        if correspondent.utf8.count == 1, correspondent != "0" {
            refuse("correspondent", "a correspondent account has 20 digits, or is 0")
            correspondent = ""
        }
        if bic.utf8.count == 9 {
            // Bank of Russia, order of 1997 on the key in accounts: over the bank's last three digits and the account; of a
            // correspondent account, and of one at the Bank of Russia itself, over 0 and the fifth and sixth digit.
            let isCentral = ["000", "001", "002"].contains(String(bic.suffix(3)))
            let head = isCentral ? "0" + bic.dropFirst(4).prefix(2) : String(bic.suffix(3))
            if account.utf8.count == 20, !Self.hasKey(head + account) {
                refuse(
                    "account", "the key of the account does not fit to this bank",
                    "look for a mistyped digit in 'account' or 'bic'")
            }
            if correspondent.utf8.count == 20, !Self.hasKey("0" + bic.dropFirst(4).prefix(2) + correspondent) {
                refuse("correspondent", "the key of the account does not fit to this bank", "look for a mistyped digit")
            }
        }
        var pairs = [
            ("Name", name), ("PersonalAcc", account), ("BankName", bank), ("BIC", bic), ("CorrespAcc", correspondent),
        ]
        let amount = amount("amount", places: 2, most: "9999999999999999")
        if !amount.isEmpty {
            let parts = amount.split(separator: ".")
            let kopecks = parts.count == 2 ? parts[1] + (parts[1].utf8.count == 1 ? "0" : "") : "00"
            pairs.append(("Sum", String((parts[0] + kopecks).drop { $0 == "0" })))
        }
        let purpose = text("purpose")
        limit(purpose, "purpose", 210)
        pairs.append(("Purpose", purpose))
        for (field, key) in [("inn", "PayeeINN"), ("payer-inn", "PayerINN")] {
            let number = digits(field, [10, 12])
            if !number.isEmpty, !Self.isTaxNumber(number) {
                refuse(field, "the check digit of the INN is wrong", "look for a mistyped digit")
            }
            pairs.append((key, number))
        }
        pairs.append(("KPP", digits("kpp", [9])))
        for (field, key) in [
            ("last-name", "LastName"), ("first-name", "FirstName"), ("middle-name", "MiddleName"),
            ("payer-address", "PayerAddress"),
        ] { pairs.append((key, text(field))) }
        pairs += [("CBC", digits("kbk", [20])), ("OKTMO", digits("oktmo", [8, 11]))]
        for detail in list("details") {
            let parts = detail.split(separator: "=", maxSplits: 1).map(String.init)
            let isPair =
                parts.count == 2 && parts[0].utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 }
                && !pairs.contains { $0.0 == parts[0] }
            if isPair {
                pairs.append((parts[0], parts[1]))
            } else {
                refuse(
                    "details", "\(Self.quoted(detail)) is no further pair",
                    "write a name of the standard and a value: PersAcc=12345")
            }
        }
        pairs.removeAll { $0.1.isEmpty }
        // The separator is what stands behind the head, so it may be another one where a value has it.
        // By bytes: a mark that combines with the sign does not hide it from other readers.
        guard let sign = "|~^`\\".utf8.first(where: { sign in !pairs.contains { $0.1.utf8.contains(sign) } }) else {
            refuse(nil, "no separator is left: the values have all of | ~ ^ ` \\")
            return ""
        }
        let separator = String(UnicodeScalar(sign))
        return "ST00012" + pairs.map { separator + $0.0 + "=" + $0.1 }.joined()
    }

    /// Digits of one of some lengths; empty when there are none or they were refused.
    private mutating func digits(_ name: String, _ lengths: [Int], required: Bool = false) -> String {
        let written = text(name, required: required)
        if written.isEmpty { return "" }
        if Self.isDigits(written), lengths.contains(written.utf8.count) { return written }
        refuse(name, "\(Self.quoted(written)) has not \(lengths.map(String.init).joined(separator: " or ")) digits")
        return ""
    }

    /// Weights 7, 1, 3 over 23 digits make a multiple of ten.
    static func hasKey(_ digits: some StringProtocol) -> Bool {
        let weights = [7, 1, 3]
        return digits.utf8.enumerated().reduce(0) { $0 + (Int($1.element) - 0x30) * weights[$1.offset % 3] } % 10 == 0
    }

    /// INN of 10 or 12 digits with its check digits.
    static func isTaxNumber(_ number: String) -> Bool {
        let digits = number.utf8.map { Int($0) - 0x30 }
        func check(_ weights: [Int], _ place: Int) -> Bool {
            zip(weights, digits).reduce(0) { $0 + $1.0 * $1.1 } % 11 % 10 == digits[place]
        }
        let ten = [2, 4, 10, 3, 5, 9, 4, 6, 8]
        if digits.count == 10 { return check(ten, 9) }
        return digits.count == 12 && check([7] + ten, 10) && check([3, 7] + ten, 11)
    }
}
