import Support

/// Rows of the first visible sheet of an Excel workbook (ECMA-376 part 1, §18).
final class WorkbookRows {
    private(set) var notes: [TableNote] = []
    private let sheet: SheetHandler
    private let reading: XMLReading
    private var place = 0
    private var isEnd = false

    init(_ file: TableFile) throws(TableError) {
        let archive = try ZipArchive(file)
        func read(_ path: String, _ handler: XMLHandler) throws(TableError) -> Bool {
            guard let stream = try archive.open(path) else { return false }
            try XMLReading(stream, handler).finish()
            return true
        }
        let book = BookHandler()
        let relations = RelationHandler()
        guard try read("xl/workbook.xml", book), try read("xl/_rels/workbook.xml.rels", relations),
            let first = book.sheets.first(where: { !$0.isHidden }) ?? book.sheets.first,
            let target = relations.targets[first.relation]
        else { throw ZipArchive.noWorkbook }
        if book.sheets.count > 1 {
            notes.append(
                TableNote(line: nil, text: "the workbook has \(book.sheets.count) sheets; '\(first.name)' is read"))
        }
        let texts = TextHandler()
        _ = try read("xl/sharedStrings.xml", texts)
        let styles = StyleHandler()
        _ = try read("xl/styles.xml", styles)
        let path = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
        guard let stream = try archive.open(path) else { throw ZipArchive.noWorkbook }
        sheet = SheetHandler(texts, styles, isFrom1904: book.isFrom1904)
        reading = try XMLReading(stream, sheet)
    }

    func readHeader() throws(TableError) -> [String] {
        while let row = try nextRow() {
            if let problem = row.problem { throw TableError(line: row.line, problem) }
            if row.cells.allSatisfy(\.isEmpty) { continue }
            return try TableReader.columns(row.cells, line: row.line)
        }
        throw TableError(line: 1, "the table is empty", help: "the first row names the columns: gtin,lot,serial")
    }

    func next(_ count: Int) throws(TableError) -> TableRow? {
        while let row = try nextRow() {
            if let problem = row.problem {
                throw TableError(line: row.line, problem, help: row.help, isFatal: false)
            }
            var cells = row.cells
            while cells.count < count { cells.append("") }
            if let row = try TableReader.fitted(cells, count, line: row.line, separator: nil) { return row }
        }
        return nil
    }

    private func nextRow() throws(TableError) -> SheetHandler.Row? {
        while place == sheet.rows.count {
            if isEnd { return nil }
            sheet.rows.removeAll(keepingCapacity: true)
            place = 0
            isEnd = try !reading.next()
        }
        place += 1
        return sheet.rows[place - 1]
    }
}

/// `xl/workbook.xml`: the sheets in their order.
private final class BookHandler: XMLHandler {
    var sheets: [(name: String, relation: String, isHidden: Bool)] = []
    var isFrom1904 = false

    override func start(_ name: String, _ attributes: [String: String]) {
        if name == "sheet", let relation = attributes["id"], sheets.count < 1_000 {
            let state = attributes["state"] ?? ""
            sheets.append((attributes["name"] ?? "", relation, state == "hidden" || state == "veryHidden"))
        }
        if name == "workbookPr" { isFrom1904 = ["1", "true"].contains(attributes["date1904"] ?? "") }
    }
}

/// `xl/_rels/workbook.xml.rels`: where the sheets are.
private final class RelationHandler: XMLHandler {
    var targets: [String: String] = [:]

    override func start(_ name: String, _ attributes: [String: String]) {
        if name == "Relationship", let id = attributes["Id"], let target = attributes["Target"] { targets[id] = target }
    }
}

/// `xl/sharedStrings.xml`: the texts that cells refer to by number.
private final class TextHandler: XMLHandler {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var isText = false
    private var isPhonetic = false
    private static let limit = 128 << 20

    override func start(_ name: String, _ attributes: [String: String]) {
        if name == "t" { isText = true }
        if name == "rPh" { isPhonetic = true }
    }

    override func end(_ name: String) {
        if name == "t" { isText = false }
        if name == "rPh" { isPhonetic = false }
        if name == "si" { ends.append(bytes.count) }
    }

    override func text(_ text: UnsafeRawBufferPointer) {
        guard isText, !isPhonetic else { return }
        guard bytes.count + text.count <= Self.limit else {
            problem = TableError(line: nil, "the workbook has over 128 MiB of texts", help: "save it as CSV")
            return
        }
        bytes += text
    }

    subscript(number: Int) -> String? {
        guard ends.indices.contains(number) else { return nil }
        return String(decoding: bytes[(number == 0 ? 0 : ends[number - 1])..<ends[number]], as: UTF8.self)
    }
}

/// `xl/styles.xml`: which styles show a number as a date.
private final class StyleHandler: XMLHandler {
    private var dates: Set<Int> = []
    private(set) var styles: [Bool] = []
    private var isCells = false

    override func start(_ name: String, _ attributes: [String: String]) {
        switch name {
        case "numFmt":
            if let id = attributes["numFmtId"].flatMap({ Int($0) }), Self.isDate(attributes["formatCode"] ?? "") {
                dates.insert(id)
            }
        case "cellXfs": isCells = true
        case "xf" where isCells && styles.count < 70_000:
            let id = attributes["numFmtId"].flatMap { Int($0) } ?? 0
            // §18.8.30: 14 to 22 and 45 to 47 are dates and times wherever they are read.
            styles.append((14...22).contains(id) || (45...47).contains(id) || dates.contains(id))
        default: break
        }
    }

    override func end(_ name: String) { if name == "cellXfs" { isCells = false } }

    /// Whether a format has a part of a date outside of quotes and brackets.
    private static func isDate(_ format: String) -> Bool {
        var isQuoted = false
        var isBracket = false
        var isEscaped = false
        for byte in format.utf8 {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "_"), UInt8(ascii: "*"): isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "["): isBracket = true
            case UInt8(ascii: "]"): isBracket = false
            default: if !isQuoted, !isBracket, "yYdDhHmMsS".utf8.contains(byte) { return true }
            }
        }
        return false
    }
}

/// `xl/worksheets/sheet1.xml`: rows of cells.
private final class SheetHandler: XMLHandler {
    struct Row {
        var line: Int
        var cells: [String]
        var problem: String?
        var help: String?
    }

    var rows: [Row] = []
    private let texts: TextHandler
    private let styles: StyleHandler
    private let isFrom1904: Bool
    private var row = Row(line: 0, cells: [])
    private var column = -1
    private var kind = ""
    private var style = 0
    private var isValue = false
    private var isPhonetic = false
    private var value: [UInt8] = []
    private var size = 0

    init(_ texts: TextHandler, _ styles: StyleHandler, isFrom1904: Bool) {
        self.texts = texts
        self.styles = styles
        self.isFrom1904 = isFrom1904
    }

    override func start(_ name: String, _ attributes: [String: String]) {
        switch name {
        case "row":
            row = Row(line: attributes["r"].flatMap { Int($0) } ?? row.line + 1, cells: [])
            column = -1
            size = 0
        case "c":
            column = attributes["r"].flatMap(Self.column) ?? column + 1
            kind = attributes["t"] ?? "n"
            style = attributes["s"].flatMap { Int($0) } ?? 0
            value.removeAll(keepingCapacity: true)
        case "v", "t": isValue = true
        case "rPh": isPhonetic = true
        default: break
        }
    }

    override func end(_ name: String) {
        switch name {
        case "v", "t": isValue = false
        case "rPh": isPhonetic = false
        case "c":
            guard !value.isEmpty else { return }
            guard column < TableReader.mostColumns else {
                fail("a cell stands beyond column \(TableReader.mostColumns)")
                return
            }
            while row.cells.count <= column { row.cells.append("") }
            row.cells[column] = content(String(decoding: value, as: UTF8.self))
        case "row": rows.append(row)
        case "sheetData": isDone = true
        default: break
        }
    }

    override func text(_ text: UnsafeRawBufferPointer) {
        guard isValue, !isPhonetic else { return }
        size += text.count
        if size > TableReader.longestRow {
            problem = TableError(line: row.line, "a row of over \(TableReader.longestRow >> 20) MiB")
            return
        }
        value += text
    }

    private func fail(_ problem: String, _ help: String? = nil) {
        if row.problem != nil { return }
        row.problem = problem
        row.help = help
    }

    /// What a cell shows, in one way whatever the language of the spreadsheet.
    private func content(_ text: String) -> String {
        switch kind {
        case "s":
            if let shared = Int(text).flatMap({ texts[$0] }) { return shared }
            fail("a cell refers to a text that is not there")
            return ""
        case "str", "inlineStr", "d": return text
        case "b": return text == "1" ? "true" : "false"
        case "e":
            fail("a cell holds the error \(text.prefix(20))")
            return ""
        default: return number(text)
        }
    }

    private func number(_ text: String) -> String {
        guard let number = Double(text), number.isFinite else {
            fail("a cell holds a number that can't be read")
            return ""
        }
        if styles.styles.indices.contains(style), styles.styles[style] { return date(number) }
        let isPlain = text.utf8.count <= 15 && text.utf8.allSatisfy { $0 &- 0x30 < 10 }
        if isPlain { return text }
        if number.rounded() == number {
            // Excel keeps 15 digits and makes zeros of the others.
            guard abs(number) < 1e15 else {
                fail(
                    "a number has over 15 digits, which Excel does not keep",
                    "format the column as text and enter it again")
                return ""
            }
            return "\(Int(number))"
        }
        return "\(number)"
    }

    /// Days since the end of 1899, or since 1904 (§18.17.4).
    private func date(_ serial: Double) -> String {
        guard serial >= 0, serial < 2_958_466 else {
            fail("a cell holds a date that can't be")
            return ""
        }
        let seconds = Int((serial * 86_400).rounded())
        let (days, second) = (seconds / 86_400, seconds % 86_400)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
        if days == 0, !isFrom1904 { return clock }
        // 1900 was taken for a leap year: before March the count is one less.
        let day = isFrom1904 ? days - 24_107 : days < 60 ? days - 25_568 : days - 25_569
        let date = CivilTime.date(ofDay: day)
        let text = "\(date.year)-\(two(date.month))-\(two(date.day))"
        return second == 0 ? text : text + "T" + clock
    }

    /// `AB12` is column 27, from 0.
    private static func column(_ reference: String) -> Int? {
        var column = 0
        for byte in reference.utf8 {
            let letter = Int(byte & 0xDF) - 0x40
            guard (1...26).contains(letter), byte >= 0x41 else { break }
            column = column * 26 + letter
            if column > 16_384 { return nil }
        }
        return column == 0 ? nil : column - 1
    }
}
