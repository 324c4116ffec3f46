/// The bytes of every file a person wrote, kept so that a diagnostic can show the line it speaks of.

/// A stretch of bytes in one file of a ``SourceMap``.
public struct SourceRange: Hashable, Sendable {
    /// Index of the file in its ``SourceMap``.
    public var file: Int32
    /// Offset of the first byte, from 0.
    public var start: UInt32
    /// Length in bytes; 0 marks a place between two bytes.
    public var length: UInt32

    /// A stretch of `length` bytes that begins at byte `start` of file number `file`.
    public init(file: Int32, start: UInt32, length: UInt32) {
        self.file = file
        self.start = start
        self.length = length
    }
}

/// A place as people read it.
public struct SourcePosition: Hashable, Sendable {
    /// The path as the user would write it.
    public var path: String
    /// Line, from 1.
    public var line: Int
    /// Column, from 1, counted in Unicode scalars (as compilers and editors do).
    public var column: Int
}

/// The files that were read, in the order in which they were read.
public struct SourceMap: Sendable {
    /// One file: the path to show and its bytes.
    public struct File: Sendable {
        /// The path as the user would write it.
        public var path: String
        /// The whole content, or the piece that was kept of it.
        public var bytes: [UInt8]
        /// Number of the line in which ``bytes`` begins: more than 1 for a piece of a file that is too large to be kept.
        public var firstLine = 1
        /// Stretches that must never be shown (secrets written into the file), in no order.
        public internal(set) var concealed: [Range<Int>] = []
    }

    /// All files, in order of reading.
    public private(set) var files: [File] = []

    /// A map without files.
    public init() {}

    /// Adds a file, or the piece of one that begins in line `firstLine`, and answers its number.
    public mutating func add(path: String, bytes: [UInt8], firstLine: Int = 1) -> Int32 {
        files.append(File(path: path, bytes: bytes, firstLine: firstLine))
        return Int32(files.count - 1)
    }

    /// Marks bytes that hold a secret: a source line in a diagnostic shows asterisks in their place.
    public mutating func conceal(_ range: SourceRange) {
        files[Int(range.file)].concealed.append(Int(range.start)..<Int(range.start) + Int(range.length))
    }

    /// The text of a stretch.
    public func text(_ range: SourceRange) -> String {
        let bytes = files[Int(range.file)].bytes
        let start = min(Int(range.start), bytes.count)
        return String(decoding: bytes[start..<min(start + Int(range.length), bytes.count)], as: UTF8.self)
    }

    /// Line and column of the first byte of `range`. O(size of the file up to there).
    public func position(of range: SourceRange) -> SourcePosition {
        let file = files[Int(range.file)]
        let start = min(Int(range.start), file.bytes.count)
        var line = file.firstLine
        var lineStart = 0
        for i in 0..<start where file.bytes[i] == 0x0A {
            line += 1
            lineStart = i + 1
        }
        let column = file.bytes[lineStart..<start].count(where: { $0 & 0xC0 != 0x80 }) + 1
        return SourcePosition(path: file.path, line: line, column: column)
    }

    /// The line that holds the first byte of `range`, without its line end, and the offset of that line.
    public func line(of range: SourceRange) -> (bytes: ArraySlice<UInt8>, start: Int) {
        let bytes = files[Int(range.file)].bytes
        let at = min(Int(range.start), bytes.count)
        let start = (bytes[..<at].lastIndex(of: 0x0A) ?? -1) + 1
        var end = bytes[at...].firstIndex(of: 0x0A) ?? bytes.count
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return (bytes[start..<max(start, end)], start)
    }
}
