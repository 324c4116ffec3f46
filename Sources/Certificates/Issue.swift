public import Ledger
public import Site
import Support
import TransparencyLog
public import Verification

/// Records a batch of certificates, and writes what their holders get.
public struct Issue: Sendable {
    /// What of the table is new, and what differs from what was issued.
    public struct Plan: Sendable {
        /// Rows that were never issued.
        public var new: [CertificateRow] = []
        /// Rows that were issued with other values; with the fields that differ.
        public var changed: [(row: CertificateRow, fields: [String])] = []
        /// Rows that are issued as they stand.
        public var unchanged = 0
        /// Numbers that were issued and are not in the table any more.
        public var missing: [String] = []
        /// Numbers that another batch has issued.
        public var foreign: [(row: CertificateRow, batch: String)] = []
    }

    /// The batch.
    public let batch: CertificateBatch

    /// An issue of a batch.
    public init(_ batch: CertificateBatch) { self.batch = batch }

    /// Compares a table with what is recorded.
    public func plan(_ rows: [CertificateRow], _ recorded: [String: RecordedCertificate]) -> Plan {
        var plan = Plan()
        var seen: Set<String> = []
        let own = [RecordedCertificate.idField, RecordedCertificate.batchField, RecordedCertificate.titleField]
        for row in rows {
            seen.insert(row.id)
            guard let before = recorded[row.id] else {
                plan.new.append(row)
                continue
            }
            if let other = before[RecordedCertificate.batchField], other != batch.name {
                plan.foreign.append((row, other))
                continue
            }
            let now = Dictionary(uniqueKeysWithValues: row.fields.map { ($0.name, $0.value) })
            let names = Set(now.keys).union(before.values.map(\.field)).subtracting(own)
            let differing = names.filter { now[$0] != before[$0] }.sorted()
            // What was erased can't be compared, and stays as it is.
            if differing.isEmpty || before.isErased {
                plan.unchanged += 1
            } else {
                plan.changed.append((row, differing))
            }
        }
        plan.missing = recorded.values
            .filter { $0[RecordedCertificate.batchField] == batch.name && !seen.contains($0.id) }.map(\.id).sorted()
        return plan
    }

    /// What is to be recorded. A correction is a new entry, and the one before it is revoked.
    public func drafts(
        _ plan: Plan, _ recorded: [String: RecordedCertificate], correcting: Bool, author: String?
    ) -> [Draft] {
        func draft(_ row: CertificateRow) -> Draft {
            .certificate(
                row.id, batch: batch.name, title: batch.title, fields: row.fields.map { ($0.name, $0.value) },
                author: author)
        }
        var drafts = plan.new.map(draft)
        guard correcting else { return drafts }
        for (row, _) in plan.changed {
            drafts.append(draft(row))
            if let before = recorded[row.id] {
                drafts.append(.status(.revoke, of: before.index, reason: "corrected", author: author))
            }
        }
        return drafts
    }

    /// Writes the files of certificates below `folder`, each certificate's in a folder of its own that appears whole.
    /// - Parameters:
    ///   - status: status lists as of now.
    ///   - isWanted: asked for each certificate, so that what is there can stay.
    /// - Returns: how many were written.
    public static func write(
        _ certificates: [RecordedCertificate], _ files: CertificateFiles, _ index: borrowing LedgerIndex,
        status: [(name: String, bytes: [UInt8])], date: String, to folder: String,
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws(CertificateError) -> Int {
        do {
            try Files.makeDirectory(folder, mode: 0o700)
            for (place, certificate) in certificates.enumerated() {
                let target = Files.join(folder, certificate.id)
                let staging = Files.join(folder, "." + certificate.id + ".new")
                try Files.removeTree(staging)
                try Files.makeDirectory(staging, mode: 0o700)
                let lists = lists(for: certificate.index, in: status)
                for file in try files.holderFiles(certificate, index, status: lists, date: date) {
                    try Files.create(Files.join(staging, file.name), file.bytes, mode: file.isPrivate ? 0o600 : 0o644)
                }
                try Files.removeTree(target)
                try Files.rename(staging, to: target)
                progress(place + 1, certificates.count)
            }
            try Files.synchronizeFileSystem(folder)
            return certificates.count
        } catch let error as FileError { throw .file(error) } catch let error as CertificateError { throw error } catch
        {
            throw .other("\(error)")
        }
    }

    /// The lists of status files that cover an entry.
    public static func lists(for index: Int, in status: [(name: String, bytes: [UInt8])]) -> [ProofBundle.Status] {
        let suffix = "-\(index / StatusList.count).json"
        return status.filter { $0.name.hasSuffix(suffix) }.compactMap { list in
            status.first { $0.name == list.name + ".note" }.map { .init(credential: list.bytes, note: $0.bytes) }
        }
    }
}
