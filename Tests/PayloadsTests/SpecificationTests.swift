import Testing

@testable import Payloads

/// Examples of the specifications, and what they forbid.
@Suite struct SpecificationTests {
    @Test("GS1: the standard's example, GTINs of every length, the order of qualifiers")
    func digitalLinks() throws {
        // GS1 Digital Link URI Syntax 1.4, §5.1.
        #expect(
            try text(.gs1, ["domain": "example.com", "gtin": "9506000134352", "lot": "ABC123", "serial": "12345"])
                == "https://example.com/01/09506000134352/10/ABC123/21/12345")
        #expect(try text(.gs1, ["gtin": "96385074"]) == "https://id.gs1.org/01/00000096385074")
        #expect(try text(.gs1, ["gtin": "614141123452"]) == "https://id.gs1.org/01/00614141123452")
        #expect(
            try text(
                .gs1,
                [
                    "serial": "x", "variant": "2A", "lot": "L", "gtin": "09506000134352", "expiry": "2027-12-31",
                    "attributes": "3103=000195",
                ])
                == "https://id.gs1.org/01/09506000134352/22/2A/10/L/21/x?17=271231&3103=000195")
        #expect(try text(.gs1, ["sscc": "106141412345678908"]) == "https://id.gs1.org/00/106141412345678908")
        #expect(
            try text(.gs1, ["gln": "9506000134376", "extension": "32a/b"])
                == "https://id.gs1.org/414/9506000134376/254/32a%2Fb")
        #expect(problems(.gs1, ["gtin": ["9506000134353"]]).first?.summary.contains("comes 2") == true)
        #expect(problems(.gs1, ["gtin": ["9506000134352"], "lot": ["äh"]]).first?.field == "lot")
        #expect(problems(.gs1, ["sscc": ["106141412345678908"], "lot": ["A"]]).first?.field == "lot")
        #expect(problems(.gs1, ["gtin": ["9506000134352"], "sscc": ["106141412345678908"]]).first?.field == "sscc")
    }

    @Test("vCards of both versions, with escapes, in the form of their RFCs")
    func vCards() throws {
        let fields: [String: [String]] = [
            "name": ["Anna Berger"], "org": ["Vinea; Sons"], "department": ["Cellar"], "phone": ["+43 (1) 456-78 90"],
            "mobile": ["+43 664 1"], "email": ["anna@vinea.example"], "url": ["https://vinea.example/a,b"],
            "address.street": ["Gasse 1"], "address.city": ["Wien"], "address.postcode": ["1010"],
            "birthday": ["1990-04-12"], "note": ["one\ntwo, three"],
        ]
        #expect(
            try payload(.vcard, fields).text
                == """
                BEGIN:VCARD
                VERSION:3.0
                N:Berger;Anna;;;
                FN:Anna Berger
                ORG:Vinea\\; Sons;Cellar
                TEL;TYPE=VOICE:+4314567890
                TEL;TYPE=CELL:+436641
                EMAIL:anna@vinea.example
                URL:https://vinea.example/a,b
                ADR:;;Gasse 1;Wien;;1010;
                BDAY:1990-04-12
                NOTE:one\\ntwo\\, three
                END:VCARD

                """.replacing("\n", with: "\r\n"))
        let four = try payload(.vcard, fields.merging(["version": ["4.0"]]) { $1 }).text
        #expect(four.contains("\r\nVERSION:4.0\r\n"))
        #expect(four.contains("\r\nTEL;VALUE=uri;TYPE=cell:tel:+436641\r\n"))
        #expect(four.contains("\r\nBDAY:19900412\r\n"))
        // RFC 6350 §6.2.2.
        #expect(
            try text(
                .vcard,
                [
                    "given": "John", "additional": "Philip,Paul", "family": "Stevenson", "prefix": "Dr.",
                    "suffix": "Jr.,M.D.",
                ]
            ).contains("\r\nN:Stevenson;John;Philip\\,Paul;Dr.;Jr.\\,M.D.\r\n"))
    }

    @Test("MECARD has one comma between the names")
    func meCards() throws {
        #expect(
            try text(
                .mecard,
                [
                    "name": "Owen,Sean", "address": "76 9th Avenue, 4th Floor", "phone": "12125551212",
                    "email": "srowen@example.com",
                ])
                == "MECARD:N:Owen,Sean;TEL:12125551212;EMAIL:srowen@example.com;ADR:76 9th Avenue\\, 4th Floor;;")
    }

    @Test("Wi-Fi: security, escapes, names of hex digits, lengths")
    func networks() throws {
        #expect(
            try text(.wifi, ["ssid": "mynetwork", "password": "mypass12"]) == "WIFI:T:WPA;S:mynetwork;P:mypass12;;")
        #expect(
            try text(.wifi, ["ssid": #""foo;bar\baz""#, "security": "nopass"])
                == #"WIFI:T:nopass;S:\"foo\;bar\\baz\";;"#)
        #expect(
            try text(.wifi, ["ssid": "a", "password": "p", "security": "WPA3", "hidden": "true"])
                == "WIFI:T:WPA;R:1;S:a;H:true;P:p;;".replacing("S:a", with: "S:\"a\""))
        #expect(try text(.wifi, ["ssid": "Home", "password": "p", "security": "SAE"]) == "WIFI:T:SAE;S:Home;P:p;;")
        #expect(try text(.wifi, ["ssid": "DEADBEEF", "security": "nopass"]) == "WIFI:T:nopass;S:\"DEADBEEF\";;")
        #expect(
            try text(.wifi, ["ssid": "Home", "password": "12345", "security": "WEP"]) == "WIFI:T:WEP;S:Home;P:12345;;")
        #expect(try text(.wifi, ["ssid": "Home", "password": String(repeating: "aF", count: 32)]).hasSuffix("aFaF;;"))
        #expect(problems(.wifi, ["ssid": ["Home"], "password": ["1234567"]]).first?.field == "password")
        #expect(problems(.wifi, ["ssid": ["Home"], "password": ["größer 8"]]).first?.field == "password")
        #expect(problems(.wifi, ["ssid": ["Home"], "security": ["WPA"]]).first?.summary == "'password' is missing")
        #expect(
            problems(.wifi, ["ssid": [String(repeating: "x", count: 33)], "security": ["nopass"]]).first?.field
                == "ssid")
        #expect(problems(.wifi, ["ssid": ["x"], "security": ["wpa4"]]).first?.help == "did you mean 'WPA'?")
    }

    @Test("mail: the examples of RFC 6068")
    func mails() throws {
        #expect(try text(.mail, ["to": "gorby%kremvax@example.com"]) == "mailto:gorby%25kremvax@example.com")
        #expect(try text(.mail, ["to": "unlikely?address@example.com"]) == "mailto:unlikely%3Faddress@example.com")
        #expect(try text(.mail, ["to": "Mike&family@example.org"]) == "mailto:Mike%26family@example.org")
        #expect(
            try text(.mail, ["to": "user@example.org", "subject": "café"])
                == "mailto:user@example.org?subject=caf%C3%A9")
        #expect(
            try text(.mail, ["to": "infobot@example.com", "body": "send current-issue\nsend index"])
                == "mailto:infobot@example.com?body=send%20current-issue%0D%0Asend%20index")
        #expect(
            try payload(.mail, ["to": ["addr1@an.example", "addr2@an.example"], "cc": ["c@an.example"]]).text
                == "mailto:addr1@an.example,addr2@an.example?cc=c@an.example")
        #expect(problems(.mail, ["to": ["a@b, c@d"]]).first?.field == "to")
    }

    @Test("messages, numbers, chats and places")
    func messages() throws {
        #expect(
            try text(.sms, ["number": "+15105550101", "text": "hello there", "format": "sms"])
                == "sms:+15105550101?body=hello%20there")
        #expect(try text(.sms, ["number": "+43 664 1", "text": "19:00?"]) == "SMSTO:+436641:19:00?")
        #expect(try text(.tel, ["number": "+1-201-555-0123"]) == "tel:+12015550123")
        #expect(try text(.whatsapp, ["number": "+43 664 1", "text": "a&b"]) == "https://wa.me/436641?text=a%26b")
        #expect(problems(.whatsapp, ["number": ["0664 1234"]]).first?.field == "number")
        // RFC 5870 §1, §6.
        #expect(try text(.geo, ["at": "13.4125,103.8667"]) == "geo:13.4125,103.8667")
        #expect(
            try payload(.geo, ["at": ["48.2010", "16.3695"], "altitude": ["183"]]).text == "geo:48.201,16.3695,183")
        #expect(
            try payload(.geo, ["at": ["48.198634", "16.371648"], "accuracy": ["40"]]).text
                == "geo:48.198634,16.371648;u=40")
        #expect(try text(.geo, ["at": "90, -22.43"]) == "geo:90,0")
        #expect(try text(.geo, ["at": "66,-180"]) == "geo:66,180")
        #expect(problems(.geo, ["at": ["91", "0"]]).first?.field == "at")
        #expect(problems(.geo, ["at": ["1;u=2", "0"]]).first?.field == "at")
        #expect(
            try text(.url, ["url": "HTTPS://Example.org/ä b?c=\"d\""]) == "https://example.org/%C3%A4%20b?c=%22d%22")
        #expect(problems(.url, ["url": ["javascript:alert(1)"]]).first?.field == "url")
        #expect(problems(.url, ["url": ["https://user@example.org/"]]).first?.help == "take the user name out")
    }

    @Test("an event is a calendar of RFC 5545, its days end on the day after")
    func events() throws {
        let day = try text(
            .event, ["title": "Harvest, fest", "start": "2027-12-30", "end": "2027-12-31", "place": "Wien"])
        #expect(day.hasPrefix("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//wayseal//EN\r\nBEGIN:VEVENT\r\nUID:"))
        #expect(day.contains("\r\nDTSTART;VALUE=DATE:20271230\r\nDTEND;VALUE=DATE:20280101\r\n"))
        #expect(day.contains("\r\nSUMMARY:Harvest\\, fest\r\nLOCATION:Wien\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
        let time = try text(.event, ["title": "x", "start": "2027-09-18T17:00Z"])
        #expect(time.contains("\r\nDTSTAMP:20270918T170000Z\r\nDTSTART:20270918T170000Z\r\n"))
        #expect(
            problems(.event, ["title": ["x"], "start": ["2027-09-18T17:00"], "end": ["2027-09-18"]]).first?.field
                == "end")
        #expect(problems(.event, ["title": ["x"], "start": ["2027-09-18T25:00"]]).first?.field == "start")
        #expect(
            problems(.event, ["title": ["x"], "start": ["2027-09-18T17:00"], "end": ["2027-09-18T16:59"]]).first?.field
                == "end")
    }

    @Test("EPC: the guideline's example, and its limits")
    func creditTransfers() throws {
        // EPC069-12 v3.1, figure in annex 1.
        let made = try payload(
            .epc,
            [
                "bic": ["BPOTBEB1"], "name": ["Red Cross of Belgium"], "iban": ["BE72000000001616"], "amount": ["1.00"],
                "purpose": ["CHAR"], "text": ["Urgency fund"], "information": ["Sample EPC QR code"],
            ])
        #expect(
            made.text
                == "BCD\n002\n1\nSCT\nBPOTBEB1\nRed Cross of Belgium\nBE72000000001616\nEUR1\nCHAR\n\nUrgency fund\nSample EPC QR code"
        )
        #expect(made.needs.isLevelM && made.needs.maximumVersion == 13)
        #expect(
            try text(
                .epc,
                [
                    "name": "Franz", "iban": "DE71110220330123456789", "amount": "12.3",
                    "reference": "RF18 5390 0754 7034",
                ])
                == "BCD\n002\n1\nSCT\n\nFranz\nDE71110220330123456789\nEUR12.3\n\nRF18539007547034")
        #expect(problems(.epc, ["name": ["x"], "iban": ["DE71110220330123456788"]]).first?.field == "iban")
        #expect(
            problems(.epc, ["name": ["x"], "iban": ["DE71110220330123456789"], "reference": ["RF19539007547034"]])
                .first?.field == "reference")
        #expect(
            problems(.epc, ["name": ["x"], "iban": ["DE71110220330123456789"], "amount": ["1000000000"]]).first?.field
                == "amount")
        #expect(
            problems(.epc, ["name": ["x"], "iban": ["DE71110220330123456789"], "amount": ["1,5"]]).first?.field
                == "amount")
        #expect(
            problems(.epc, ["name": [String(repeating: "ä", count: 71)], "iban": ["DE71110220330123456789"]]).first?
                .field == "name")
        #expect(
            problems(
                .epc,
                ["name": ["x"], "iban": ["DE71110220330123456789"], "text": ["a"], "reference": ["RF18539007547034"]]
            ).first?.field == "text")
    }

    @Test("Swiss QR-bill: the guidelines' examples, references and accounts that belong together")
    func swissBills() throws {
        var fields = PayloadTests.examples.first { $0.0 == .swissBill }?.1 ?? [:]
        let first = try payload(.swissBill, fields)
        #expect(
            first.text
                == "SPC\n0200\n1\nCH4431999123000889012\nS\nRobert Schneider AG\nRue du Lac\n1268\n2501\nBiel\nCH\n\n\n\n\n\n\n\n1949.75\nCHF\n\n\n\n\n\n\n\nQRR\n210000000003139471430009017\n\nEPD"
        )
        #expect(first.needs == .init(isLevelM: true, maximumVersion: 25, isSwiss: true))
        fields["iban"] = ["CH58 0079 1123 0008 8901 2"]
        #expect(problems(.swissBill, fields).first?.field == "reference")
        fields["reference"] = ["RF18539007547034"]
        fields["debtor.name"] = ["Pia Rutschmann"]
        #expect(Set(problems(.swissBill, fields).compactMap(\.help)).contains { $0.contains("debtor.city") })
        fields["debtor.postcode"] = ["9400"]
        fields["debtor.city"] = ["Rorschach"]
        fields["debtor.country"] = ["ch"]
        fields["text"] = ["Bill 12"]
        fields["information"] = ["//S1/10/10201409"]
        let second = try payload(.swissBill, fields).text
        #expect(
            second.contains(
                "\nS\nPia Rutschmann\n\n\n9400\nRorschach\nCH\nSCOR\nRF18539007547034\nBill 12\nEPD\n//S1/10/10201409"))
        fields["text"] = ["Счёт"]
        #expect(problems(.swissBill, fields).contains { $0.field == "text" })
        #expect(Form.modulo10("21000000000313947143000901") == 7)
    }

    @Test("Russian payment order: pairs, another separator where a value has it, keys of accounts")
    func paymentOrders() throws {
        let fields = PayloadTests.examples.first { $0.0 == .st00012 }?.1 ?? [:]
        let made = try payload(.st00012, fields).text
        #expect(
            made.hasPrefix(
                "ST00012~Name=ООО «Три кита»~PersonalAcc=40702810138250123017~BankName=ОАО \"БАНК\"~BIC=044525225~CorrespAcc=30101810400000000225~Sum=100005~Purpose=Оплата | счёта~PayeeINN=7707083893"
            ))
        #expect(problems(.st00012, fields.merging(["bic": ["044525974"]]) { $1 }).contains { $0.field == "account" })
        #expect(
            problems(.st00012, fields.merging(["correspondent": ["30101810400000000226"]]) { $1 }).first?.field
                == "correspondent")
        #expect(
            problems(.st00012, fields.merging(["account": ["40702810138250123018"]]) { $1 }).first?.field == "account")
        #expect(problems(.st00012, fields.merging(["inn": ["7707083894"]]) { $1 }).first?.field == "inn")
        #expect(problems(.st00012, fields.merging(["details": ["Name=x"]]) { $1 }).first?.field == "details")
        #expect(Form.isTaxNumber("500100732259") && !Form.isTaxNumber("500100732258"))
    }

    @Test("coins: the examples of EIP-681 and BIP 21, checksums of addresses")
    func coins() throws {
        #expect(
            try text(.ethereum, ["address": "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359", "amount": "2.014"])
                == "ethereum:0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359?value=2014000000000000000")
        #expect(
            try text(
                .ethereum,
                [
                    "address": "0x8e23ee67d1332ad560396262c48ffbb01f93d052",
                    "token": "0x89205a3a3b2a69de6dbf7f01ed13b2108b2c43e7", "amount": "1", "chain": "8453",
                ]
            ).lowercased()
                == "ethereum:0x89205a3a3b2a69de6dbf7f01ed13b2108b2c43e7@8453/transfer?address=0x8e23ee67d1332ad560396262c48ffbb01f93d052&uint256=1"
        )
        #expect(
            problems(.ethereum, ["address": ["0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d35A"]]).first?.field == "address")
        #expect(
            try text(
                .bitcoin,
                [
                    "address": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "amount": "50", "label": "Luke-Jr",
                    "message": "Donation for project xyz",
                ])
                == "bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=50&label=Luke-Jr&message=Donation%20for%20project%20xyz"
        )
        // BIP 173 and BIP 350.
        for good in [
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy", "bc1sw50qgdz25j",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        ] { #expect(Form.isSegwit(good) || Form.isBase58(good), "\(good)") }
        // The example of BIP 21 itself is an address with a wrong check.
        for bad in [
            "175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
            "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "bc1pw5dgrnzv", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "tb1q", "",
        ] { #expect(!Form.isSegwit(bad) && !Form.isBase58(bad), "\(bad)") }
    }

    @Test("one-time passwords: issuer in label and parameter, secret in base32")
    func oneTimePasswords() throws {
        #expect(
            try text(
                .otp,
                [
                    "account": "alice@google.com", "issuer": "ACME Co",
                    "secret": "hxdm vjec jjws rb3h wizr 4ifu gftm xboz", "digits": "8", "algorithm": "sha256",
                    "period": "60",
                ])
                == "otpauth://totp/ACME%20Co:alice@google.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ&issuer=ACME%20Co&algorithm=SHA256&digits=8&period=60"
        )
        #expect(
            try text(.otp, ["account": "a", "secret": "JBSWY3DPEHPK3PXP", "type": "hotp", "counter": "7"])
                == "otpauth://hotp/a?secret=JBSWY3DPEHPK3PXP&counter=7")
        #expect(problems(.otp, ["account": ["a:b"], "secret": ["JBSWY3DPEHPK3PXP"]]).first?.field == "account")
        #expect(problems(.otp, ["account": ["a"], "secret": ["JBSWY3DP"]]).first?.field == "secret")
    }
}
