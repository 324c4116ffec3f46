import CXLSXWriter
import Foundation
import TestSupport
import Testing

@testable import Tables

@Suite struct WorkbookTests {
    /// A workbook by libxlsxwriter, which is somebody else's.
    private func workbook(_ fill: (UnsafeMutablePointer<lxw_workbook>) -> Void) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("book-\(UUID().uuidString).xlsx").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let book = try #require(workbook_new(path))
        fill(book)
        #expect(workbook_close(book) == LXW_NO_ERROR)
        return try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func read(_ bytes: [UInt8]) throws -> Reading { try withTable(bytes, "t.xlsx") { Reading($0) } }

    @Test("texts, numbers, dates, truth values and formulas of the first visible sheet, with the rows' numbers")
    func cells() throws {
        let bytes = try workbook { book in
            let date = workbook_add_format(book)
            format_set_num_format(date, "dd.mm.yyyy")
            let sheet = workbook_add_worksheet(book, "Bottles")
            _ = workbook_add_worksheet(book, "Other")
            for (column, name) in ["gtin", "name", "price", "day", "ok", "sum"].enumerated() {
                worksheet_write_string(sheet, 0, UInt16(column), name, nil)
            }
            worksheet_write_string(sheet, 1, 0, "09506000134352", nil)
            worksheet_write_string(sheet, 1, 1, "Käse <&> \"1\"", nil)
            worksheet_write_number(sheet, 1, 2, 0.1, nil)
            var day = lxw_datetime(year: 2027, month: 9, day: 18, hour: 0, min: 0, sec: 0)
            worksheet_write_datetime(sheet, 1, 3, &day, date)
            worksheet_write_boolean(sheet, 1, 4, 1, nil)
            worksheet_write_formula_num(sheet, 1, 5, "=1+1", nil, 2)
            worksheet_write_number(sheet, 3, 0, 9_506_000_134_352, nil)
            day = lxw_datetime(year: 2027, month: 9, day: 18, hour: 17, min: 30, sec: 0)
            worksheet_write_datetime(sheet, 3, 3, &day, date)
            worksheet_write_number(sheet, 4, 0, 12_345_678_901_234_567_168, nil)
            worksheet_write_number(sheet, 5, 2, -2, nil)
        }
        let table = try read(bytes)
        #expect(table.columns == ["gtin", "name", "price", "day", "ok", "sum"])
        #expect(
            table.rows == [
                TableRow(line: 2, cells: ["09506000134352", "Käse <&> \"1\"", "0.1", "2027-09-18", "true", "2"]),
                TableRow(line: 4, cells: ["9506000134352", "", "", "2027-09-18T17:30:00", "", ""]),
                TableRow(line: 6, cells: ["", "", "-2", "", "", ""]),
            ])
        #expect(table.errors.map(\.line) == [5])
        #expect(table.errors.first?.summary.contains("over 15 digits") == true)
        #expect(table.notes == ["the workbook has 2 sheets; 'Bottles' is read"])
    }

    @Test("many rows come in order")
    func many() throws {
        let bytes = try workbook { book in
            let sheet = workbook_add_worksheet(book, nil)
            worksheet_write_string(sheet, 0, 0, "n", nil)
            worksheet_write_string(sheet, 0, 1, "t", nil)
            for row in 1...20_000 {
                worksheet_write_number(sheet, UInt32(row), 0, Double(row), nil)
                worksheet_write_string(sheet, UInt32(row), 1, "serial-\(row)", nil)
            }
        }
        let table = try read(bytes)
        #expect(table.rows.count == 20_000 && table.errors.isEmpty)
        #expect(
            table.rows.enumerated().allSatisfy { $1.line == $0 + 2 && $1.cells == ["\($0 + 1)", "serial-\($0 + 1)"] })
    }

    @Test("what is no workbook is refused with what to do, and no damage makes the reader trap")
    func damaged() throws {
        #expect(try read(Array("a,b\n".utf8)).errors.first?.summary == "the file is no Excel workbook")
        #expect(
            try read([0xD0, 0xCF, 0x11, 0xE0] + [UInt8](repeating: 0, count: 600)).errors.first?.help
                == "save it as .xlsx without one")
        let good = try workbook { book in
            let sheet = workbook_add_worksheet(book, nil)
            for row in 0..<50 { worksheet_write_string(sheet, UInt32(row), 0, "cell \(row)", nil) }
        }
        var random = SplitMix(seed: 0x5EED)
        for round in 0..<400 {
            var bytes = good
            if round % 4 == 0 {
                bytes.removeLast(round % bytes.count)
            } else {
                for _ in 0..<(1 + round % 7) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            let table = try read(bytes)
            #expect(table.rows.count <= 50)
        }
    }
}
