/// The rules of `<style>` elements: selectors of one name, class or id.
struct SVGStyleSheet {
    private struct Rule {
        var selector: Selector
        var declarations: [(name: String, value: String)]
        /// By specificity, then by place.
        var rank: Int
    }

    private enum Selector: Equatable {
        case any
        case element(String)
        case `class`(String)
        case id(String)
    }

    private var rules: [Rule] = []

    /// Adds the rules of one element; answers what could not be read.
    mutating func add(_ text: String) -> [(text: String, isActive: Bool)] {
        var problems: [(String, Bool)] = []
        var rest = Self.withoutComments(text)[...]
        while let brace = rest.firstIndex(of: "{") {
            let selectors = rest[..<brace]
            guard let end = rest[brace...].firstIndex(of: "}") else {
                problems.append((Self.trimmed(rest), false))
                return problems
            }
            let body = rest[rest.index(after: brace)..<end]
            rest = rest[rest.index(after: end)...]
            if selectors.contains("@") || body.contains("{") {
                problems.append((Self.trimmed(selectors), selectors.contains("@import")))
                continue
            }
            let declarations = Self.declarations(body)
            for one in selectors.split(separator: ",") {
                let name = Self.trimmed(one)
                guard let (selector, specificity) = Self.selector(name) else {
                    problems.append((name, false))
                    continue
                }
                let rank = specificity * 1_000_000 + rules.count
                rules.append(Rule(selector: selector, declarations: declarations, rank: rank))
            }
        }
        let left = Self.trimmed(rest)
        if !left.isEmpty { problems.append((left, left.contains("@import"))) }
        return problems
    }

    /// What the rules say about an element, the most specific last.
    func declarations(for element: SVGElements.Element) -> [(name: String, value: String)] {
        guard !rules.isEmpty else { return [] }
        let classes = (element["class"] ?? "").split { $0.isWhitespace }
        let id = element["id"]
        return rules.filter { rule in
            switch rule.selector {
            case .any: true
            case .element(let name): name == element.name
            case .class(let name): classes.contains(Substring(name))
            case .id(let name): id == name
            }
        }.sorted { $0.rank < $1.rank }.flatMap(\.declarations)
    }

    /// `name: value; …`; `!important` counts as nothing.
    static func declarations(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: ";").compactMap { one in
            guard let colon = one.firstIndex(of: ":") else { return nil }
            var value = trimmed(one[one.index(after: colon)...])
            if value.hasSuffix("!important") { value = trimmed(value.dropLast(10)) }
            return (trimmed(one[..<colon]).lowercased(), value)
        }
    }

    private static func selector(_ name: String) -> (Selector, Int)? {
        guard let first = name.first else { return nil }
        if name == "*" { return (.any, 0) }
        let rest = first == "." || first == "#" ? String(name.dropFirst()) : name
        guard !rest.isEmpty, rest.utf8.allSatisfy({ $0 == 0x2D || $0 == 0x5F || $0 >= 0x80 || Self.isAlphanumeric($0) })
        else { return nil }
        switch first {
        case ".": return (.class(rest), 2)
        case "#": return (.id(rest), 3)
        default: return (.element(rest), 1)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
    }

    private static func withoutComments(_ text: String) -> String {
        var bytes: [UInt8] = []
        var isComment = false
        let all = Array(text.utf8)
        var index = 0
        while index < all.count {
            let pair = index + 1 < all.count ? (all[index], all[index + 1]) : (all[index], 0)
            if !isComment, pair == (0x2F, 0x2A) {
                (isComment, index) = (true, index + 2)
            } else if isComment, pair == (0x2A, 0x2F) {
                (isComment, index) = (false, index + 2)
            } else {
                if !isComment { bytes.append(all[index]) }
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
