public import Support

/// Codes that are made from one table, a row each: what the manifest says about them. The table may have millions of rows;
/// whoever needs them reads it as a stream.
public struct CodeBatch: Sendable {
    /// What the images become.
    public enum Images: String, CaseIterable, Sendable {
        /// One archive, stored. The default.
        case zip
        /// One archive.
        case tar
        /// A file for each.
        case folder
        /// No images: links only.
        case none
    }

    /// Its name in the manifest: letters, digits, `-`, `_`.
    public var name: String
    /// The table, with the manifest's folder before it.
    public var data: String
    /// Rows that it must have; `nil`: any number.
    public var rows: Int?
    /// The slug of each row.
    public var path: RowTemplate
    /// Where each row leads.
    public var target: RowTemplate
    /// Index into ``Site/domains``.
    public var domain: Int
    /// The printed addresses are upper case.
    public var isDense: Bool
    /// App schemes that targets may have.
    public var appSchemes: Set<String>
    /// The design of the codes: an index into ``Site/designs``; -1: plain codes.
    public var design: Int32
    /// Where each row names its own design; rows that name none have ``design``.
    public var rowDesign: RowTemplate?
    /// Indices of the designs that rows may name.
    public var designNumbers: [String: Int32]
    /// What the images become.
    public var images: Images
    /// Formats of the images, each a file per code. Default PNG.
    public var formats: [CodeSettings.Format]
    /// Whether the list of the codes is recorded in the ledger.
    public var isSealed: Bool
    /// Printed sheets of labels; `nil`: none.
    public var sheet: SheetSettings?
    /// Whom to tell when it is done.
    public var done: [Recipient]
    /// The secret behind unguessable ids. Never printed.
    public var secret: [UInt8]
    /// Where its links stand among ``Site/links``; empty when the table was not read.
    public var links: Range<Int>
    /// Where the manifest names it.
    public var range: SourceRange
    /// Where the manifest names the table.
    public var dataRange: SourceRange

    /// A batch with the defaults.
    public init(
        name: String, data: String, path: RowTemplate, target: RowTemplate, domain: Int = 0,
        range: SourceRange = SourceRange(file: 0, start: 0, length: 0)
    ) {
        self.name = name
        self.data = data
        self.path = path
        self.target = target
        self.domain = domain
        self.range = range
        dataRange = range
        isDense = false
        appSchemes = []
        design = -1
        designNumbers = [:]
        images = .zip
        formats = [.png]
        isSealed = false
        done = []
        secret = []
        links = 0..<0
    }

    /// Columns that the table must have, each once.
    public var columns: [String] {
        var names: [String] = []
        for name in path.columns + target.columns + (rowDesign?.columns ?? []) where !names.contains(name) {
            names.append(name)
        }
        return names
    }
}

/// A text with places that each row of a table fills: `/21/{serial}` with the cell of a column, `{n}` with the row's number
/// from 1, `{n:06}` with the same in six digits, `{id}` with an id that nobody can guess.
public struct RowTemplate: Equatable, Sendable {
    /// A piece of it.
    public enum Piece: Equatable, Sendable {
        /// As it stands.
        case text(String)
        /// The row's number, from 1, in at least so many digits.
        case number(width: Int)
        /// An unguessable id of so many characters, five bits each.
        case id(length: Int)
        /// The cell of a column.
        case column(String)
    }

    /// Why a text is no template: lower case, no full stop.
    public struct Problem: Error, Equatable, Sendable {
        /// What is wrong.
        public let summary: String
        /// Bytes of the text.
        public let bytes: Range<Int>
    }

    /// Characters of an id that are 80 bits, and the most that there are.
    public static let idLengths = 16...40
    /// The pieces.
    public let pieces: [Piece]

    /// Reads a template.
    public init(_ text: String) throws(Problem) {
        var pieces: [Piece] = []
        let bytes = Array(text.utf8)
        var at = 0
        func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        while at < bytes.count {
            let open = bytes[at...].firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") } ?? bytes.count
            if open > at { pieces.append(.text(string(at..<open))) }
            guard open < bytes.count else { break }
            guard bytes[open] == UInt8(ascii: "{") else {
                throw Problem(summary: "a brace is closed and was never opened", bytes: open..<open + 1)
            }
            guard let close = bytes[open...].firstIndex(of: UInt8(ascii: "}")) else {
                throw Problem(summary: "a brace is opened and never closed", bytes: open..<bytes.count)
            }
            pieces.append(try Self.piece(string(open + 1..<close), at: open..<close + 1))
            at = close + 1
        }
        self.pieces = pieces
    }

    private static func piece(_ name: String, at bytes: Range<Int>) throws(Problem) -> Piece {
        if name == "n" { return .number(width: 1) }
        if name == "id" { return .id(length: idLengths.lowerBound) }
        if name.hasPrefix("n:") {
            guard let width = Int(name.dropFirst(2)), (1...12).contains(width) else {
                throw Problem(summary: "'{\(name)}' is no number of digits from 1 to 12, such as {n:06}", bytes: bytes)
            }
            return .number(width: width)
        }
        if name.hasPrefix("id:") {
            guard let length = Int(name.dropFirst(3)), idLengths.contains(length) else {
                throw Problem(
                    summary: "'{\(name)}' is no length from \(idLengths.lowerBound) to \(idLengths.upperBound): "
                        + "shorter ids can be guessed", bytes: bytes)
            }
            return .id(length: length)
        }
        guard !name.isEmpty, !name.contains("{"), name.first != " ", name.last != " " else {
            throw Problem(summary: "'{\(name)}' names no column", bytes: bytes)
        }
        return .column(name)
    }

    /// Names of the columns that it needs, in its order.
    public var columns: [String] { pieces.compactMap { if case .column(let name) = $0 { name } else { nil } } }
    /// Whether it is the same for all rows.
    public var isConstant: Bool { pieces.allSatisfy { if case .text = $0 { true } else { false } } }
    /// Whether it needs the secret of ids.
    public var needsSecret: Bool { pieces.contains { if case .id = $0 { true } else { false } } }
    /// Whether it is one cell as it stands.
    public var isOneCell: Bool { if pieces.count == 1, case .column = pieces[0] { true } else { false } }
}
