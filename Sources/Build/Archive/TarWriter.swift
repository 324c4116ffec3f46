// A hot file: unsafe pointers.

/// Writes a tar archive in POSIX ustar format, with pax headers (POSIX.1-2017, pax, "pax Interchange Format") where
/// ustar has no room. Same entries, same bytes: owner 0, time 0.
///
/// Used like ``ZipWriter``; holds nothing but ``buffer``, which the caller drains.
public struct TarWriter: Sendable {
    /// What was written and not yet taken away by the caller, who empties it.
    public var buffer: [UInt8] = []

    private static let block = 512

    /// An archive without entries.
    public init() {}

    /// Adds a file.
    /// - Parameters:
    ///   - path: relative, with `/`; at most 65,535 bytes.
    ///   - bytes: the whole content.
    ///   - mode: permission bits.
    public mutating func add(path: String, bytes: [UInt8], mode: UInt16 = 0o644) throws(ArchiveError) {
        let name = try ArchiveError.checked(path, limit: 0xFFFF)
        // Eleven octal digits.
        let isLarge = bytes.count > 0o777_7777_7777
        if let (prefix, rest) = Self.split(name), !isLarge {
            appendHeader(prefix: prefix, name: rest, size: bytes.count, mode: mode, type: "0")
        } else {
            var records = Self.record("path", name)
            if isLarge { records += Self.record("size", Array(String(bytes.count).utf8)) }
            appendHeader(
                prefix: [], name: Array("pax-header".utf8), size: records.count, mode: 0o644, type: "x")
            appendPadded(records)
            // Readers without pax see the end of the path.
            appendHeader(
                prefix: [], name: Array(name.suffix(100)), size: isLarge ? 0 : bytes.count, mode: mode,
                type: "0")
        }
        appendPadded(bytes)
    }

    /// Ends the archive. Nothing may be added afterwards.
    public mutating func finish() { buffer.append(contentsOf: repeatElement(0, count: 2 * Self.block)) }

    private mutating func appendPadded(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
        buffer.append(
            contentsOf: repeatElement(0, count: (Self.block - bytes.count % Self.block) % Self.block))
    }

    /// A path as ustar holds it: 100 bytes, or up to 155 more before one of its slashes; ASCII.
    private static func split(_ path: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
        guard path.allSatisfy({ $0 < 0x80 }) else { return nil }
        if path.count <= 100 { return ([], path) }
        guard path.count <= 256 else { return nil }
        // The first slash that leaves few enough bytes behind it gives the shortest prefix.
        guard let slash = path[(path.count - 101)...].firstIndex(of: UInt8(ascii: "/")), slash <= 155 else {
            return nil
        }
        return (Array(path[..<slash]), Array(path[(slash + 1)...]))
    }

    /// `length key=value\n`, where the length counts itself.
    private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = key.utf8.count + value.count + 3
        var length = rest + String(rest).utf8.count
        length = rest + String(length).utf8.count
        return Array("\(length) \(key)=".utf8) + value + [0x0A]
    }

    /// A header with nothing filled in but what is always the same: owner and time 0, blanks for the sum, format.
    private static let emptyHeader: [UInt8] = {
        var header = [UInt8](repeating: 0, count: block)
        for (offset, text) in [
            (108, "0000000"), (116, "0000000"), (136, "00000000000"), (148, "        "),
            (257, "ustar\u{0}00"), (329, "0000000"), (337, "0000000"),
        ] {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        return header
    }()

    /// A header block; numbers are octal digits that a NUL follows.
    private mutating func appendHeader(
        prefix: [UInt8], name: [UInt8], size: Int, mode: UInt16, type: Unicode.Scalar
    ) {
        let start = buffer.count
        buffer.append(contentsOf: Self.emptyHeader)
        buffer.withUnsafeMutableBufferPointer { buffer in
            let header = UnsafeMutableBufferPointer(rebasing: buffer[start...])
            func put(_ bytes: [UInt8], at offset: Int) {
                for i in 0..<bytes.count { header[offset + i] = bytes[i] }
            }
            func put(octal number: Int, digits: Int, at offset: Int) {
                for i in 0..<digits {
                    header[offset + digits - 1 - i] = 0x30 + UInt8(number >> (3 * i) & 7)
                }
            }
            put(name, at: 0)
            put(octal: Int(mode & 0o7777), digits: 7, at: 100)
            put(octal: size, digits: 11, at: 124)
            header[156] = UInt8(ascii: type)
            put(prefix, at: 345)
            let sum = header.reduce(0) { $0 + Int($1) }
            put(octal: sum, digits: 6, at: 148)
            header[154] = 0
        }
    }
}
