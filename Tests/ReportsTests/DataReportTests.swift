import Scans
import Support
import TestSupport
import Testing

@testable import Reports

@Suite("CSV, JSON, XLSX and PDF")
struct DataReportTests {
    @Test("the CSV looks as it did when it was looked at")
    func csv() throws {
        let report = ScanReport.sample(links: 4, details: 1, days: 3)
        try Golden.expect(CSVReport.table(report), "report.csv")
    }

    @Test("no cell of the CSV is a formula, and no text breaks its row", arguments: 0..<60)
    func formulas(seed: Int) {
        let (harmless, hostile) = ScanReport.hostilePair(seed: UInt64(seed))
        let clean = Self.parse(CSVReport.table(harmless))
        let attacked = Self.parse(CSVReport.table(hostile))
        #expect(clean.count == attacked.count)
        for (a, b) in zip(clean, attacked) {
            #expect(b.count == 6)
            #expect(a[0] == b[0] && Array(a[3...]) == Array(b[3...]))
            for cell in b[1...2] {
                let seen = cell.drop { $0 == " " || $0 == "\u{FEFF}" || $0 == "\u{A0}" }
                #expect(!"=+-@\t\r\n＝＋－＠".contains(seen.first ?? "x"), "\(cell.debugDescription)")
            }
        }
    }

    @Test("a text keeps its quotes and commas through the CSV")
    func quoting() {
        #expect(CSVReport.field("plain") == "plain")
        #expect(CSVReport.field("a,\"b\"") == "\"a,\"\"b\"\"\"")
        #expect(CSVReport.field("=1+1") == "\"'=1+1\"")
        #expect(CSVReport.field("  =1") == "\"'  =1\"")
        #expect(CSVReport.field("") == "")
    }

    @Test("the JSON is the same each time and holds every number")
    func json() {
        let report = ScanReport.sample()
        let bytes = JSONReport.object(report)
        #expect(bytes == JSONReport.object(report))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("{\n \"schema\": \"wayseal-report/1\""))
        #expect(text.contains("\"scans\": \(report.totals.scans)"))
        #expect(text.contains("\"fisherP\": 0.073232"))
    }

    @Test("the workbook is the same each time")
    func workbook() throws {
        let folder = TemporaryFolder()
        let report = ScanReport.sample(links: 30, details: 3)
        var all: [[UInt8]] = []
        for name in ["a", "b"] {
            let path = folder.path + "/" + name
            try XLSXReport.write(report, language: .german, to: path, temporaryFolder: folder.path)
            all.append(try Files.read(path))
        }
        #expect(all[0] == all[1])
        #expect(all[0].starts(with: [0x50, 0x4B, 3, 4]))
    }

    @Test("a workbook that can't be written is an error")
    func unwritable() {
        #expect(throws: ReportError.self) {
            try XLSXReport.write(
                .sample(links: 1, details: 0), language: .english, to: "/proc/nowhere/x.xlsx", temporaryFolder: "/tmp")
        }
    }

    @Test("the PDF is the same each time and carries its date")
    func pdf() throws {
        let report = ScanReport.sample(links: 5, details: 1)
        let first = try PDFReport.document(report, language: .russian)
        #expect(try PDFReport.document(report, language: .russian) == first)
        #expect(first.starts(with: Array("%PDF-1.".utf8)))
        #expect(first.count < 600_000)
    }

    @Test("hostile texts neither stop nor change the number of sheets", arguments: 0..<5)
    func hostile(seed: Int) throws {
        let (_, hostile) = ScanReport.hostilePair(seed: UInt64(seed))
        let folder = TemporaryFolder()
        try XLSXReport.write(
            hostile, language: .english, to: folder.path + "/x.xlsx", temporaryFolder: folder.path)
        #expect(try !PDFReport.document(hostile, language: .english).isEmpty)
    }

    /// RFC 4180, as a reader sees it.
    static func parse(_ bytes: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var index = 0
        func text() -> String { String(decoding: cell, as: UTF8.self) }
        while index < bytes.count {
            let byte = bytes[index]
            if isQuoted {
                if byte == UInt8(ascii: "\""), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\"") {
                    cell.append(byte)
                    index += 1
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                } else {
                    cell.append(byte)
                }
            } else if byte == UInt8(ascii: "\""), cell.isEmpty {
                isQuoted = true
            } else if byte == UInt8(ascii: ",") {
                row.append(text())
                cell = []
            } else if byte == 0x0A {
                if cell.last == 0x0D { cell.removeLast() }
                row.append(text())
                rows.append(row)
                (row, cell) = ([], [])
            } else {
                cell.append(byte)
            }
            index += 1
        }
        return rows
    }
}
