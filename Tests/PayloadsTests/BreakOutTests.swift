import TestSupport
import Testing

@testable import Payloads

/// What is written into one field never becomes another: each text is read by a small reader of its own, as telephones do it.
@Suite struct BreakOutTests {
    /// Texts made of everything that has a meaning somewhere.
    private static func hostile(_ random: inout SplitMix, lines: Bool) -> String {
        let pieces =
            [
                "\\", ";", ",", ":", "\"", "|", "=", "&", "?", "#", "%", "%0A", "+", " ", "P:", ";;", "END:VCARD",
                "TEL:", "a", "ä",
                "\u{301}", "\u{200D}", "Name=", "x", "0", "'", "<", ">", "/", "~", "^", "`",
            ] + (lines ? ["\n", "\r\n", "\r"] : [])
        return (0..<Int.random(in: 1...12, using: &random)).reduce(into: "") { out, _ in
            out += pieces.randomElement(using: &random) ?? ""
        }
    }

    /// As the room cleans a value.
    private static func clean(_ value: String) -> String {
        Form.trimmed(String(String.UnicodeScalarView(value.unicodeScalars.filter { $0 != "\r" })))
    }

    /// Fields of `NAME:value;` with backslashes before what has no meaning.
    private static func backslashed(_ text: Substring) -> [String: String]? {
        var fields: [String: String] = [:]
        var name: String?
        var current = ""
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                current.unicodeScalars.append(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == ":", name == nil {
                name = current
                current = ""
            } else if scalar == ";" {
                guard let key = name else { return current.isEmpty ? fields : nil }
                guard fields.updateValue(current, forKey: key) == nil else { return nil }
                name = nil
                current = ""
            } else if scalar == ":" || scalar == "," {
                return nil
            } else {
                current.unicodeScalars.append(scalar)
            }
        }
        return nil
    }

    @Test("no name or password of a network becomes another field")
    func networks() throws {
        var random = SplitMix(seed: 0x5EED)
        for _ in 0..<2_000 {
            let ssid = Self.hostile(&random, lines: false)
            let password = Self.hostile(&random, lines: false)
            guard let made = try? text(.wifi, ["ssid": ssid, "password": password, "security": "SAE"]) else { continue }
            let fields = try #require(Self.backslashed(made.dropFirst("WIFI:".count)), "\(made)")
            #expect(fields.keys.sorted() == ["P", "S", "T"])
            #expect(fields["P"] == password)
            let name = fields["S"] ?? ""
            #expect(name == Self.clean(ssid) || name == "\"\(Self.clean(ssid))\"")
        }
    }

    @Test("no value of a MECARD becomes another field")
    func meCards() throws {
        var random = SplitMix(seed: 0x5EED2)
        var count = 0
        for _ in 0..<2_000 {
            let note = Self.hostile(&random, lines: false)
            let address = Self.hostile(&random, lines: false)
            guard let made = try? text(.mecard, ["name": "Anna", "note": note, "address": address]) else { continue }
            count += 1
            let fields = try #require(Self.backslashed(made.dropFirst("MECARD:".count)), "\(made)")
            #expect(fields["NOTE"] ?? "" == Self.clean(note))
            #expect(fields["ADR"] ?? "" == Self.clean(address))
            #expect(Set(fields.keys).isSubset(of: ["N", "NOTE", "ADR"]))
        }
        #expect(count > 1_500)
    }

    /// The lines of an iCalendar or vCard, each property once.
    private static func properties(_ text: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in String(decoding: text.utf8.filter { $0 != 0x0D }, as: UTF8.self).split(separator: "\n") {
            // By scalars: a combining mark may follow the colon.
            let scalars = line.unicodeScalars
            let colon = scalars.firstIndex(of: ":") ?? scalars.endIndex
            found[String(String.UnicodeScalarView(scalars[..<colon])), default: ""] +=
                String(String.UnicodeScalarView(scalars[colon...].dropFirst()))
        }
        return found
    }

    private static func unescaped(_ text: String) -> String {
        var out = ""
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                out += scalar == "n" ? "\n" : String(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    @Test("no value of a vCard or event becomes another line or component", arguments: ["3.0", "4.0"])
    func vCards(_ version: String) throws {
        var random = SplitMix(seed: 0x5EED3)
        for _ in 0..<1_000 {
            let note = Self.hostile(&random, lines: true)
            let city = Self.hostile(&random, lines: false)
            let made = try text(
                .vcard,
                [
                    "name": "Anna Berger", "note": note, "address.city": city, "address.country": "AT",
                    "version": version,
                ])
            let found = Self.properties(made)
            #expect(Set(found.keys).isSubset(of: ["BEGIN", "VERSION", "N", "FN", "NOTE", "ADR", "END"]), "\(made)")
            #expect(found["END"] == "VCARD" && found["VERSION"] == version)
            #expect(Self.unescaped(found["NOTE"] ?? "") == Self.clean(note))
            // Seven components: a semicolon that is no divider has a backslash.
            var dividers = 0
            var isEscaped = false
            for scalar in (found["ADR"] ?? "").unicodeScalars {
                if scalar == ";", !isEscaped { dividers += 1 }
                isEscaped = scalar == "\\" && !isEscaped
            }
            #expect(dividers == 6)
            let event = Self.properties(try text(.event, ["title": "x", "start": "2027-01-01", "text": note]))
            #expect(Self.unescaped(event["DESCRIPTION"] ?? "") == Self.clean(note))
            #expect(event["END"] == "VEVENTVCALENDAR")
        }
    }

    @Test("no value of a URI becomes another parameter")
    func addresses() throws {
        var random = SplitMix(seed: 0x5EED4)
        for _ in 0..<1_000 {
            let value = Self.hostile(&random, lines: true)
            for made in [
                try text(.mail, ["to": "a@b.example", "body": value]),
                try text(.sms, ["number": "+431", "text": value, "format": "sms"]),
                try text(.whatsapp, ["number": "+431", "text": value]),
                try text(.url, ["url": "https://example.org/x?text=" + Form.percent(value)]),
            ] {
                #expect(made.utf8.count { $0 == UInt8(ascii: "?") } <= 1, "\(made)")
                #expect(!made.utf8.contains(UInt8(ascii: "&")) && !made.utf8.contains(UInt8(ascii: "#")))
                #expect(made.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
            }
        }
    }

    @Test("no value of a payment becomes another line or pair")
    func payments() throws {
        var random = SplitMix(seed: 0x5EED5)
        for _ in 0..<1_000 {
            let value = Self.hostile(&random, lines: true)
            if let made = try? text(.epc, ["name": "x", "iban": "BE72000000001616", "text": value]) {
                let lines = made.split(separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count <= 11)
                #expect(lines.count < 11 || String(lines[10]) == Self.clean(value))
            }
            let fields = [
                "name": value, "account": "40702810138250123017", "bank": "B", "bic": "044525225",
                "correspondent": "30101810400000000225", "purpose": "ok",
            ]
            if let made = try? text(.st00012, fields) {
                let bytes = Array(made.utf8)
                let pairs = bytes[8...].split(separator: bytes[7], omittingEmptySubsequences: false)
                #expect(pairs.count == 6)
                #expect(pairs.first?.elementsEqual(("Name=" + Self.clean(value)).utf8) == true)
            }
        }
    }
}
