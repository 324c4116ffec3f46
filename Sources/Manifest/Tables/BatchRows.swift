public import Site
public import Support

/// Rows of a batch's table, one at a time, as what the batch's templates make of them: slug, target, design. Nothing is copied
/// but what is made, so a table is read in constant memory, in stretches that end where a row ends.
///
/// A cell is escaped for its place: whatever it holds, it stays in its segment of the path, and in its parameter of the target.
/// Ids are HMAC-SHA-256 over the batch's name and the row's number, in Crockford's base32: the same in every build, and without
/// the secret nobody can make one.
public struct BatchRows: Sendable {
    /// Why a row, or a header, can't be used.
    public struct Problem: Error, Sendable {
        /// Which kind.
        public var code: DiagnosticCode
        /// What is wrong: lower case, no full stop.
        public var summary: String
        /// Bytes of the stretch.
        public var place: Range<Int>
        /// What to do.
        public var help: String?
        /// Nothing after it can be read.
        public var isFatal = false
        /// Further places, in files.
        public var notes: [Diagnostic.Note] = []

        /// A problem at a place.
        public init(
            code: DiagnosticCode, summary: String, place: Range<Int>, help: String? = nil, isFatal: Bool = false,
            notes: [Diagnostic.Note] = []
        ) {
            (self.code, self.summary, self.place) = (code, summary, place)
            (self.help, self.isFatal, self.notes) = (help, isFatal, notes)
        }

        /// As a diagnostic about a file that holds the stretch at `offset`.
        public func diagnostic(file: Int32, offset: Int = 0) -> Diagnostic {
            .error(
                code,
                at: SourceRange(file: file, start: UInt32(offset + place.lowerBound), length: UInt32(place.count)),
                summary, notes: notes, help: help)
        }
    }

    /// What came next.
    public enum Outcome: Sendable {
        /// A row; ``slug`` and the others are of it.
        case row
        /// A row that can't be used.
        case problem(Problem)
        /// No more rows.
        case end
    }

    private enum Piece: Sendable {
        case text([UInt8])
        case number(Int)
        case id(Int)
        case cell(Int)
    }

    private let pathPieces: [Piece]
    private let targetPieces: [Piece]
    private let designPieces: [Piece]
    private let isTargetOneCell: Bool
    private let needsID: Bool
    private let names: [String]
    /// Names of the table's columns.
    public var columns: [String] { names }
    private let key: HMAC.Key
    private let keyMessage: [UInt8]
    private let targets: TargetText
    /// Whether codes say their address in capitals.
    public let isDense: Bool
    private var scanner = CSVScanner([UInt8]().span)
    private var scratch: [UInt8] = []
    private var idText: [UInt8] = []

    /// Where rows begin: the bytes that the header took.
    public let start: Int
    /// Number of the last row, from 1.
    public private(set) var number = 0
    /// The slug of the last row.
    public private(set) var slug: [UInt8] = []
    /// Where the last row leads.
    public private(set) var target: [UInt8] = []
    /// The design of the last row, as ``Site/designs`` counts them.
    public private(set) var design: Int32
    private var designName: [UInt8] = []
    private let standardDesign: Int32
    private let designs: [[UInt8]: Int32]
    /// Bytes of the last row in its stretch, without its line end.
    public var place: Range<Int> { scanner.row }
    /// Bytes of the stretch that are read.
    public var cursor: Int { scanner.cursor }

    /// Reads the header. Problems go to `problems`; `nil` when the table can't be used.
    public init?(_ batch: CodeBatch, header bytes: [UInt8], problems: inout [Problem]) {
        let span = bytes.span
        var scanner = CSVScanner(span)
        var scratch: [UInt8] = []
        guard scanner.next(span, &scratch), !scanner.isBlank else {
            problems.append(
                Problem(
                    code: ManifestCodes.batchHeader, summary: "the table has no header", place: 0..<0,
                    help: "the first row names the columns, for example gtin,lot,serial"))
            return nil
        }
        var names: [String] = []
        for cell in scanner.cells {
            let name = Self.name(cell, span, scratch)
            if !name.isEmpty, names.contains(name) {
                problems.append(
                    Problem(
                        code: ManifestCodes.batchHeader, summary: "the column \(Bytes.quoted(name)) stands here twice",
                        place: cell.place))
            }
            names.append(name)
        }
        let isOther = names.count == 1 && (names[0].contains(";") || names[0].contains("\t"))
        for column in batch.columns where !names.contains(column) {
            let near = SpellingSuggestion.nearest(to: column, among: names)
            problems.append(
                Problem(
                    code: ManifestCodes.batchHeader,
                    summary: "the table has no column \(Bytes.quoted(column)), which the batch '\(batch.name)' uses",
                    place: scanner.row,
                    help: isOther
                        ? "cells are not separated by commas: save the table with commas"
                        : near.map { "did you mean '\($0)'?" } ?? "its columns are \(names.joined(separator: ", "))"))
        }
        if !problems.isEmpty { return nil }
        let pieces = { (template: RowTemplate?) in
            (template?.pieces ?? []).map { piece -> Piece in
                switch piece {
                case .text(let text): .text(Array(text.utf8))
                case .number(let width): .number(width)
                case .id(let length): .id(length)
                case .column(let name): .cell(names.firstIndex(of: name) ?? 0)
                }
            }
        }
        pathPieces = pieces(batch.path)
        targetPieces = pieces(batch.target)
        designPieces = pieces(batch.rowDesign)
        isTargetOneCell = batch.target.isOneCell
        needsID = batch.path.needsSecret || batch.target.needsSecret
        key = HMAC.Key(batch.secret)
        keyMessage = Array("wayseal batch id\u{0}\(batch.name)\u{0}".utf8)
        var targets = TargetText()
        targets.appSchemes = batch.appSchemes
        self.targets = targets
        isDense = batch.isDense
        standardDesign = batch.design
        design = batch.design
        designs = Dictionary(
            batch.designNumbers.map { (Array($0.key.utf8), $0.value) }, uniquingKeysWith: { first, _ in first })
        self.names = names
        start = scanner.cursor
        self.scanner = scanner
    }

    private static func name(_ cell: TableCell, _ bytes: Span<UInt8>, _ scratch: [UInt8]) -> String {
        let text = (cell.isScratch ? scratch.span : bytes).extracting(cell.text)
        return SiteAssembly.trimmed(Bytes.string(text.count > 200 ? text.extracting(0..<200) : text))
    }

    /// A cell of the last row, by its column's number; what is no UTF-8 is mended.
    public func cell(_ column: Int, _ bytes: Span<UInt8>) -> String {
        let cell = scanner.cells[column]
        return SiteAssembly.trimmed(Bytes.string((cell.isScratch ? scratch.span : bytes).extracting(cell.text)))
    }

    /// Bytes of a cell of the last row in its stretch, with its quotes.
    public func place(of column: Int) -> Range<Int> { scanner.cells[column].place }

    /// Begins a stretch of bytes at a row.
    /// - Parameters:
    ///   - offset: where in the stretch the first row begins.
    ///   - before: how many rows there are before it.
    public mutating func begin(at offset: Int = 0, before: Int) {
        scanner = CSVScanner(at: offset)
        number = before
    }

    /// Makes what the templates say of the next row, as it stands; rows without anything in them are passed over, all others
    /// are counted.
    public mutating func next(_ bytes: Span<UInt8>) -> Outcome {
        repeat {
            scratch.removeAll(keepingCapacity: true)
            guard scanner.next(bytes, &scratch) else { return .end }
        } while scanner.isBlank
        number += 1
        if let problem = scanner.problem {
            return .problem(
                Problem(
                    code: ManifestCodes.tableQuote, summary: problem.summary, place: problem.place,
                    help: "quote the whole cell, and double the quotes inside it", isFatal: problem.isFatal))
        }
        guard scanner.cells.count == names.count else {
            let count = scanner.cells.count
            return .problem(
                Problem(
                    code: ManifestCodes.tableCells,
                    summary: "this row has \(count) cell\(count == 1 ? "" : "s"), the header has \(names.count)",
                    place: scanner.row, help: count > names.count ? "quote cells that hold a comma" : nil))
        }
        if needsID { makeID() }
        do throws(Problem) {
            // Each buffer is taken out while it is filled, and keeps its room.
            var out: [UInt8] = []
            swap(&out, &slug)
            try fill(pathPieces, ASCIISet.slug, isNeeded: true, bytes, &out)
            swap(&out, &slug)
            swap(&out, &target)
            try fill(
                targetPieces, isTargetOneCell ? nil : ASCIISet.unreserved, isNeeded: isTargetOneCell, bytes, &out)
            swap(&out, &target)
            if !designPieces.isEmpty {
                swap(&out, &designName)
                try fill(designPieces, nil, isNeeded: false, bytes, &out)
                swap(&out, &designName)
                try findDesign()
            }
        } catch { return .problem(error) }
        return .row
    }

    /// Brings slug and target of the last row into their normal forms, in place.
    public mutating func normalize() throws(Problem) {
        do throws(TextProblem) {
            if !SlugText.isNormal(slug.span) {
                var out: [UInt8] = []
                try SlugText.normalize(slug.span, into: &out)
                slug = out
            }
            if slug.last == UInt8(ascii: "*") {
                throw TextProblem(ManifestCodes.wildcardPlace, "a row can't be a wildcard")
            }
            if isDense {
                for index in slug.indices where !ASCIISet.dense.contains(Self.upper(slug[index])) {
                    throw TextProblem(
                        ManifestCodes.denseImpossible,
                        "a dense code can't hold \(Bytes.name(slug.span, at: index)), which is in its address",
                        help: "use letters, digits and $ * + - . : / only, or set dense: false")
                }
            }
            if TargetText.normalParts(target.span) == nil {
                var out: [UInt8] = []
                _ = try targets.normalize(target.span, into: &out)
                target = out
            }
        } catch {
            throw Problem(code: error.code, summary: error.summary, place: scanner.row, help: error.help)
        }
    }

    private static func upper(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }

    private mutating func findDesign() throws(Problem) {
        if designName.isEmpty {
            design = standardDesign
        } else if let number = designs[designName] {
            design = number
        } else {
            let name = String(decoding: designName, as: UTF8.self)
            let known = designs.keys.map { String(decoding: $0, as: UTF8.self) }.sorted()
            throw Problem(
                code: ManifestCodes.unknownDesign, summary: "there is no design \(Bytes.quoted(name))",
                place: scanner.row,
                help: SpellingSuggestion.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
                    ?? "describe it under designs:")
        }
    }

    private mutating func makeID() {
        let code = key.code(keyMessage + Array(String(number).utf8))
        idText.removeAll(keepingCapacity: true)
        var bits: UInt32 = 0
        var count = 0
        for byte in code {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                idText.append(GeneratedSlug.alphabet[Int(bits >> UInt32(count) & 31)])
            }
        }
    }

    private func fill(
        _ pieces: [Piece], _ allowed: ASCIISet?, isNeeded: Bool, _ bytes: Span<UInt8>, _ out: inout [UInt8]
    ) throws(Problem) {
        out.removeAll(keepingCapacity: true)
        for piece in pieces {
            switch piece {
            case .text(let text): out.append(contentsOf: text)
            case .number(let width):
                let digits = String(number).utf8
                for _ in 0..<max(0, width - digits.count) { out.append(0x30) }
                out.append(contentsOf: digits)
            case .id(let length): out.append(contentsOf: idText[..<length])
            case .cell(let column): try append(column, allowed, isNeeded: isNeeded, bytes, &out)
            }
        }
    }

    private func append(
        _ column: Int, _ allowed: ASCIISet?, isNeeded: Bool, _ bytes: Span<UInt8>, _ out: inout [UInt8]
    ) throws(Problem) {
        let cell = scanner.cells[column]
        let text = cell.isScratch ? scratch.span : bytes
        var range = cell.text
        while let first = range.first, text[first] == 0x20 { range.removeFirst() }
        while let last = range.last, text[last] == 0x20 { range.removeLast() }
        if range.isEmpty, isNeeded {
            throw Problem(
                code: ManifestCodes.batchRow, summary: "the cell of \(Bytes.quoted(names[column])) is empty",
                place: cell.place, help: "every row needs it")
        }
        guard range.count <= TargetText.limit else {
            throw Problem(
                code: ManifestCodes.batchRow,
                summary: "a cell of \(range.count) bytes, at most \(TargetText.limit) are taken", place: cell.place)
        }
        var isASCII = true
        for index in range {
            let byte = text[index]
            if byte < 0x20 || byte == 0x7F {
                throw Problem(
                    code: ManifestCodes.controlCharacter, summary: "this cell holds \(Bytes.name(text, at: index))",
                    place: cell.place)
            }
            isASCII = isASCII && byte < 0x80
            if allowed?.contains(byte) ?? true { out.append(byte) } else { Bytes.appendEncoded(byte, to: &out) }
        }
        if !isASCII, UTF8Scalars.firstMalformed(text.extracting(range)) != nil {
            throw Problem(
                code: ManifestCodes.invalidUTF8, summary: "this cell is not UTF-8", place: cell.place,
                help: "save the table as \"CSV UTF-8\"")
        }
    }
}
