import Manifest
import Site
import Support
import TestSupport
import Testing

@testable import Batches

@Suite("Tables in stretches")
struct TableStretchesTests {
    /// Rows as `BatchRows` reads them: number, slug or what is wrong, and the line.
    private static func rows(_ bytes: [UInt8], _ reader: BatchRows, before: Int, line: Int, at offset: Int) -> [String]
    {
        var reader = reader
        var found: [String] = []
        reader.begin(at: offset, before: before)
        while true {
            let outcome = reader.next(bytes.span)
            let place = line + bytes[..<min(reader.place.lowerBound, bytes.count)].count { $0 == 0x0A }
            switch outcome {
            case .end: return found
            case .problem(let problem): found.append("\(reader.number) \(place) \(problem.summary)")
            case .row: found.append("\(reader.number) \(place) " + String(decoding: reader.slug, as: UTF8.self))
            }
        }
    }

    @Test("whatever stands in cells, stretches of any size have the rows of the whole, with their numbers and lines")
    func cut() throws {
        let folder = TemporaryFolder()
        var random = SplitMix(seed: 20_261_126)
        let pieces = [
            "a", "b c", "\"", "\"\"", ",", "\n", "\r\n", "\r", "\"x\"", "\"p,\n\"\"q\"", "ü", "", ",1", "\n\n",
        ]
        let batch = CodeBatch(
            name: "b", data: "t.csv", path: try RowTemplate("/{n}/{c}"),
            target: try RowTemplate("https://x.example/{c}"))
        for round in 0..<400 {
            var text = ["", "\u{FEFF}"].randomElement(using: &random) ?? ""
            text += ["c\n", "\"c\"\r\n", "c\r", "c,d\n"].randomElement(using: &random) ?? ""
            for _ in 0..<Int.random(in: 0...60, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
            let bytes = Array(text.utf8)
            let path = folder.path + "/\(round).csv"
            try Files.create(path, bytes)
            var problems: [BatchRows.Problem] = []
            let whole = try #require(BatchRows(batch, header: bytes, problems: &problems))
            let expected = Self.rows(bytes, whole, before: 0, line: 1, at: whole.start)
            for size in [1, 7, 40, 1 << 16] {
                let table = try TableStretches(path: path, size: size)
                #expect(table.digest == SHA256.hash(bytes))
                let reader = try #require(BatchRows(batch, header: table.header, problems: &problems))
                var found: [String] = []
                for stretch in table.stretches {
                    found += Self.rows(
                        try table.read(stretch), reader, before: stretch.before, line: stretch.line, at: 0)
                }
                #expect(found == expected, "size \(size): \(text.debugDescription)")
                #expect(table.rows == expected.count, "size \(size): \(text.debugDescription)")
            }
        }
    }

    @Test("a table that is exchanged while it is read is found out")
    func changed() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/t.csv"
        try Files.create(path, Array("c\n1\n2\n".utf8))
        let table = try TableStretches(path: path)
        try Files.replace(path, Array("c\n1\n3\n".utf8))
        #expect(throws: BatchError.changed(path)) { try table.read(table.stretches[0]) }
    }
}
