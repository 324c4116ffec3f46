import SQLite
import Support
public import TransparencyLog

/// One version of a link, as the ledger recorded it.
public struct LinkVersion: Equatable, Sendable {
    /// 1 for the first.
    public var number: Int
    /// Number of its entry.
    public var index: Int
    /// When, in seconds since 1970.
    public var at: Int
    /// Where it led from then on; empty: it was removed. `nil`: the value was erased.
    public var target: String?
    /// Status and options, as the lock writes them.
    public var redirect: String?
    /// Who, if it was said.
    public var author: String?
    /// Size of the log at the checkpoint that first covered it.
    public var build: Int?
    /// Chain and transaction of the first final anchor that covers it.
    public var anchor: String?

    /// Whether this version removed the link.
    public var isRemoval: Bool { target?.isEmpty == true }
}

extension LedgerIndex {
    /// All versions of a link, oldest first; empty when there never was one. `slug` is host and slug in lower case.
    public func history(of slug: String) throws(LedgerError) -> [LinkVersion] {
        try attempt { () throws(SQLiteError) in
            var versions: [LinkVersion] = []
            try database.query(
                """
                SELECT entry.idx, entry.at,
                  (SELECT value FROM preimage p WHERE p.idx = entry.idx AND field = 'target'),
                  (SELECT value FROM preimage p WHERE p.idx = entry.idx AND field = 'redirect'),
                  (SELECT value FROM preimage p WHERE p.idx = entry.idx AND field = 'author'),
                  (SELECT min(size) FROM build WHERE size > entry.idx),
                  (SELECT chain || ' ' || tx FROM anchor WHERE size > entry.idx AND state = 'final' ORDER BY size LIMIT 1)
                FROM preimage named JOIN entry ON entry.idx = named.idx
                WHERE named.field = 'slug' AND named.value = ? AND entry.kind = 'link' ORDER BY entry.idx
                """, .text(slug)
            ) { row in
                versions.append(
                    LinkVersion(
                        number: versions.count + 1, index: row.int(0), at: row.int(1),
                        target: row.isNull(2) ? nil : row.text(2), redirect: row.isNull(3) ? nil : row.text(3),
                        author: row.isNull(4) ? nil : row.text(4), build: row.isNull(5) ? nil : row.int(5),
                        anchor: row.isNull(6) ? nil : row.text(6)))
            }
            return versions
        }
    }

    /// Version `number` of a link: to put it back. The restored state is recorded as a new version
    /// by the next build; nothing is undone.
    public func version(_ number: Int, of slug: String) throws(LedgerError) -> LinkVersion {
        let versions = try history(of: slug)
        guard !versions.isEmpty else { throw .unknown("the ledger has no link '\(slug)'") }
        guard number >= 1, number <= versions.count else {
            throw .unknown("'\(slug)' has \(versions.count) versions, there is no version \(number)")
        }
        let version = versions[number - 1]
        guard let target = version.target else { throw .unknown("version \(number) of '\(slug)' was erased") }
        guard !target.isEmpty else { throw .unknown("version \(number) of '\(slug)' is its removal") }
        return version
    }

    /// Every version of every link in the order of the log: a removal has an empty target. Erased ones are left out.
    public func forEachLink(
        _ body: (_ slug: String, _ target: String, _ redirect: String) -> Void
    ) throws(LedgerError) {
        try attempt { () throws(SQLiteError) in
            try database.query(
                """
                SELECT named.value, target.value, coalesce(redirect.value, '')
                FROM entry JOIN preimage named ON named.idx = entry.idx AND named.field = 'slug'
                JOIN preimage target ON target.idx = entry.idx AND target.field = 'target'
                LEFT JOIN preimage redirect ON redirect.idx = entry.idx AND redirect.field = 'redirect'
                WHERE entry.kind = 'link' ORDER BY entry.idx
                """
            ) { body($0.text(0), $0.text(1), $0.text(2)) }
        }
    }

    /// The addresses for which a code was recorded.
    public func codeAddresses() throws(LedgerError) -> Set<String> {
        try attempt { () throws(SQLiteError) in
            var addresses: Set<String> = []
            try database.query(
                """
                SELECT url.value FROM entry JOIN preimage url ON url.idx = entry.idx AND url.field = 'url'
                WHERE entry.kind = 'code'
                """
            ) { addresses.insert($0.text(0)) }
            return addresses
        }
    }

    /// What was said about keys, in the order of the log.
    public func keyStatements() throws(LedgerError) -> [KeyStatement] {
        try attempt { () throws(SQLiteError) in
            var statements: [KeyStatement] = []
            try database.query("SELECT bytes FROM entry WHERE kind = 'key' ORDER BY idx") { row in
                let note = LedgerEntry(row.blob(0))?.open[Draft.noteField]
                if let statement = note.flatMap({ KeyStatement(Array($0.utf8)) }) { statements.append(statement) }
            }
            return statements
        }
    }

    /// The digest of what the last recorded build wrote; `nil` before the first.
    public func lastBuiltFiles() throws(LedgerError) -> String? {
        try attempt { () throws(SQLiteError) in
            try database.first("SELECT bytes FROM entry WHERE kind = 'build' ORDER BY idx DESC LIMIT 1") {
                LedgerEntry($0.blob(0))?.open[Draft.filesField]
            }
        } ?? nil
    }

    /// The numbers of the entries that are revoked or suspended now.
    public func statuses() throws(LedgerError) -> (revoked: Set<Int>, suspended: Set<Int>) {
        try attempt { () throws(SQLiteError) in
            var revoked: Set<Int> = []
            var suspended: Set<Int> = []
            try database.query(
                "SELECT bytes FROM entry WHERE kind IN ('revoke', 'suspend', 'restore') ORDER BY idx"
            ) { row in
                guard let entry = LedgerEntry(row.blob(0)), let of = entry.of else { return }
                switch entry.kind {
                case .revoke: revoked.insert(of)
                case .suspend: suspended.insert(of)
                default: suspended.remove(of)
                }
            }
            return (revoked, suspended)
        }
    }
}

extension LedgerIndex {
    /// The status lists as of now: files for `log/status/`, each with its signed note, in a fixed order. There is always
    /// list 0 of each purpose, so that "nothing is revoked" is said and signed as well.
    /// - Parameters:
    ///   - time: now, in seconds since 1970.
    ///   - key: the log's key or a revocation key, whose name in notes is `name`.
    ///   - more: entries that are revoked besides those that the log says are.
    public func statusFiles(
        origin: String, at time: Int, key: borrowing Ed25519Key, name: String, more: Set<Int> = []
    ) throws(LedgerError) -> [(name: String, bytes: [UInt8])] {
        let (revoked, suspended) = try statuses()
        let size = try entryCount()
        var files: [(name: String, bytes: [UInt8])] = []
        for (purpose, set) in [(StatusList.Purpose.revocation, revoked.union(more)), (.suspension, suspended)] {
            for number in 0...max(0, size - 1) / StatusList.count {
                var list = StatusList()
                let places = number * StatusList.count..<(number + 1) * StatusList.count
                for index in set where places.contains(index) { list[index - places.lowerBound] = true }
                let file = "\(purpose.rawValue)-\(number).json"
                let credential = list.credential(
                    origin: origin, purpose: purpose, list: number, validFrom: Timestamp.text(time))
                let text = StatusList.noteText(
                    origin: origin, size: size, at: time, file: file, credential: credential)
                files.append((file, credential))
                do throws(KeyError) {
                    let note = try SignedNote(text: text, signedBy: key, name: name)
                    files.append((file + ".note", Array(note.serialized.utf8)))
                } catch { throw .key(error) }
            }
        }
        return files
    }
}

extension Ledger {
    /// The status lists as of `time`, in seconds since 1970, signed by the log's key.
    public func statusFiles(
        at time: Int, key: borrowing Ed25519Key
    ) throws(LedgerError) -> [(name: String, bytes: [UInt8])] {
        try index.statusFiles(origin: origin, at: time, key: key, name: origin)
    }
}
