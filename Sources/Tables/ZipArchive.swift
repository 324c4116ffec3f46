// Calls C: unsafe pointers.
internal import CZlib

/// The entries of a zip archive (PKWARE APPNOTE 6.3), of which any can be read from the front.
final class ZipArchive {
    struct Entry {
        var isDeflated: Bool
        var packed: Int
        var header: Int
    }

    let file: TableFile
    private(set) var entries: [String: Entry] = [:]

    static let directoryLimit = 16 << 20

    init(_ file: TableFile) throws(TableError) {
        self.file = file
        let size = file.size
        var tail = [UInt8](repeating: 0, count: min(size, 65_557))
        guard try file.read(&tail, at: size - tail.count) == tail.count, tail.count >= 22 else { throw Self.noWorkbook }
        // §4.3.16: the end record, behind which a comment may stand.
        var end = tail.count - 22
        while end >= 0, !Self.has([0x50, 0x4B, 5, 6], tail, end) { end -= 1 }
        guard end >= 0 else {
            if tail.count == size, tail.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { throw Self.oldWorkbook }
            var head = [UInt8](repeating: 0, count: 4)
            if try file.read(&head, at: 0) == 4, head == [0xD0, 0xCF, 0x11, 0xE0] { throw Self.oldWorkbook }
            throw Self.noWorkbook
        }
        let (length, start) = (Self.long(tail, end + 12), Self.long(tail, end + 16))
        guard length <= Self.directoryLimit, start + length <= size else { throw Self.noWorkbook }
        var directory = [UInt8](repeating: 0, count: length)
        guard try file.read(&directory, at: start) == length else { throw Self.noWorkbook }
        var at = 0
        while at + 46 <= length, Self.has([0x50, 0x4B, 1, 2], directory, at) {
            let (flags, method) = (Self.short(directory, at + 8), Self.short(directory, at + 10))
            let name = Self.short(directory, at + 28)
            let next = at + 46 + name + Self.short(directory, at + 30) + Self.short(directory, at + 32)
            guard next <= length else { throw Self.noWorkbook }
            let path = String(decoding: directory[(at + 46)..<(at + 46 + name)], as: UTF8.self)
            if flags & 1 == 0, method == 0 || method == 8 {
                entries[path] = Entry(
                    isDeflated: method == 8, packed: Self.long(directory, at + 20),
                    header: Self.long(directory, at + 42))
            }
            at = next
        }
    }

    static let noWorkbook = TableError(line: nil, "the file is no Excel workbook", help: "save it as .xlsx or as CSV")
    static let oldWorkbook = TableError(
        line: nil, "the workbook is of the old kind (.xls) or protected by a password",
        help: "save it as .xlsx without one")

    private static func has(_ mark: [UInt8], _ bytes: [UInt8], _ at: Int) -> Bool {
        bytes[at..<(at + 4)].elementsEqual(mark)
    }
    static func short(_ bytes: [UInt8], _ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
    static func long(_ bytes: [UInt8], _ at: Int) -> Int { short(bytes, at) | short(bytes, at + 2) << 16 }

    /// The content of an entry, a piece at a time; `nil`: there is no such entry.
    func open(_ path: String) throws(TableError) -> ZipStream? {
        guard let entry = entries[path] else { return nil }
        var head = [UInt8](repeating: 0, count: 30)
        guard try file.read(&head, at: entry.header) == 30, Self.has([0x50, 0x4B, 3, 4], head, 0) else {
            throw Self.noWorkbook
        }
        return try ZipStream(file, entry, at: entry.header + 30 + Self.short(head, 26) + Self.short(head, 28))
    }
}

/// One entry's content.
final class ZipStream {
    private let file: TableFile
    private let isDeflated: Bool
    private var offset: Int
    private var left: Int
    private var input: [UInt8] = []
    private var used = 0
    private let stream: UnsafeMutablePointer<z_stream>
    private var isEnd = false

    init(_ file: TableFile, _ entry: ZipArchive.Entry, at offset: Int) throws(TableError) {
        self.file = file
        isDeflated = entry.isDeflated
        self.offset = offset
        left = entry.packed
        stream = .allocate(capacity: 1)
        guard wayseal_inflate_raw(stream) == Z_OK else { throw TableError(line: nil, "no memory is left") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Puts the next piece, of at most 64 KiB, in the place of what is in `out`; `false` at the end.
    func fill(_ out: inout [UInt8]) throws(TableError) -> Bool {
        out.removeAll(keepingCapacity: true)
        while out.isEmpty {
            if isEnd { return false }
            if used == input.count, left > 0 {
                input = [UInt8](repeating: 0, count: min(left, 1 << 16))
                guard try file.read(&input, at: offset) == input.count else { throw ZipArchive.noWorkbook }
                offset += input.count
                left -= input.count
                used = 0
            }
            if !isDeflated {
                isEnd = left == 0
                out = input
                used = input.count
                continue
            }
            var room = [UInt8](repeating: 0, count: 1 << 16)
            let (used, input) = (used, input)
            let (code, taken, made) = input.withUnsafeBufferPointer { source in
                room.withUnsafeMutableBufferPointer { target in
                    stream.pointee.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + used) }
                    stream.pointee.avail_in = UInt32(source.count - used)
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    let code = inflate(stream, Z_NO_FLUSH)
                    return (
                        code, source.count - used - Int(stream.pointee.avail_in),
                        target.count - Int(stream.pointee.avail_out)
                    )
                }
            }
            self.used += taken
            isEnd = code == Z_STREAM_END
            let isStuck = taken == 0 && made == 0
            guard isEnd || (code == Z_OK || code == Z_BUF_ERROR) && !(isStuck && left == 0) else {
                throw TableError(line: nil, "the workbook is damaged")
            }
            out = Array(room[..<made])
        }
        return true
    }
}
