import SQLite
import Support
public import TransparencyLog

/// A certificate, as the ledger recorded it.
public struct RecordedCertificate: Equatable, Sendable {
    /// Its number.
    public var id: String
    /// Number of its entry; of the last one, where a certificate was corrected.
    public var index: Int
    /// When, in seconds since 1970.
    public var at: Int
    /// All its values with their salts, sorted by field; without those that were erased.
    public var values: [Disclosure]
    /// Columns of the table that it came from, in their order.
    public var columns: [String]

    /// The value of a field.
    public subscript(field: String) -> String? { values.first { $0.field == field }?.value }

    /// Whether its values were erased.
    public var isErased: Bool {
        values.isEmpty || (!columns.isEmpty && !values.contains { columns.contains($0.field) })
    }

    /// Fields that every certificate has besides its columns.
    public static let batchField = "batch"
    /// What it is called.
    public static let titleField = "title"
    /// Its number.
    public static let idField = "slug"
}

extension Draft {
    /// Between names of columns in the private note of their order.
    static let separator = "\u{1F}"
    static let columnsNote = "columns"

    /// A certificate. `fields` are its columns; their order is kept privately.
    public static func certificate(
        _ id: String, batch: String, title: String, fields: [(name: String, value: String)], author: String?
    ) -> Draft {
        var draft = Draft(
            .certificate, slug: id,
            hidden: [RecordedCertificate.batchField: batch, RecordedCertificate.titleField: title], author: author)
        for field in fields { draft.hidden[field.name] = field.value }
        draft.notes[columnsNote] = fields.map(\.name).joined(separator: separator)
        return draft
    }

    /// A document with this digest, in lower-case hexadecimal.
    public static func document(_ name: String, sha256: String, author: String?) -> Draft {
        Draft(.document, hidden: ["name": name, "sha256": sha256], author: author)
    }

    /// A change of the status of entry `of`.
    public static func status(_ kind: LedgerEntry.Kind, of: Int, reason: String, author: String?) -> Draft {
        // A reason may name people: it is committed to, and not published.
        Draft(kind, hidden: ["reason": reason], of: of, author: author)
    }
}

extension LedgerIndex {
    /// All certificates that there ever were, by number; of each the last version. O(certificates).
    public func certificates() throws(LedgerError) -> [String: RecordedCertificate] {
        var found: [String: RecordedCertificate] = [:]
        try eachCertificate {
            found[$0.id] = $0
            return true
        }
        return found
    }

    /// The certificate with this number.
    public func certificate(_ id: String) throws(LedgerError) -> RecordedCertificate? {
        var found: RecordedCertificate?
        try eachCertificate(id) {
            found = $0
            return true
        }
        return found
    }

    /// Gives away every certificate, of each the last version, in the order of their numbers' bytes, while true is answered;
    /// one is in memory at a time.
    /// - Parameter id: only the one with this number.
    public func eachCertificate(
        _ id: String? = nil, take: (RecordedCertificate) -> Bool
    ) throws(LedgerError) {
        try attempt { () throws(SQLiteError) in
            // The index of slugs gives their order, so that nothing is sorted.
            let statement = try database.prepare(
                """
                SELECT value.idx, value.field, value.salt, value.value, entry.at, slug.value
                FROM preimage slug
                JOIN entry ON entry.idx = slug.idx AND entry.kind = 'certificate'
                JOIN preimage value ON value.idx = slug.idx
                WHERE slug.field = 'slug' \(id == nil ? "" : "AND slug.value = ?")
                ORDER BY slug.value, slug.idx, value.field
                """)
            if let id { try statement.bind([.text(id)]) }
            var current = RecordedCertificate(id: "", index: -1, at: 0, values: [], columns: [])
            while try statement.step() {
                let id = statement.text(5)
                if statement.int(0) != current.index {
                    if current.index >= 0, id != current.id, !take(current) { return }
                    current = RecordedCertificate(
                        id: id, index: statement.int(0), at: statement.int(4), values: [], columns: [])
                }
                if !statement.isNull(2) {
                    current.values.append(
                        Disclosure(field: statement.text(1), salt: statement.blob(2), value: statement.text(3)))
                } else if statement.text(1) == Draft.columnsNote {
                    current.columns = statement.text(3).split(separator: Draft.separator).map(String.init)
                }
            }
            if current.index >= 0 { _ = take(current) }
        }
    }

    /// Numbers of all entries about the certificate with this number, corrections and revocations included.
    public func versions(of id: String) throws(LedgerError) -> [Int] {
        try attempt { () throws(SQLiteError) in
            var numbers: [Int] = []
            try database.query(
                """
                SELECT idx FROM entry WHERE subject IN (
                    SELECT subject FROM entry WHERE kind = 'certificate'
                    AND idx IN (SELECT idx FROM preimage WHERE field = 'slug' AND value = ?)
                ) ORDER BY idx
                """, .text(id)
            ) { numbers.append($0.int(0)) }
            return numbers
        }
    }

    /// The number of the entry of a document with this digest; `nil`: it was never sealed.
    public func document(sha256: String) throws(LedgerError) -> Int? {
        try attempt { () throws(SQLiteError) in
            try database.first(
                """
                SELECT preimage.idx FROM preimage JOIN entry ON entry.idx = preimage.idx
                WHERE field = 'sha256' AND value = ? AND entry.kind = 'document' ORDER BY preimage.idx LIMIT 1
                """, .text(sha256)
            ) { $0.int(0) }
        }
    }

    /// What an entry's commitments hide, as far as it has not been erased; sorted by field.
    public func values(of number: Int) throws(LedgerError) -> [Disclosure] {
        try attempt { () throws(SQLiteError) in
            var found: [Disclosure] = []
            try database.query(
                "SELECT field, salt, value FROM preimage WHERE idx = ? AND salt IS NOT NULL ORDER BY field",
                .integer(number)
            ) { found.append(Disclosure(field: $0.text(0), salt: $0.blob(1), value: $0.text(2))) }
            return found
        }
    }

    /// What proves an entry without the issuer.
    public struct Evidence: Equatable, Sendable {
        /// The stored bytes.
        public var entry: [UInt8]
        /// Proof that they are in the log.
        public var proof: LogProof
        /// Proof that the proof's checkpoint was anchored.
        public var anchor: [UInt8]?
        /// What the issuer has said about its keys, as far as a verifier needs it: how the keys changed, and whose the
        /// cosignature is.
        public var keys: [KeyStatement]
    }

    /// What proves entry `number` without the issuer, always the same until an anchor covers it or the key changes: the
    /// proof under the first anchored checkpoint that covers it; while there is none, under the first that `key` has signed.
    public func evidence(of number: Int, key: VerifierKey) throws(LedgerError) -> Evidence {
        let anchor = try anchor(of: number)
        let statements = try keyStatements()
        return try attempt { () throws(SQLiteError) in
            // The first 30 bits of a signature's blob are those of its key id, which tell an issuer's few keys apart.
            let start = String(Base64.encode(key.keyIDBytes + [0]).prefix(5))
            let line = "\u{2014} \(key.name) \(start)"
            var signed: (Int, [UInt8])?
            for wanted in anchor == nil ? [line, ""] : [""] where signed == nil {
                signed = try database.first(
                    """
                    SELECT size, \(Self.cosigned) FROM build
                    WHERE size >= ?1 AND (?2 = '' OR instr(CAST(checkpoint AS TEXT), ?2) > 0) ORDER BY size LIMIT 1
                    """, .integer(anchor?.size ?? number + 1), .text(wanted)
                ) { ($0.int(0), $0.blob(1)) }
            }
            guard let (size, checkpoint) = signed, let bytes = try entry(number) else {
                throw SQLiteError(code: .corrupt, message: "no checkpoint covers entry \(number)")
            }
            let path = try MerkleTree.inclusionProof(index: number, size: size) { level, place throws(SQLiteError) in
                try node(level: level, index: place)
            }
            return Evidence(
                entry: bytes, proof: LogProof(index: number, path: path, checkpoint: checkpoint),
                anchor: anchor?.size == size ? anchor?.bundle : nil,
                keys: KeyStatement.needed(statements, for: checkpoint))
        }
    }
}
