// Uses unaligned loads and memchr; every range is checked before them.
internal import Glibc

/// Hashing of log fields: a fast seeded hash for tables, SipHash for what must not be guessed.

/// A seeded 64-bit hash by folded multiplication (after Wang Yi, "wyhash", public domain). Not for secrets: for
/// tables, whose keys strangers choose, so the seed must be random.
struct ByteHash: Sendable {
    let seed: UInt64
    let key: UInt64

    init(seed: UInt64) {
        self.seed = seed
        key = (seed ^ 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93 | 1
    }

    /// The hash of the bytes in `range`.
    @inline(__always)
    func hash(_ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> UInt64 {
        precondition(from >= 0 && from <= to && to <= bytes.count)
        var h = seed
        var i = from
        while to - i > 16 {
            h = mix(bytes.word(i) ^ key, bytes.word(i + 8) ^ h)
            i += 16
        }
        let middle = min(i + 8, to)
        h = mix(bytes.packed(i, middle) ^ key, bytes.packed(middle, to) ^ h)
        return mix(h ^ 0xA076_1D64_78BD_642F, UInt64(to - from) ^ key)
    }

    /// As ``hash(_:_:_:)`` of the bytes with their ASCII letters made small.
    @inline(__always)
    func folded(_ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> UInt64 {
        precondition(from >= 0 && from <= to && to <= bytes.count)
        var h = seed
        var i = from
        while to - i > 16 {
            h = mix(lower(bytes.word(i)) ^ key, lower(bytes.word(i + 8)) ^ h)
            i += 16
        }
        let middle = min(i + 8, to)
        h = mix(lower(bytes.packed(i, middle)) ^ key, lower(bytes.packed(middle, to)) ^ h)
        return mix(h ^ 0xA076_1D64_78BD_642F, UInt64(to - from) ^ key)
    }

    @inline(__always)
    private func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}

/// Eight bytes with their ASCII letters made small.
@inline(__always)
func lower(_ x: UInt64) -> UInt64 {
    let low = x & 0x7F7F_7F7F_7F7F_7F7F
    let pastZ = low &+ 0x2525_2525_2525_2525
    let fromA = low &+ 0x3F3F_3F3F_3F3F_3F3F
    let capital = ~x & (fromA ^ pastZ) & 0x8080_8080_8080_8080
    return x | capital >> 2
}

@inline(__always)
func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

extension Span where Element == UInt8 {
    /// The index of the first line feed in `from..<to`, or `to`.
    @inline(__always)
    func firstLineFeed(_ from: Int, _ to: Int) -> Int {
        precondition(from >= 0 && from <= to && to <= count)
        return withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress, let found = memchr(start + from, 0x0A, to - from) else { return to }
            return UnsafeRawPointer(found) - UnsafeRawPointer(start)
        }
    }

    @inline(__always)
    func word(_ at: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    /// Up to eight bytes of `from..<to` as a little-endian number, the rest zero.
    @inline(__always)
    func packed(_ from: Int, _ to: Int) -> UInt64 {
        if to - from >= 8 { return word(from) }
        if from + 8 <= count { return word(from) & ((1 << (UInt64(to - from) * 8)) &- 1) }
        var value: UInt64 = 0
        var i = to
        while i > from {
            i -= 1
            value = value << 8 | UInt64(self[i])
        }
        return value
    }
}

/// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
struct SipHash: Sendable, Equatable {
    let k0: UInt64
    let k1: UInt64

    /// The hash of whole words: the message is their little-endian bytes.
    @inline(__always)
    func hash(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
        var state = State(self)
        state.absorb(a)
        state.absorb(b)
        state.absorb(c)
        return state.finish(24 << 56)
    }

    /// As above for two words.
    @inline(__always)
    func hash(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var state = State(self)
        state.absorb(a)
        state.absorb(b)
        return state.finish(16 << 56)
    }

    /// The hash of bytes.
    func hash(_ bytes: [UInt8]) -> UInt64 {
        var state = State(self)
        let span = bytes.span
        var i = 0
        while span.count - i >= 8 {
            state.absorb(span.word(i))
            i += 8
        }
        return state.finish(span.packed(i, span.count) | UInt64(span.count & 0xFF) << 56)
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        @inline(__always)
        init(_ key: SipHash) {
            v0 = key.k0 ^ 0x736F_6D65_7073_6575
            v1 = key.k1 ^ 0x646F_7261_6E64_6F6D
            v2 = key.k0 ^ 0x6C79_6765_6E65_7261
            v3 = key.k1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func round() {
            v0 = v0 &+ v1
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v0 = v0 << 32 | v0 >> 32
            v2 = v2 &+ v3
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 = v0 &+ v3
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 = v2 &+ v1
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v2 = v2 << 32 | v2 >> 32
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func finish(_ last: UInt64) -> UInt64 {
            absorb(last)
            v2 ^= 0xFF
            round()
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }
    }
}
