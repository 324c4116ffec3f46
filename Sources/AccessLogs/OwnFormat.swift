/// wayseal's own JSON lines as its nginx writes them: always the same keys in the same order, without spaces. They are
/// guessed rather than read: keys are compared eight bytes at a time, and each value is gone through once.
extension LogParser {
    /// Reads a line in exactly that form. `false` for any other, also for one with an escape; `hit` is then as before.
    /// What is accepted here gives the same hit by ``generalJSON(_:_:_:_:)``.
    @inline(__always)
    static func ownFormat(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit) -> Bool {
        // Shorter than the keys alone: then nothing below has to ask whether a first word is there.
        guard to <= line.count, to - from > 150 else { return false }
        if ownFields(line, from, to, &hit) { return true }
        hit = Hit()
        return false
    }

    @inline(__always)
    private static func ownFields(
        _ line: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ hit: inout Hit
    ) -> Bool {
        var at = from
        guard line.skip("{\"v\":1,\"t\":", &at, to) else { return false }
        // `1732377917.123`
        let seconds = line.eightDigits(at)
        let a = line[at + 8] &- 0x30
        let b = line[at + 9] &- 0x30
        guard seconds >= 0, a < 10, b < 10, line[at + 10] == 0x2E, line[at + 11] &- 0x30 < 10,
            line[at + 12] &- 0x30 < 10, line[at + 13] &- 0x30 < 10
        else { return false }
        hit.time = seconds * 100 + Int64(a * 10 + b)
        at += 14
        guard line.skip(",\"id\":\"", &at, to), line.plain(&hit.requestID, &at, to),
            line.skip("\",\"link\":\"", &at, to), line.plain(&hit.link, &at, to),
            line.skip("\",\"var\":\"", &at, to), line.plain(&hit.variant, &at, to),
            line.skip("\",\"deny\":\"", &at, to), line.plain(&hit.deny, &at, to),
            line.skip("\",\"host\":\"", &at, to), line.plain(&hit.host, &at, to),
            line.skip("\",\"path\":\"", &at, to), line.plain(&hit.path, &at, to),
            line.skip("\",\"q\":\"", &at, to), line.plain(&hit.query, &at, to),
            line.skip("\",\"m\":\"", &at, to)
        else { return false }
        var value = Field.none
        guard line.plain(&value, &at, to) else { return false }
        hit.method = method(line, Int(value.start), Int(value.end))
        guard line.skip("\",\"st\":", &at, to), to - at > 8 else { return false }
        let x = line[at] &- 0x30
        let y = line[at + 1] &- 0x30
        let z = line[at + 2] &- 0x30
        guard x < 10, y < 10, z < 10, x | y | z > 0 else { return false }
        hit.status = UInt16(x) * 100 + UInt16(y) * 10 + UInt16(z)
        at += 3
        guard line.skip(",\"to\":\"", &at, to), line.plain(&value, &at, to),
            line.skip("\",\"ip\":\"", &at, to), line.plain(&hit.address, &at, to), !hit.address.isEmpty,
            line.skip("\",\"ua\":\"", &at, to), line.plain(&hit.userAgent, &at, to),
            line.skip("\",\"ref\":\"", &at, to), line.plain(&hit.referrer, &at, to),
            line.skip("\",\"al\":\"", &at, to), line.plain(&hit.language, &at, to),
            line.skip("\",\"dnt\":\"", &at, to), line.plain(&value, &at, to)
        else { return false }
        hit.userAgent = line.undashed(hit.userAgent)
        hit.referrer = line.undashed(hit.referrer)
        hit.language = line.undashed(hit.language)
        if !value.isEmpty { hit.optsOut = line.find(0x31, Int(value.start), Int(value.end)) < Int(value.end) }
        guard line.skip("\",\"pf\":\"", &at, to), line.plain(&value, &at, to) else { return false }
        if !value.isEmpty { hit.isPrefetch = isPrefetch(line, value) }
        guard line.skip("\",\"rt\":", &at, to) else { return false }
        let duration = at
        while at < to, line[at] &- 0x30 < 10 || line[at] == 0x2E { at += 1 }
        guard at > duration, line.skip(",\"b\":", &at, to) else { return false }
        let size = at
        while at < to, line[at] &- 0x30 < 10 {
            hit.bytes = hit.bytes &* 10 &+ Int64(line[at] &- 0x30)
            at += 1
        }
        guard at > size, at - size <= 12, at + 1 == to, line[at] == 0x7D else { return false }
        hit.isPathDecoded = true
        return true
    }
}

extension Span where Element == UInt8 {
    /// Moves behind `key` if it stands at `at`. It has at most sixteen bytes, and at least eight follow its beginning.
    @inline(__always)
    fileprivate func skip(_ key: StaticString, _ at: inout Int, _ to: Int) -> Bool {
        let length = key.utf8CodeUnitCount
        guard to - at >= max(8, length) else { return false }
        if length < 8 {
            guard word(at) & ((1 << (UInt64(length) * 8)) &- 1) == pack(key) else { return false }
        } else {
            guard word(at) == pack(key) else { return false }
            if length > 8 { guard word(at + length - 8) == packEnd(key) else { return false } }
        }
        at += length
        return true
    }

    /// A string from `at` to its quote; `false` when a backslash stands in it, or no quote follows.
    @inline(__always)
    fileprivate func plain(_ field: inout Field, _ at: inout Int, _ to: Int) -> Bool {
        let start = at
        at = find(0x22, or: 0x5C, at, to)
        field = Field(start, at)
        return at < to && self[at] == 0x22
    }

    /// The field, or none if it is a dash.
    @inline(__always)
    fileprivate func undashed(_ field: Field) -> Field {
        field.count == 1 && self[Int(field.start)] == 0x2D ? .none : field
    }

    /// Eight decimal digits as a number; −1 when one is none.
    @inline(__always)
    fileprivate func eightDigits(_ at: Int) -> Int64 {
        let digits = word(at) ^ 0x3030_3030_3030_3030
        // No nibble above: each byte is 0...15; six more carries what is over 9 into the upper nibble.
        guard (digits | (digits &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0 else { return -1 }
        let pairs = digits &* 10 &+ digits >> 8
        let fours = (pairs & 0x00FF_00FF_00FF_00FF) &* 100 &+ (pairs & 0x00FF_00FF_00FF_00FF) >> 16
        let eight = (fours & 0x0000_FFFF_0000_FFFF) &* 10_000 &+ (fours & 0x0000_FFFF_0000_FFFF) >> 32
        return Int64(eight & 0xFFFF_FFFF)
    }
}

/// The last eight bytes of a text of at least eight.
@inline(__always)
private func packEnd(_ text: StaticString) -> UInt64 {
    var value: UInt64 = 0
    var i = text.utf8CodeUnitCount
    let first = max(0, i - 8)
    while i > first {
        i -= 1
        value = unsafe value << 8 | UInt64(text.utf8Start[i])
    }
    return value
}
