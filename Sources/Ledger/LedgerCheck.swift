import LedgerSchema
import SQLite
import Support
public import TransparencyLog

extension LedgerMaintenance {
    /// Checks everything: the index in itself, its triggers, every signed checkpoint, the private values, the guard, and
    /// every file of the published log. Empty when all is right. O(entries).
    public static func check(
        _ folder: LedgerFolder, key: VerifierKey?, workers: Int = 2
    ) async throws(LedgerError) -> [LedgerFinding] {
        guard (try? Files.status(folder.index)) != nil else { throw .missing(folder: folder.path) }
        let index = try attempt { () throws(SQLiteError) in try LedgerIndex.open(folder.index, access: .readWrite) }
        var findings: [LedgerFinding] = []
        let last = try attempt { () throws(SQLiteError) in
            try findings += integrity(of: index)
            try findings += entries(of: index)
            try findings += checkpoints(of: index, key: key)
            try findings += values(of: index)
            return try index.lastBuild()
        }
        guard let last else { return findings }
        do {
            guard let origin = SignedNote(last.checkpoint).flatMap({ Checkpoint(text: $0.text) })?.origin else {
                return findings
            }
            let kept = try Ledger.guardCheckpoint(in: folder, origin: origin)
            let size = try attempt { () throws(SQLiteError) in try index.size() }
            if kept.size > size {
                findings.append(LedgerFinding("the guard knows \(kept.size) entries, the index \(size)"))
            } else if try attempt({ () throws(SQLiteError) in try index.root(size: kept.size) }) != kept.root {
                findings.append(LedgerFinding("the guard and the index differ in the first \(kept.size) entries"))
            }
        } catch { findings.append(LedgerFinding(error.description)) }
        let log = folder.log
        findings += try attempt { () throws(SQLiteError) in try files(of: index, below: log, "tile") }
        guard Files.has(last.checkpoint, at: log + "/checkpoint") else {
            findings.append(LedgerFinding("\(log)/checkpoint is not the last signed checkpoint"))
            return findings
        }
        if let note = SignedNote(last.checkpoint), let checkpoint = Checkpoint(text: note.text),
            let problem = await LogAudit.problem(
                in: checkpoint, workers: workers, source: { try? Files.read(log + "/" + $0, limit: 1 << 25) })
        {
            findings.append(LedgerFinding("\(log)/\(problem)"))
        }
        return findings
    }

    private static func integrity(of index: borrowing LedgerIndex) throws(SQLiteError) -> [LedgerFinding] {
        var findings: [LedgerFinding] = []
        try index.database.query("PRAGMA integrity_check(10)") {
            if $0.text(0) != "ok" { findings.append(LedgerFinding("index: " + $0.text(0))) }
        }
        try index.database.query("PRAGMA foreign_key_check") {
            findings.append(LedgerFinding("index: a row of '\($0.text(0))' has no row to belong to"))
        }
        // The triggers are what keeps other programs from changing entries, so they must be ours to the letter.
        let fresh = try LedgerIndex.open(":memory:", access: .create)
        let schema = { (index: borrowing LedgerIndex) throws(SQLiteError) in
            var schema: [String: String] = [:]
            try index.database.query("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL") {
                schema[$0.text(0)] = $0.text(1)
            }
            return schema
        }
        let (own, expected) = (try schema(index), try schema(fresh))
        for name in Set(own.keys).union(expected.keys).sorted() where own[name] != expected[name] {
            findings.append(LedgerFinding("index: '\(name)' of the schema was changed"))
        }
        return findings
    }

    private static func entries(of index: borrowing LedgerIndex) throws(SQLiteError) -> [LedgerFinding] {
        var findings: [LedgerFinding] = []
        var edge = try LogEdge(size: 0) { _, _ throws(SQLiteError) in [] }
        var nodes = 0
        var subjects: [Int] = []
        try index.database.query("SELECT idx, bytes, leaf, kind, subject, at FROM entry ORDER BY idx") {
            row throws(SQLiteError) in
            let number = subjects.count
            let bytes = row.blob(1)
            let leaf = TreeHash.leaf(bytes)
            guard row.int(0) == number else {
                if findings.last?.description.hasPrefix("index: entry numbers") != true {
                    findings.append(LedgerFinding("index: entry numbers have a gap at \(number)"))
                }
                return
            }
            if leaf.bytes != row.blob(2) {
                findings.append(LedgerFinding("index: entry \(number) has another leaf hash"))
            }
            let entry = LedgerEntry(bytes)
            let before = entry?.previous ?? entry?.of
            let subject = before.map { $0 >= 0 && $0 < number ? subjects[$0] : -1 } ?? number
            subjects.append(subject)
            if entry?.kind.rawValue != row.text(3) || subject != row.int(4) || entry?.at != row.int(5) {
                findings.append(LedgerFinding("index: the columns of entry \(number) are not what its bytes say"))
            }
            try edge.append(leaf) { node throws(SQLiteError) in
                nodes += 1
                if try index.row(level: node.level, places: node.index..<node.index + 1) != [node.hash] {
                    findings.append(LedgerFinding("index: node \(node.index) of level \(node.level) is wrong"))
                }
            }
        }
        if try index.database.first("SELECT count(*) FROM node", row: { $0.int(0) }) != nodes {
            findings.append(LedgerFinding("index: there are nodes without entries"))
        }
        let last = try index.lastBuild()?.size ?? 0
        if last != edge.size { findings.append(LedgerFinding("index: \(edge.size) entries, but \(last) are signed")) }
        return findings
    }

    /// Every file that lies below `tile/`: those of older sizes are served as well.
    private static func files(
        of index: borrowing LedgerIndex, below log: String, _ folder: String
    ) throws(SQLiteError) -> [LedgerFinding] {
        var findings: [LedgerFinding] = []
        let size = try index.size()
        for name in (try? Files.names(in: "\(log)/\(folder)")) ?? [] {
            let path = "\(folder)/\(name)"
            if (try? Files.status("\(log)/\(path)")?.kind) == .directory {
                findings += try files(of: index, below: log, path)
                continue
            }
            guard let tile = Tile(path: path),
                tile.index * Tile.fullWidth + tile.width <= Tile.count(level: tile.level ?? 0, size: size)
            else {
                findings.append(LedgerFinding("\(log)/\(path) is no file of this log"))
                continue
            }
            // Those of today's tree are checked by the audit.
            let width = Tile.count(level: tile.level ?? 0, size: size) - tile.index * Tile.fullWidth
            if tile.isFull || tile.width == width { continue }
            let places = tile.index * Tile.fullWidth..<tile.index * Tile.fullWidth + tile.width
            let bytes: [UInt8]
            if let level = tile.level {
                bytes = try index.row(level: level, places: places).tileBytes
            } else {
                bytes = try index.bundle(places)
            }
            if !Files.has(bytes, at: "\(log)/\(path)") {
                findings.append(LedgerFinding("\(log)/\(path) is not what was signed"))
            }
        }
        return findings
    }

    /// The keys that the log itself names, from the one that began it; empty when it names none.
    private static func recordedKeys(in index: borrowing LedgerIndex) -> [VerifierKey] {
        let statements = (try? index.keyStatements()) ?? []
        let first = statements.first { $0.act == .log }.flatMap { try? VerifierKey($0.key) }
        return first.map { KeyRing(trusted: [$0], statements: statements).logs } ?? []
    }

    private static func checkpoints(
        of index: borrowing LedgerIndex, key: VerifierKey?
    ) throws(SQLiteError) -> [LedgerFinding] {
        var findings: [LedgerFinding] = []
        let statements = (try? index.keyStatements()) ?? []
        let keys = key.map { KeyRing(trusted: [$0], statements: statements).logs } ?? recordedKeys(in: index)
        let signers = keys.isEmpty ? recordedKeys(in: index) : keys
        let witnesses = KeyRing(trusted: signers, statements: statements).witnesses
        try index.database.query("SELECT size, \(LedgerIndex.cosigned) FROM build ORDER BY size") {
            row throws(SQLiteError) in
            let size = row.int(0)
            guard let note = SignedNote(row.blob(1)), let checkpoint = Checkpoint(text: note.text),
                checkpoint.size == size
            else {
                findings.append(LedgerFinding("index: the checkpoint of size \(size) is malformed"))
                return
            }
            if try index.root(size: size) != checkpoint.root {
                findings.append(LedgerFinding("index: the checkpoint of size \(size) has another root"))
            }
            if !keys.isEmpty, !keys.contains(where: note.isSigned) {
                findings.append(LedgerFinding("index: the checkpoint of size \(size) is not signed by \(keys[0].name)"))
            }
            for witness in witnesses where witness.statement(on: note) == .forged {
                findings.append(
                    LedgerFinding("index: the cosignature of \(witness.name) at size \(size) does not hold"))
            }
        }
        return findings
    }

    private static func values(of index: borrowing LedgerIndex) throws(SQLiteError) -> [LedgerFinding] {
        var findings: [LedgerFinding] = []
        try index.database.query(
            """
            SELECT preimage.idx, field, salt, value, bytes FROM preimage JOIN entry ON entry.idx = preimage.idx
            WHERE salt IS NOT NULL ORDER BY preimage.idx, field
            """
        ) { row in
            let value = Disclosure(field: row.text(1), salt: row.blob(2), value: row.text(3))
            if LedgerEntry(row.blob(4)).map(value.opens) != true {
                findings.append(
                    LedgerFinding(
                        "index: the private '\(value.field)' of entry \(row.int(0)) is not what it commits to"))
            }
        }
        return findings
    }
}
