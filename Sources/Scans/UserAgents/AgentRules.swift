internal import Support

/// The rules by which User-Agents are told apart: ours, and patterns from files.
public struct AgentRules: Sendable {
    /// One rule: what it must contain, or match.
    struct Rule: Sendable {
        var agentClass: AgentClass
        /// Literal text that any match contains; empty: none is known, the pattern is always tried.
        var atom: [UInt8]
        /// A regular expression; `nil`: the atom is all.
        var pattern: String?
    }

    /// In the order in which they are asked; the first match decides.
    var rules: [Rule]
    /// Changes whenever any rule does: classes kept from another version are forgotten.
    public private(set) var version: String

    /// Our own rules.
    public static let builtIn = AgentRules(rules: Self.ownRules, version: "1")

    private init(rules: [Rule], version: String) {
        self.rules = rules
        self.version = version
    }

    /// Adds the patterns of a `crawler-user-agents.json` (monperrus/crawler-user-agents, MIT): objects with a
    /// `pattern`. Asked after our own rules; what has none of our classes is a crawler.
    /// - Returns: how many patterns were taken; `nil` when the bytes are no such file.
    public mutating func add(crawlerUserAgents bytes: [UInt8]) -> Int? {
        let patterns = Self.patterns(json: bytes)
        guard let patterns else { return nil }
        var taken = 0
        for pattern in patterns where CompiledPattern(pattern) != nil {
            rules.append(Rule(agentClass: .crawler, atom: Self.atom(of: pattern), pattern: pattern))
            taken += 1
        }
        version += "+" + Hex.encode(Array(SHA256.hash(bytes).prefix(8)))
        return taken
    }

    /// The longest run of literal letters that every match of a simple pattern must contain; empty when the
    /// pattern has alternatives or groups, which may be left out of a match.
    static func atom(of pattern: String) -> [UInt8] {
        let bytes = Array(pattern.utf8)
        if bytes.contains(where: { "|(".utf8.contains($0) }) { return [] }
        var best: [UInt8] = []
        var run: [UInt8] = []
        var i = 0
        func close() { if run.count > best.count { best = run }; run = [] }
        while i < bytes.count {
            var byte = bytes[i]
            var isLiteral = !".^$*+?{}[]\\".utf8.contains(byte)
            if byte == 0x5C, i + 1 < bytes.count {
                byte = bytes[i + 1]
                let isLetter = byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
                isLiteral = !isLetter
                i += 1
            } else if byte == 0x5B {
                close()
                while i < bytes.count, bytes[i] != 0x5D { i += bytes[i] == 0x5C ? 2 : 1 }
                i += 1
                continue
            } else if byte == 0x7B {
                close()
                while i < bytes.count, bytes[i] != 0x7D { i += 1 }
                i += 1
                continue
            }
            let following = i + 1 < bytes.count ? bytes[i + 1] : 0
            if isLiteral, !"*?{".utf8.contains(following) { run.append(byte) } else { close() }
            i += 1
        }
        close()
        return best.count >= 3 ? best : []
    }

    /// The values of `"pattern"` in a list of objects.
    private static func patterns(json bytes: [UInt8]) -> [String]? {
        guard let first = bytes.first(where: { $0 > 0x20 }), first == 0x5B else { return nil }
        var found: [String] = []
        var strings: [(text: [UInt8], isKey: Bool)] = []
        var i = 0
        while i < bytes.count {
            guard bytes[i] == 0x22 else {
                i += 1
                continue
            }
            var text: [UInt8] = []
            i += 1
            while i < bytes.count, bytes[i] != 0x22 {
                if bytes[i] == 0x5C, i + 1 < bytes.count {
                    i += 1
                    switch bytes[i] {
                    case 0x6E: text.append(0x0A)
                    case 0x74: text.append(0x09)
                    default: text.append(bytes[i])
                    }
                } else {
                    text.append(bytes[i])
                }
                i += 1
            }
            guard i < bytes.count else { return nil }
            i += 1
            var next = i
            while next < bytes.count, bytes[next] <= 0x20 { next += 1 }
            let isKey = next < bytes.count && bytes[next] == 0x3A
            if !isKey, let last = strings.last, last.isKey, last.text == Array("pattern".utf8) {
                found.append(String(decoding: text, as: UTF8.self))
            }
            strings = [(text, isKey)]
        }
        return found.isEmpty ? nil : found
    }
}
