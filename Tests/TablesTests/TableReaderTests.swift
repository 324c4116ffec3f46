import Foundation
import Testing

@testable import Tables

/// A table in a file of its own.
func withTable<T>(_ bytes: [UInt8], _ name: String = "t.csv", _ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tables-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent(name).path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try body(path)
}

/// All that comes of a table: columns, rows or errors, notes.
struct Reading: Equatable {
    var columns: [String] = []
    var rows: [TableRow] = []
    var errors: [TableError] = []
    var notes: [String] = []

    init(_ path: String) {
        do throws(TableError) {
            var reader = try TableReader(path: path)
            columns = reader.columns
            defer { notes = reader.notes.map { note in (note.line.map { "\($0): " } ?? "") + note.text } }
            while true {
                do throws(TableError) {
                    guard let row = try reader.next() else { return }
                    rows.append(row)
                } catch {
                    errors.append(error)
                    if error.isFatal { return }
                }
            }
        } catch { errors.append(error) }
    }

    init(text: String, _ name: String = "t.csv") throws { self = try withTable(Array(text.utf8), name) { Reading($0) } }
}

@Suite struct TableReaderTests {
    @Test("cells hold separators, quotes and line ends; lines are counted where a row begins")
    func csv() throws {
        let table = try Reading(text: "gtin,lot,note\r\n1,\"a,b\",\"say \"\"hi\"\"\nthere\"\n\n2,,x\r3,y,\n")
        #expect(table.columns == ["gtin", "lot", "note"])
        #expect(
            table.rows == [
                TableRow(line: 2, cells: ["1", "a,b", "say \"hi\"\nthere"]), TableRow(line: 5, cells: ["2", "", "x"]),
                TableRow(line: 6, cells: ["3", "y", ""]),
            ])
        #expect(table.errors.isEmpty)
    }

    @Test("semicolons, tabs and what sep= says separate cells, too")
    func separators() throws {
        #expect(try Reading(text: "a;b\n1,5;2\n").rows == [TableRow(line: 2, cells: ["1,5", "2"])])
        #expect(try Reading(text: "a\tb\n1\t2\n").rows.first?.cells == ["1", "2"])
        #expect(try Reading(text: "sep=|\r\na|b\r\n1|2\r\n").rows == [TableRow(line: 3, cells: ["1", "2"])])
        #expect(try Reading(text: "\"a;b\",c\n1,2\n").columns == ["a;b", "c"])
    }

    @Test("a bad row is told with its line, and the next one is read")
    func badRows() throws {
        let table = try Reading(text: "a,b\n1\n2,3\n4,5,6\n7,8,\nx\"y,9\n\"p\" q,1\n8,9\n")
        #expect(table.rows.map(\.line) == [3, 5, 8])
        #expect(table.errors.map(\.line) == [2, 4, 6, 7])
        #expect(table.errors.allSatisfy { !$0.isFatal })
        #expect(table.errors.first?.summary == "this row has 1 cell, the header has 2")
        let open = try Reading(text: "a,b\n1,\"2\n3,4\n")
        #expect(open.errors.map(\.line) == [2] && open.errors.first?.isFatal == true)
    }

    @Test("a header is needed, names each column once, and may have empty cells at its end")
    func headers() throws {
        #expect(try Reading(text: "a,b,,\n1,2,,\n,,,\n").rows == [TableRow(line: 2, cells: ["1", "2"])])
        #expect(try Reading(text: "").errors.first?.summary == "the table is empty")
        #expect(try Reading(text: "a,,b\n").errors.first?.summary == "column 2 has no name")
        #expect(try Reading(text: "a,a\n").errors.first?.summary == "the column 'a' stands here twice")
        #expect(Reading("/nonexistent/t.csv").errors.first?.summary.contains("can't be read") == true)
        #expect(Reading("/dev/zero").errors.first?.summary == "/dev/zero is no plain file")
    }

    @Test("UTF-8 with a mark, UTF-16 of both orders with and without, Latin-1 and Windows-1252 give the same cells")
    func encodings() throws {
        let text = "name,note\nKäse,„Größe“ €\n"
        let expected = [TableRow(line: 2, cells: ["Käse", "„Größe“ €"])]
        func units(_ big: Bool) -> [UInt8] {
            text.utf16.reduce(into: []) {
                $0 += big ? [UInt8($1 >> 8), UInt8($1 & 255)] : [UInt8($1 & 255), UInt8($1 >> 8)]
            }
        }
        for (bytes, note) in [
            (Array(text.utf8), nil), ([0xEF, 0xBB, 0xBF] + Array(text.utf8), nil),
            ([0xFF, 0xFE] + units(false), "UTF-16"), ([0xFE, 0xFF] + units(true), "UTF-16"),
        ] as [([UInt8], String?)] {
            let table = try withTable(bytes) { Reading($0) }
            #expect(table.rows == expected)
            #expect(table.notes.count == (note == nil ? 0 : 1))
            #expect(table.notes.first.map { $0.contains(note ?? "?") } ?? true)
        }
        let windows =
            [UInt8]("name,note\nK".utf8) + [0xE4] + Array("se,".utf8) + [0x84] + Array("Gr".utf8) + [0xF6, 0xDF]
            + Array("e".utf8) + [0x93, 0x20, 0x80, 0x0A]
        let table = try withTable(windows) { Reading($0) }
        #expect(table.rows == expected)
        #expect(table.notes == ["2: the table is not UTF-8; it was read as Windows-1252 (Latin-1)"])
        let plain: [UInt8] = "a,b\n1,2\n".utf8.reduce(into: []) { $0 += [$1, 0] }
        #expect(try withTable(plain) { Reading($0) }.rows.first?.cells == ["1", "2"])
        let mixed = [UInt8]("a,b\nä,1\n".utf8) + [0xE4, 0x2C, 0x32, 0x0A]
        #expect(try withTable(mixed) { Reading($0) }.errors.first?.line == 3)
        let cut: [UInt8] = [0xFF, 0xFE, 0x61, 0x00, 0x0A]
        #expect(try withTable(cut) { Reading($0) }.errors.first?.summary == "the text ends within a character")
        let half: [UInt8] = [0xFF, 0xFE, 0x61, 0x00, 0x0A, 0x00, 0x00, 0xDC]
        #expect(try withTable(half) { Reading($0) }.errors.first?.summary == "half a character in UTF-16")
    }

    @Test(
        "wherever the pieces of a file end, the rows are the same",
        arguments: [131_060, 131_068, 131_071, 131_072, 131_075])
    func pieces(_ length: Int) throws {
        // A cell so long that the next row begins at every place around the end of a piece.
        let filler = String(repeating: "x", count: length)
        let text = "a,b\n\(filler),\"ä\"\"€\n😀\"\r\nb,\"q\"\r\n€,ß\n"
        let expected = [
            TableRow(line: 2, cells: [filler, "ä\"€\n😀"]), TableRow(line: 4, cells: ["b", "q"]),
            TableRow(line: 5, cells: ["€", "ß"]),
        ]
        #expect(try Reading(text: text).rows == expected)
        var wide: [UInt8] = [0xFF, 0xFE]
        for unit in text.utf16 { wide += [UInt8(unit & 255), UInt8(unit >> 8)] }
        #expect(try withTable(wide) { Reading($0) }.rows == expected)
    }

    @Test("a row without end is refused, and not read into memory")
    func endless() throws {
        let table = try Reading(text: "a,b\n1,\"" + String(repeating: "x\n", count: 600_000))
        #expect(table.errors.first?.line == 2 && table.errors.first?.isFatal == true)
    }

    @Test("JSON Lines: keys of the first line are the columns; a bad line is told and the next one read")
    func jsonLines() throws {
        let table = try Reading(
            text:
                "{\"gtin\":\"09506000134352\",\"n\":1.50,\"ok\":true}\n\n{\"n\":null,\"gtin\":\"ä\"}\n{\"x\":1}\n[1]\n{\"gtin\":[1]}\n{bad\n{\"ok\":false}\n",
            "t.jsonl")
        #expect(table.columns == ["gtin", "n", "ok"])
        #expect(
            table.rows == [
                TableRow(line: 1, cells: ["09506000134352", "1.50", "true"]), TableRow(line: 3, cells: ["ä", "", ""]),
                TableRow(line: 8, cells: ["", "", "false"]),
            ])
        #expect(table.errors.map(\.line) == [4, 5, 6, 7])
        #expect(try Reading(text: "x", "t.jsonl").errors.first?.isFatal == true)
    }
}
