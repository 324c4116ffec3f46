import Site

/// A gated link's policy as text: what stands in its row of the tables, in the place of a target. The routes of
/// ``CaddyGate``, the same for all links, take it apart at each request.
///
/// Its parts are joined by control characters: no request line can hold one (Go's server answers 400), so whatever
/// a visitor's query or suffix adds stays inside its part. None of it is ever expanded again as a placeholder.
struct CaddyRecord {
    /// What the routes have to find out or to do for a link; each has a letter behind the row's status.
    struct Needs: OptionSet {
        let rawValue: UInt16
        static let agent = Needs(rawValue: 1)
        static let program = Needs(rawValue: 2)
        static let language = Needs(rawValue: 4)
        static let query = Needs(rawValue: 8)
        static let places = Needs(rawValue: 16)
        static let draw = Needs(rawValue: 32)
        static let password = Needs(rawValue: 64)
        static let confirm = Needs(rawValue: 128)
        static let limit = Needs(rawValue: 256)

        private static let alphabet: [(Needs, Character)] = [
            (.agent, "a"), (.confirm, "c"), (.draw, "d"), (.password, "k"), (.language, "l"), (.places, "p"),
            (.query, "q"), (.program, "r"), (.limit, "u"),
        ]

        /// `g`, then the letters in the order of the alphabet: `gal`.
        var text: String { "g" + Self.alphabet.filter { contains($0.0) }.map { String($0.1) }.joined() }

        /// A pattern for such texts with the letter of this one need.
        var pattern: String {
            "^g[a-z]*" + (Self.alphabet.first { $0.0 == self }.map { String($0.1) } ?? "")
        }
    }

    /// Between parts of the record.
    static let part: UInt8 = 0x1D
    /// Between clauses, and between outcomes.
    static let clause: UInt8 = 0x1E
    /// Between the tests of a clause, and between the fields of an outcome.
    static let field: UInt8 = 0x1F
    /// Between alternatives of a test.
    static let alternative: UInt8 = 0x1C

    private(set) var needs: Needs = []
    /// The places that some test asks for.
    private(set) var places: Set<Int> = []
    /// The letters of the kinds of tests that occur.
    private(set) var tests: Set<Character> = []
    /// Number of clauses.
    let count: Int
    /// The record, with places for what the visitor brings.
    private(set) var pieces: [Destination.Piece] = []

    /// The record of `link`: its id (``LinkIdentity``), its places, what a used-up limit answers, the tests of all
    /// clauses, their outcomes, and the capability that opens it.
    ///
    /// - Parameter opened: whether this is the row behind the password, with the capability and the targets; without,
    ///   what a password guards is not in the record.
    init(_ link: Link, _ policy: Policy, id: String, opened: Bool) {
        let list = DecisionList(policy, target: link.target)
        count = list.clauses.count
        let texts = list.clauses.map { $0.tests.map { text(of: $0) } }
        tests = Set(texts.flatMap { $0.compactMap(\.first) })
        if policy.password != nil { needs.insert(.password) }
        if let limit = policy.limit { needs.formUnion(limit.confirm ? [.limit, .confirm] : .limit) }
        append(Array(id.utf8), [Self.part])
        append(Array("|\(places.sorted().map { "\($0)|" }.joined())".utf8), [Self.part])
        if policy.limit != nil {
            append(outcome(policy.gone == nil ? .deny(.used) : .gone(.used), policy))
        }
        append([Self.part])
        let lines = texts.map { $0.joined(separator: Self.character(Self.field)) }
        append(Array(lines.joined(separator: Self.character(Self.clause)).utf8), [Self.part])
        for (i, clause) in list.clauses.enumerated() {
            if i > 0 { append([Self.clause]) }
            guard case .target(let number) = clause.outcome else {
                append(outcome(clause.outcome, policy))
                continue
            }
            if policy.password != nil && !opened {
                append(Array("w".utf8), [Self.field])
                continue
            }
            let target = list.targets[number]
            append(Array("t\(target.variant)".utf8), [Self.field])
            for piece in Destination(link, target: target.url).pieces {
                if case .literal(let bytes) = piece { append(Self.safe(bytes)) } else { pieces.append(piece) }
            }
        }
        append([Self.part])
        if opened, let gate = policy.password { append(Array(gate.token.utf8)) }
    }

    private mutating func append(_ parts: [UInt8]...) {
        for bytes in parts {
            if case .literal(let before)? = pieces.last {
                pieces[pieces.count - 1] = .literal(before + bytes)
            } else {
                pieces.append(.literal(bytes[...]))
            }
        }
    }

    /// `kind name \x1f url-or-status`.
    private func outcome(_ outcome: DecisionList.Outcome, _ policy: Policy) -> [UInt8] {
        switch outcome {
        case .deny(let denial): Array("d\(denial.rawValue)".utf8) + [Self.field] + Array("\(denial.status)".utf8)
        case .gone(let denial):
            Array("g\(denial.rawValue)".utf8) + [Self.field] + Self.safe(Array((policy.gone ?? "").utf8)[...])
        case .preview, .target: Array("v".utf8) + [Self.field]
        }
    }

    // MARK: tests

    /// A test as the expressions of ``CaddyGate`` read it: a letter that says how, then what.
    private mutating func text(of test: DecisionList.Test) -> String {
        switch test {
        case .before(let instant): return "<" + Self.digits(instant)
        case .notBefore(let instant): return ">" + Self.digits(instant)
        case .hours(let windows, let inside):
            return (inside ? "h" : "H") + join(windows.map { Self.text(of: $0) })
        case .device(let devices):
            needs.insert(.agent)
            return "f" + join(devices.map { "|\($0.rawValue)|" })
        case .browser(let browsers):
            needs.insert(.agent)
            return "f" + join(browsers.map { "|\($0.rawValue)|" })
        case .language(let ranges):
            needs.insert(.language)
            return "l" + join(ranges.map { "|\($0)-" })
        case .place(let list, let inside):
            needs.insert(.places)
            places.formUnion(list)
            return (inside ? "f" : "F") + join(list.map { "|@\($0)|" })
        case .query(let name, let value):
            needs.insert(.query)
            let texts = value.map { ["&\(name)=\($0)&"] } ?? ["&\(name)&", "&\(name)="]
            return "q" + join(texts.map { String(decoding: Self.safe(Array($0.utf8)[...]), as: UTF8.self) })
        case .bucket(let below):
            needs.insert(.draw)
            return "b" + Self.draw(below: below)
        case .robot:
            needs.insert(.program)
            return "f|robot|"
        case .fetcher:
            needs.insert(.program)
            return "f|fetcher|"
        }
    }

    private func join(_ alternatives: [String]) -> String {
        alternatives.joined(separator: Self.character(Self.alternative))
    }

    private static func character(_ byte: UInt8) -> String { String(UnicodeScalar(byte)) }

    /// Ten digits, so that texts compare as numbers do: from 2001 to 2286 the time has as many.
    private static func digits(_ instant: Int64) -> String {
        padded(String(min(max(instant, 0), 9_999_999_999)), 10)
    }

    /// First minute of the week, and first after: five digits each.
    private static func text(of window: WeekWindow) -> String {
        padded(String(window.day * 1440 + window.from), 5) + padded(String(window.day * 1440 + window.to), 5)
    }

    /// The first eight hexadecimal digits of a random number that is just not below `bucket`/10,000.
    private static func draw(below bucket: Int) -> String {
        padded(String((UInt64(bucket) << 32 + 9_999) / 10_000, radix: 16), 8)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// `bytes` with our joints percent-encoded; normalised text has none.
    private static func safe(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.contains(where: { $0 &- alternative < 4 }) else { return Array(bytes) }
        return bytes.flatMap { byte in
            byte &- alternative < 4
                ? [UInt8(ascii: "%"), UInt8(ascii: "1"), UInt8(ascii: "C") + (byte - alternative)] : [byte]
        }
    }
}
