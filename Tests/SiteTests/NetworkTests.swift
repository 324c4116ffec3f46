import Site
import Testing
import TestSupport

@Suite("Networks and password gates")
struct NetworkTests {
    @Test(
        "networks are read and written canonically",
        arguments: [
            ("192.0.2.0/24", "192.0.2.0/24"), ("192.0.2.7", "192.0.2.7/32"), ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8::/32", "2001:db8::/32"), ("::", "::/128"), ("::1", "::1/128"), ("1::", "1::/128"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8/128"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1/128"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201/128"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7/128"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0/128"),
        ])
    func reads(text: String, canonical: String) throws {
        let network = try IPNetwork(parsing: text)
        #expect(network.text == canonical)
        #expect(try IPNetwork(parsing: canonical) == network)
    }

    @Test(
        "what is no network is refused",
        arguments: [
            "", "/", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/08",
            "1.2.3.4/8/8",
            "1.2.3.4/-1", ":", ":::", "1:::2", "1::2::3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7:8:9",
            "12345::", "g::", "::/129", "fe80::1%eth0", "::1.2.3", "1.2.3.4::", "10.0.0.1/8", "2001:db8::1/32",
            " 1.2.3.4",
            "1:2:3:4:5:6:7::8:9", "1:2:3:4:5:6:7:8::",
        ])
    func refuses(text: String) {
        #expect(throws: IPNetwork.Problem.self) { try IPNetwork(parsing: text) }
    }

    @Test("an address with the prefix of its network says which network that is")
    func hostBits() {
        #expect(throws: IPNetwork.Problem.hostBits(.v4(0x0A00_0000, bits: 8))) { try IPNetwork(parsing: "10.1.2.3/8") }
    }

    @Test("ranges are united and answer as the networks do one by one")
    func ranges() throws {
        var random = SplitMix(seed: 9)
        for _ in 0..<200 {
            let networks = (0..<30).map { _ -> IPNetwork in
                let bits = Int.random(in: 20...32, using: &random)
                let number = UInt32.random(in: 0...0xFFFF, using: &random) << 4
                return .v4(number & (~0 << UInt32(32 - bits)), bits: bits)
            }
            let ranges = AddressRanges(networks: networks)
            for (a, b) in zip(ranges.v4, ranges.v4.dropFirst()) {
                #expect(UInt64(a.upperBound) + 1 < UInt64(b.lowerBound))
            }
            for _ in 0..<200 {
                let address = UInt32.random(in: 0...0xFFFFF, using: &random)
                let isIn = networks.contains { network in
                    guard case .v4(let first, let bits) = network else { return false }
                    return address >> UInt32(32 - bits) == first >> UInt32(32 - bits)
                }
                #expect(ranges.contains(v4: address) == isIn)
            }
        }
        let all = AddressRanges(networks: [try IPNetwork(parsing: "0.0.0.0/0"), try IPNetwork(parsing: "::/0")])
        #expect(all.contains(v4: .max) && all.contains(v6: .max) && all.v4.count == 1)
    }

    @Test("a password gate is read as it was written, and nothing else")
    func gates() throws {
        let gate = Policy.PasswordGate(
            iterations: 600_000, salt: String(repeating: "0a", count: 16), token: String(repeating: "f", count: 32))
        #expect(try Policy.PasswordGate(parsing: gate.text) == gate)
        #expect(throws: Policy.PasswordGate.Problem.notDerived) { try Policy.PasswordGate(parsing: "hunter2") }
        #expect(throws: Policy.PasswordGate.Problem.unknownVersion) {
            try Policy.PasswordGate(parsing: gate.text.replacing(":1:", with: ":2:"))
        }
        for text in [
            gate.text + "0", String(gate.text.dropLast()), gate.text.uppercased(), gate.text + ":",
            gate.text.replacing("600000", with: "1"), gate.text.replacing("600000", with: "0600000"),
            gate.text.replacing("600000", with: "99999999999999999999"), gate.text.replacing("0a", with: "0g"),
            "wayseal-password",
        ] {
            #expect(throws: Policy.PasswordGate.Problem.self) { try Policy.PasswordGate(parsing: text) }
        }
    }
}
