import Build
import Glibc
import Support

/// What of a batch is on the disk for good, so that a run that was killed goes on where it stopped:
///
///     wayseal-batch 1 FINGERPRINT checksum
///     STRETCHES ROWS ARCHIVE ENTRIES DIRECTORY RESULTS SUMS checksum
///
/// Each line is written when everything it counts is durable. A line that is torn, or whose checksum is wrong, and what follows
/// it, were never written.
struct BatchJournal: ~Copyable {
    /// How far a batch is: lengths of its files in bytes.
    struct Mark: Equatable, Sendable {
        /// Stretches of the table that are done.
        var stretches = 0
        var rows = 0
        /// The archive, without its end.
        var archive = 0
        /// Entries in it.
        var entries = 0
        /// Its directory, which is kept aside.
        var directory = 0
        /// The list.
        var results = 0
        /// Lines of `SHA256SUMS`, where each image is a file.
        var sums = 0

        fileprivate var numbers: [Int] { [stretches, rows, archive, entries, directory, results, sums] }

        fileprivate init?(_ fields: [Substring]) {
            let numbers = fields.compactMap { Int($0) }
            guard fields.count == 7, numbers.count == 7, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
            (stretches, rows, archive, entries) = (numbers[0], numbers[1], numbers[2], numbers[3])
            (directory, results, sums) = (numbers[4], numbers[5], numbers[6])
        }

        init() {}
    }

    private let file: FileDescriptor

    /// The last mark of a journal about this very batch; `nil`: there is none.
    static func lastMark(_ path: String, fingerprint: String) -> Mark? {
        guard let bytes = try? Files.read(path, limit: 1 << 26) else { return nil }
        var mark: Mark?
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().enumerated() {
            var fields = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard let sum = fields.popLast(), sum == checksum(fields.joined(separator: " ")) else { break }
            if index == 0 {
                guard fields == ["wayseal-batch", "1", fingerprint[...]] else { return nil }
                mark = Mark()
            } else {
                guard let next = Mark(fields) else { break }
                mark = next
            }
        }
        return mark
    }

    /// Begins a journal, or goes on with one after `mark`: what stands behind that is taken off.
    static func open(_ path: String, fingerprint: String, after mark: Mark?) throws(FileError) -> BatchJournal {
        var lines = Self.line("wayseal-batch 1 \(fingerprint)")
        if let mark { lines += Self.line(mark.numbers.map(String.init).joined(separator: " ")) }
        try Files.replace(path, lines)
        return BatchJournal(file: try FileDescriptor(path: path, flags: O_WRONLY | O_APPEND))
    }

    private init(file: consuming FileDescriptor) { self.file = file }

    /// Writes a mark, durably.
    borrowing func add(_ mark: Mark) throws(FileError) {
        try file.write(Self.line(mark.numbers.map(String.init).joined(separator: " ")))
        try file.synchronize()
    }

    private static func line(_ text: String) -> [UInt8] { Array("\(text) \(checksum(text))\n".utf8) }

    private static func checksum(_ text: String) -> String { String(CRC32(Array(text.utf8)).value, radix: 16) }
}
