/// The regular expressions of uap-core (`regexes.yaml`, ua-parser/uap-core, Apache-2.0): names of browsers, systems and
/// devices. Loaded from a file of the user's; our own words do without.
struct FamilyRules: Sendable {
    /// One pattern and the name it gives; `nil`: its first group.
    struct Rule: Sendable, Equatable {
        var pattern: String
        var isCaseless = false
        var name: String?
    }

    var browsers: [Rule] = []
    var systems: [Rule] = []
    var devices: [Rule] = []
    var count: Int { browsers.count + systems.count + devices.count }

    /// Reads the file: three lists of flat objects with quoted texts, which is all the YAML it uses. `nil` when it is
    /// not of this form.
    init?(yaml bytes: [UInt8]) {
        var section = ""
        var rule: Rule?
        var nameKey = ""
        var lists: [String: [Rule]] = [:]
        func close() {
            if let rule { lists[section, default: []].append(rule) }
            rule = nil
        }
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: true) {
            var text = line[...]
            while let last = text.last, last == 0x20 || last == 0x0D || last == 0x09 { text.removeLast() }
            let indent = text.prefix { $0 == 0x20 }.count
            text = text.dropFirst(indent)
            guard let first = text.first, first != UInt8(ascii: "#") else { continue }
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            if indent == 0 {
                close()
                section = String(decoding: text[..<colon], as: UTF8.self)
                nameKey =
                    ["user_agent_parsers": "family_replacement", "os_parsers": "os_replacement"][section]
                    ?? "device_replacement"
                continue
            }
            if first == UInt8(ascii: "-") {
                close()
                rule = Rule(pattern: "")
                text = text.dropFirst().drop { $0 == 0x20 }
            }
            guard rule != nil, let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let key = String(decoding: text[..<colon], as: UTF8.self)
            guard let value = Self.scalar(text[text.index(after: colon)...]) else { return nil }
            if key == "regex" { rule?.pattern = value }
            if key == "regex_flag" { rule?.isCaseless = value == "i" }
            if key == nameKey { rule?.name = value }
        }
        close()
        browsers = lists["user_agent_parsers"] ?? []
        systems = lists["os_parsers"] ?? []
        devices = lists["device_parsers"] ?? []
        guard !browsers.isEmpty, !systems.isEmpty, !devices.isEmpty,
            !(browsers + systems + devices).contains(where: { $0.pattern.isEmpty })
        else { return nil }
    }

    /// `'single'` with `''` for a quote, `"double"` with backslashes, or plain up to a comment.
    private static func scalar(_ bytes: ArraySlice<UInt8>) -> String? {
        var text = bytes.drop { $0 == 0x20 }
        guard let quote = text.first else { return nil }
        var value: [UInt8] = []
        if quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
            text = text.dropFirst()
            while let byte = text.first {
                text = text.dropFirst()
                if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), let next = text.first {
                    value.append(next)
                    text = text.dropFirst()
                } else if byte == quote {
                    guard quote == UInt8(ascii: "'"), text.first == quote else {
                        return String(decoding: value, as: UTF8.self)
                    }
                    value.append(byte)
                    text = text.dropFirst()
                } else {
                    value.append(byte)
                }
            }
            return nil
        }
        while let byte = text.first, !(byte == UInt8(ascii: "#") && value.last == 0x20) {
            value.append(byte)
            text = text.dropFirst()
        }
        while value.last == 0x20 { value.removeLast() }
        return String(decoding: value, as: UTF8.self)
    }
}

/// Finds the names: for each list the first rule, in the order of the file, that matches.
struct FamilyParser: ~Copyable {
    private let lists: [[FamilyRules.Rule]]
    private let automaton: AtomAutomaton
    /// List and rule of each atom.
    private let owners: [(list: Int, rule: Int)]
    /// Rules whose atoms are not known: always tried.
    private let always: [[Int]]
    /// Compiled when they are tried first: most never are.
    private var patterns: [[CompiledPattern?]]
    private var isCompiled: [[Bool]]
    private var found: [Bool]
    private var hits: [Int] = []

    init(_ rules: FamilyRules) {
        lists = [rules.browsers, rules.systems, rules.devices]
        var atoms: [[UInt8]] = []
        var owners: [(list: Int, rule: Int)] = []
        var always = [[Int]](repeating: [], count: lists.count)
        for (list, rules) in lists.enumerated() {
            for (index, rule) in rules.enumerated() {
                let demanded = PatternAtoms.of(rule.pattern)
                if demanded.isEmpty { always[list].append(index) }
                for atom in demanded {
                    atoms.append(atom)
                    owners.append((list, index))
                }
            }
        }
        automaton = AtomAutomaton(atoms)
        self.owners = owners
        self.always = always
        patterns = lists.map { Array(repeating: nil, count: $0.count) }
        isCompiled = lists.map { Array(repeating: false, count: $0.count) }
        found = Array(repeating: false, count: atoms.count)
    }

    /// Names of browser, system and device; empty when no rule matches.
    mutating func parse(_ bytes: [UInt8]) -> (browser: String, system: String, device: String) {
        automaton.search(bytes.span, &found, &hits)
        var candidates = always
        for hit in hits {
            found[hit] = false
            candidates[owners[hit].list].append(owners[hit].rule)
        }
        hits.removeAll(keepingCapacity: true)
        return (
            name(0, candidates[0].sorted(), bytes), name(1, candidates[1].sorted(), bytes),
            name(2, candidates[2].sorted(), bytes)
        )
    }

    private mutating func name(_ list: Int, _ candidates: [Int], _ bytes: [UInt8]) -> String {
        var last = -1
        for index in candidates where index != last {
            last = index
            let rule = lists[list][index]
            if !isCompiled[list][index] {
                patterns[list][index] = CompiledPattern(rule.pattern, isCaseless: rule.isCaseless)
                isCompiled[list][index] = true
            }
            guard let groups = patterns[list][index]?.groups(bytes) else { continue }
            guard let name = rule.name else { return groups.count > 1 ? text(bytes, groups[1]) : "" }
            var out = ""
            var isReference = false
            for character in name.unicodeScalars {
                if isReference, let digit = Int(String(character)) {
                    out += digit < groups.count ? text(bytes, groups[digit]) : ""
                } else if character != "$" {
                    out.unicodeScalars.append(character)
                }
                isReference = character == "$"
            }
            return String(decoding: out.utf8.drop { $0 == 0x20 }.prefix(64), as: UTF8.self)
        }
        return ""
    }

    private func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range].prefix(64), as: UTF8.self)
    }
}
