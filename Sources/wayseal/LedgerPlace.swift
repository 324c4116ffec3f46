import Ledger
import Site
import Support
import TransparencyLog

/// Errors of the ledger as ends of the program.
enum LedgerFailure {
    static func attempt<Value>(_ body: () throws(LedgerError) -> Value) throws(Failure) -> Value {
        do { return try body() } catch { throw failure(error) }
    }

    static func attempt<Value>(_ body: () async throws(LedgerError) -> Value) async throws(Failure) -> Value {
        do { return try await body() } catch { throw failure(error) }
    }

    static func failure(_ error: LedgerError) -> Failure { Failure(.outsideWorld, error.description, hint: error.hint) }

    static func key(_ text: String?) throws(LedgerError) -> VerifierKey? {
        do { return try text.map { try VerifierKey($0) } } catch { throw .invalidLog("--key: \(error)") }
    }

    static func key(_ text: String) throws(LedgerError) -> VerifierKey {
        do { return try VerifierKey(text) } catch { throw .invalidLog("--key: \(error)") }
    }
}

extension InputOptions {
    /// The manifest's ledger.
    struct LedgerPlace {
        var folder: LedgerFolder
        var host: String

        func size() throws -> Int {
            try LedgerFailure.attempt { () throws(LedgerError) in try LedgerIndex.read(folder)?.entryCount() ?? 0 }
        }
    }

    /// Reads the manifest for its ledger, and says what is wrong with it.
    func ledger() throws -> LedgerPlace {
        let loaded = try loadWithoutLedger()
        guard let site = loaded.site, let settings = site.ledger else {
            throw Failure(
                .checkFailed, "the manifest has no ledger",
                hint: "add 'ledger: { key: … }'; see 'wayseal keys new --help'")
        }
        return LedgerPlace(folder: LedgerFolder(settings.folder), host: site.domains[settings.domain].host)
    }
}
