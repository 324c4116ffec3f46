import Anchoring
import Ethereum
import Foundation
import Ledger
import Support
import TestSupport
import Testing
import TransparencyLog

/// The manifest says where to anchor; the program does it, and history and log tell of it.
@Suite("An anchor as the manifest says", .enabled(if: judgesAreAsked))
struct ManifestAnchorTests {
    let setting: ChainSetting
    init() throws { setting = try ChainSetting() }

    @Test("once a day: built, anchored, told by history and by the log; the next one waits, and is never paid twice")
    func daily() throws {
        let folder = setting.folder.path + "/site"
        try Files.makeDirectory(folder + "/secrets", mode: 0o700)
        try AnchorKeyFile.create(
            folder + "/secrets/anchor.json", try AnchorKey(secret: ChainSetting.payer), passphrase: "p",
            cost: .init(n: 4, r: 1, p: 1), randomness: #require(Keystore.Randomness([UInt8](0..<64))))
        let hooks = try HookServer()
        func write(_ target: String) throws {
            let manifest = """
                integrations:
                  hook:ops: { to: "http://\(hooks.address)/good", secret: "${HOOK}", events: anchor }
                domains: { go.example.org: {} }
                codes: { formats: none }
                ledger:
                  key: "${file:secrets/ledger.key}"
                  anchor: { chain: 31337, rpc: "${NODE}", contract: "\(setting.contract)", every: day }
                links: { hello: \(target) }

                """
            try Files.replace(folder + "/wayseal.yaml", Array(manifest.utf8))
        }
        try write("https://example.org/1")
        #expect(try run(["keys", "new", "--no-passphrase"], in: folder).status == 0)
        #expect(try run(["build", "--quiet"], in: folder).status == 0)
        try setting.chain.rpc("evm_setTime", .number("\(Int(Date().timeIntervalSince1970))"))
        let plan = try run(["anchor", "--dry-run"], in: folder)
        #expect(plan.status == 0 && plan.output.contains("nothing was sent"), "\(plan.output)")
        let anchored = try run(["anchor", "--pause", "0.05", "--deadline", "30"], in: folder, isMining: true)
        #expect(anchored.status == 0 && anchored.output.contains("final"), "\(anchored.output)")
        #expect(try setting.paid() == 1)

        let history = try run(["history", "hello"], in: folder).output
        #expect(history.contains("anchored on chain 31337 0x"), "\(history)")
        let guardNote = try #require(SignedNote(try Files.read(folder + "/ledger/checkpoint")))
        let index = try #require(try anchor(in: folder))
        #expect(index.size == Checkpoint(text: guardNote.text)?.size && index.state == .final)
        #expect(try AnchorBundle(json: #require(index.bundle)).verified(for: .anchored(guardNote)).chainID == 31337)

        // The same again costs nothing and is no error.
        #expect(try run(["anchor", "--pause", "0.05", "--deadline", "30"], in: folder, isMining: true).status == 0)
        #expect(try setting.paid() == 1)
        // The log tells of it with the next build, whose checkpoint must wait for its day.
        try write("https://example.org/2")
        #expect(try run(["build", "--quiet"], in: folder).status == 0)
        let ledger = try Ledger.open(LedgerFolder(folder + "/ledger"), origin: "go.example.org", mayCreate: false)
        let told = try (0..<ledger.size).compactMap { LedgerEntry(try ledger.entry($0)) }.filter { $0.kind == .anchor }
        #expect(told.map { $0.open["chain"] } == ["31337"] && told[0].open["tx"] == index.transaction)
        _ = consume ledger
        let waiting = try run(["anchor"], in: folder)
        #expect(waiting.status == 0 && waiting.output.contains("the next anchor is due in"), "\(waiting.output)")
        #expect(try setting.paid() == 1)
        let forced = try run(["anchor", "--now", "--pause", "0.05", "--deadline", "30"], in: folder, isMining: true)
        #expect(forced.status == 0, "\(forced.output)")
        #expect(try setting.paid() == 2)
        // Two anchors, the first one said twice: its id tells.
        let messages = hooks.got
        let digest = Bytes32.anchored(guardNote).description
        #expect(messages.count == 3 && Set(messages.map { $0.split(separator: " ")[1] }).count == 2, "\(messages)")
        #expect(messages.allSatisfy { $0.contains(" good application/json anchor.final ") })
        #expect(messages[..<2].allSatisfy { $0.contains(digest) } && !messages[2].contains(digest))
    }

    @Test("without the node's address a site is built all the same, and the anchor says what is missing")
    func noNode() throws {
        let folder = setting.folder.path + "/bare"
        try Files.makeDirectory(folder)
        let manifest = """
            domains: { go.example.org: {} }
            codes: { formats: none }
            ledger: { key: "${file:secrets/ledger.key}", anchor: { chain: 31337, rpc: "${NODE}" } }

            """
        try Files.replace(folder + "/wayseal.yaml", Array(manifest.utf8))
        #expect(try run(["keys", "new", "--no-passphrase"], in: folder).status == 0)
        #expect(try run(["build", "--quiet"], in: folder, node: nil).status == 0)
        let answer = try run(["anchor", "--key", "secrets/none.json"], in: folder, node: nil)
        #expect(answer.status == 4 && answer.output.contains("secrets/none.json"), "\(answer.output)")
    }

    private func anchor(in folder: String) throws -> LedgerAnchor? {
        guard let index = try LedgerIndex.read(LedgerFolder(folder + "/ledger")) else { return nil }
        return try index.lastAnchor()
    }

    private func run(_ arguments: [String], in folder: String, isMining: Bool = false) throws -> (
        status: Int32, output: String
    ) { try run(arguments, in: folder, node: setting.chain.url, isMining: isMining) }

    private func run(_ arguments: [String], in folder: String, node: String?, isMining: Bool = false) throws -> (
        status: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Place.wayseal)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ["PATH": "/usr/bin:/bin", "WAYSEAL_PASSPHRASE": "p", "HOOK": HookServer.secret].merging(
            node.map { ["NODE": $0] } ?? [:]
        ) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        while isMining, process.isRunning {
            try setting.chain.mine()
            usleep(50_000)
        }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}
