import Glibc
import Ledger
import Support
import TestSupport
import Testing
import TransparencyLog

/// Kills a process that appends, at random moments, and looks at what is left. A power failure is not simulated; that the
/// order of writes survives one is argued at `Ledger`.
@Suite("Ledger: killed at random moments", .enabled(if: getenv("WAYSEAL_SERVER_TESTS") != nil))
struct KillTests {
    @Test("killed again and again: no acknowledged entry is lost, no checkpoint is contradicted")
    func kills() async throws {
        let temporary = TemporaryFolder()
        let folder = LedgerFolder(temporary.path + "/ledger")
        let key = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: "kill.example.org", publicKey: key.publicKey)
        let keyFile = temporary.path + "/key.pem"
        try Files.create(keyFile, Array(key.pem(passphrase: nil).utf8), mode: 0o600)
        let binary = Files.parent(of: Files.realPath("/proc/self/exe") ?? "") + "/ledger-writer"
        let program =
            Files.realPath(binary)
            ?? Files.parent(of: CommandLine.arguments[0]) + "/ledger-writer"
        var random = SplitMix(seed: 44)
        var signed: [Int: String] = [:]
        var acknowledged = 0
        var interrupted = 0
        let rounds = getenv("WAYSEAL_LONG_TESTS") != nil ? 300 : 40
        for round in 0..<rounds {
            let output = temporary.path + "/out"
            try Files.remove(output)
            let process = try start(program, [folder.path, keyFile, "\(round)"], output: output)
            // Two thirds of the kills come when the writer is known to be at work, the others also hit its start.
            if round % 3 > 0 { wait { read(output)?.isEmpty == false } }
            usleep(UInt32.random(in: 0...(round % 3 > 0 ? 20_000 : 60_000), using: &random))
            kill(process, SIGKILL)
            var status: Int32 = 0
            waitpid(process, &status, 0)
            #expect(status & 0x7F == SIGKILL, "the writer ended by itself")
            for line in String(decoding: read(output) ?? [], as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: " ")
                guard parts.count == 2, let size = Int(parts[0]), parts[1].utf8.count == 64 else { continue }
                #expect(signed[size] == nil || signed[size] == String(parts[1]), "two checkpoints of size \(size)")
                signed[size] = String(parts[1])
                acknowledged = max(acknowledged, size)
            }
            // What anybody may have seen before the recovery: a published or guarding checkpoint is never contradicted.
            let seen = [folder.log + "/checkpoint", folder.checkpoint].compactMap { read($0) }
            let published = read(folder.log + "/checkpoint").flatMap { try? VerifiedCheckpoint($0, key: verifier) }
            let ledger = try Ledger.open(folder, origin: "kill.example.org")
            #expect(ledger.size >= acknowledged)
            if let published, published.checkpoint.size < ledger.size { interrupted += 1 }
            for bytes in seen {
                let old = try VerifiedCheckpoint(bytes, key: verifier).checkpoint
                #expect(old.size <= ledger.size)
                let digest = Hex.encode(SHA256.hash(bytes))
                #expect(signed[old.size] == nil || signed[old.size] == digest)
                signed[old.size] = digest
            }
            _ = consume ledger
            if round % 20 == 19 { #expect(try await LedgerMaintenance.check(folder, key: verifier) == []) }
        }
        #expect(acknowledged > rounds)
        print("kills: \(signed.count) checkpoints, \(acknowledged) entries, \(interrupted) kills inside a publication")
    }

    /// Waits until something is so, at most two seconds.
    private func wait(until isSo: () -> Bool) {
        for _ in 0..<2000 where !isSo() { usleep(1000) }
    }

    private func start(_ program: String, _ arguments: [String], output: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var process = pid_t()
        let code = posix_spawn(&process, program, &actions, nil, &argv, environ)
        try #require(code == 0, "\(program): \(String(cString: strerror(code)))")
        return process
    }
}
