internal import Support

/// The rules by which User-Agents are told apart: ours, and patterns from files.
public struct AgentRules: Sendable {
    /// One rule: what it must contain, or match.
    struct Rule: Sendable {
        var agentClass: AgentClass
        /// Literal texts of which any match contains one; empty: none is known, the pattern is always tried.
        var atoms: [[UInt8]]
        /// A regular expression; `nil`: the atom is all.
        var pattern: String?
    }

    /// In the order in which they are asked; the first match decides.
    var rules: [Rule]
    /// uap-core's patterns, when its file was given.
    private(set) var families: FamilyRules?
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
            rules.append(Rule(agentClass: .crawler, atoms: PatternAtoms.of(pattern), pattern: pattern))
            taken += 1
        }
        version += "+" + Hex.encode(Array(SHA256.hash(bytes).prefix(8)))
        return taken
    }

    /// Adds the names of browsers and systems of uap-core's `regexes.yaml` (Apache-2.0), and its devices called
    /// `Spider` as crawlers.
    /// - Returns: how many patterns were taken; `nil` when the bytes are no such file.
    public mutating func add(uapCore bytes: [UInt8]) -> Int? {
        guard let families = FamilyRules(yaml: bytes) else { return nil }
        self.families = families
        version += "+uap-" + Hex.encode(Array(SHA256.hash(bytes).prefix(8)))
        return families.count
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
