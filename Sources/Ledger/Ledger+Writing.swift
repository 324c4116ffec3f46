import SQLite
import Support
import TransparencyLog

extension Ledger {
    /// Step 1: the rows of the drafts. Runs inside the caller's transaction.
    func insert(
        _ drafts: [Draft], at time: Int, salt: (Int) -> [UInt8], edge: inout LogEdge
    ) throws(LedgerError) {
        do {
            let entries = try index.database.prepare(
                "INSERT INTO entry(idx, bytes, leaf, kind, subject, at) VALUES (?, ?, ?, ?, ?, ?)")
            let nodes = try index.database.prepare("INSERT INTO node(level, idx, hash) VALUES (?, ?, ?)")
            let preimages = try index.database.prepare(
                "INSERT INTO preimage(idx, field, salt, value) VALUES (?, ?, ?, ?)")
            // `+`: a kind that is compared with the condition of a partial index has the statement parsed again with
            // each value.
            let versions = try index.database.prepare(
                """
                SELECT entry.idx, entry.subject FROM preimage JOIN entry ON entry.idx = preimage.idx
                WHERE preimage.field = 'slug' AND preimage.value = ? AND +entry.kind = ?
                ORDER BY preimage.idx DESC LIMIT 1
                """)
            let salts = salt(
                Disclosure.saltSize * drafts.reduce(0) { $0 + $1.hidden.count + ($1.slug == nil ? 0 : 1) })
            var salted = 0
            var opened: [Disclosure] = []
            var commitments: [(field: String, hash: TreeHash)] = []
            for draft in drafts {
                let number = edge.size
                var entry = LedgerEntry(kind: draft.kind, at: time, open: draft.open, of: draft.of)
                var subject = number
                if let slug = draft.slug {
                    try versions.bind(1, slug)
                    try versions.bind(2, draft.kind.rawValue)
                    if try versions.step() {
                        entry.previous = versions.int(0)
                        subject = versions.int(1)
                    }
                    versions.reset()
                } else if let of = draft.of {
                    guard of >= 0, of < number else { throw LedgerError.unknown("there is no entry \(of)") }
                    subject =
                        try index.database.first("SELECT subject FROM entry WHERE idx = ?", .integer(of)) {
                            $0.int(0)
                        } ?? of
                }
                // Arrays instead of dictionaries: a batch has a hundred thousand entries of three fields.
                var fields = draft.hidden.filter { draft.slug == nil || $0.key != "slug" }.map { ($0.key, $0.value) }
                if let slug = draft.slug { fields.append(("slug", slug)) }
                fields.sort { $0.0.utf16.lexicographicallyPrecedes($1.0.utf16) }
                opened.removeAll(keepingCapacity: true)
                commitments.removeAll(keepingCapacity: true)
                for (field, value) in fields {
                    let bytes = Array(salts[salted..<salted + Disclosure.saltSize])
                    salted += Disclosure.saltSize
                    let disclosure = Disclosure(field: field, salt: bytes, value: value)
                    guard let commitment = disclosure.commitment else {
                        throw LedgerError.badEntry("a field of an entry can't be named '\(field)'")
                    }
                    commitments.append((field, commitment))
                    opened.append(disclosure)
                }
                let bytes = entry.serialized(commitments: commitments)
                guard bytes.count <= EntryBundle.longestEntry else {
                    throw LedgerError.badEntry("an entry of \(bytes.count) bytes, at most 65535 fit")
                }
                let leaf = TreeHash.leaf(bytes)
                try entries.bind(1, number)
                try entries.bind(2, bytes)
                try entries.bind(3, leaf.bytes)
                try entries.bind(4, draft.kind.rawValue)
                try entries.bind(5, subject)
                try entries.bind(6, time)
                try entries.run()
                try preimages.bind(1, number)
                for value in opened {
                    try preimages.bind(2, value.field)
                    try preimages.bind(3, value.salt)
                    try preimages.bind(4, value.value)
                    try preimages.run()
                }
                var notes = draft.notes
                if let author = draft.author { notes["author"] = author }
                for (name, note) in notes.sorted(by: { $0.key < $1.key }) {
                    try preimages.bind(2, name)
                    try preimages.bindNull(3)
                    try preimages.bind(4, note)
                    try preimages.run()
                }
                try edge.append(leaf) { node throws(SQLiteError) in
                    try nodes.run(.integer(node.level), .integer(node.index), .blob(node.hash.bytes))
                }
            }
        } catch let error as SQLiteError {
            throw .database(error)
        } catch let error as LedgerError {
            throw error
        } catch {
            throw .badEntry("\(error)")
        }
    }

    /// Step 2: writes the bundles and tiles that a log of `old` entries lacks, below `path`.
    func publishTiles(from old: Int, to path: String) throws(LedgerError) {
        var folders: Set<String> = []
        let write = { (tile: Tile, bytes: [UInt8]) throws(LedgerError) in
            do {
                let target = path + "/" + tile.path
                if folders.insert(Files.parent(of: target)).inserted {
                    try Files.makeDirectory(Files.parent(of: target))
                }
                if try Files.status(target) != nil {
                    if Files.has(bytes, at: target) { return }
                    // What a crash cut short.
                    try Files.remove(target)
                }
                try Files.create(target, bytes)
            } catch let error as FileError { throw .file(error) } catch { throw .badEntry("\(error)") }
        }
        do { try Files.makeDirectory(path) } catch { throw .file(error) }
        for tile in Tile.new(level: nil, from: old, to: size) {
            let start = tile.index * Tile.fullWidth
            let bytes = try attempt { () throws(SQLiteError) in
                try index.bundle(start..<start + tile.width)
            }
            try write(tile, bytes)
        }
        for level in 0...Tile.topLevel(size: size) {
            for tile in Tile.new(level: level, from: old, to: size) {
                let start = tile.index * Tile.fullWidth
                let hashes = try attempt { () throws(SQLiteError) in
                    try index.row(level: level, places: start..<start + tile.width)
                }
                try write(tile, hashes.tileBytes)
            }
        }
    }
}
