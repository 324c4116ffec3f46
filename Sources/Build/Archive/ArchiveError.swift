/// Why an entry can't go into an archive.
public enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A path that is empty, absolute, leads upwards or holds a NUL or an empty part.
    case badPath(String)
    /// A path longer than the format holds, in bytes.
    case pathTooLong(String, limit: Int)

    /// What is wrong: lower case, no full stop.
    public var description: String {
        switch self {
        case .badPath(let path): "'\(path)' is no path of an archive: relative, without '.', '..' or NUL"
        case .pathTooLong(let path, let limit):
            "a path of \(path.utf8.count) bytes is too long for the archive, which holds \(limit)"
        }
    }

    /// The path's bytes; throws when unpacking it would write anywhere but below the folder of the archive.
    static func checked(_ path: String, limit: Int) throws(ArchiveError) -> [UInt8] {
        guard path.utf8.count <= limit else { throw .pathTooLong(path, limit: limit) }
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for part in parts where part.isEmpty || part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8)
        {
            throw .badPath(path)
        }
        // A backslash divides paths on Windows.
        if path.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\\") }) { throw .badPath(path) }
        return Array(path.utf8)
    }
}

extension [UInt8] {
    /// Appends the lowest `count` bytes of a number, lowest first.
    mutating func appendLittleEndian(_ value: UInt64, _ count: Int) {
        for i in 0..<count { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * i))) }
    }
}
