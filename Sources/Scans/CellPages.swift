internal import SQLite

/// Cells in the database: many to a row, since a row costs more than the cell in it. A page holds the cells of one day
/// for some links that follow each other: for each, LEB128, how much greater its number is than the one before (the
/// first: than the page's), the length of its packed form, and that form. The page's key is its day and first link.
enum CellPages {
    /// A page is full from here on, in bytes: four fit into a page of the database.
    static let fullSize = 3_900
    private static let insert = "INSERT INTO cells VALUES(?, ?)"

    /// No log is older.
    static let earliest = -1

    /// The key of the page that begins with `link`.
    static func key(_ day: Int, _ link: Int) -> Int { day << 32 | link }

    /// Calls `body` with day, link and packed counts of every cell of these days, by day and link.
    /// - Returns: `false` when a page is damaged; what was read until then was handed on.
    static func forEach(
        _ database: borrowing Database, from: Int = earliest, through last: Int, _ body: (Int, Int, [UInt8]) -> Void
    ) throws(SQLiteError) -> Bool {
        var isWhole = true
        try database.query(
            "SELECT id, packed FROM cells WHERE id BETWEEN ? AND ? ORDER BY id", .integer(key(from, 0)),
            .integer(key(last, Int(UInt32.max)))
        ) { row in
            let id = row.int(0)
            if !read(row.blob(1), first: id & 0xFFFF_FFFF, { body(id >> 32, $0, $1) }) { isWhole = false }
        }
        return isWhole
    }

    /// Calls `body` with every cell of a page; `false` when it is damaged.
    private static func read(_ bytes: [UInt8], first: Int, _ body: (Int, [UInt8]) -> Void) -> Bool {
        var reader = VarintReader(bytes: bytes)
        var link = first
        while !reader.isAtEnd {
            guard let step = reader.next32(), let count = reader.next32(), let cell = reader.take(Int(count)) else {
                return false
            }
            link += Int(step)
            body(link, cell)
        }
        return true
    }

    /// Changes cells of a day that is stored: `change` gets the packed form that a link has, if it has one. Rare, for
    /// lines that come late; only pages with changed cells are written again.
    /// - Parameter links: in order.
    /// - Returns: `false` when a page is damaged.
    static func update(
        _ database: borrowing Database, day: Int, links: [Int], change: (Int, [UInt8]?) -> [UInt8]?
    ) throws(SQLiteError) -> Bool {
        var next = 0
        while next < links.count {
            // The page that would hold the link, and where the one behind it begins.
            let wanted = key(day, links[next])
            let page = try database.first(
                "SELECT id, packed FROM cells WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
                .integer(key(day, 0)), .integer(wanted)
            ) { ($0.int(0), $0.blob(1)) }
            let following = try database.first(
                "SELECT id FROM cells WHERE id > ? AND id < ? ORDER BY id LIMIT 1", .integer(wanted),
                .integer(key(day + 1, 0))
            ) { $0.int(0) }
            let end = following.map { $0 & 0xFFFF_FFFF } ?? Int.max
            var cells: [(link: Int, bytes: [UInt8])] = []
            if let (id, packed) = page {
                guard read(packed, first: id & 0xFFFF_FFFF, { cells.append(($0, $1)) }) else { return false }
                try database.run("DELETE FROM cells WHERE id=?", .integer(id))
            }
            var at = 0
            while next < links.count, links[next] < end {
                while at < cells.count, cells[at].link < links[next] { at += 1 }
                let isThere = at < cells.count && cells[at].link == links[next]
                guard let bytes = change(links[next], isThere ? cells[at].bytes : nil) else { return false }
                if isThere { cells[at].bytes = bytes } else { cells.insert((links[next], bytes), at: at) }
                next += 1
            }
            var writer = try Writer(database, day: day)
            for cell in cells { try writer.add(cell.link, cell.bytes) }
            try writer.finish()
        }
        return true
    }

    /// Takes over the cells of a database that had a row for each.
    static func convert(_ database: borrowing Database) throws(SQLiteError) {
        guard try database.first("SELECT 1 FROM sqlite_master WHERE name='cell'", row: { _ in true }) == true else {
            return
        }
        let transaction = try database.begin()
        var days: [Int] = []
        try database.query("SELECT DISTINCT day FROM cell ORDER BY day") { days.append($0.int(0)) }
        for day in days {
            var writer = try Writer(database, day: day)
            try database.query("SELECT link, counts FROM cell WHERE day=? ORDER BY link", .integer(day)) {
                (row) throws(SQLiteError) in try writer.add(row.int(0), row.blob(1))
            }
            try writer.finish()
        }
        try database.execute("DROP TABLE cell")
        try transaction.commit()
    }

    /// Cells of one day in memory, link after link, in the form of a page without an end.
    struct Run {
        private(set) var bytes: [UInt8] = []
        private var last = 0

        /// Adds the packed cell of a link; links come in order.
        mutating func add(_ link: Int, _ cell: [UInt8]) {
            CellPages.append(link - last, cell, to: &bytes)
            last = link
        }
    }

    /// Calls `body` with the sum of each link's cells: of runs whose visitors are different ones.
    /// - Returns: `false` when one is damaged.
    static func sum<Failure: Error>(
        _ runs: [Run], _ body: (Int, [UInt8]) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        var readers = runs.map { VarintReader(bytes: $0.bytes) }
        var links = [Int](repeating: 0, count: runs.count)
        func step(_ run: Int) -> Bool {
            if readers[run].isAtEnd {
                links[run] = .max
                return true
            }
            guard let step = readers[run].next32() else { return false }
            links[run] += Int(step)
            return true
        }
        for run in runs.indices where !step(run) { return false }
        var cell = Cell()
        var bytes: [UInt8] = []
        while let link = links.min(), link < .max {
            cell.clear()
            for run in runs.indices where links[run] == link {
                guard let count = readers[run].next32(), let packed = readers[run].part(Int(count)),
                    cell.append(packed, dayStart: 0), step(run)
                else { return false }
            }
            cell.unite()
            bytes.removeAll(keepingCapacity: true)
            cell.pack(dayStart: 0, into: &bytes)
            try body(link, bytes)
        }
        return true
    }

    private static func append(_ step: Int, _ cell: [UInt8], to bytes: inout [UInt8]) {
        varint(UInt64(step), &bytes)
        varint(UInt64(cell.count), &bytes)
        bytes.append(contentsOf: cell)
    }

    /// Writes the cells of one day.
    struct Writer: ~Copyable {
        private let statement: Statement
        private let day: Int
        private var first = -1
        private var last = 0
        private var bytes: [UInt8] = []

        init(_ database: borrowing Database, day: Int) throws(SQLiteError) {
            statement = try database.prepare(CellPages.insert)
            self.day = day
            bytes.reserveCapacity(CellPages.fullSize + 512)
        }

        /// Adds the packed cell of a link; links come in order.
        mutating func add(_ link: Int, _ cell: [UInt8]) throws(SQLiteError) {
            if first < 0 {
                first = link
                last = link
            }
            CellPages.append(link - last, cell, to: &bytes)
            last = link
            if bytes.count >= CellPages.fullSize { try flush() }
        }

        private mutating func flush() throws(SQLiteError) {
            guard first >= 0 else { return }
            try statement.bind(1, CellPages.key(day, first))
            try statement.bind(2, bytes)
            try statement.run()
            bytes.removeAll(keepingCapacity: true)
            first = -1
        }

        /// Writes the last page.
        consuming func finish() throws(SQLiteError) { try flush() }
    }
}
