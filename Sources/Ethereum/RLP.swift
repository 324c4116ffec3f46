/// Recursive Length Prefix: Ethereum's serialization (yellow paper, appendix B).

/// A byte string or a list of items.
public enum RLP: Equatable, Sendable {
    /// A byte string.
    case bytes([UInt8])
    /// A list.
    case list([RLP])

    /// A whole number: big-endian, without leading zeros; zero is the empty string.
    public static func integer(_ value: UInt128) -> RLP { .bytes(BigEndian.minimal(value)) }

    /// The bytes of a string.
    public var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }

    /// The items of a list.
    public var list: [RLP]? { if case .list(let items) = self { items } else { nil } }

    /// The number that a string without leading zeros stands for, when it fits.
    public var integer: UInt128? {
        guard let bytes, bytes.first != 0 else { return nil }
        return BigEndian.value(bytes)
    }

    /// The one encoding of this item.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        encode(into: &out)
        return out
    }

    private func encode(into out: inout [UInt8]) {
        switch self {
        case .bytes(let bytes):
            if bytes.count == 1, bytes[0] < 0x80 {
                out.append(bytes[0])
            } else {
                Self.header(0x80, bytes.count, into: &out)
                out.append(contentsOf: bytes)
            }
        case .list(let items):
            var body: [UInt8] = []
            for item in items { item.encode(into: &body) }
            Self.header(0xC0, body.count, into: &out)
            out.append(contentsOf: body)
        }
    }

    private static func header(_ base: UInt8, _ count: Int, into out: inout [UInt8]) {
        if count <= 55 {
            out.append(base + UInt8(count))
        } else {
            let length = BigEndian.minimal(UInt128(count))
            out.append(base + 55 + UInt8(length.count))
            out.append(contentsOf: length)
        }
    }

    /// Decodes exactly one item that fills `bytes`, and only from its canonical encoding: what is accepted
    /// encodes to the same bytes again.
    /// - Parameter depth: Greatest nesting of lists.
    public init(decoding bytes: [UInt8], depth: Int = 16) throws(EthereumError) {
        var index = 0
        self = try Self.item(bytes, &index, end: bytes.count, depth: depth)
        guard index == bytes.count else { throw .encoding("bytes after the end") }
    }

    private static func item(
        _ bytes: [UInt8], _ index: inout Int, end: Int, depth: Int
    ) throws(EthereumError) -> RLP {
        guard index < end else { throw .encoding("ends too early") }
        let first = bytes[index]
        index += 1
        if first < 0x80 { return .bytes([first]) }
        let base: UInt8 = first < 0xC0 ? 0x80 : 0xC0
        let length = try length(bytes, &index, end: end, short: first - base)
        let stop = index + length
        if base == 0x80 {
            guard length != 1 || bytes[index] >= 0x80 else { throw .encoding("a small byte with a prefix") }
            defer { index = stop }
            return .bytes(Array(bytes[index..<stop]))
        }
        guard depth > 0 else { throw .encoding("nested too deeply") }
        var items: [RLP] = []
        while index < stop { items.append(try item(bytes, &index, end: stop, depth: depth - 1)) }
        return .list(items)
    }

    /// The length of a payload, which is known to lie before `end`.
    private static func length(
        _ bytes: [UInt8], _ index: inout Int, end: Int, short: UInt8
    ) throws(EthereumError) -> Int {
        guard short > 55 else {
            guard end - index >= Int(short) else { throw .encoding("ends too early") }
            return Int(short)
        }
        let width = Int(short) - 55
        guard end - index >= width else { throw .encoding("ends too early") }
        let digits = Array(bytes[index..<index + width])
        guard digits[0] != 0, let length = BigEndian.value(digits), length > 55 else {
            throw .encoding("a length that is not the shortest")
        }
        index += width
        guard length <= UInt128(end - index) else { throw .encoding("ends too early") }
        return Int(length)
    }
}

/// Whole numbers as big-endian bytes.
enum BigEndian {
    /// Without leading zeros; none for zero.
    static func minimal(_ value: UInt128) -> [UInt8] {
        var bytes: [UInt8] = []
        var left = value
        while left > 0 {
            bytes.append(UInt8(truncatingIfNeeded: left))
            left >>= 8
        }
        return bytes.reversed()
    }

    /// In 32 bytes.
    static func word(_ value: UInt128) -> [UInt8] {
        let digits = minimal(value)
        return [UInt8](repeating: 0, count: 32 - digits.count) + digits
    }

    /// The number, when it fits.
    static func value(_ bytes: some Sequence<UInt8>) -> UInt128? {
        var value: UInt128 = 0
        for byte in bytes {
            guard value >> 120 == 0 else { return nil }
            value = value << 8 | UInt128(byte)
        }
        return value
    }
}
