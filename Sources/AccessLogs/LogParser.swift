/// One line of a server's access log → ``Hit``. No allocation, no `String`; lines come as ranges of a buffer.
///
/// Everything in a line is written by strangers: every index is checked, nothing recurses, the cost of a line is
/// linear in its length.
public struct LogParser: Sendable {
    /// The longest line that is read; longer ones are ``Malformation/tooLong``. Servers refuse requests long
    /// before (nginx: 32 KiB of headers by default).
    public static let lineLimit = 65536

    /// The format of the lines.
    public let format: LogFormat
    var timestamps = Timestamps()
    var columns = W3CColumns()

    /// A parser for lines of `format`.
    public init(format: LogFormat) { self.format = format }

    /// The `#Fields:` line a W3C parser has seen last: to be given back by ``adopt(header:)`` when reading goes on
    /// in the middle of a file.
    public var header: [UInt8] { columns.header }

    /// Takes the columns of a W3C file from its `#Fields:` line. Other formats ignore it.
    public mutating func adopt(header: [UInt8]) {
        _ = columns.directive(header.span, 0, header.count)
    }

    /// Parses the line in `from..<to` of `buffer`, without its line feed.
    ///
    /// - Returns: whether there is a hit: `false` for an empty line or a directive of W3C, which count nowhere.
    /// - Throws: why it is no line of the format; `hit` then has no meaning.
    /// - Complexity: O(length).
    public mutating func parse(
        _ buffer: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit
    ) throws(Malformation) -> Bool {
        var end = to
        if end > from, buffer[end - 1] == 0x0D { end -= 1 }
        guard end > from else { return false }
        guard end - from <= Self.lineLimit else { throw .tooLong }
        hit = Hit()
        switch format {
        case .combined: try combined(buffer, from, end, &hit)
        case .nginxJSON: try nginxJSON(buffer, from, end, &hit)
        case .caddyJSON: try caddyJSON(buffer, from, end, &hit)
        case .w3c, .cloudFront: return try w3c(buffer, from, end, &hit)
        }
        return true
    }

    /// The format of a log by its first lines; `nil` when no line is of any known format.
    /// - Parameter head: the first bytes of the (decompressed) file, 64 KiB are plenty.
    public static func detect(_ head: borrowing Span<UInt8>) -> LogFormat? {
        var from = 0
        var tried = 0
        while from < head.count, tried < 200 {
            let end = head.find(0x0A, from, head.count)
            // A cut last line says nothing, unless it is all there is.
            if end == head.count, tried > 0 { break }
            if let format = format(of: head, from, end) { return format }
            tried += 1
            from = end + 1
        }
        return nil
    }

    private static func format(of head: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> LogFormat? {
        guard to > from else { return nil }
        var hit = Hit()
        switch head[from] {
        case 0x23:
            guard let columns = W3CColumns.read(head, from, to) else { return nil }
            return columns.isCloudFront ? .cloudFront : .w3c
        case 0x7B:
            for format in [LogFormat.nginxJSON, .caddyJSON] {
                var parser = LogParser(format: format)
                if (try? parser.parse(head, from, to, &hit)) == true { return format }
            }
            return nil
        default:
            var parser = LogParser(format: .combined)
            return (try? parser.parse(head, from, to, &hit)) == true ? .combined : nil
        }
    }
}
