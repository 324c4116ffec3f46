// This file uses unsafe pointers: libxlsxwriter's handles, all freed by workbook_close.

import CXLSXWriter
import Glibc
public import Scans
import Support

/// The report as a workbook: numbers as numbers, texts as texts, never a formula.
public enum XLSXReport {
    /// Writes the workbook to a new file. The library can only write to a path; the caller puts it in its place.
    ///
    /// The first sheet has totals, notes and definitions, each further one a table with a native chart where one
    /// helps. All links and all link days of the report are in it. The same report gives the same bytes: the date of
    /// creation is ``ScanReport/createdAt``.
    /// - Parameters:
    ///   - path: The file; one that is there is overwritten.
    ///   - temporaryFolder: Where rows wait for the end of the workbook: memory stays the same for any length.
    public static func write(
        _ report: ScanReport, language: Language, to path: String, temporaryFolder: String
    ) throws(ReportError) {
        // The library prints its own complaint when it can't create the file; ours comes first.
        do { _ = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT) } catch {
            throw .workbook(error.description)
        }
        let composer = ReportComposer(report: report, language: language)
        let document = composer.document(linkPages: 0)
        let code = temporaryFolder.withCString { folder -> lxw_error in
            var options = lxw_workbook_options()
            options.constant_memory = 1
            options.tmpdir = UnsafeMutablePointer(mutating: folder)
            guard let book = workbook_new_opt(path, &options) else { return LXW_ERROR_MEMORY_MALLOC_FAILED }
            properties(book, document.title, report.createdAt)
            var workbook = Workbook(book: book, language: language)
            workbook.overview(document)
            for table in tables(composer, document) { workbook.sheet(table) }
            return workbook_close(book)
        }
        guard code == LXW_NO_ERROR else {
            throw .workbook(lxw_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)")
        }
    }

    /// All tables; those of links with every link the report has, and days and hours link by link.
    private static func tables(_ composer: ReportComposer, _ document: ReportDocument) -> [ReportDocument.Table] {
        let report = composer.report
        var tables: [ReportDocument.Table] = []
        for section in document.sections {
            for block in section.blocks {
                switch block {
                case .figure(let figure):
                    tables.append(section.id == "links" ? composer.linkTable(report.links) : figure.table)
                case .pair(let figures): tables += figures.map(\.table)
                case .table(let table):
                    tables.append(table.title == composer.say(.goals) ? composer.goalTable(report.goals) : table)
                default: break
                }
            }
        }
        guard !report.linkDetails.isEmpty else { return tables }
        let rows = report.linkDetails.flatMap { detail in
            detail.days.map { day -> [ReportDocument.Table.Cell] in
                [
                    .text(detail.link.address), .text(day.day.description), .integer(day.scans),
                    .integer(day.uniqueScans),
                ]
            }
        }
        tables.append(
            .init(
                composer.say(.linkPages),
                [
                    (composer.say(.link), false), (composer.say(.day), false), (composer.say(.scans), true),
                    (composer.say(.uniqueScans), true),
                ], rows))
        let left = report.linkDetails.flatMap { detail in
            detail.excluded.map { step -> [ReportDocument.Table.Cell] in
                [.text(detail.link.address), .text(composer.say(.reason(step.reason))), .integer(step.count)]
            }
        }
        if !left.isEmpty {
            tables.append(
                .init(
                    composer.say(.waterfall),
                    [(composer.say(.link), false), (composer.say(.reason), false), (composer.say(.count), true)], left))
        }
        return tables
    }

    private static func properties(_ book: UnsafeMutablePointer<lxw_workbook>, _ title: String, _ createdAt: Int64) {
        title.withCString { title in
            "wayseal".withCString { author in
                var properties = lxw_doc_properties()
                properties.title = UnsafeMutablePointer(mutating: title)
                properties.author = UnsafeMutablePointer(mutating: author)
                // 0 would mean "now" to the library.
                properties.created = createdAt == 0 ? 1 : Int(createdAt)
                workbook_set_properties(book, &properties)
            }
        }
    }
}

/// The sheets of a workbook being written.
private struct Workbook {
    let book: UnsafeMutablePointer<lxw_workbook>
    let language: Language
    private var names: Set<String> = []
    private let head: UnsafeMutablePointer<lxw_format>?
    private let title: UnsafeMutablePointer<lxw_format>?
    private let wrapped: UnsafeMutablePointer<lxw_format>?
    private let integer: UnsafeMutablePointer<lxw_format>?
    private let share: UnsafeMutablePointer<lxw_format>?
    private let change: UnsafeMutablePointer<lxw_format>?
    private let decimal: UnsafeMutablePointer<lxw_format>?

    init(book: UnsafeMutablePointer<lxw_workbook>, language: Language) {
        self.book = book
        self.language = language
        func format(_ pattern: String?) -> UnsafeMutablePointer<lxw_format>? {
            let format = workbook_add_format(book)
            if let pattern { format_set_num_format(format, pattern) }
            return format
        }
        head = format(nil)
        format_set_bold(head)
        format_set_font_color(head, 0xFFFFFF)
        format_set_bg_color(head, 0x0E6470)
        format_set_text_wrap(head)
        title = format(nil)
        format_set_bold(title)
        format_set_font_size(title, 18)
        wrapped = format(nil)
        format_set_text_wrap(wrapped)
        format_set_align(wrapped, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        integer = format("#,##0")
        share = format("0.0%")
        change = format("+0.0%;-0.0%;0.0%")
        decimal = format("0.0000")
    }

    /// Totals, notes, definitions.
    mutating func overview(_ document: ReportDocument) {
        guard let sheet = add(Phrase.overview.said(in: language)) else { return }
        worksheet_set_column(sheet, 0, 0, 30, nil)
        worksheet_set_column(sheet, 1, 1, 90, nil)
        var row: UInt32 = 0
        func write(_ name: String, _ text: String, _ format: UnsafeMutablePointer<lxw_format>? = nil) {
            put(sheet, row, 0, name, format)
            if !text.isEmpty { put(sheet, row, 1, text, wrapped) }
            row += 1
        }
        write(document.title, "", title)
        for line in document.lead { write("", line) }
        row += 1
        for section in document.sections {
            for block in section.blocks {
                switch block {
                case .tiles(let tiles):
                    write(section.title, "", head)
                    for tile in tiles {
                        write(
                            tile.name,
                            [tile.value, tile.change ?? "", tile.detail].filter { !$0.isEmpty }.joined(separator: " · ")
                        )
                    }
                case .warning(let text), .paragraph(let text): write("", text)
                case .definitions(let definitions):
                    row += 1
                    write(section.title, "", head)
                    for definition in definitions { write(definition.term, definition.text) }
                default: break
                }
            }
        }
        row += 1
        for line in document.footer { write("", line) }
        worksheet_fit_to_pages(sheet, 1, 0)
    }

    /// A table with its chart.
    mutating func sheet(_ table: ReportDocument.Table) {
        guard !table.columns.isEmpty, let sheet = add(table.title), let name = last else { return }
        let columns = table.columns.count
        for (index, column) in table.columns.enumerated() {
            let wide = columns > 12 ? 7.0 : column.isNumber ? 14 : index == 0 ? 34 : 24
            worksheet_set_column(sheet, UInt16(index), UInt16(index), wide, nil)
        }
        worksheet_freeze_panes(sheet, 1, 0)
        worksheet_repeat_rows(sheet, 0, 0)
        worksheet_fit_to_pages(sheet, 1, 0)
        worksheet_set_paper(sheet, 9)
        for (index, column) in table.columns.enumerated() { put(sheet, 0, UInt16(index), column.name, head) }
        // The format ends at row 1,048,576.
        let rows = table.rows.prefix(1_048_575)
        for (number, cells) in rows.enumerated() {
            let row = UInt32(number + 1)
            for (index, cell) in cells.enumerated() where index < columns {
                let column = UInt16(index)
                switch cell {
                case .text(let text): put(sheet, row, column, text, nil)
                case .integer(let value): worksheet_write_number(sheet, row, column, Double(value), integer)
                case .share(let value): put(sheet, row, column, value, share)
                case .change(let value): put(sheet, row, column, value, change)
                case .decimal(let value, _): put(sheet, row, column, value, decimal)
                case .empty: break
                }
            }
        }
        if !rows.isEmpty {
            worksheet_autofilter(sheet, 0, 0, UInt32(rows.count), UInt16(columns - 1))
        }
        if columns >= 2, columns <= 6, table.columns[1].isNumber, rows.count >= 2, rows.count <= 400 {
            chart(sheet, name: name, table: table, rows: rows.count)
        }
    }

    private func chart(
        _ sheet: UnsafeMutablePointer<lxw_worksheet>, name: String, table: ReportDocument.Table, rows: Int
    ) {
        // A row of days is a line, everything else bars with the largest on top.
        let isLine = rows > 12 && table.columns.count > 1 && table.columns[0].name == Phrase.day.said(in: language)
        let kind = isLine ? LXW_CHART_LINE : LXW_CHART_BAR
        guard let chart = workbook_add_chart(book, UInt8(kind.rawValue)) else { return }
        let last = UInt32(isLine ? rows : min(rows, 12))
        let series = chart_add_series(chart, nil, nil)
        chart_series_set_categories(series, name, 1, 0, last, 0)
        chart_series_set_values(series, name, 1, 1, last, 1)
        chart_series_set_name_range(series, name, 0, 1)
        if isLine {
            var line = lxw_chart_line()
            line.color = 0x0E6470
            line.width = 2
            chart_series_set_line(series, &line)
        } else {
            var fill = lxw_chart_fill()
            fill.color = 0x0E6470
            chart_series_set_fill(series, &fill)
            chart_axis_set_reverse(chart.pointee.y_axis)
        }
        chart_legend_set_position(chart, UInt8(LXW_CHART_LEGEND_NONE.rawValue))
        worksheet_insert_chart(sheet, 1, UInt16(table.columns.count + 1), chart)
    }

    private var last: String?

    private mutating func add(_ title: String) -> UnsafeMutablePointer<lxw_worksheet>? {
        let name = Self.name(title, taken: names)
        names.insert(name.lowercased())
        last = name
        return workbook_add_worksheet(book, name)
    }

    /// A name Excel takes: at most 31 UTF-16 units, none of `[]:*?/\'`, not taken by another (letter case aside).
    static func name(_ title: String, taken: Set<String>) -> String {
        let cleaned = String(
            Visible.text(title).unicodeScalars.map { "[]:*?/\\'\"".unicodeScalars.contains($0) ? "·" : Character($0) })
        func cut(_ limit: Int) -> String {
            var text = ""
            for character in cleaned {
                if text.utf16.count + String(character).utf16.count > limit { break }
                text.append(character)
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        var name = cut(31).isEmpty ? "·" : cut(31)
        var number = 2
        while taken.contains(name.lowercased()) {
            let suffix = " \(number)"
            name = cut(31 - suffix.utf16.count) + suffix
            number += 1
        }
        return name
    }

    /// A text as a text: worksheet_write_string never makes a formula or a link of it.
    private func put(
        _ sheet: UnsafeMutablePointer<lxw_worksheet>, _ row: UInt32, _ column: UInt16, _ text: String,
        _ format: UnsafeMutablePointer<lxw_format>?
    ) {
        worksheet_write_string(sheet, row, column, Visible.text(text, limit: 4_000), format)
    }

    private func put(
        _ sheet: UnsafeMutablePointer<lxw_worksheet>, _ row: UInt32, _ column: UInt16, _ value: Double,
        _ format: UnsafeMutablePointer<lxw_format>?
    ) {
        if value.isFinite { worksheet_write_number(sheet, row, column, value, format) }
    }
}
