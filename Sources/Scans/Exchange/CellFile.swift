internal import Support

/// A file of `wayseal scans export`, read day by day; plain, gzip or zstd.
final class CellFile {
    let path: String
    private var stream: LogStream
    private var buffer: [UInt8] = []
    private var at = 0
    private var number = 0
    /// The day record that was read last and belongs to the next day.
    private var ahead: DayRecord?

    /// Nothing that we write is longer: a cell with the hashes of a million visitors takes 21 MB.
    private static let lineLimit = 256 << 20

    init(path: String) throws(ExchangeError) {
        self.path = path
        do { stream = try LogStream(path: path) } catch { throw ExchangeError(error) }
        guard let first = try line(), ScanExport.headers.contains(Array(first) + [0x0A]) else {
            throw .malformed(path: path, line: 1)
        }
        try advance()
    }

    /// The day that comes next.
    var day: Int? { ahead?.day }

    /// Reads all of the next day.
    func next() throws(ExchangeError) -> (day: DayRecord, cells: [CellRecord])? {
        guard let day = ahead else { return nil }
        var cells: [CellRecord] = []
        ahead = nil
        while let line = try line() {
            if line.starts(with: Self.cellMark) {
                guard let cell = CellRecord(line: line.dropFirst(Self.cellMark.count)), cell.day == day.day else {
                    throw .malformed(path: path, line: number)
                }
                cells.append(cell)
            } else {
                try take(line, after: day.day)
                break
            }
        }
        return (day, cells)
    }

    private static let cellMark = Array("cell\t".utf8)
    private static let dayMark = Array("day\t".utf8)

    private func advance() throws(ExchangeError) {
        if let line = try line() { try take(line, after: .min) }
    }

    private func take(_ line: ArraySlice<UInt8>, after day: Int) throws(ExchangeError) {
        guard line.starts(with: Self.dayMark), let record = DayRecord(line: line.dropFirst(Self.dayMark.count)),
            record.day > day
        else { throw .malformed(path: path, line: number) }
        ahead = record
    }

    private func line() throws(ExchangeError) -> ArraySlice<UInt8>? {
        var searched = at
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { at = end + 1 }
                number += 1
                return buffer[at..<end]
            }
            searched = buffer.count - at
            buffer.removeSubrange(..<at)
            at = 0
            guard buffer.count < Self.lineLimit else { throw .malformed(path: path, line: number + 1) }
            var piece = [UInt8](repeating: 0, count: LogStream.pieceSize)
            let n: Int
            do { n = try stream.read(into: &piece, at: 0) } catch { throw ExchangeError(error) }
            if n == 0 {
                // Half a line: the file was cut off.
                guard buffer.isEmpty else { throw .malformed(path: path, line: number + 1) }
                return nil
            }
            buffer.append(contentsOf: piece[..<n])
        }
    }
}

/// Uniting files.
public enum ScanFiles {
    /// Unites files of `wayseal scans export` in a new database at `path`, which replaces what was there.
    /// - Returns: how many days there are.
    @discardableResult
    public static func merge(_ paths: [String], into path: String) throws(ExchangeError) -> Int {
        let part = path + ".part"
        do {
            for leftover in ["", "-wal", "-shm"] where try Files.status(part + leftover) != nil {
                try Files.remove(part + leftover)
            }
        } catch { throw .file(error) }
        var files: [CellFile] = []
        for path in paths { files.append(try CellFile(path: path)) }
        var merge = try ScanMerge(path: part)
        var count = 0
        while let day = files.compactMap(\.day).min() {
            var days: [DayRecord] = []
            var cells: [CellRecord] = []
            for file in files where file.day == day {
                guard let (record, more) = try file.next() else { continue }
                days.append(record)
                cells += more
            }
            try merge.add(day, days: days, cells: cells)
            count += 1
        }
        try merge.finish()
        do {
            for leftover in ["-wal", "-shm"] where try Files.status(path + leftover) != nil {
                try Files.remove(path + leftover)
            }
            try Files.rename(part, to: path)
        } catch { throw .file(error) }
        return count
    }
}
