import Site
import Testing

@testable import Redirects

@Suite struct `A plan for cutting tables` {
    private func table(_ count: Int, _ key: (Int) -> String) -> KeyTable {
        var table = KeyTable()
        for i in 0..<count {
            _ = table.insert(link: i) { out in
                out += Array(("/" + key(i)).utf8)
                return nil
            }
        }
        return table
    }

    private func plan(_ table: KeyTable, _ aim: ShardPlan.Aim) -> ShardPlan? {
        ShardPlan(table, rows: Array(0..<Int32(table.count)), aim: aim)
    }

    private static let aim = ShardPlan.Aim(whole: 1_000, rows: 500, values: 4_096)

    @Test func `leaves small tables whole`() {
        #expect(plan(table(1_000) { "\($0)" }, Self.aim) == nil)
    }

    @Test(
        arguments: [
            "01/09506000134352/10/L2024/21/#", "#", "#/end", "serie-#/product/with/a/long/tail",
            "aaaaaaaaaaaaaaaa#",
        ])
    func `cuts any shape into pieces near the aim`(shape: String) throws {
        let parts = shape.split(separator: "#", omittingEmptySubsequences: false)
        let table = table(20_000) { "\(parts[0])\(100_000 + $0)\(parts[1])" }
        let plan = try #require(self.plan(table, Self.aim))
        let largest = plan.rows.map(\.count).max() ?? 0
        #expect(largest <= 600, "largest piece has \(largest) rows at \(plan.positions)")
        #expect(plan.rows.reduce(0) { $0 + $1.count } == 20_000)
        #expect(Set(plan.rows.flatMap { $0 }).count == 20_000)
    }

    @Test func `gives every row to the table that has its value`() throws {
        let table = table(20_000) { $0 % 3 == 0 ? "\($0)" : "é\($0)/\($0 % 7)" }
        for asciiOnly in [false, true] {
            var aim = Self.aim
            aim.asciiOnly = asciiOnly
            let plan = try #require(self.plan(table, aim))
            for (values, rows) in zip(plan.tables, plan.rows) {
                for row in rows {
                    let key = Array(table.key(Int(row)))
                    let bytes = plan.positions.map { position -> UInt8 in
                        switch position {
                        case .start(let k): key[k]
                        case .end(let k): key[key.count - 1 - k]
                        }
                    }
                    #expect(values.contains { plan.text(of: $0) == bytes })
                }
            }
        }
    }

    @Test func `finds nothing where keys differ in nothing but length`() {
        let table = table(1_500) { String(repeating: "a", count: $0 + 1) }
        #expect(plan(table, Self.aim).map { $0.rows.reduce(0) { $0 + $1.count } } ?? 1_500 == 1_500)
    }
}

@Suite struct `Escaping` {
    /// nginx's own reading of a quoted parameter (ngx_conf_file.c).
    private func nginxUnquoted(_ text: [UInt8]) -> [UInt8]? {
        guard text.first == UInt8(ascii: "\"") else { return nil }
        var out: [UInt8] = []
        var i = 1
        while i < text.count {
            if text[i] == UInt8(ascii: "\\"), i + 1 < text.count {
                switch text[i + 1] {
                case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): out.append(text[i + 1])
                case UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "n"): return nil
                default: out += [text[i], text[i + 1]]
                }
                i += 2
            } else if text[i] == UInt8(ascii: "\"") {
                return i == text.count - 1 ? out : nil
            } else {
                out.append(text[i])
                i += 1
            }
        }
        return nil
    }

    /// Caddy's own reading of a text with placeholders (replacer.go); `nil` if one would be looked up.
    private func caddyRead(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(UInt8(ascii: "{")) else { return text }
        var out: [UInt8] = []
        for (i, byte) in text.enumerated() {
            let isBrace = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
            if isBrace, i > 0, text[i - 1] == UInt8(ascii: "\\") {
                out.removeLast()
            } else if byte == UInt8(ascii: "{"), text[i...].contains(UInt8(ascii: "}")) {
                return nil
            }
            out.append(byte)
        }
        return out
    }

    private func hostileTexts() -> [[UInt8]] {
        let alphabet = Array("\\\"'${}~;# aZdefault".utf8) + [0xC3, 0xA9, 1, 10, 127]
        var random = Seeded(state: 3)
        return (0..<20_000).map { _ in
            (0..<random.below(12)).map { _ in alphabet[random.below(alphabet.count)] }
        }
    }

    @Test func `of nginx values comes back byte for byte, without variables`() {
        for bytes in hostileTexts() {
            var text = Text()
            text.append("\"")
            NginxText.appendValue(bytes[...], to: &text)
            text.append("\"")
            let read = nginxUnquoted(text.bytes)
            let parts = read.map {
                String(decoding: $0, as: UTF8.self).replacing(NginxText.dollar, with: "\u{0}")
            }
            #expect(parts?.contains("$") == false)
            #expect(parts?.replacing("\u{0}", with: "$") == String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func `of nginx keys comes back, and is never a directive or an expression`() {
        let words = ["default", "include", "hostnames", "volatile", "~x", "~", "\\", "\\~", "/default"]
        for bytes in hostileTexts() + words.map({ Array($0.utf8) }) where !bytes.isEmpty {
            var text = Text()
            text.append("\"")
            NginxText.appendKey(bytes[...], to: &text)
            text.append("\"")
            guard var read = nginxUnquoted(text.bytes) else {
                Issue.record("\(bytes)")
                continue
            }
            // ngx_http_map_module.c: words and '~' first, then one backslash is taken away.
            #expect(
                !["default", "include", "hostnames", "volatile"].contains(
                    String(decoding: read, as: UTF8.self)))
            #expect(read.first != UInt8(ascii: "~"))
            if read.first == UInt8(ascii: "\\") { read.removeFirst() }
            #expect(read == bytes)
        }
    }

    @Test func `of Caddy texts comes back, and holds no placeholder`() {
        for bytes in hostileTexts() {
            #expect(caddyRead(Array(CaddyText.escaped(bytes[...]))) == bytes, "\(bytes)")
        }
    }

    @Test func `of shell words survives quotes`() {
        #expect(NginxScripts.quoted("a'b $(x)") == "'a'\\''b $(x)'")
    }

    @Test func `of host names into variables is unique`() {
        let long = String(repeating: "a", count: 60)
        let names = NginxText.identifiers(["a-b.c", "a.b-c", "\(long).x", "\(long).y", "a_b_c__2"])
        #expect(Set(names).count == 5)
        #expect(
            names.allSatisfy {
                $0.utf8.allSatisfy { $0 == UInt8(ascii: "_") || ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 }
            })
    }
}

struct Seeded {
    var state: UInt64
    mutating func below(_ n: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(n))
    }
}
