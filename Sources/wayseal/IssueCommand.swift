import ArgumentParser
import Certificates
import Glibc
import Ledger
import Manifest
import Site
import Support
import TransparencyLog

struct IssueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Issue a batch of certificates from its table.",
        discussion: """
            Each row becomes an entry of the ledger, with a salted commitment for every field, and a folder of files for \
            its holder: PDF, PNG and SVG that carry their own proof, the .wayseal.json bundle and the .tlog-proof. The \
            .private.wayseal.json beside them discloses hidden columns, too: it is the holder's alone. 'wayseal build' \
            puts the pages on the site.

            Nothing is issued unless every row is right, and nothing is issued twice. A row that was changed after it was \
            issued stops everything; --correct issues it anew and revokes what it replaces.

            Examples:
              wayseal issue sommelier-2026 --dry-run
              wayseal issue sommelier-2026
              wayseal issue sommelier-2026 --refresh      (files with today's status and the newest anchor)
            """)

    @Argument(help: "The batch.") var batch: String
    @OptionGroup var input: InputOptions
    @OptionGroup var passphrase: PassphraseOptions
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where the holders' files go.", valueName: "dir"))
    var output = "certificates"
    @Flag(help: "Issue changed rows anew, and revoke what they replace.") var correct = false
    @Flag(help: "Write the files of certificates that are issued already, too.") var refresh = false
    @Flag(name: .customLong("dry-run"), help: "Say what would be issued, and issue nothing.") var isDryRun = false

    func validate() throws { try refuseEmpty(output, "-o") }

    func run() throws {
        let desk = try IssuingDesk(input, passphrase)
        guard let batch = desk.site.certificates.first(where: { $0.name == batch }) else {
            let near = SpellingSuggestion.nearest(to: batch, among: desk.site.certificates.map(\.name))
            throw Failure(
                .usage, "the manifest has no certificates '\(batch)'",
                hint: near.map { "did you mean '\($0)'?" } ?? "see certificates: in the manifest")
        }
        let table = try table(batch.data) { CertificateTable($0, path: batch.data, batch: batch) }
        let issue = Issue(batch)
        var ledger = try desk.open()
        let recorded = try desk.attempt { () throws(LedgerError) in try ledger.index.certificates() }
        let plan = issue.plan(table.rows, recorded)
        try refuse(
            plan, table, recorded, desk.attempt { () throws(LedgerError) in try ledger.index.statuses().revoked })
        let drafts = issue.drafts(plan, recorded, correcting: correct, author: Surroundings.author)
        let report = IssueReport(print: input.print)
        if isDryRun { return report.plan(plan, drafts: drafts, batch: batch) }
        if !drafts.isEmpty { try desk.append(drafts, to: &ledger) }
        let now = try desk.attempt { () throws(LedgerError) in try ledger.index.certificates() }
        let revocations = try revocations(batch, now, desk, &ledger)
        let folder = Files.join(output, batch.name)
        let changed = Set(plan.changed.map(\.row.id))
        let wanted = table.rows.compactMap { row in now[row.id] }.filter { certificate in
            if refresh || recorded[certificate.id] == nil || changed.contains(certificate.id) { return true }
            return ((try? Files.status(Files.join(folder, certificate.id))) ?? nil) == nil
        }
        let status = try desk.statusFiles(&ledger)
        var bar = ProgressBar(isQuiet: input.print.quiet)
        do throws(CertificateError) {
            let written = try Issue.write(
                wanted, CertificateFiles(site: desk.site, key: desk.verifier), ledger.index, status: status,
                date: Timestamp.text(desk.now), to: folder
            ) { bar.show("writing", $0, $1) }
            bar.clear()
            report.issued(
                plan, corrected: correct ? plan.changed.count : 0, revoked: revocations, written: written,
                folder: folder, ledger: (ledger.size, ledger.folder.checkpoint))
        } catch {
            bar.clear()
            throw Failure(.outsideWorld, error.description)
        }
        if GitIgnore.exposes(folder, manifest: input.place.file) {
            Terminal.note("wayseal: warning: git does not ignore \(output)/: it holds personal data\n")
        }
    }

    /// A table that the manifest names, without errors.
    private func table(_ path: String, _ read: ([UInt8]) -> CertificateTable) throws -> CertificateTable {
        let bytes: [UInt8]
        do {
            guard try Files.status(path, followLinks: false)?.kind != .link else {
                throw Failure(.outsideWorld, "\(path) is a symbolic link, which is not followed")
            }
            bytes = try Files.read(path, limit: 1 << 30)
        } catch let error as FileError { throw Failure(error) }
        let table = read(bytes)
        let renderer = DiagnosticRenderer(color: input.print.color.isUsed(on: STDERR_FILENO))
        Terminal.note(renderer.text(table.diagnostics, sources: table.sources))
        let errors = table.diagnostics.filter { $0.severity == .error }.count
        if errors > 0 {
            Terminal.note("\(count(errors, "error")); nothing was issued; 'wayseal explain CODE' tells more\n")
            throw ExitStatus.checkFailed
        }
        return table
    }

    private func refuse(
        _ plan: Issue.Plan, _ table: CertificateTable, _ recorded: [String: RecordedCertificate], _ revoked: Set<Int>
    ) throws {
        let place = { (row: CertificateRow) in
            let position = table.sources.position(of: row.range)
            return "\(position.path):\(position.line):\(position.column)"
        }
        var isRefused = false
        for (row, batch) in plan.foreign {
            isRefused = true
            Terminal.note("\(place(row)): error: '\(row.id)' was issued in the batch '\(batch)'\n")
        }
        if !correct {
            for (row, fields) in plan.changed {
                isRefused = true
                Terminal.note(
                    "\(place(row)): error: '\(row.id)' was issued with another \(fields.joined(separator: ", "))\n")
            }
        }
        // Corrected it would be valid again, and a revocation is for ever.
        for (row, _) in plan.changed where correct && revoked.contains(recorded[row.id]?.index ?? -1) {
            isRefused = true
            Terminal.note("\(place(row)): error: '\(row.id)' is revoked; a new certificate needs a new number\n")
        }
        guard isRefused else { return }
        throw Failure(
            .checkFailed, "what was issued stands in the ledger and can't be changed; nothing was issued",
            hint: correct
                ? "put these rows back" : "put the rows back, or issue the changed ones anew with --correct")
    }

    /// Revokes what the manifest's table of revoked certificates names and is not revoked yet; answers how many.
    private func revocations(
        _ batch: CertificateBatch, _ recorded: [String: RecordedCertificate], _ desk: IssuingDesk,
        _ ledger: inout Ledger
    ) throws -> Int {
        guard let path = batch.revoked, try Files.status(path) != nil else { return 0 }
        let table = try table(path) { CertificateTable.revoked($0, path: path) }
        let revoked = try desk.attempt { () throws(LedgerError) in try ledger.index.statuses().revoked }
        var drafts: [Draft] = []
        for row in table.rows {
            guard let certificate = recorded[row.id] else {
                let position = table.sources.position(of: row.range)
                throw Failure(
                    .checkFailed, "\(position.path):\(position.line): there is no certificate '\(row.id)' to revoke")
            }
            if revoked.contains(certificate.index) { continue }
            let reason = row.fields.first { $0.name == "reason" }?.value ?? "in \(path)"
            drafts.append(.status(.revoke, of: certificate.index, reason: reason, author: Surroundings.author))
        }
        if !drafts.isEmpty { try desk.append(drafts, to: &ledger) }
        return drafts.count
    }
}
