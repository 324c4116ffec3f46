// A hot file: unsafe pointers.

/// The CRC-32 of PNG, zip and gzip (ISO 3309, polynomial 0xEDB88320 reflected), eight bytes at a time.
///
/// ```
/// var crc = CRC32()
/// crc.update(Array("123456789".utf8).span)
/// crc.value  // 0xCBF43926
/// ```
public struct CRC32: Hashable, Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    /// The checksum of no bytes.
    public init() {}

    /// The checksum of `bytes`.
    public init(_ bytes: [UInt8]) { update(bytes.span) }

    /// The checksum of all bytes so far.
    public var value: UInt32 { ~state }

    /// Takes in more bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { update($0) }
    }

    /// Takes in more bytes.
    public mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
        let raw = UnsafeRawBufferPointer(bytes)
        var crc = state
        Self.tables.withUnsafeBufferPointer { tables in
            var i = 0
            while i &+ 8 <= raw.count {
                let word =
                    UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: i, as: UInt64.self)) ^ UInt64(crc)
                crc =
                    tables[0x700 | Int(word & 0xFF)] ^ tables[0x600 | Int(word &>> 8 & 0xFF)]
                    ^ tables[0x500 | Int(word &>> 16 & 0xFF)] ^ tables[0x400 | Int(word &>> 24 & 0xFF)]
                    ^ tables[0x300 | Int(word &>> 32 & 0xFF)] ^ tables[0x200 | Int(word &>> 40 & 0xFF)]
                    ^ tables[0x100 | Int(word &>> 48 & 0xFF)] ^ tables[Int(word &>> 56)]
                i &+= 8
            }
            while i < raw.count {
                crc = crc &>> 8 ^ tables[Int((crc ^ UInt32(raw[i])) & 0xFF)]
                i &+= 1
            }
        }
        state = crc
    }

    /// Eight tables of 256: entry `b` of table `k` is the checksum of byte `b` followed by `k` zeros.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1) * 0xEDB8_8320 }
            tables[byte] = crc
        }
        for i in 256..<tables.count { tables[i] = tables[i - 256] >> 8 ^ tables[Int(tables[i - 256] & 0xFF)] }
        return tables
    }()
}
