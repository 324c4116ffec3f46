/// What a regular expression cannot match without: one of a few literal texts.
///
/// A pattern of which none of these occurs in a User-Agent need not be tried: of a thousand patterns two or three are
/// left. What is not understood counts as "anything", so an atom is never demanded wrongly.
enum PatternAtoms {
    /// Texts of which every match contains at least one, with ASCII letters as they stand; empty: none is known.
    /// - Complexity: O(length of the pattern).
    static func of(_ pattern: String) -> [[UInt8]] {
        var parser = Parser(bytes: Array(pattern.utf8))
        guard let set = parser.alternatives(depth: 0), parser.at == parser.bytes.count else { return [] }
        return set.filter { !$0.isEmpty }.count == set.count ? set : []
    }

    private static let limit = 24
    private static let shortest = 3

    /// The better of two demands: the one whose shortest text is longer.
    private static func better(_ a: [[UInt8]]?, _ b: [[UInt8]]?) -> [[UInt8]]? {
        guard let a else { return b }
        guard let b else { return a }
        let left = a.map(\.count).min() ?? 0
        let right = b.map(\.count).min() ?? 0
        return right > left || right == left && b.count < a.count ? b : a
    }

    private struct Parser {
        let bytes: [UInt8]
        var at = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        /// `a|b|c`: every branch must demand something, or nothing is demanded.
        mutating func alternatives(depth: Int) -> [[UInt8]]? {
            var union: [[UInt8]]? = []
            while true {
                let branch = sequence(depth: depth)
                if let all = union, let branch, all.count + branch.count <= PatternAtoms.limit {
                    union = all + branch
                } else {
                    union = nil
                }
                guard at < bytes.count, bytes[at] == UInt8(ascii: "|") else { break }
                at += 1
            }
            return union
        }

        private mutating func sequence(depth: Int) -> [[UInt8]]? {
            var best: [[UInt8]]?
            var run: [UInt8] = []
            func close() {
                if run.count >= PatternAtoms.shortest { best = PatternAtoms.better(best, [run]) }
                run = []
            }
            while at < bytes.count {
                let byte = bytes[at]
                if byte == UInt8(ascii: "|") || byte == UInt8(ascii: ")") { break }
                if byte == UInt8(ascii: "(") {
                    let inner = group(depth: depth)
                    close()
                    if !isOptional() { best = PatternAtoms.better(best, inner) }
                    continue
                }
                let literal = self.literal()
                let count = run.count
                if let literal { run.append(literal) }
                let quantified = at
                let optional = isOptional()
                if literal == nil {
                    close()
                } else if optional {
                    run.removeLast(run.count - count)
                    close()
                } else if at > quantified {
                    // `x+`: once is sure, what follows need not be next to it.
                    close()
                }
            }
            close()
            return best
        }

        private mutating func group(depth: Int) -> [[UInt8]]? {
            at += 1
            var isDemanded = depth < 32
            if at < bytes.count, bytes[at] == UInt8(ascii: "?") {
                at += 1
                if at < bytes.count, bytes[at] == UInt8(ascii: ":") {
                    at += 1
                } else {
                    // Look-arounds, names, flags: their inside is no part of the match, or not surely.
                    isDemanded = false
                }
            }
            let inner = alternatives(depth: depth + 1)
            if at < bytes.count { at += 1 }
            return isDemanded ? inner : nil
        }

        /// One element that is no group; its byte when it stands for itself.
        private mutating func literal() -> UInt8? {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\\"):
                guard at < bytes.count else { return nil }
                let escaped = bytes[at]
                at += 1
                let isWord = escaped &- 0x30 < 10 || (escaped | 0x20) &- 0x61 < 26
                return isWord ? nil : escaped
            case UInt8(ascii: "["):
                if at < bytes.count, bytes[at] == UInt8(ascii: "^") { at += 1 }
                if at < bytes.count, bytes[at] == UInt8(ascii: "]") { at += 1 }
                while at < bytes.count, bytes[at] != UInt8(ascii: "]") {
                    at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
                }
                at = min(at + 1, bytes.count)
                return nil
            case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"): return nil
            default: return byte
            }
        }

        /// Reads a quantifier; whether it allows no occurrence at all.
        private mutating func isOptional() -> Bool {
            guard at < bytes.count else { return false }
            var optional = false
            switch bytes[at] {
            case UInt8(ascii: "*"), UInt8(ascii: "?"):
                optional = true
                at += 1
            case UInt8(ascii: "+"): at += 1
            case UInt8(ascii: "{"):
                optional = at + 1 < bytes.count && (bytes[at + 1] == 0x30 || bytes[at + 1] == 0x2C)
                while at < bytes.count, bytes[at] != UInt8(ascii: "}") { at += 1 }
                at = min(at + 1, bytes.count)
            default: return false
            }
            // Lazy or possessive.
            if at < bytes.count, bytes[at] == UInt8(ascii: "?") || bytes[at] == UInt8(ascii: "+") { at += 1 }
            return optional
        }
    }
}
