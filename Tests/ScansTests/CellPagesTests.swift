import SQLite
import Support
import TestSupport
import Testing

@testable import Scans

/// Cells in their pages, against a dictionary.
struct CellPagesTests {
    private func bytes(_ random: inout SplitMix, upTo most: Int) -> [UInt8] {
        (0..<Int.random(in: 1...most, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private func all(_ database: borrowing Database, _ day: Int) throws -> [Int: [UInt8]] {
        var cells: [Int: [UInt8]] = [:]
        var last = -1
        var isOrdered = true
        let isWhole = try CellPages.forEach(database, from: day, through: day) { found, link, bytes in
            if found != day || link <= last { isOrdered = false }
            last = link
            cells[link] = bytes
        }
        #expect(isWhole && isOrdered)
        return cells
    }

    private func cell(_ random: inout SplitMix) -> Cell {
        var cell = Cell()
        for dimension in 0..<Dimension.count {
            var id: UInt32 = 0
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let scans = UInt32.random(in: 1...300, using: &random)
                cell.entries[dimension].append(
                    Cell.Entry(id: id, scans: scans, uniques: UInt32.random(in: 0...scans, using: &random)))
                id += UInt32.random(in: 1...400, using: &random)
            }
        }
        cell.scans = UInt32.random(in: 0...4000, using: &random)
        cell.uniques = UInt32.random(in: 0...cell.scans, using: &random)
        for dimension in 0..<Dimension.count where cell.scans == 0 || cell.entries[dimension].isEmpty {
            cell.entries[dimension] = cell.scans == 0 ? [] : [.init(id: 0, scans: cell.scans, uniques: cell.uniques)]
        }
        if cell.scans > 0 { cell.last = UInt32.random(in: 0...90_000, using: &random) }
        cell.late = UInt32.random(in: 0...2, using: &random)
        for reason in 0..<Exclusion.count where Bool.random(using: &random) { cell.excluded[reason] = 7 }
        return cell
    }

    @Test func `the cells of several parts are summed link by link`() throws {
        var random = SplitMix(seed: 11)
        var expected: [Int: Cell] = [:]
        var runs: [CellPages.Run] = []
        for _ in 0..<9 {
            var run = CellPages.Run()
            for link in 0..<200 where Int.random(in: 0..<3, using: &random) == 0 {
                let cell = cell(&random)
                var bytes: [UInt8] = []
                cell.pack(dayStart: 0, into: &bytes)
                run.add(link * 1_000, bytes)
                expected[link * 1_000, default: Cell()].add(cell)
            }
            runs.append(run)
        }
        var found: [Int: Cell] = [:]
        var last = -1
        let isWhole = CellPages.sum(runs) { link, bytes in
            #expect(link > last)
            last = link
            found[link] = Cell.unpack(bytes, dayStart: 0)
        }
        #expect(isWhole)
        #expect(found == expected)
    }

    @Test func `a run that is cut short is told, and nothing traps`() {
        var random = SplitMix(seed: 12)
        var bytes: [UInt8] = []
        cell(&random).pack(dayStart: 0, into: &bytes)
        for end in 0..<bytes.count {
            var cell = Cell()
            var whole = Cell()
            _ = whole.append(VarintReader(bytes: bytes), dayStart: 0)
            if cell.append(VarintReader(bytes: Array(bytes[..<end])), dayStart: 0) { #expect(cell != whole) }
            var run = CellPages.Run()
            run.add(3, Array(bytes[..<end]))
            _ = CellPages.sum([run]) { _, _ in }
        }
    }

    @Test func `what is written is read, and what is changed is found again, page by page`() throws {
        var random = SplitMix(seed: 7)
        let database = try ScanStore.open(":memory:")
        var expected: [Int: [UInt8]] = [:]
        for day in 0..<3 {
            var writer = try CellPages.Writer(database, day: 20_000 + day)
            for link in 0..<4_000 where Int.random(in: 0..<3, using: &random) > 0 {
                let cell = bytes(&random, upTo: link % 500 == 0 ? 20_000 : 40)
                try writer.add(link * 7, cell)
                if day == 1 { expected[link * 7] = cell }
            }
            try writer.finish()
        }
        #expect(try all(database, 20_001) == expected)
        let others = (try all(database, 20_000), try all(database, 20_002))
        for _ in 0..<40 {
            // Some that are there, some between them, some behind the last.
            var changed: [Int: [UInt8]] = [:]
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                changed[Int.random(in: 0..<30_000, using: &random)] = bytes(&random, upTo: 300)
            }
            var isKnown = true
            let isWhole = try CellPages.update(database, day: 20_001, links: changed.keys.sorted()) { link, old in
                if old != expected[link] { isKnown = false }
                return changed[link]
            }
            #expect(isWhole && isKnown)
            expected.merge(changed) { $1 }
            #expect(try all(database, 20_001) == expected)
        }
        #expect(try all(database, 20_000) == others.0)
        #expect(try all(database, 20_002) == others.1)
        let longest = try database.first(
            "SELECT count(*) FROM cells WHERE length(packed) > ?", .integer(CellPages.fullSize + 20_010)
        ) { $0.int(0) }
        #expect(longest == 0)
    }

    @Test func `a damaged page is told, never read past its end`() throws {
        let database = try ScanStore.open(":memory:")
        var writer = try CellPages.Writer(database, day: 3)
        for link in 0..<50 { try writer.add(link, [1, 2, 3, 4, 5]) }
        try writer.finish()
        for cut in [1, 2, 3, 120, 348] {
            try database.run("UPDATE cells SET packed=substr(packed, 1, ?)", .integer(349 - cut))
            let isWhole = try CellPages.forEach(database, through: 9) { _, _, _ in }
            #expect(!isWhole || (349 - cut) % 7 == 0)
        }
    }

    @Test func `counts of an older version are taken over`() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/old.db"
        var expected: [Int: [UInt8]] = [:]
        do {
            let old = try Database(path: path)
            try old.migrate(Array(ScanStore.schema.prefix(2)))
            for link in 0..<2_000 {
                let cell: [UInt8] = [UInt8(link % 251), 7]
                expected[link * 3] = cell
                try old.run("INSERT INTO cell VALUES(?, ?, ?)", .integer(9_000), .integer(link * 3), .blob(cell))
            }
        }
        #expect(throws: SQLiteError.self) { _ = try ScanStore.open(path, access: .readOnly) }
        for _ in 0..<2 {
            let new = try ScanStore.open(path)
            #expect(try all(new, 9_000) == expected)
        }
        let reader = try ScanStore.open(path, access: .readOnly)
        #expect(try all(reader, 9_000) == expected)
    }
}
