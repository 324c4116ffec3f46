import Glibc
import Support

/// The two streams, and what a terminal can show.
enum Terminal {
    /// Writes to stdout as it is.
    static func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    /// Writes a line to stdout.
    static func say(_ line: String) { write(Array((line + "\n").utf8)) }

    /// Writes text to stderr as it is.
    static func note(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    /// `wayseal: error: …`, and what to do.
    static func complain(_ message: String, hint: String? = nil) {
        note("wayseal: error: \(message)\n")
        if let hint { note("wayseal: hint: \(hint)\n") }
    }

    /// Whether a stream is a terminal.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var done = 0
        while done < bytes.count {
            let from = done
            let n = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + from }, buffer.count - from)
            }
            if n < 0 {
                if errno == EINTR { continue }
                // Nobody can be told: a full disk behind `> file` still has to end as an error.
                exit(ExitStatus.outsideWorld.rawValue)
            }
            done += n
        }
    }
}

/// A progress bar on stderr; silent where stderr is no terminal.
struct ProgressBar {
    private let isShown: Bool
    private var shown = ""
    private let start: Double
    private var last: Double

    /// - Parameter isQuiet: never shows anything.
    init(isQuiet: Bool) {
        isShown = !isQuiet && Terminal.isTerminal(STDERR_FILENO)
        start = Self.seconds
        last = start
    }

    private static var seconds: Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    /// Shows how far the work is: at most ten times a second, and not within the first half second.
    mutating func show(_ stage: String, _ done: Int, _ total: Int) {
        guard isShown, total > 0 else { return }
        let now = Self.seconds
        guard now - start > 0.5, now - last > 0.1 else { return }
        last = now
        let filled = done * 30 / total
        let rate = Double(done) / (now - start)
        let left = Int(Double(total - done) / max(rate, 1))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        shown = "\(stage) \(bar) \(done)/\(total), \(Int(rate))/s, \(left) s left"
        Terminal.note("\r\u{1B}[K" + shown)
    }

    /// Takes the bar away.
    mutating func clear() {
        if !shown.isEmpty { Terminal.note("\r\u{1B}[K") }
        shown = ""
    }
}
