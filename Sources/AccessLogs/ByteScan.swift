// Uses unsafe pointers: the only place of this room that does. Every range is checked before it is handed down.
import CBytes

/// Reading bytes of a line: all bounds are checked, the searches run at the speed of C.
extension Span where Element == UInt8 {
    /// The index of the first `byte` in `from..<to`, or `to`.
    @inline(__always)
    func find(_ byte: UInt8, _ from: Int, _ to: Int) -> Int {
        precondition(from >= 0 && from <= to && to <= count)
        return unsafe withUnsafeBufferPointer { buffer in
            unsafe from + wayseal_find(buffer.baseAddress.map { unsafe $0 + from }, to - from, byte)
        }
    }

    /// The index of the first byte in `from..<to` that is `a` or `b`, or `to`.
    @inline(__always)
    func find(_ a: UInt8, or b: UInt8, _ from: Int, _ to: Int) -> Int {
        precondition(from >= 0 && from <= to && to <= count)
        return unsafe withUnsafeBufferPointer { buffer in
            unsafe from + wayseal_find_either(buffer.baseAddress.map { unsafe $0 + from }, to - from, a, b)
        }
    }

    /// The index of the last `byte` in `from..<to`, or −1.
    @inline(__always)
    func findLast(_ byte: UInt8, _ from: Int, _ to: Int) -> Int {
        var i = to - 1
        while i >= from {
            if self[i] == byte { return i }
            i -= 1
        }
        return -1
    }

    /// Eight bytes as a little-endian number.
    @inline(__always)
    func word(_ at: Int) -> UInt64 {
        unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    /// Four bytes as a little-endian number.
    @inline(__always)
    func half(_ at: Int) -> UInt32 {
        unsafe UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
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

    /// Whether `from..<to` is exactly `text`.
    @inline(__always)
    func matches(_ text: StaticString, _ from: Int, _ to: Int) -> Bool {
        guard to - from == text.utf8CodeUnitCount else { return false }
        var i = 0
        while i < text.utf8CodeUnitCount {
            if unsafe self[from + i] != text.utf8Start[i] { return false }
            i += 1
        }
        return true
    }
}

/// The first eight bytes of an ASCII text, packed as ``Swift/Span/packed(_:_:)`` packs them.
@inline(__always)
func pack(_ text: StaticString) -> UInt64 {
    var value: UInt64 = 0
    var i = min(8, text.utf8CodeUnitCount)
    while i > 0 {
        i -= 1
        value = unsafe value << 8 | UInt64(text.utf8Start[i])
    }
    return value
}
