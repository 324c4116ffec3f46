import Anchoring
import Ethereum
import Foundation
import Ledger
import Pages
import Site
import Support
import TestSupport
import Testing
import TransparencyLog
import Verification

@Suite("The verification page and a chain", .enabled(if: judgesAreAsked))
struct PageChainTests {
    let setting: ChainSetting
    init() throws { setting = try ChainSetting() }

    @Test("the page asks the node that the visitor names about a real anchor, and believes none that lies or breaks")
    func node() throws {
        let folder = setting.folder.path
        let key = try Ed25519Key.generate()
        let vkey = try VerifierKey(name: "go.example.org", publicKey: key.publicKey)
        var ledger = try Ledger.open(LedgerFolder(folder + "/ledger"), origin: "go.example.org")
        let appended = try ledger.append(
            [Draft(.certificate, slug: "A-1", hidden: ["name": "Zoë"])], at: 1_700_000_000, key: key
        ) { [UInt8](repeating: 5, count: $0) }
        let note = try #require(SignedNote(appended.checkpoint))
        guard case .final(_, let path, _) = try setting.anchor(.anchored(note)) else {
            Issue.record("not final")
            return
        }
        let bundle = try ProofBundle(
            log: vkey.description, entry: ledger.entry(0), proof: ledger.proof(of: 0),
            disclosed: ledger.disclosures(of: 0), anchor: Files.read(path))
        try Files.create(folder + "/A-1.wayseal.json", bundle.serialized)
        let site = Site(name: "Example", domains: [Domain(host: "go.example.org")])
        try Files.create(
            folder + "/verify.html", VerificationPage.html(for: site, host: "go.example.org", key: vkey.description))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Place.python)
        process.arguments = [
            Place.tests + "/page_chain.py", folder + "/verify.html", folder + "/A-1.wayseal.json", setting.chain.url,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(said == "ok\n", "\(said)")
    }
}
