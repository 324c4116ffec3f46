public import Support

/// Certificates that are issued from one table: what the manifest says about them. The table itself is read when they are
/// issued; it holds personal data, and a build needs none of it.
public struct CertificateBatch: Sendable {
    /// Its name in the manifest: letters, digits, `-`, `_`.
    public var name: String
    /// The table, with the manifest's folder before it.
    public var data: String
    /// How each certificate is numbered.
    public var pattern: CertificatePattern
    /// What the certificate is called, on its page and on paper; the batch's name when nothing is said.
    public var title: String
    /// Template of the page (mustache); `nil`: the built-in one.
    public var page: [UInt8]?
    /// Template of the paper; `nil`: the built-in one.
    public var paper: [UInt8]?
    /// Columns that are committed to and never published.
    public var hidden: Set<String>
    /// A table of certificates that are revoked; `nil`: there is none.
    public var revoked: String?
    /// Where the manifest names it.
    public var range: SourceRange

    /// A batch.
    public init(
        name: String, data: String, pattern: CertificatePattern, title: String? = nil, page: [UInt8]? = nil,
        paper: [UInt8]? = nil, hidden: Set<String> = [], revoked: String? = nil,
        range: SourceRange = SourceRange(file: 0, start: 0, length: 0)
    ) {
        self.name = name
        self.data = data
        self.pattern = pattern
        self.title = title ?? name
        self.page = page
        self.paper = paper
        self.hidden = hidden
        self.revoked = revoked
        self.range = range
    }
}

/// How certificates are numbered: `SOM-26-{n:04}` is a text with the row's number in four digits, `{serial}` the cell of a
/// column.
public struct CertificatePattern: Equatable, Sendable {
    /// A piece of a pattern.
    public enum Piece: Equatable, Sendable {
        /// As it stands.
        case text(String)
        /// The row's number, from 1, in at least so many digits.
        case number(width: Int)
        /// The cell of a column.
        case column(String)
    }

    /// The pieces, at least one of which differs by row.
    public let pieces: [Piece]

    /// Why a text is no pattern: lower case, no full stop.
    public struct Problem: Error, Equatable, Sendable {
        /// What is wrong.
        public let summary: String
    }

    /// Reads a pattern.
    public init(_ text: String) throws(Problem) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw Problem(summary: "a brace is opened and never closed")
            }
            let name = rest[rest.index(after: open)..<close]
            if name == "n" {
                pieces.append(.number(width: 1))
            } else if name.hasPrefix("n:") {
                guard let width = Int(name.dropFirst(2)), (1...12).contains(width) else {
                    throw Problem(summary: "'{\(name)}' is no number of digits from 1 to 12, such as {n:04}")
                }
                pieces.append(.number(width: width))
            } else {
                guard !name.isEmpty else { throw Problem(summary: "'{}' names no column") }
                pieces.append(.column(String(name)))
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        for case .text(let text) in pieces where !Self.isPlain(text) {
            throw Problem(summary: "outside of braces there may be letters, digits, '-' and '_'")
        }
        guard pieces.contains(where: { if case .text = $0 { false } else { true } }) else {
            throw Problem(summary: "every certificate would have the same number")
        }
        self.pieces = pieces
    }

    /// Whether a text can stand in a number: ASCII letters, digits, `-`, `_`, so that it is a file's name and a part of a
    /// URL as it stands.
    public static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }

    /// Names of the columns that it needs.
    public var columns: [String] { pieces.compactMap { if case .column(let name) = $0 { name } else { nil } } }

    /// The number of row `number`, from 1.
    public func id(row number: Int, cell: (String) -> String) -> String {
        pieces.reduce(into: "") { id, piece in
            switch piece {
            case .text(let text): id += text
            case .number(let width):
                let digits = String(number)
                id += String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
            case .column(let name): id += cell(name)
            }
        }
    }
}

/// A row of a table of certificates.
public struct CertificateRow: Equatable, Sendable {
    /// The certificate's number.
    public var id: String
    /// Columns and cells, in the order of the table; empty cells are left out.
    public var fields: [Field]
    /// Where the row stands.
    public var range: SourceRange

    /// A cell.
    public struct Field: Equatable, Sendable {
        /// Name of the column.
        public var name: String
        /// Text of the cell.
        public var value: String

        /// A cell of a column.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A row.
    public init(id: String, fields: [Field], range: SourceRange) {
        self.id = id
        self.fields = fields
        self.range = range
    }
}
