import Build
import Glibc
import Site
import Support

extension BatchRun {
    /// Puts the shards of a batch together: the files are those of a run over all rows. Shards may come from several machines;
    /// each says in its `batch.json` what it is, and none may be missing.
    public func merge() throws(BatchError) -> BatchResult {
        let (batch, site, options) = (survey.batch, site, options)
        let folder = Self.folder(options.output, batch.name, nil)
        let whole = BatchDescription.fingerprint(survey, site, options, isWhole: true)
        let fingerprint = BatchDescription.fingerprint(survey, site, options)
        do {
            let parts = try shards(in: folder + "/shards", whole)
            let store = try GenerationStore.open(folder)
            if let number = try finished(store, fingerprint) {
                return result(number, store, survey.rows, isNew: false)
            }
            let work = folder + "/.work"
            try store.prepareStaging()
            try Files.removeTree(work)
            try Files.makeDirectory(work)
            var output = try BatchOutput.open(
                batch, rows: survey.rows, staging: store.staging, work: work, fingerprint: fingerprint, after: nil)
            for (path, about) in parts { try output.add(shard: path, about) }
            let about = BatchDescription(
                name: batch.name, images: batch.images, table: survey.digest, total: survey.rows,
                rows: 1..<survey.rows + 1, fingerprint: fingerprint, whole: whole)
            let sheets = try drawSheets(store.staging) { _, _ in }
            try output.finish(sheets: sheets) { about.json(bytes: $0, entries: $1) }
            let number = try store.publish {}
            try Files.removeTree(work)
            try store.prune(keep: options.keep)
            return result(number, store, survey.rows, isNew: true)
        } catch { throw BatchSurvey.uncarried(error) }
    }

    /// All shards of one division of this batch, in order; an error when there is no division that is whole.
    private func shards(in folder: String, _ whole: String) throws -> [(path: String, about: BatchDescription)] {
        var divisions: [Int: [Int: (path: String, about: BatchDescription)]] = [:]
        var others = 0
        for name in try Files.names(in: folder) {
            let path = "\(folder)/\(name)/current"
            guard let about = BatchDescription.read(path), let shard = about.shard else { continue }
            guard about.whole == whole, about.rows == shard.rows(of: survey.rows) else {
                others += 1
                continue
            }
            divisions[shard.count, default: [:]][shard.number] = (path, about)
        }
        if let (_, parts) = divisions.first(where: { $0.value.count == $0.key }) {
            return parts.sorted { $0.key < $1.key }.map(\.value)
        }
        let different = others == 0 ? "" : "; \(others) in \(folder) are of another table or other settings"
        guard let (count, parts) = divisions.max(by: { $0.value.count < $1.value.count }) else {
            throw BatchError.shards("there are no parts of '\(survey.batch.name)' in \(folder)\(different)")
        }
        let missing = (1...count).filter { parts[$0] == nil }.map { "\($0)/\(count)" }
        let shown = missing.prefix(10).joined(separator: ", ") + (missing.count > 10 ? ", …" : "")
        throw BatchError.shards("\(missing.count) of \(count) parts are missing: \(shown)\(different)")
    }
}

extension BatchOutput {
    /// Adds what a shard made: the bytes of its archive but the end, its directory by new offsets, its list but the header.
    mutating func add(shard path: String, _ about: BatchDescription) throws(BatchError) {
        do throws(FileError) {
            switch about.images {
            case .zip:
                let archive = path + "/codes.zip"
                let size = try Files.status(archive)?.size ?? 0
                let directory = try Self.read(archive, about.bytes..<Self.directoryEnd(archive, about.bytes, size))
                append(directory: directory, entries: about.entries, bytes: about.bytes)
                try Self.copy(archive, 0..<about.bytes) { bytes throws(FileError) in try appendArchive(bytes) }
                try drainDirectory()
            case .tar:
                try Self.copy(path + "/codes.tar", 0..<about.bytes) { bytes throws(FileError) in
                    try appendArchive(bytes)
                }
            case .folder:
                let folder = "\(path)/\(about.name)"
                var files: [OutputFile] = []
                for name in try Files.names(in: folder) {
                    files.append(OutputFile(path: "\(about.name)/\(name)", bytes: try Files.read("\(folder)/\(name)")))
                    if files.count == 512 { try place(files); files = [] }
                }
                try place(files)
            case .none: break
            }
            let list = path + "/results.csv"
            let size = try Files.status(list)?.size ?? 0
            try Self.copy(list, BatchImages.header.count..<max(BatchImages.header.count, size)) {
                bytes throws(FileError) in try appendResults(bytes)
            }
            count(rows: about.rows.count)
        } catch { throw .file(error) }
    }

    /// Where the central directory ends: at the record of section 4.3.14 or 4.3.16 of APPNOTE, whichever comes first.
    private static func directoryEnd(_ path: String, _ start: Int, _ size: Int) throws(FileError) -> Int {
        let tail = try read(path, max(start, size - 98)..<size)
        let base = max(start, size - 98)
        for signature: [UInt8] in [[0x50, 0x4B, 0x06, 0x06], [0x50, 0x4B, 0x05, 0x06]] {
            // From behind: the record has no comment, so its own place is known.
            let length = signature[2] == 0x06 ? 98 : 22
            guard size - length >= base, tail.count >= length else { continue }
            if tail[(size - length - base)..<(size - length - base + 4)].elementsEqual(signature) {
                return size - length
            }
        }
        throw FileError("read", path, code: EINVAL)
    }

    private static func read(_ path: String, _ range: Range<Int>) throws(FileError) -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(range.count)
        try copy(path, range) { bytes throws(FileError) in all += bytes }
        return all
    }

    /// Hands the bytes of a part of a file over, a megabyte at a time.
    private static func copy(
        _ path: String, _ range: Range<Int>, to take: ([UInt8]) throws(FileError) -> Void
    ) throws(FileError) {
        let file = try FileDescriptor(path: path, flags: O_RDONLY)
        var at = range.lowerBound
        while at < range.upperBound {
            var buffer = [UInt8](repeating: 0, count: min(1 << 20, range.upperBound - at))
            let n = buffer.withUnsafeMutableBytes { pread(file.raw, $0.baseAddress, $0.count, at) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw FileError("read", path, code: n == 0 ? EINVAL : nil) }
            buffer.removeLast(buffer.count - n)
            try take(buffer)
            at += n
        }
    }
}
