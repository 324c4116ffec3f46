import ArgumentParser
import Ledger
import Support
import TransparencyLog

/// Where the ledger is.
struct LedgerOptions: ParsableArguments {
    @Option(name: .customLong("ledger"), help: ArgumentHelp("The ledger's folder.", valueName: "dir"))
    var path = "ledger"

    @Flag(help: "Print JSON instead of text.")
    var json = false

    var folder: LedgerFolder { LedgerFolder(path) }

    /// Opens the ledger that lies there; never begins a new one.
    func open() throws(Failure) -> Ledger {
        do { return try Ledger.open(folder, origin: folder.origin(), mayCreate: false) } catch {
            throw Failure(error)
        }
    }
}

extension Failure {
    /// Damage is a failed check; everything else is the outside world.
    init(_ error: LedgerError) {
        let status: ExitStatus =
            switch error {
            case .diverged, .indexBehind, .badGuard, .invalidLog, .unknown, .wrongKey, .wrongOrigin: .checkFailed
            default: .outsideWorld
            }
        self.init(status, error.description, hint: error.hint)
    }

    /// A key that is none.
    init(_ error: KeyError) { self.init(.usage, error.description) }
}

/// Seconds since 1970 as people read them, in UTC: `2026-01-01 00:00:00Z`.
func dateText(_ seconds: Int) -> String {
    // Civil date from days (Hinnant, "chrono-compatible low-level date algorithms").
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let rest = seconds - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let month = part < 10 ? part + 3 : part - 9
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return "\(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))-\(two(month))-\(two(dayOfYear - (153 * part + 2) / 5 + 1))"
        + " \(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
}
