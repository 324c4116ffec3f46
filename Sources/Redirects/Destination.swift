import Site

/// Where a link leads, as a recipe: literal parts of the target with places for what the visitor brings.
struct Destination {
    /// One part of the answer's `Location`.
    enum Piece: Equatable {
        /// Bytes of the target.
        case literal(ArraySlice<UInt8>)
        /// What follows the wildcard's prefix in the path, without leading slashes, as the visitor sent it.
        case suffix
        /// The visitor's query with this byte before it; nothing at all if there is none.
        case query(before: Joiner)
        /// The id of the request, as the server logs it.
        case requestID
    }

    /// What stands between the target and the visitor's query.
    enum Joiner: CaseIterable {
        /// `?`: the target has no query.
        case question
        /// `&`: it has one.
        case ampersand
        /// Nothing: the target ends in `?` or `&` already.
        case none

        /// The byte itself.
        var byte: UInt8? {
            switch self {
            case .question: UInt8(ascii: "?")
            case .ampersand: UInt8(ascii: "&")
            case .none: nil
            }
        }
    }

    let pieces: [Piece]

    /// Whether the target goes out as it stands: true for almost every link.
    static func isLiteral(_ link: Link) -> Bool {
        !link.options.contains(.clickID) && !link.options.contains(.passQuery)
            && !(link.options.contains(.forwardSuffix) && link.isWildcard)
    }

    /// The recipe of `link`. The suffix joins the target's path with exactly one slash, before its query; the id of
    /// the request follows the target's own query as `qid`, then the visitor's query, then the target's fragment.
    init(_ link: Link) { self.init(link, target: link.target) }

    /// The same for another target of `link`, which a policy chose.
    init(_ link: Link, target: String) {
        let target = Array(target.utf8)
        let fragment = target.firstIndex(of: UInt8(ascii: "#")) ?? target.count
        let query = target[..<fragment].firstIndex(of: UInt8(ascii: "?")) ?? fragment
        var pieces: [Piece] = []
        var literal = target[..<query]
        if link.options.contains(.forwardSuffix) && link.isWildcard {
            if literal.last != UInt8(ascii: "/") { literal.append(UInt8(ascii: "/")) }
            pieces += [.literal(literal), .suffix]
            literal = []
        }
        literal += target[query..<fragment]
        let last = fragment > query ? target[fragment - 1] : 0
        let isOpen = last == UInt8(ascii: "?") || last == UInt8(ascii: "&")
        let hasID = link.options.contains(.clickID)
        if hasID {
            literal += Array((query == fragment ? "?qid=" : isOpen ? "qid=" : "&qid=").utf8)
            pieces += [.literal(literal), .requestID]
            literal = []
        }
        if link.options.contains(.passQuery) {
            if !literal.isEmpty { pieces.append(.literal(literal)) }
            literal = []
            pieces.append(
                .query(before: hasID ? .ampersand : query == fragment ? .question : isOpen ? .none : .ampersand))
        }
        literal += target[fragment...]
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        self.pieces = pieces
    }

    /// The `Location` for a visitor who brought `suffix` and `query` in the request `id`.
    func location(suffix: [UInt8], query: [UInt8], id: String) -> [UInt8] {
        var out: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .literal(let bytes): out += bytes
            case .suffix: out += suffix
            case .requestID: out += Array(id.utf8)
            case .query(let joiner):
                if query.isEmpty { continue }
                if let byte = joiner.byte { out.append(byte) }
                out += query
            }
        }
        return out
    }
}
