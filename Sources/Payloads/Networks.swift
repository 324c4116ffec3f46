/// Wi-Fi networks and one-time passwords: what holds secrets. Messages never show them.
extension Form {
    /// `WIFI:T:WPA;R:1;S:…;H:true;P:…;;`: the order and the transition bits of the WPA3 specification (§7.1), the escapes of
    /// ZXing, which is what telephones read.
    mutating func wifi() -> String {
        let ssid = text("ssid", required: true)
        title = ssid
        if ssid.utf8.count > 32 { refuse("ssid", "the name has \(ssid.utf8.count) bytes, a network's has at most 32") }
        let password = text("password")
        let hasPassword = values["password"] != nil
        let security = choice(
            "security", ["WPA", "WPA2", "WPA3", "SAE", "WEP", "nopass"], standard: hasPassword ? "WPA" : "nopass")
        if security == "nopass", hasPassword {
            refuse("security", "a network without protection has no password", "take one of them out")
        }
        if security != "nopass", !hasPassword { refuse(nil, "'password' is missing", "an open network is nopass") }
        if hasPassword { checkPassword(password, security) }

        var out = "WIFI:"
        switch security {
        case "nopass": out += "T:nopass;"
        // R:1: the network has given up WPA2, and telephones must not fall back to it.
        case "WPA3": out += "T:WPA;R:1;"
        case "SAE", "WEP": out += "T:\(security);"
        default: out += "T:WPA;"
        }
        // A name of hex digits alone would be taken for bytes; in quotes it is a name.
        let isHex = !ssid.isEmpty && ssid.utf8.allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }
        out += isHex ? "S:\"\(ssid)\";" : "S:\(Self.backslashed(ssid));"
        if flag("hidden") { out += "H:true;" }
        if hasPassword { out += "P:\(Self.backslashed(password));" }
        return out + ";"
    }

    private mutating func checkPassword(_ password: String, _ security: String) {
        let count = password.utf8.count
        let isHex = password.utf8.allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }
        switch security {
        case "WEP":
            // 40, 104 and 232 bits, as characters or as hex digits.
            if ![5, 13, 29].contains(count), !(isHex && [10, 26, 58].contains(count)) {
                refuse("password", "a WEP key has 5, 13 or 29 characters, or 10, 26 or 58 hex digits")
            }
        case "WPA3", "SAE":
            if count == 0 || count > 128 { refuse("password", "a password has 1 to 128 bytes here, this one \(count)") }
        default:
            // IEEE 802.11 §M.4: 8 to 63 characters of ASCII, or the key itself in 64 hex digits.
            if count == 64, isHex { return }
            if !(8...63).contains(count) {
                refuse("password", "a password has 8 to 63 characters, this one \(count)")
            } else if password.utf8.contains(where: { $0 < 0x20 || $0 > 0x7E }) {
                refuse("password", "a password has characters of ASCII only")
            }
        }
    }

    /// `otpauth://` (the format of Google Authenticator, which others read).
    mutating func oneTimePassword() -> String {
        let account = text("account", required: true)
        let issuer = text("issuer")
        title = [issuer, account].filter { !$0.isEmpty }.joined(separator: ": ")
        for (name, value) in [("account", account), ("issuer", issuer)] where value.utf8.contains(0x3A) {
            refuse(name, "'\(name)' can't hold a colon: it divides issuer and account")
        }
        // Written with blanks and in small letters by many; padding is not read by some.
        let secret = String(
            text("secret", required: true).uppercased().unicodeScalars.filter { $0 != " " && $0 != "-" && $0 != "=" })
        if !secret.utf8.allSatisfy({ $0 &- 0x41 < 26 || (0x32...0x37).contains($0) }) || secret.isEmpty {
            refuse("secret", "the secret is not base32: letters and the digits 2 to 7")
        } else if secret.utf8.count < 16 {
            refuse("secret", "the secret has under 80 bits", "RFC 4226 asks for 128, which are 26 characters")
        }
        let type = choice("type", ["totp", "hotp"])
        var query = "secret=" + secret
        if !issuer.isEmpty { query += "&issuer=" + Self.percent(issuer) }
        let algorithm = choice("algorithm", ["SHA1", "SHA256", "SHA512"])
        if algorithm != "SHA1" { query += "&algorithm=" + algorithm }
        let digits = choice("digits", ["6", "8"])
        if digits != "6" { query += "&digits=" + digits }
        if type == "totp" {
            if let period = number("period", 1...3_600), period != 30 { query += "&period=\(period)" }
            if values["counter"] != nil { refuse("counter", "a counter belongs to hotp") }
        } else {
            query += "&counter=\(number("counter", 0...Int.max) ?? 0)"
            if values["period"] != nil { refuse("period", "a period belongs to totp") }
        }
        let label = (issuer.isEmpty ? "" : Self.percent(issuer) + ":") + Self.percent(account, also: "@")
        return "otpauth://\(type)/\(label)?\(query)"
    }

    /// A whole number; `nil` when there is none or it was refused.
    mutating func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        let written = text(name)
        if written.isEmpty { return nil }
        guard Self.isDigits(written), let number = Int(written), range.contains(number) else {
            refuse(
                name,
                "\(Self.quoted(written)) is no whole number from \(range.lowerBound)"
                    + (range.upperBound == Int.max ? "" : " to \(range.upperBound)"))
            return nil
        }
        return number
    }
}
