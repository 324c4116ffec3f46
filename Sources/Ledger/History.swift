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

/// Where a link leads now, for a build that wants to record what has changed.
public struct LinkState: Hashable, Sendable {
    /// Host and slug: `go.example.org/hello`.
    public var slug: String
    /// Target.
    public var target: String
    /// Status and options, as the lock writes them: `302 -`.
    public var redirect: String

    /// A state.
    public init(slug: String, target: String, redirect: String) {
        self.slug = slug
        self.target = target
        self.redirect = redirect
    }
}

extension Ledger {
    /// All versions of a link, oldest first; empty when there never was one. `slug` is host and slug in lower case.
    public func history(of slug: String) throws(LedgerError) -> [LinkVersion] {
        try attempt { () throws(SQLiteError) in
            var versions: [LinkVersion] = []
            try index.database.query(
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

    /// The last recorded state of every link that there ever was, by slug; removed ones with an empty target, because
    /// their slugs stay reserved. O(links ever recorded).
    public func links() throws(LedgerError) -> [String: LinkState] {
        try attempt { () throws(SQLiteError) in
            var links: [String: LinkState] = [:]
            try index.database.query(
                """
                SELECT named.value, target.value, coalesce(redirect.value, '')
                FROM entry JOIN preimage named ON named.idx = entry.idx AND named.field = 'slug'
                JOIN preimage target ON target.idx = entry.idx AND target.field = 'target'
                LEFT JOIN preimage redirect ON redirect.idx = entry.idx AND redirect.field = 'redirect'
                WHERE entry.kind = 'link' ORDER BY entry.idx
                """
            ) { row in
                let slug = row.text(0)
                links[slug] = LinkState(slug: slug, target: row.text(1), redirect: row.text(2))
            }
            return links
        }
    }

    /// What must be recorded so that the ledger says what `current` says: new and changed links in the order of
    /// `current`, then removed ones in the order of their slugs.
    public func changes(to current: [LinkState], author: String? = nil) throws(LedgerError) -> [Draft] {
        var known = try links()
        var drafts: [Draft] = []
        for link in current where known.removeValue(forKey: link.slug) != link {
            drafts.append(.link(link.slug, target: link.target, redirect: link.redirect, author: author))
        }
        for slug in known.values.filter({ !$0.target.isEmpty }).map(\.slug).sorted() {
            drafts.append(.removal(slug, author: author))
        }
        return drafts
    }

    /// The numbers of the entries that are revoked or suspended now.
    public func statuses() throws(LedgerError) -> (revoked: Set<Int>, suspended: Set<Int>) {
        try attempt { () throws(SQLiteError) in
            var revoked: Set<Int> = []
            var suspended: Set<Int> = []
            try index.database.query(
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

    /// The status lists as of now: files for `log/status/`, each with its signed note, in a fixed order. There is always
    /// list 0 of each purpose, so that "nothing is revoked" is said and signed as well.
    /// - Parameters:
    ///   - time: now, in seconds since 1970.
    ///   - date: the same as RFC 3339 text, for `validFrom`.
    public func statusFiles(
        at time: Int, date: String, key: borrowing Ed25519Key
    ) throws(LedgerError) -> [(name: String, bytes: [UInt8])] {
        let (revoked, suspended) = try statuses()
        var files: [(name: String, bytes: [UInt8])] = []
        for (purpose, set) in [(StatusList.Purpose.revocation, revoked), (.suspension, suspended)] {
            for number in 0...max(0, size - 1) / StatusList.count {
                var list = StatusList()
                let places = number * StatusList.count..<(number + 1) * StatusList.count
                for index in set where places.contains(index) { list[index - places.lowerBound] = true }
                let name = "\(purpose.rawValue)-\(number).json"
                let credential = list.credential(origin: origin, purpose: purpose, list: number, validFrom: date)
                let text = StatusList.noteText(
                    origin: origin, size: size, at: time, file: name, credential: credential)
                let note = try attemptSigning(text, key: key)
                files.append((name, credential))
                files.append((name + ".note", note))
            }
        }
        return files
    }

    private func attemptSigning(_ text: String, key: borrowing Ed25519Key) throws(LedgerError) -> [UInt8] {
        do { return try Array(SignedNote(text: text, signedBy: key, name: origin).serialized.utf8) } catch {
            throw .key(error)
        }
    }
}
