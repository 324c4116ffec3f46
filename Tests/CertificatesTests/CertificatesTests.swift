import Certificates
import Decoding
import Foundation
import Ledger
import Manifest
import Site
import Support
import TestSupport
import Testing
import TransparencyLog
import Verification

/// A registrar with a few diplomas in a ledger of its own.
private final class Registrar {
    let temporary = TemporaryFolder()
    let key: Ed25519Key
    let verifier: VerifierKey
    var site: Site
    let batch: CertificateBatch

    init(page: String? = nil, paper: String? = nil) throws {
        key = try Ed25519Key.generate()
        verifier = try VerifierKey(name: "go.vinea.example", publicKey: key.publicKey)
        site = Site(name: "Vinea <Academy>", domains: [Domain(host: "go.vinea.example")])
        batch = CertificateBatch(
            name: "diploma", data: "data.csv", pattern: try CertificatePattern("DIP-{n:03}"), title: "Diploma & more",
            page: page.map { Array($0.utf8) }, paper: paper.map { Array($0.utf8) }, hidden: ["birthdate"])
        site.certificates = [batch]
    }

    func rows(_ csv: String) -> [CertificateRow] {
        CertificateTable(Array(csv.utf8), path: "data.csv", batch: batch).rows
    }

    func open() throws -> Ledger {
        try Ledger.open(LedgerFolder(temporary.path + "/ledger"), origin: "go.vinea.example")
    }

    func append(_ drafts: [Draft], to ledger: inout Ledger) throws {
        var random = SplitMix(seed: UInt64(ledger.size))
        _ = try ledger.append(drafts, at: 1_767_225_600, key: key) { count in
            (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
    }

    func issue(_ csv: String, in ledger: inout Ledger) throws {
        let recorded = try ledger.index.certificates()
        let issue = Issue(batch)
        try append(
            issue.drafts(issue.plan(rows(csv), recorded), recorded, correcting: false, author: "anna"), to: &ledger)
    }

    var files: CertificateFiles { CertificateFiles(site: site, key: verifier) }
}

@Suite("Certificates")
struct CertificatesTests {
    private let names = [
        "Zoë Gruber", "Żofia Łukasiewicz", "Анна", "王小明", "شریف رضا\u{200C}زاده", "אריאל", "आरव", "O’Brien <& sons>",
        "</svg><script>alert(1)</script>", "{{id}} {{{code}}}", "%PDF-1.7 endstream endobj", "\"quoted\"",
    ]
    private var csv: String {
        "name,grade,birthdate\n"
            + names.map { "\"\($0.replacing("\"", with: "\"\""))\",with honours,1990-01-01\n" }.joined()
    }

    @Test("what is issued verifies from its PDF, PNG, SVG and bundle; hidden columns are in the private bundle alone")
    func holderFiles() throws {
        let registrar = try Registrar()
        var ledger = try registrar.open()
        try registrar.issue(csv, in: &ledger)
        let certificates = try ledger.index.certificates()
        #expect(certificates.count == names.count)
        let status = try ledger.statusFiles(at: 1_767_225_700, key: registrar.key)
        let verifier = Verifier(policy: TrustPolicy(logs: [registrar.verifier]), now: 1_767_225_800)
        for (number, name) in names.enumerated() {
            let id = "DIP-\(String(format: "%03d", number + 1))"
            let certificate = try #require(certificates[id])
            #expect(certificate.columns == ["name", "grade", "birthdate"])
            let files = try registrar.files.holderFiles(
                certificate, ledger.index, status: Issue.lists(for: certificate.index, in: status),
                date: "2026-01-01T00:00:00Z")
            #expect(
                files.map(\.name)
                    == ["pdf", "png", "svg", "wayseal.json", "tlog-proof", "private.wayseal.json"].map { "\(id).\($0)" }
            )
            for file in files.prefix(4) {
                let bundle = file.name.hasSuffix("json") ? file.bytes : try #require(CarriedBundle.find(in: file.bytes))
                let verdict = verifier.verdict(bundle: bundle, expected: ["slug": id, "name": name])
                #expect(verdict.isValid, "\(file.name): \(verdict.reason ?? "")")
                #expect(bundle == files[3].bytes)
                #expect(!String(decoding: file.bytes, as: UTF8.self).contains("1990-01-01"))
            }
            #expect(files[5].isPrivate && String(decoding: files[5].bytes, as: UTF8.self).contains("1990-01-01"))
            #expect(verifier.verdict(bundle: files[5].bytes, expected: ["birthdate": "1990-01-01"]).isValid)
            #expect(verifier.verdict(proof: files[4].bytes, entry: try ledger.entry(certificate.index)).isValid)
            // The picture with its proof is still the picture.
            let code = try #require(ZXingReader.read(try PNGReader.read(files[1].bytes)).first)
            #expect(String(decoding: code.bytes, as: UTF8.self) == "https://go.vinea.example/certificates/\(id)")
            #expect(String(decoding: files[2].bytes, as: UTF8.self).components(separatedBy: "</svg>").count == 2)
        }
    }

    @Test("pages are the same for the same ledger, escape what is in them, tell of revocation, and show nothing hidden")
    func pages() throws {
        let registrar = try Registrar()
        var ledger = try registrar.open()
        try registrar.issue(csv, in: &ledger)
        try registrar.append([.status(.revoke, of: 0, reason: "void", author: nil)], to: &ledger)
        func published(atMost limit: Int = .max) throws -> [OutputFile] {
            var files: [OutputFile] = []
            try registrar.files.publish(ledger.index) {
                files.append($0)
                return files.count < limit
            }
            return files
        }
        let files = try published()
        #expect(try files == published())
        #expect(try published(atMost: 4) == Array(files[..<4]), "nothing more is made than is asked for")
        #expect(files.count == 1 + 2 * names.count)
        #expect(files[0].path == "site/go.vinea.example/verify/index.html")
        for file in files.dropFirst() {
            let text = String(decoding: file.bytes, as: UTF8.self)
            #expect(!text.contains("1990-01-01"), "\(file.path)")
            // A bundle is served as JSON, never sniffed; a page is what a browser reads.
            #expect(file.path.hasSuffix(".json") || !text.contains("<script>"), "\(file.path)")
            #expect(file.path.hasPrefix("site/go.vinea.example/certificates/DIP-"))
        }
        let pages = files.filter { !$0.path.hasSuffix(".json") }.dropFirst().map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
        #expect(pages[0].contains("was revoked") && !pages[1].contains("was revoked"))
        #expect(pages[1].contains("Żofia Łukasiewicz") && pages[1].contains("Vinea &lt;Academy&gt;"))
        #expect(pages[9].contains("{{id}} {{{code}}}"))
    }

    @Test(
        "a table is compared with what was issued: nothing twice, no silent change; a correction revokes what it replaces"
    )
    func plan() throws {
        let registrar = try Registrar()
        var ledger = try registrar.open()
        try registrar.issue("name,grade,birthdate\nZoë,A,1990-01-01\nAnn,B,1991-01-01\n", in: &ledger)
        let recorded = try ledger.index.certificates()
        let issue = Issue(registrar.batch)
        let plan = issue.plan(
            registrar.rows("name,grade,birthdate\nZoë,B,1990-01-01\nAnn,B,1991-01-01\nTom,C,1992-01-01\n"), recorded)
        #expect(plan.new.map(\.id) == ["DIP-003"] && plan.unchanged == 1 && plan.missing.isEmpty)
        #expect(plan.changed.map(\.row.id) == ["DIP-001"] && plan.changed[0].fields == ["grade"])
        #expect(issue.drafts(plan, recorded, correcting: false, author: nil).map(\.kind) == [.certificate])
        try registrar.append(issue.drafts(plan, recorded, correcting: true, author: nil), to: &ledger)
        let after = try ledger.index.certificates()
        #expect(after["DIP-001"]?["grade"] == "B" && after["DIP-001"]?.index != 0)
        #expect(try ledger.index.statuses().revoked == [0])
        #expect(
            issue.plan(registrar.rows("name,grade,birthdate\n"), after).missing == ["DIP-001", "DIP-002", "DIP-003"])
        var other = registrar.batch
        other.name = "other"
        let foreign = Issue(other).plan(registrar.rows("name,grade,birthdate\nZoë,B,1990-01-01\n"), after)
        #expect(foreign.foreign.map(\.batch) == ["diploma"])
    }

    @Test("evidence is always the same until an anchor covers it, and then it carries the anchor")
    func evidence() throws {
        let registrar = try Registrar()
        var ledger = try registrar.open()
        try registrar.issue("name,grade,birthdate\nZoë,A,1990-01-01\n", in: &ledger)
        let first = try ledger.index.evidence(of: 0, key: registrar.verifier)
        try registrar.issue("name,grade,birthdate\nZoë,A,1990-01-01\nAnn,A,1990-01-01\n", in: &ledger)
        #expect(try ledger.index.evidence(of: 0, key: registrar.verifier).proof == first.proof)
        try ledger.record(
            LedgerAnchor(
                size: 2, chain: 1, contract: "", transaction: "", block: 1, state: .final, bundle: [1, 2, 3]))
        let anchored = try ledger.index.evidence(of: 0, key: registrar.verifier)
        #expect(anchored.anchor == [1, 2, 3] && anchored.proof != first.proof)
        let checkpoint = try #require(SignedNote(anchored.proof.checkpoint).flatMap { Checkpoint(text: $0.text) })
        #expect(checkpoint.size == 2 && anchored.proof.proves(leaf: .leaf(anchored.entry), in: checkpoint))
    }

    @Test("templates that are broken are refused with their line; values can't become instructions")
    func papers() throws {
        for (paper, words) in [
            ("nothing", "page WIDTH HEIGHT"), ("page 1 1", "page WIDTH HEIGHT"), ("page 500 500\ndraw 1", "line 2"),
            ("page 500 500\ntext P 1 1 100 left <b>{{name}}", "no Pango markup"),
            ("page 500 500\ntext P 1 490 100 left {{name}} {{name}} {{name}}", "beyond the page"),
            ("page 500 500\nfill 0 0 1 1 red", "no colour"), ("page 500 500\n{{#name", "no template"),
        ] {
            let registrar = try Registrar(paper: paper)
            var ledger = try registrar.open()
            try registrar.issue("name,grade,birthdate\nZoë Maria Magdalena Gruber,A,1990-01-01\n", in: &ledger)
            let certificate = try #require(try ledger.index.certificate("DIP-001"))
            let error = #expect(throws: CertificateError.self, "\(paper)") {
                _ = try registrar.files.holderFiles(certificate, ledger.index, status: [], date: "2026-01-01T00:00:00Z")
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test("mutations of carried bundles never pass")
    func carriers() throws {
        let registrar = try Registrar()
        var ledger = try registrar.open()
        try registrar.issue("name,grade,birthdate\nZoë,A,1990-01-01\n", in: &ledger)
        let certificate = try #require(try ledger.index.certificate("DIP-001"))
        let files = try registrar.files.holderFiles(certificate, ledger.index, status: [], date: "2026-01-01T00:00:00Z")
        let verifier = Verifier(policy: TrustPolicy(logs: [registrar.verifier]), now: 0)
        var random = SplitMix(seed: 3)
        for file in files.prefix(3) {
            for _ in 0..<300 {
                var bytes = file.bytes
                if Bool.random(using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                } else {
                    bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
                }
                guard let found = CarriedBundle.find(in: bytes), found != files[3].bytes else { continue }
                #expect(!verifier.verdict(bundle: found).isValid, "\(file.name)")
            }
        }
    }
}
