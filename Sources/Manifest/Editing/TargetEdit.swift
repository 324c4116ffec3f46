public import Support

/// One changed or one new line of a manifest, everything else byte for byte as it was.
public struct TargetEdit: Equatable, Sendable {
    /// Number of the file in the source map.
    public var file: Int32
    /// Its new bytes.
    public var bytes: [UInt8]
    /// The line, from 1.
    public var line: Int
    /// The line's text.
    public var text: String

    /// Puts `target` where a link's target stands; `nil` when what stands there is not one value in one line.
    public init?(replacing range: SourceRange, with target: String, in sources: SourceMap) {
        var bytes = sources.files[Int(range.file)].bytes
        let start = Int(range.start)
        let end = start + Int(range.length)
        guard end <= bytes.count, start < end, !bytes[start..<end].contains(0x0A) else { return nil }
        let first = bytes[start]
        let isQuoted = first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
        bytes.replaceSubrange(start..<end, with: Self.scalar(target, quoted: isQuoted).utf8)
        self.init(file: range.file, bytes: bytes, at: start)
    }

    /// Writes a link before another one that begins a line of its own; `nil` when it does not.
    public init?(inserting slug: String, target: String, before range: SourceRange, in sources: SourceMap) {
        var bytes = sources.files[Int(range.file)].bytes
        let at = Int(range.start)
        let lineStart = (bytes[..<at].lastIndex(of: 0x0A) ?? -1) + 1
        let indent = bytes[lineStart..<at]
        guard !indent.isEmpty, indent.allSatisfy({ $0 == 0x20 }) else { return nil }
        let lineEnd = bytes[at...].firstIndex(of: 0x0A) ?? bytes.count
        let isCRLF = lineEnd > at && lineEnd < bytes.count && bytes[lineEnd - 1] == 0x0D
        let line = "\(Self.scalar(slug, quoted: false)): \(Self.scalar(target, quoted: false))\(isCRLF ? "\r\n" : "\n")"
        bytes.insert(contentsOf: indent + Array(line.utf8), at: lineStart)
        self.init(file: range.file, bytes: bytes, at: lineStart)
    }

    private init(file: Int32, bytes: [UInt8], at place: Int) {
        self.file = file
        self.bytes = bytes
        let start = (bytes[..<place].lastIndex(of: 0x0A) ?? -1) + 1
        let end = bytes[place...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        line = bytes[..<start].count { $0 == 0x0A } + 1
        text = String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// A value as YAML takes it in any place: in double quotes unless all of it is plain everywhere. Slugs and targets are
    /// URL characters; what is not is written as it is, since whoever edits reads the result again.
    public static func scalar(_ text: String, quoted: Bool) -> String {
        let isPlain =
            text.utf8.allSatisfy {
                ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || "-._~:/?&=+%@$();#*!".utf8.contains($0)
            }
            && (text.utf8.first.map { ($0 | 0x20) &- 0x61 < 26 } ?? false) && text.utf8.last != UInt8(ascii: ":")
        if isPlain, !quoted { return text }
        let escaped = text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\"" + String(escaped) + "\""
    }
}

/// Files of the machine, but one of them with other bytes: what a manifest would be after an edit.
public struct EditedFiles: ManifestFiles {
    private let canonical: String
    private let bytes: [UInt8]
    private let base = POSIXFiles()

    /// The file at `path` has `bytes`.
    public init(_ path: String, _ bytes: [UInt8]) throws(UnreadableFile) {
        canonical = try base.canonicalPath(path)
        self.bytes = bytes
    }

    /// As on the machine.
    public func canonicalPath(_ path: String) throws(UnreadableFile) -> String { try base.canonicalPath(path) }
    /// As on the machine.
    public func isSymbolicLink(_ path: String) -> Bool { base.isSymbolicLink(path) }
    /// The edited bytes, or those on the machine.
    public func read(_ path: String, atMost limit: Int) throws(UnreadableFile) -> [UInt8] {
        if try base.canonicalPath(path) == canonical { return bytes }
        return try base.read(path, atMost: limit)
    }
    /// As on the machine.
    public func isOpenToOthers(_ path: String) -> Bool { base.isOpenToOthers(path) }
    /// As on the machine.
    public func entries(of folder: String) throws(UnreadableFile) -> [FolderEntry] { try base.entries(of: folder) }
}
