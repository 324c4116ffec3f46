internal import AccessLogs
internal import Support

/// How far a log was read; one row of `source`.
struct SourceState: Sendable {
    var id: Int?
    var name: String
    var format: LogFormat
    var headSize = 0
    var head: [UInt8] = []
    var position = 0
    var tail: [UInt8] = []
    var lines = 0
    var malformed = 0
    var firstAt: Int64?
    var lastAt: Int64?
    var header: [UInt8] = []
    /// Device and inode of the file that was read last, by this process: not stored.
    var identity: [UInt64] = []

    init(name: String, format: LogFormat) {
        self.name = name
        self.format = format
    }

    static let headLimit = 1024
    /// In the column of the format: counts of another machine, united with others.
    static let mergedFormat = 255

    /// Whether a log that begins with `bytes` is this one.
    func matches(_ bytes: [UInt8]) -> Bool {
        headSize > 0 && bytes.count >= headSize && Array(SHA256.hash(Array(bytes[..<headSize])).prefix(16)) == head
    }

    /// The log was longer than when it was seen first: it is known by more bytes now.
    mutating func take(head bytes: [UInt8]) {
        let size = min(Self.headLimit, bytes.count)
        guard size > headSize else { return }
        headSize = size
        head = Array(SHA256.hash(Array(bytes[..<size])).prefix(16))
    }

    /// The last bytes read, as length and hash.
    static func tail(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + SHA256.hash(Array(bytes)).prefix(16)
    }

    /// Length of the piece that ``tail`` is the hash of.
    var tailSize: Int { tail.count == 18 ? Int(tail[0]) << 8 | Int(tail[1]) : 0 }
}

/// One file under its name, and its first bytes.
final class LogFile {
    static let headLimit = 65536
    let path: String
    let head: [UInt8]
    let identity: [UInt64]
    let isPacked: Bool
    /// Bytes of the file when it was found, packed.
    let size: Int
    private var stream: LogStream?
    private var isClosed = false
    /// How much of ``size`` was read.
    var offset: Int { isClosed ? size : min(size, stream?.offset ?? 0) }

    init(path: String) throws(LogStreamError) {
        self.path = path
        var stream = try LogStream(path: path)
        identity = stream.identity
        isPacked = stream.isPacked
        size = stream.size
        var head = [UInt8](repeating: 0, count: Self.headLimit)
        var filled = 0
        while filled < head.count {
            let n = try stream.read(into: &head, at: filled)
            if n == 0 { break }
            filled += n
        }
        head.removeLast(head.count - filled)
        self.head = head
        // Standard input cannot be opened twice; all else is, so that a thousand logs need no thousand descriptors.
        if path == "-" { self.stream = consume stream }
    }

    enum Resumption {
        case at(Int)
        case nothingNew
        case rewritten
        /// The file that was read has become shorter.
        case cut(to: Int, tail: [UInt8])
    }

    /// Opens the file again and goes to where its log was left.
    func resume(_ source: SourceState) throws(LogStreamError) -> Resumption {
        if path == "-" { return .at(0) }
        var stream = try LogStream(path: path)
        if !isPacked, stream.identity == source.identity, stream.size > 0, stream.size < source.position {
            // No other copy: this one was cut, and all that is left of it was read. What comes now comes behind that.
            let size = stream.size
            var tail = [UInt8](repeating: 0, count: min(256, size))
            guard try stream.seek(to: size - tail.count) else { return .nothingNew }
            var filled = 0
            while filled < tail.count {
                let n = try stream.read(into: &tail, at: filled)
                if n == 0 { return .nothingNew }
                filled += n
            }
            self.stream = consume stream
            return .cut(to: size, tail: SourceState.tail(tail[...]))
        }
        let tailSize = source.tailSize
        let check = source.position - tailSize
        guard try stream.seek(to: check) else { return .nothingNew }
        if tailSize > 0 {
            var tail = [UInt8](repeating: 0, count: tailSize)
            var filled = 0
            while filled < tailSize {
                let n = try stream.read(into: &tail, at: filled)
                if n == 0 { break }
                filled += n
            }
            // Shorter than what was read: an older copy.
            if filled < tailSize { return .nothingNew }
            if SourceState.tail(tail[...]) != source.tail {
                self.stream = try LogStream(path: path)
                return .rewritten
            }
        }
        self.stream = consume stream
        return .at(source.position)
    }

    func read(into buffer: inout [UInt8], at: Int) throws(LogStreamError) -> Int {
        try stream?.read(into: &buffer, at: at) ?? 0
    }

    func close() {
        stream = nil
        isClosed = true
    }
}

/// The times of the last 64 lines.
struct RecentTimes {
    private var times = [Int64](repeating: .max, count: 64)
    private var at = 0

    @inline(__always)
    mutating func note(_ time: Int64) {
        times[at & 63] = time
        at &+= 1
    }

    /// The least of them; `nil` before there were 64.
    var least: Int64? { at >= 64 ? times.min() : nil }
}

/// A log being read: a buffer with the lines of one piece, and what is left of the last one.
final class LogReader {
    var source: Int
    var parser: LogParser
    var files: [LogFile]
    /// A log of a site that links lead to.
    var isForGoals = false
    private(set) var fileIndex = 0
    private(set) var isOpen = false
    private(set) var isDone = false
    var buffer: [UInt8] = []
    /// Bytes of ``buffer`` that are filled.
    private(set) var filled = 0
    /// Where the buffer begins in the log.
    private(set) var position = 0
    /// A line longer than the buffer is being passed over.
    var isSkipping = false
    /// No line that comes is older than this, unless it is out of order.
    var watermark: Int64 = 0
    /// The times of the last lines.
    var recent = RecentTimes()

    init(source: Int, parser: LogParser, first: LogFile) {
        self.source = source
        self.parser = parser
        files = [first]
    }

    /// Whether `file` is another name of this log: one begins as the other does.
    func isSameLog(as file: LogFile) -> Bool {
        guard file.path != "-", files[0].path != "-" else { return false }
        let n = min(SourceState.headLimit, min(file.head.count, files[0].head.count))
        return n > 0 && file.head[..<n] == files[0].head[..<n]
    }

    /// Bytes of its files, and how many of them were read, packed.
    var size: Int { files.reduce(0) { $0 + $1.size } }
    var offset: Int { files.reduce(0) { $0 + $1.offset } }

    /// The time of the first line that has one.
    func firstTime() -> Int64 {
        let head = files[0].head
        var hit = Hit()
        var at = 0
        var parser = parser
        let span = head.span
        for _ in 0..<50 where at < head.count {
            let end = span.firstLineFeed(at, head.count)
            if (try? parser.parse(span, at, end, &hit)) == true { return hit.time }
            at = end + 1
        }
        return 0
    }

    func begin(position: Int) {
        self.position = position
        isOpen = true
        filled = 0
        buffer = [UInt8](repeating: 0, count: LogStream.pieceSize)
        if files[fileIndex].path == "-" {
            let head = files[fileIndex].head
            buffer.replaceSubrange(0..<head.count, with: head)
            filled = head.count
        }
    }

    /// The buffer, to be read without going through this class; given back before anything else is done.
    func lend() -> [UInt8] {
        var lent: [UInt8] = []
        swap(&lent, &buffer)
        return lent
    }

    func giveBack(_ lent: consuming [UInt8]) { buffer = lent }

    /// Reads the next piece behind what is left; `false` at the end.
    func fill() throws(LogStreamError) -> Bool {
        let n = try files[fileIndex].read(into: &buffer, at: filled)
        filled += n
        return n > 0
    }

    /// The first `count` bytes are done with.
    func consumed(_ count: Int) {
        // Byte by byte: it is part of one line, and a slice of the buffer would copy all of it.
        if count > 0, count < filled { for i in 0..<filled - count { buffer[i] = buffer[count + i] } }
        filled -= count
        position += count
        // One forged time must not close days: only what 64 lines agree on counts.
        if let least = recent.least { watermark = max(watermark, least) }
    }

    /// The buffer is full, and no line ends in it; or such a line goes on.
    var isOverlong: Bool { filled == buffer.count || isSkipping && filled > 0 }

    /// Drops what is in the buffer.
    func drop() {
        position += filled
        filled = 0
    }

    /// A packed log, or standard input, that is at its end: what is left is a line.
    var endsWithoutLineFeed: Bool {
        filled > 0 && !isSkipping && (files[fileIndex].isPacked || files[fileIndex].path == "-")
    }

    func appendLineFeed() {
        if filled == buffer.count { buffer.append(0) }
        buffer[filled] = 0x0A
        filled += 1
    }

    func nextFile() {
        files[fileIndex].close()
        isOpen = false
        buffer = []
        filled = 0
        fileIndex += 1
        if fileIndex == files.count { isDone = true }
    }

    func finish() {
        files[fileIndex].close()
        buffer = []
        isDone = true
    }
}
