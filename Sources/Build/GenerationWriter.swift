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

    /// Links or creates `file`, whose folder must exist. When only comparing: `nil` if it differs.
    func place(_ file: OutputFile) throws(FileError) -> Entry? {
        let entry = Entry(path: file.path, digest: SHA256.hash(file.bytes))
        if let previous {
            let old = previous + "/" + file.path
            if Files.has(file.bytes, at: old), try Files.status(old)?.mode == file.mode {
                if let staging { try Files.link(old, to: staging + "/" + file.path) }
                return entry
            }
        }
        guard let staging else { return nil }
        try Files.create(staging + "/" + file.path, file.bytes, mode: file.mode)
        return entry
    }

    /// Places several; `nil` when only comparing and one differs.
    func place(_ files: [OutputFile]) throws(BuildError) -> [Entry]? {
        var entries: [Entry] = []
        entries.reserveCapacity(files.count)
        do {
            for file in files {
                guard let entry = try place(file) else { return nil }
                entries.append(entry)
            }
        } catch {
            throw .file(error)
        }
        return entries
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
