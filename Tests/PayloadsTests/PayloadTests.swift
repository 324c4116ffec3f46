import Codes
import Decoding
import QRCode
import Testing

@testable import Payloads

/// The text of a payload.
func payload(_ kind: PayloadKind, _ fields: [String: [String]]) throws -> Payload {
    try Payload(kind, PayloadFields(fields))
}

func text(_ kind: PayloadKind, _ fields: [String: String]) throws -> String {
    try payload(kind, fields.mapValues { [$0] }).text
}

/// What is wrong with fields: the field and the summary of each problem.
func problems(_ kind: PayloadKind, _ fields: [String: [String]]) -> [PayloadError.Problem] {
    do {
        _ = try payload(kind, fields)
        return []
    } catch { return (error as? PayloadError)?.problems ?? [] }
}

/// What zxing reads from the code of a text.
func read(_ text: String) throws -> String {
    var encoder = QREncoder()
    let symbol = try encoder.encode(text, level: .medium)
    var png: [UInt8] = []
    var writer = try PNGWriter(scale: 4, quietZone: 4)
    try writer.append(symbol, to: &png)
    let read = ZXingReader.read(try PNGReader.read(png), pure: true)
    return String(decoding: try #require(read.first?.text), as: UTF8.self)
}

@Suite struct PayloadTests {
    @Test("every kind has a definition, and what it calls primary is one of its fields")
    func definitions() {
        for kind in PayloadKind.allCases {
            let definition = kind.definition
            #expect(!definition.fields.isEmpty, "\(kind)")
            #expect(definition.doc.hasSuffix("."))
            for field in definition.fields {
                #expect(field.doc.hasSuffix(".") || field.doc.hasSuffix("…."), "\(kind) \(field.name)")
            }
            if let primary = definition.primary { #expect(definition[primary] != nil) }
            #expect(Set(definition.fields.map(\.name)).count == definition.fields.count)
        }
    }

    /// Fields of one good payload of each kind.
    static let examples: [(PayloadKind, [String: [String]])] = [
        (.url, ["url": ["https://example.org/a b"]]),
        (.gs1, ["gtin": ["9506000134352"], "lot": ["AB/1"], "serial": ["12345"], "expiry": ["2027-12-31"]]),
        (
            .vcard,
            [
                "name": ["Anna Berger; Co"], "org": ["Vinea, Estates"], "mobile": ["+43 664 123 45 67"],
                "email": ["anna@vinea.example"], "url": ["https://vinea.example/"], "address.street": ["Gasse 1"],
                "address.city": ["Wien"], "note": ["a\nb;c,d\\e"], "birthday": ["1990-04-12"],
            ]
        ),
        (.mecard, ["name": ["Berger, Anna"], "phone": ["+43 1 4567890"], "note": ["x;y"]]),
        (.wifi, ["ssid": ["Vinea; \"Guests\""], "password": ["grape\\juice:1"]]),
        (.mail, ["to": ["anna@vinea.example"], "subject": ["Wein & Käse"], "body": ["Hallo\nAnna"]]),
        (.sms, ["number": ["+43 664 1234567"], "text": ["Tisch: 19:00"]]),
        (.tel, ["number": ["+43 1 456 78-90"]]),
        (.geo, ["at": ["48.2082", "16.3738"]]),
        (.event, ["title": ["Harvest, fest"], "start": ["2027-09-18T15:00Z"], "end": ["2027-09-18T20:00Z"]]),
        (.epc, ["name": ["Red Cross"], "iban": ["BE72 0000 0000 1616"], "amount": ["1"], "text": ["Urgency fund"]]),
        (
            .swissBill,
            [
                "iban": ["CH44 3199 9123 0008 8901 2"], "creditor.name": ["Robert Schneider AG"],
                "creditor.street": ["Rue du Lac"], "creditor.number": ["1268"], "creditor.postcode": ["2501"],
                "creditor.city": ["Biel"], "creditor.country": ["CH"], "amount": ["1949.75"], "currency": ["CHF"],
                "reference": ["210000000003139471430009017"],
            ]
        ),
        (
            .st00012,
            [
                "name": ["ООО «Три кита»"], "account": ["40702810138250123017"], "bank": ["ОАО \"БАНК\""],
                "bic": ["044525225"], "correspondent": ["30101810400000000225"], "amount": ["1000.05"],
                "purpose": ["Оплата | счёта"], "inn": ["7707083893"],
            ]
        ),
        (.ethereum, ["address": ["0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"], "amount": ["2.014"]]),
        (.bitcoin, ["address": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"], "amount": ["20.3"], "label": ["Luke-Jr"]]),
        (.otp, ["account": ["alice@google.com"], "issuer": ["Example"], "secret": ["JBSWY3DPEHPK3PXP"]]),
        (.whatsapp, ["number": ["+43 664 1234567"], "text": ["Hallo & Tschüß"]]),
        (.text, ["text": ["Zeile 1\nZeile 2"]]),
    ]

    @Test("every kind is read back by zxing as it was written", arguments: PayloadTests.examples)
    func decoded(_ kind: PayloadKind, _ fields: [String: [String]]) throws {
        let made = try payload(kind, fields)
        #expect(try read(made.text) == made.text)
        #expect(made.isSecret == [.wifi, .otp].contains(kind))
    }

    @Test("an unknown field is refused with the one that was meant")
    func unknownField() {
        let found = problems(.wifi, ["ssid": ["a"], "pasword": ["12345678"]])
        #expect(found.first?.field == "pasword")
        #expect(found.first?.help == "did you mean 'password'?")
        #expect(problems(.tel, ["number": ["1234", "5678"]]).first?.summary == "'number' takes one value")
    }

    @Test("all problems of a payload come at once")
    func allProblems() {
        let found = problems(
            .vcard, ["email": ["a@b@c"], "phone": ["x"], "birthday": ["1990-02-30"], "photo": ["a.png"]])
        #expect(found.map(\.field).contains { $0 == nil })
        for field in ["email", "phone", "birthday", "photo"] {
            #expect(found.contains { $0.field == field }, "\(field)")
        }
    }

    @Test("no message of a problem holds a secret")
    func noSecretShown() {
        for (kind, fields) in [
            (PayloadKind.wifi, ["ssid": ["x"], "password": ["s3cret"], "security": ["WPA"]]),
            (.wifi, ["ssid": ["x"], "password": ["s3cret\u{7}"], "security": ["nopass"]]),
            (.wifi, ["ssid": ["x"], "password": ["s3cret"], "security": ["WEP"]]),
            (.otp, ["account": ["x"], "secret": ["s3cret"]]),
            (.otp, ["account": ["x"], "secret": ["s3cret!"], "counter": ["1"]]),
        ] {
            let found = problems(kind, fields)
            #expect(!found.isEmpty)
            for problem in found {
                #expect(!problem.summary.lowercased().contains("s3cret"))
                #expect(problem.help?.lowercased().contains("s3cret") != true)
            }
        }
    }

    @Test("the fingerprint changes with every open field and with no secret")
    func fingerprints() throws {
        let base = try payload(.wifi, ["ssid": ["Vinea"], "password": ["grape juice"]])
        #expect(base.fingerprint == (try payload(.wifi, ["ssid": ["Vinea"], "password": ["other juice"]]).fingerprint))
        #expect(
            base.fingerprint != (try payload(.wifi, ["ssid": ["Vinea2"], "password": ["grape juice"]]).fingerprint))
        #expect(
            base.fingerprint
                == Payload.fingerprint(.wifi, PayloadFields(["ssid": ["Vinea"]])))
        #expect(!base.fingerprint.isEmpty && base.fingerprint.utf8.count == 8)
    }
}
