import Glibc
import Manifest
import Support

/// A table cut into stretches of whole rows, so that it can be read in any order and by many at once, in constant memory.
///
/// Rows end where `CSVScanner` says they do: at LF, CRLF or CR outside of quotes, and a quote opens only where a cell begins.
struct TableStretches: Sendable {
    /// Some rows that follow each other.
    struct Stretch: Sendable {
        var offset: Int
        var length: Int
        /// Rows with anything in them.
        var rows = 0
        /// Rows before it.
        var before: Int
        /// Number of its first line, from 1.
        var line: Int
        /// Of its bytes: when it is read again they must be the same.
        var checksum: UInt32 = 0
    }

    /// The table, as people call it.
    let path: String
    /// What was done to it before it was read, and rows that could not be.
    private(set) var notes: [String] = []
    private(set) var problems: [TableConversion.Problem] = []
    /// The converted text, which has no name.
    private var spool: Spool?
    private var source: String { spool.map { "/proc/self/fd/\($0.raw)" } ?? path }
    /// The header, and the bytes that it takes with its line end.
    private(set) var header: [UInt8] = []
    private(set) var stretches: [Stretch] = []
    /// Rows in all, without the header.
    private(set) var rows = 0
    /// SHA-256 of the whole file.
    private(set) var digest: [UInt8] = []

    /// Bytes or rows after which a stretch ends with its row.
    private let size: Int
    private static let mostRows = 512
    private static let longestRow = 1 << 24

    /// Reads the whole file once. O(bytes) in time, O(stretches) in memory.
    /// - Parameter spool: where the text of a table is put aside that is not CSV in UTF-8.
    init(path: String, spool: String? = nil, size: Int = 1 << 16) throws(BatchError) {
        self.path = path
        self.size = size
        do {
            var file = try FileDescriptor(path: path, flags: O_RDONLY | O_NONBLOCK)
            guard try Files.status(path)?.kind == .file else { throw FileError("read", path, code: EINVAL) }
            var sample = [UInt8](repeating: 0, count: TableConversion.sample)
            let count = sample.withUnsafeMutableBytes { pread(file.raw, $0.baseAddress, $0.count, 0) }
            guard count >= 0 else { throw FileError("read", path) }
            if TableConversion.isNeeded(path: path, first: sample.span.extracting(first: count)) {
                try convert(in: spool ?? Files.parent(of: path))
                file = try FileDescriptor(path: source, flags: O_RDONLY)
            }
            try cut(file)
        } catch let error as FileError { throw .table(error) } catch { throw BatchError(error) }
    }

    /// An open file, closed when nobody reads it any more.
    private final class Spool: Sendable {
        let raw: Int32
        init(_ raw: Int32) { self.raw = raw }
        deinit { close(raw) }
    }

    private mutating func convert(in folder: String) throws {
        try Files.makeDirectory(folder)
        let name = folder + "/.table.new"
        try Files.remove(name)
        let file = try FileDescriptor(path: name, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        try Files.remove(name)
        spool = Spool(dup(file.raw))
        var problems: [TableConversion.Problem] = []
        do {
            notes = try TableConversion.convert(path) {
                try file.write($0)
            } problem: {
                problems.append($0)
            }
        } catch let error as TableConversion.Problem { problems.append(error) }
        self.problems = problems
    }

    private enum State { case cell, plain, quoted, closed }

    private mutating func cut(_ file: borrowing FileDescriptor) throws {
        var hash = SHA256.Stream()
        var pending: [UInt8] = []
        var offset = 0
        var line = spool == nil ? 1 : TableConversion.firstLine(path: path)
        var isFirst = true
        var state = State.cell
        // How far `pending` was looked at, where its last row began, how many rows and line ends it has up to there.
        var (at, row, rowCount, lines, linesAtRow) = (0, 0, 0, 0, 0)
        var isCR = false
        func close(_ end: Int) {
            let part = Array(pending[..<end])
            if isFirst {
                // The byte order mark is no part of a row: a header alone is its own stretch.
                header = part
                isFirst = false
                rowCount = 0
            } else {
                var stretch = Stretch(offset: offset, length: end, rows: rowCount, before: rows, line: line)
                stretch.checksum = CRC32(part).value
                stretches.append(stretch)
                rows += rowCount
            }
            pending.removeFirst(end)
            offset += end
            line += linesAtRow
            (at, row, rowCount, lines, linesAtRow) = (at - end, 0, 0, lines - linesAtRow, 0)
        }
        while true {
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            let n = buffer.withUnsafeMutableBytes { Glibc.read(file.raw, $0.baseAddress, $0.count) }
            if n < 0 {
                if errno == EINTR { continue }
                throw FileError("read", path)
            }
            if n == 0 { break }
            buffer.removeLast(buffer.count - n)
            hash.update(buffer)
            pending += buffer
            if offset == 0, at == 0, pending.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
            while at < pending.count {
                // A row that ended in CR ends after the LF that may follow.
                let byte = pending[at]
                if isCR {
                    isCR = false
                    if byte == 0x0A {
                        at += 1
                        lines += 1
                        (row, linesAtRow) = (at, lines)
                        continue
                    }
                }
                if row == at, at > 0, isFirst || row >= size || rowCount == Self.mostRows {
                    close(row)
                    continue
                }
                at += 1
                if byte == 0x0A { lines += 1 }
                switch (state, byte) {
                case (.quoted, UInt8(ascii: "\"")): state = .closed
                case (.quoted, _): break
                case (_, 0x0A), (_, 0x0D):
                    if at - 1 > row { rowCount += 1 }
                    (row, linesAtRow) = (at, lines)
                    state = .cell
                    isCR = byte == 0x0D
                case (_, UInt8(ascii: ",")): state = .cell
                case (.cell, UInt8(ascii: "\"")), (.closed, UInt8(ascii: "\"")): state = .quoted
                default: state = .plain
                }
            }
            if pending.count - row > Self.longestRow { throw BatchError.longRow(path, line: line + linesAtRow) }
        }
        if pending.count > row { rowCount += 1 }
        linesAtRow = lines
        if !pending.isEmpty { close(pending.count) }
        digest = hash.finish()
    }

    /// The bytes of a stretch, which must be those that were cut.
    func read(_ stretch: Stretch) throws(BatchError) -> [UInt8] {
        do throws(FileError) {
            let file = try FileDescriptor(path: source, flags: O_RDONLY | O_NONBLOCK)
            var bytes = [UInt8](repeating: 0, count: stretch.length)
            var done = 0
            while done < bytes.count {
                let from = done
                let n = bytes.withUnsafeMutableBytes { buffer in
                    pread(file.raw, buffer.baseAddress.map { $0 + from }, buffer.count - from, stretch.offset + from)
                }
                if n < 0, errno == EINTR { continue }
                guard n >= 0 else { throw FileError("read", path) }
                if n == 0 { break }
                done += n
            }
            guard done == bytes.count, CRC32(bytes).value == stretch.checksum else { throw FileError("", "", code: 0) }
            return bytes
        } catch {
            throw error.code == 0 ? .changed(path) : .file(error)
        }
    }
}
