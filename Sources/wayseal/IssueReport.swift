import Certificates
import Ledger
import Site
import Support

/// What `wayseal issue` prints.
struct IssueReport {
    let print: PrintOptions

    func plan(_ plan: Issue.Plan, drafts: [Draft], batch: CertificateBatch) {
        if print.json { return json(plan, corrected: 0, revoked: 0, written: 0, folder: nil, ledger: nil) }
        Terminal.say(
            "would issue \(count(plan.new.count, "certificate")); \(plan.unchanged) issued already"
                + (plan.changed.isEmpty ? "" : ", \(plan.changed.count) to correct"))
        for row in plan.new.prefix(10) { Terminal.say("  \(row.id)  \(shown(row))") }
        if plan.new.count > 10 { Terminal.say("  and \(plan.new.count - 10) more") }
        if !batch.hidden.isEmpty { Terminal.say("hidden: \(batch.hidden.sorted().joined(separator: ", "))") }
    }

    private func shown(_ row: CertificateRow) -> String {
        row.fields.first.map { ShownText.text($0.value) } ?? ""
    }

    func issued(
        _ plan: Issue.Plan, corrected: Int, revoked: Int, written: Int, folder: String,
        ledger: (size: Int, checkpoint: String)
    ) {
        if print.json {
            return json(plan, corrected: corrected, revoked: revoked, written: written, folder: folder, ledger: ledger)
        }
        for id in plan.missing.prefix(10) {
            Terminal.note("wayseal: warning: '\(id)' was issued and is not in the table any more\n")
        }
        if print.quiet { return }
        var parts = ["issued \(count(plan.new.count, "certificate"))"]
        if corrected > 0 { parts.append("corrected \(corrected)") }
        if revoked > 0 { parts.append("revoked \(revoked)") }
        parts.append("\(plan.unchanged) were issued already")
        Terminal.say(parts.joined(separator: "; "))
        if written > 0 { Terminal.say("  files    \(folder)/, of \(count(written, "certificate"))") }
        Terminal.say("  ledger   \(count(ledger.size, "entry")); commit \(ledger.checkpoint)")
        Terminal.say("next: 'wayseal build' puts their pages on the site")
    }

    private func json(
        _ plan: Issue.Plan, corrected: Int, revoked: Int, written: Int, folder: String?,
        ledger: (size: Int, checkpoint: String)?
    ) {
        var json = JSONWriter(indent: 2)
        json.object { json in
            json.key("issued")
            json.array { for row in plan.new { $0.string(row.id) } }
            json.key("changed")
            json.array { for (row, _) in plan.changed { $0.string(row.id) } }
            json.field("corrected", corrected)
            json.field("unchanged", plan.unchanged)
            json.field("revoked", revoked)
            json.field("written", written)
            json.field("folder", folder)
            json.field("entries", ledger?.size)
        }
        json.lineEnd()
        Terminal.write(json.bytes)
    }
}
