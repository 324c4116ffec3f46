import Build
import Glibc
import Site
import Support

/// The files of a batch while they grow: the archive, its directory aside, the list. Everything is appended; what a mark of the
/// journal does not count is cut off when a run goes on.
struct BatchOutput: ~Copyable {
    private let batch: CodeBatch
    private let staging: String
    private let journal: BatchJournal
    private var archive: Stream?
    private var results: Stream
    private var directory: Stream?
    private var sums: Stream?
    private var zip: ZipWriter
    private var mark: BatchJournal.Mark
    private var sinceMark = 0
    private var folders: Set<String> = []

    /// Rows between two marks.
    private let rowsPerMark: Int
    private static let mostRowsPerMark = 8_192
    private static let marks = 16

    /// A file that only grows, with the digest of all of it.
    struct Stream: ~Copyable {
        let file: FileDescriptor
        let path: String
        private(set) var length: Int
        private var digest: SHA256.Stream

        private init(file: consuming FileDescriptor, path: String, length: Int, digest: consuming SHA256.Stream) {
            self.file = file
            self.path = path
            self.length = length
            self.digest = digest
        }

        /// Opens or makes the file, and keeps its first `length` bytes.
        static func open(_ path: String, keeping length: Int) throws(FileError) -> Stream {
            let file = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT)
            var digest = SHA256.Stream()
            var kept = 0
            var buffer = [UInt8](repeating: 0, count: min(1 << 20, length))
            while kept < length {
                let n = buffer.withUnsafeMutableBytes { read(file.raw, $0.baseAddress, min($0.count, length - kept)) }
                if n < 0, errno == EINTR { continue }
                guard n > 0 else { throw FileError("read", path, code: n == 0 ? EINVAL : nil) }
                digest.update(n == buffer.count ? buffer : Array(buffer[..<n]))
                kept += n
            }
            guard ftruncate(file.raw, length) == 0 else { throw FileError("write", path) }
            return Stream(file: file, path: path, length: length, digest: digest)
        }

        mutating func append(_ bytes: [UInt8]) throws(FileError) {
            if bytes.isEmpty { return }
            try file.write(bytes)
            digest.update(bytes)
            length += bytes.count
        }

        consuming func finish() throws(FileError) -> [UInt8] {
            try file.synchronize()
            return digest.finish()
        }
    }

    private init(
        _ batch: CodeBatch, rows: Int, _ staging: String, _ mark: BatchJournal.Mark, journal: consuming BatchJournal,
        results: consuming Stream, archive: consuming Stream?, directory: consuming Stream?, sums: consuming Stream?
    ) {
        self.batch = batch
        self.staging = staging
        self.mark = mark
        rowsPerMark = min(Self.mostRowsPerMark, rows / Self.marks)
        self.journal = journal
        self.results = results
        self.archive = archive
        self.directory = directory
        self.sums = sums
        zip = ZipWriter(startingAt: UInt64(mark.archive), count: UInt64(mark.entries))
    }

    /// Goes on after a mark, or begins.
    /// - Parameter rows: that there will be.
    static func open(
        _ batch: CodeBatch, rows: Int, staging: String, work: String, fingerprint: String,
        after mark: BatchJournal.Mark?
    ) throws(BatchError) -> BatchOutput {
        let at = mark ?? BatchJournal.Mark()
        do throws(FileError) {
            var results = try Stream.open(staging + "/results.csv", keeping: at.results)
            if at.results == 0 { try results.append(BatchImages.header) }
            var archive: Stream?
            var directory: Stream?
            var sums: Stream?
            switch batch.images {
            case .zip:
                archive = try .open(staging + "/codes.zip", keeping: at.archive)
                directory = try .open(work + "/directory", keeping: at.directory)
            case .tar: archive = try .open(staging + "/codes.tar", keeping: at.archive)
            case .folder: sums = try .open(work + "/sums", keeping: at.sums)
            case .none: break
            }
            let journal = try BatchJournal.open(work + "/journal", fingerprint: fingerprint, after: mark)
            return BatchOutput(
                batch, rows: rows, staging, at, journal: journal, results: results, archive: archive,
                directory: directory, sums: sums)
        } catch { throw .file(error) }
    }

    /// Adds what the next stretch became.
    mutating func add(_ part: BatchImages.Part) throws(BatchError) {
        do throws(FileError) {
            switch batch.images {
            case .zip:
                zip.append(part.zip)
                try archive?.append(zip.buffer)
                try directory?.append(zip.directory)
                zip.buffer.removeAll(keepingCapacity: true)
                zip.directory.removeAll(keepingCapacity: true)
            case .tar: try archive?.append(part.tar.buffer)
            case .folder: try place(part.files)
            case .none: break
            }
            try results.append(part.results)
            mark.stretches += 1
            mark.rows += part.rows
            sinceMark += part.rows
            if sinceMark >= rowsPerMark { try writeMark() }
        } catch { throw .file(error) }
    }

    mutating func place(_ files: [OutputFile]) throws(FileError) {
        var lines: [UInt8] = []
        for file in files {
            let path = staging + "/" + file.path
            let folder = Files.parent(of: path)
            if folders.insert(folder).inserted { try Files.makeDirectory(folder) }
            do throws(FileError) { try Files.create(path, file.bytes) } catch {
                // A run before wrote it, and was killed before it could say so.
                guard error.code == EEXIST else { throw error }
                try Files.remove(path)
                try Files.create(path, file.bytes)
            }
            Hex.append(SHA256.hash(file.bytes), to: &lines)
            lines += "  \(file.path)\n".utf8
        }
        try sums?.append(lines)
    }

    // MARK: Shards

    mutating func append(directory: [UInt8], entries: Int, bytes: Int) {
        zip.append(directory: directory, count: UInt64(entries), bytes: UInt64(bytes))
    }

    mutating func appendArchive(_ bytes: [UInt8]) throws(FileError) { try archive?.append(bytes) }
    mutating func appendResults(_ bytes: [UInt8]) throws(FileError) { try results.append(bytes) }

    mutating func drainDirectory() throws(FileError) {
        try directory?.append(zip.directory)
        zip.directory.removeAll(keepingCapacity: true)
    }

    mutating func count(rows: Int) { mark.rows += rows }

    /// First what is counted, then the count.
    private mutating func writeMark() throws(FileError) {
        sinceMark = 0
        if batch.images == .folder {
            try Files.synchronizeFileSystem(staging)
        } else {
            try archive?.file.synchronize()
            try directory?.file.synchronize()
            try results.file.synchronize()
        }
        mark.archive = archive?.length ?? 0
        mark.entries = Int(zip.count)
        mark.directory = directory?.length ?? 0
        mark.results = results.length
        mark.sums = sums?.length ?? 0
        try journal.add(mark)
    }

    /// Ends the files.
    /// - Parameter description: `batch.json`, by the bytes and entries of the archive.
    consuming func finish(
        sheets: [UInt8]?, description: (_ bytes: Int, _ entries: Int) -> [UInt8]
    ) throws(BatchError) {
        do throws(FileError) {
            try writeMark()
            let (bytes, entries) = (mark.archive, mark.entries)
            let about = description(bytes, entries)
            let aboutPath = staging + "/batch.json"
            try Files.remove(aboutPath)
            try Files.create(aboutPath, about)
            var lines = Array("\(Hex.encode(SHA256.hash(about)))  batch.json\n".utf8)
            if let directory {
                let size = directory.length
                try Self.copy(directory.file.raw, size, to: &archive, path: directory.path)
                zip.end(directory: UInt64(size))
                try archive?.append(zip.buffer)
            } else if batch.images == .tar {
                var end = TarWriter()
                end.finish()
                try archive?.append(end.buffer)
            }
            if let archive {
                lines += "\(Hex.encode(try archive.finish()))  codes.\(batch.images.rawValue)\n".utf8
            }
            lines += "\(Hex.encode(try results.finish()))  results.csv\n".utf8
            if let sheets { lines += "\(Hex.encode(sheets))  sheets.pdf\n".utf8 }
            if let sums { lines = try Files.read(sums.path) + lines }
            try Files.remove(staging + "/SHA256SUMS")
            try Files.create(staging + "/SHA256SUMS", lines)
        } catch { throw .file(error) }
    }

    private static func copy(
        _ source: Int32, _ size: Int, to archive: inout Stream?, path: String
    ) throws(FileError) {
        var done = 0
        while done < size {
            var buffer = [UInt8](repeating: 0, count: min(1 << 20, size - done))
            let n = buffer.withUnsafeMutableBytes { pread(source, $0.baseAddress, $0.count, done) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw FileError("read", path) }
            buffer.removeLast(buffer.count - n)
            try archive?.append(buffer)
            done += n
        }
    }
}
