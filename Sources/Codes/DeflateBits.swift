// A hot file: unsafe pointers.

/// Bits of a deflate stream, least significant first (RFC 1951, section 3.1.1).
struct DeflateBits {
    /// The first bit is the lowest.
    var bits: UInt64 = 0
    /// At most 56.
    var count: Int = 0
}

/// Appends bits to bytes. The caller sees to the room, and to eight bytes more.
struct DeflateSink {
    private(set) var next: UnsafeMutablePointer<UInt8>
    private var pending: UInt64 = 0
    private var pendingCount: UInt64 = 0

    init(to bytes: UnsafeMutablePointer<UInt8>) { next = bytes }

    /// At most 56 bits.
    @inline(__always)
    mutating func append(_ bits: UInt64, _ count: Int) {
        // Fewer than eight bits are pending here.
        pending |= bits &<< pendingCount
        pendingCount &+= UInt64(truncatingIfNeeded: count)
        UnsafeMutableRawPointer(next).storeBytes(of: pending.littleEndian, as: UInt64.self)
        next += Int(pendingCount &>> 3)
        pending &>>= pendingCount & ~7
        pendingCount &= 7
    }

    @inline(__always)
    mutating func append(_ chunks: [DeflateBits]) {
        for chunk in chunks { append(chunk.bits, chunk.count) }
    }

    /// Fills the last byte.
    mutating func finish() {
        if pendingCount > 0 { append(0, 8 - Int(pendingCount)) }
    }
}

/// Collects bits where speed doesn't matter.
struct DeflateChunks {
    private(set) var chunks: [DeflateBits] = []

    mutating func append(_ bits: Int, _ count: Int) {
        guard count > 0 else { return }
        if let last = chunks.last, last.count + count <= 56 {
            chunks[chunks.count - 1].bits |= UInt64(bits) << UInt64(last.count)
            chunks[chunks.count - 1].count += count
        } else {
            chunks.append(DeflateBits(bits: UInt64(bits), count: count))
        }
    }

    var bitCount: Int { chunks.reduce(0) { $0 + $1.count } }
}

/// Tables of RFC 1951, section 3.2.5 and 3.2.7.
enum Deflate {
    /// The code of a match of `length` 3...258, its extra bits and their number.
    static func lengthCode(_ length: Int) -> (symbol: Int, extra: Int, extraCount: Int) {
        if length == 258 { return (285, 0, 0) }
        if length <= 10 { return (254 + length, 0, 0) }
        // Four codes for each number of extra bits.
        let offset = length - 3
        let extraCount = (Int.bitWidth - 1 - offset.leadingZeroBitCount) - 2
        let symbol = 261 + extraCount * 4 + (offset >> extraCount & 3)
        return (symbol, offset & (1 << extraCount - 1), extraCount)
    }

    /// The code of a distance 1...32768, its extra bits and their number.
    static func distanceCode(_ distance: Int) -> (symbol: Int, extra: Int, extraCount: Int) {
        if distance <= 4 { return (distance - 1, 0, 0) }
        let offset = distance - 1
        let extraCount = (Int.bitWidth - 1 - offset.leadingZeroBitCount) - 1
        return (2 + extraCount * 2 + (offset >> extraCount & 1), offset & (1 << extraCount - 1), extraCount)
    }

    /// Lengths of matches that add up to `total`, which is 3 or more.
    static func matches(_ total: Int) -> [Int] {
        let (full, rest) = total.quotientAndRemainder(dividingBy: 258)
        switch rest {
        case 0: return [Int](repeating: 258, count: full)
        case 1, 2: return [Int](repeating: 258, count: full - 1) + [258 + rest - 3, 3]
        default: return [Int](repeating: 258, count: full) + [rest]
        }
    }

    /// Canonical codes (section 3.2.2) for code lengths, with their bits in the order of the stream.
    static func codes(_ lengths: [Int]) -> [Int] {
        var next = 0
        var codes = [Int](repeating: 0, count: lengths.count)
        for length in 1...15 {
            for symbol in lengths.indices where lengths[symbol] == length {
                codes[symbol] = reversed(next, length)
                next += 1
            }
            next <<= 1
        }
        return codes
    }

    /// Code lengths that use up the whole code space, the shorter ones first; `count` is at least 2.
    static func completeLengths(_ count: Int) -> [Int] {
        let length = Int.bitWidth - (count - 1).leadingZeroBitCount
        let short = 1 << length - count
        return (0..<count).map { $0 < short ? length - 1 : length }
    }

    /// The lowest `count` bits in reverse.
    static func reversed(_ bits: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | (bits >> $1 & 1) << (count - 1 - $1) }
    }
}

/// Adler-32 (RFC 1950, section 8.2) of rows that come many times, in closed form.
struct Adler32 {
    private var a: UInt64 = 1
    private var b: UInt64 = 0

    /// Takes in a row of `length` bytes `count` times.
    /// - Parameters:
    ///   - sum: of the bytes.
    ///   - weighted: sum of each byte times the number of bytes from it to the end of the row.
    @inline(__always)
    mutating func update(length: Int, sum: Int, weighted: Int, count: Int) {
        let (m, s1, s2, n) = (UInt64(length), UInt64(sum), UInt64(weighted), UInt64(count))
        // Reduced once a row: a and b stay below 2¹⁶, the rest below 2⁵⁰ for pictures we write.
        b = (b &+ n &* m &* a &+ m &* s1 &* (n &* (n &- 1) / 2) &+ n &* s2) % 65521
        a = (a &+ n &* s1) % 65521
    }

    var value: UInt32 { UInt32(b << 16 | a) }
}
