import Glibc
import Support

/// What the two archive formats share.
protocol ArchiveWriter: Sendable {
    /// What was written and not yet taken away by the caller, who empties it.
    var buffer: [UInt8] { get set }
    /// Adds a file.
    mutating func add(path: String, bytes: [UInt8]) throws(ArchiveError)
    /// Ends the archive.
    mutating func finish()
}

extension ZipWriter: ArchiveWriter {}

extension TarWriter: ArchiveWriter {
    mutating func add(path: String, bytes: [UInt8]) throws(ArchiveError) {
        try add(path: path, bytes: bytes, mode: 0o644)
    }
}

/// Streams images into `codes.zip` or `codes.tar` in the staging folder.
struct ArchiveSink: ~Copyable {
    private var writer: any ArchiveWriter
    private let file: FileDescriptor
    private let name: String
    private var digest = SHA256.Stream()
    /// Bytes gathered before they are written.
    private static let chunk = 1 << 20

    init(_ kind: BuildOptions.Archive, staging: String) throws(BuildError) {
        name = "codes." + kind.rawValue
        writer = kind == .zip ? ZipWriter() : TarWriter()
        do {
            file = try FileDescriptor(path: staging + "/" + name, flags: O_WRONLY | O_CREAT | O_EXCL)
        } catch {
            throw .file(error)
        }
    }

    /// Adds images.
    mutating func add(_ files: [OutputFile]) throws(BuildError) {
        for file in files {
            do {
                try writer.add(path: file.path, bytes: file.bytes)
            } catch {
                throw .other("\(error)")
            }
        }
        if writer.buffer.count > Self.chunk { try drain() }
    }

    /// Ends the archive and answers its entry for `SHA256SUMS`.
    consuming func finish() throws(BuildError) -> GenerationWriter.Entry {
        writer.finish()
        try drain()
        return GenerationWriter.Entry(path: name, digest: digest.finish())
    }

    private mutating func drain() throws(BuildError) {
        digest.update(writer.buffer)
        do {
            try file.write(writer.buffer)
        } catch {
            throw .file(error)
        }
        writer.buffer.removeAll(keepingCapacity: true)
    }
}
