internal import Support

/// Writes a zip archive of stored (uncompressed) entries, as PKWARE's APPNOTE 6.3 describes it: PNG does not get
/// smaller. Same entries, same bytes: every entry is dated 1980-01-01 00:00, the first that zip knows.
///
/// Append to the archive by adding entries and draining ``buffer`` whenever it has grown:
/// ```
/// var zip = ZipWriter()
/// for file in files {
///     try zip.add(path: file.path, bytes: file.bytes)
///     if zip.buffer.count > 1 << 20 { write(zip.buffer); zip.buffer.removeAll(keepingCapacity: true) }
/// }
/// zip.finish()
/// write(zip.buffer)
/// ```
/// Memory grows with the central directory alone, by 46 bytes and the path for each entry.
public struct ZipWriter: Sendable {
    /// What was written and not yet taken away by the caller, who empties it.
    public var buffer: [UInt8] = []

    /// The central directory of what was added and not yet taken away. Whoever puts it aside hands it back to the file before
    /// the bytes of ``end(directory:)``, instead of calling ``finish()``.
    package var directory: [UInt8] = []
    /// Entries so far.
    package private(set) var count: UInt64 = 0
    /// Bytes of the archive so far, drained or not.
    package private(set) var offset: UInt64

    // Readers of version 2.0 know stored entries; 4.5 brought zip64.
    private static let plainVersion: UInt64 = 20
    private static let zip64Version: UInt64 = 45
    /// 1980-01-01: day 1 in bits 0–4, month 1 in bits 5–8.
    private static let date: UInt64 = 1 << 5 | 1
    /// Names are UTF-8 (bit 11 of the flags, section 4.4.4).
    private static let utf8Names: UInt64 = 1 << 11

    /// An archive without entries.
    /// - Parameter offset: bytes that stand ahead of the archive in the same file, such as an unpacking program.
    public init(startingAt offset: UInt64 = 0) { self.offset = offset }

    /// An archive that goes on after `count` entries and `offset` bytes, whose directory somebody else has.
    package init(startingAt offset: UInt64, count: UInt64) {
        self.offset = offset
        self.count = count
    }

    /// Adds a file that everybody may read and the owner write (0644).
    /// - Parameters:
    ///   - path: relative, with `/`; at most 65,535 bytes.
    ///   - bytes: the whole content.
    public mutating func add(path: String, bytes: [UInt8]) throws(ArchiveError) {
        let name = try ArchiveError.checked(path, limit: 0xFFFF)
        let size = UInt64(bytes.count)
        let isLarge = size >= 0xFFFF_FFFF
        let crc = UInt64(CRC32(bytes).value)
        let start = offset
        let before = buffer.count

        // Local file header (section 4.3.7).
        buffer.appendLittleEndian(0x0403_4B50, 4)
        Self.appendCommon(
            isLarge ? Self.zip64Version : Self.plainVersion, crc, isLarge ? 0xFFFF_FFFF : size, name, &buffer)
        buffer.appendLittleEndian(isLarge ? 20 : 0, 2)
        buffer.append(contentsOf: name)
        if isLarge {
            buffer.appendLittleEndian(1, 2)
            buffer.appendLittleEndian(16, 2)
            buffer.appendLittleEndian(size, 8)
            buffer.appendLittleEndian(size, 8)
        }
        buffer.append(contentsOf: bytes)
        offset += UInt64(buffer.count - before)

        // Its entry in the central directory (section 4.3.12), zip64 fields (4.5.3) where they are needed.
        let isFar = start >= 0xFFFF_FFFF
        let version = isLarge || isFar ? Self.zip64Version : Self.plainVersion
        let extra: UInt64 = (isLarge ? 16 : 0) + (isFar ? 8 : 0)
        directory.appendLittleEndian(0x0201_4B50, 4)
        // Made on Unix (3), so that the permissions below count.
        directory.appendLittleEndian(3 << 8 | version, 2)
        Self.appendCommon(version, crc, isLarge ? 0xFFFF_FFFF : size, name, &directory)
        directory.appendLittleEndian(extra == 0 ? 0 : extra + 4, 2)
        directory.appendLittleEndian(0, 2)
        directory.appendLittleEndian(0, 2)
        directory.appendLittleEndian(0, 2)
        // A regular file, 0644.
        directory.appendLittleEndian(0o100644 << 16, 4)
        directory.appendLittleEndian(isFar ? 0xFFFF_FFFF : start, 4)
        directory.append(contentsOf: name)
        if extra > 0 {
            directory.appendLittleEndian(1, 2)
            directory.appendLittleEndian(extra, 2)
            if isLarge {
                directory.appendLittleEndian(size, 8)
                directory.appendLittleEndian(size, 8)
            }
            if isFar { directory.appendLittleEndian(start, 8) }
        }
        count += 1
    }

    /// Adds all entries of an archive that was begun on its own: the bytes are those of one archive that got them one after
    /// the other.
    package mutating func append(_ part: ZipWriter) {
        append(directory: part.directory.span)
        buffer.append(contentsOf: part.buffer)
        offset += UInt64(part.buffer.count)
        count += part.count
    }

    /// Adds entries of a directory whose offsets count from the end of this archive; their bytes are the caller's to move.
    private mutating func append(directory part: Span<UInt8>) {
        let base = offset
        func number(_ at: Int, _ count: Int) -> UInt64 {
            (0..<count).reduce(0) { $0 | UInt64(part[at + $1]) << UInt64(8 * $1) }
        }
        var at = 0
        while at + 46 <= part.count {
            let (name, extra) = (Int(number(at + 28, 2)), Int(number(at + 30, 2)))
            let start = number(at + 42, 4) + base
            let end = at + 46 + name + extra
            if start < 0xFFFF_FFFF {
                for index in at..<at + 42 { directory.append(part[index]) }
                directory.appendLittleEndian(start, 4)
                for index in at + 46..<end { directory.append(part[index]) }
            } else {
                // Too far for 32 bits: as `add` writes it (parts are small: their own offsets are not).
                let isLarge = extra > 0
                for index in at..<at + 4 { directory.append(part[index]) }
                directory.appendLittleEndian(3 << 8 | Self.zip64Version, 2)
                directory.appendLittleEndian(Self.zip64Version, 2)
                for index in at + 8..<at + 30 { directory.append(part[index]) }
                directory.appendLittleEndian(isLarge ? 28 : 12, 2)
                for index in at + 32..<at + 42 { directory.append(part[index]) }
                directory.appendLittleEndian(0xFFFF_FFFF, 4)
                for index in at + 46..<at + 46 + name { directory.append(part[index]) }
                directory.appendLittleEndian(1, 2)
                directory.appendLittleEndian(isLarge ? 24 : 8, 2)
                if isLarge { for index in end - 16..<end { directory.append(part[index]) } }
                directory.appendLittleEndian(start, 8)
            }
            at = end
        }
    }

    /// Adds the entries of a finished archive's directory, whose `bytes` bytes of entries the caller moves himself.
    package mutating func append(directory part: [UInt8], count: UInt64, bytes: UInt64) {
        append(directory: part.span)
        self.count += count
        offset += bytes
    }

    /// Ends the archive with its directory. Nothing may be added afterwards.
    public mutating func finish() {
        let size = UInt64(directory.count)
        buffer.append(contentsOf: directory)
        directory = []
        end(directory: size)
    }

    /// Ends the archive behind a directory of `size` bytes that was written by the caller.
    package mutating func end(directory size: UInt64) {
        let start = offset
        if count >= 0xFFFF || size >= 0xFFFF_FFFF || start >= 0xFFFF_FFFF {
            // Zip64 end of central directory record and its locator (section 4.3.14, 4.3.15).
            buffer.appendLittleEndian(0x0606_4B50, 4)
            buffer.appendLittleEndian(44, 8)
            buffer.appendLittleEndian(3 << 8 | Self.zip64Version, 2)
            buffer.appendLittleEndian(Self.zip64Version, 2)
            buffer.appendLittleEndian(0, 4)
            buffer.appendLittleEndian(0, 4)
            buffer.appendLittleEndian(count, 8)
            buffer.appendLittleEndian(count, 8)
            buffer.appendLittleEndian(size, 8)
            buffer.appendLittleEndian(start, 8)
            buffer.appendLittleEndian(0x0706_4B50, 4)
            buffer.appendLittleEndian(0, 4)
            buffer.appendLittleEndian(start + size, 8)
            buffer.appendLittleEndian(1, 4)
        }
        // End of central directory record (section 4.3.16).
        buffer.appendLittleEndian(0x0605_4B50, 4)
        buffer.appendLittleEndian(0, 2)
        buffer.appendLittleEndian(0, 2)
        buffer.appendLittleEndian(min(count, 0xFFFF), 2)
        buffer.appendLittleEndian(min(count, 0xFFFF), 2)
        buffer.appendLittleEndian(min(size, 0xFFFF_FFFF), 4)
        buffer.appendLittleEndian(min(start, 0xFFFF_FFFF), 4)
        buffer.appendLittleEndian(0, 2)
    }

    /// The fields that both headers share, up to the length of the name.
    private static func appendCommon(
        _ version: UInt64, _ crc: UInt64, _ size: UInt64, _ name: [UInt8], _ bytes: inout [UInt8]
    ) {
        bytes.appendLittleEndian(version, 2)
        bytes.appendLittleEndian(utf8Names, 2)
        bytes.appendLittleEndian(0, 2)
        bytes.appendLittleEndian(0, 2)
        bytes.appendLittleEndian(date, 2)
        bytes.appendLittleEndian(crc, 4)
        bytes.appendLittleEndian(size, 4)
        bytes.appendLittleEndian(size, 4)
        bytes.appendLittleEndian(UInt64(name.count), 2)
    }
}
