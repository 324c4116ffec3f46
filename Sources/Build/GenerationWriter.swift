import Glibc
import Support

/// Puts files where the next generation needs them: a second name for what the last generation already has,
/// a new file for everything else.
///
/// Shared by the tasks of a build: it has no mutable state, each task collects its own digests.
struct GenerationWriter: Sendable {
    /// The generation that is served; `nil` before the first build.
    let previous: String?
    /// The folder that is filled; `nil`: only compare, and stop at the first difference.
    let staging: String?

    /// A file of the generation with its digest, for `SHA256SUMS`.
    struct Entry: Sendable {
        var path: String
        var digest: [UInt8]
    }

    /// Whether the last generation has `file` already, byte for byte.
    func isUnchanged(_ file: OutputFile) -> Bool {
        guard let previous else { return false }
        return Files.has(file.bytes, at: previous + "/" + file.path)
    }

    /// Links or creates `file`; its folder must exist.
    func place(_ file: OutputFile) throws(FileError) -> Entry {
        if let staging {
            let target = staging + "/" + file.path
            if let previous, Files.has(file.bytes, at: previous + "/" + file.path),
                try Files.status(previous + "/" + file.path)?.mode == file.mode
            {
                try Files.link(previous + "/" + file.path, to: target)
            } else {
                try Files.create(target, file.bytes, mode: file.mode)
            }
        }
        return Entry(path: file.path, digest: SHA256.hash(file.bytes))
    }

    /// Makes the folders that `paths` need, each once.
    func makeFolders(for paths: some Sequence<String>) throws(FileError) {
        guard let staging else { return }
        var made: Set<Substring> = []
        for path in paths {
            guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { continue }
            if made.insert(path[..<slash]).inserted {
                try Files.makeDirectory(staging + "/" + path[..<slash])
            }
        }
    }
}

extension [GenerationWriter.Entry] {
    /// The text of `SHA256SUMS` as `sha256sum -c` reads it, in the order of the paths' bytes.
    func sums() -> [UInt8] {
        var names = ByteStrings()
        for entry in self { names.append { $0 += entry.path.utf8 } }
        var out: [UInt8] = []
        out.reserveCapacity(count * 110)
        for index in names.sortedIndices() {
            Hex.append(self[Int(index)].digest, to: &out)
            out += "  ".utf8
            out += names[Int(index)]
            out.append(0x0A)
        }
        return out
    }
}
