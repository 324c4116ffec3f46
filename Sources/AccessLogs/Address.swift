/// An IP address as 128 bits; IPv4 as `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
public struct Address: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    public var high: UInt64
    /// The last eight bytes, big-endian.
    public var low: UInt64

    /// From its two halves.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address.
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// What stands for one connection: IPv4 whole, of IPv6 the /64 (a household gets one, and devices change the
    /// rest daily, RFC 8981).
    public var connection: Address { isIPv4 ? self : Address(high: high, low: 0) }

    /// The address cut to /24 or /48.
    public var truncated: Address {
        isIPv4 ? Address(high: 0, low: low & ~0xFF) : Address(high: high & ~0xFFFF, low: 0)
    }

    /// Reads `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`, `[2001:db8::1]`, `fe80::1%eth0`.
    /// - Complexity: O(length), at most 48 bytes are looked at.
    public static func parse(_ line: borrowing Span<UInt8>, _ field: Field) -> Address? {
        var at = Int(field.start)
        var end = Int(field.end)
        guard end - at >= 2, end - at <= 64 else { return nil }
        if let v4 = ipv4(line, at, end) { return Address(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4)) }
        if line[at] == 0x5B, line[end - 1] == 0x5D {
            at += 1
            end -= 1
        }
        let zone = line.find(0x25, at, end)
        return ipv6(line, at, zone)
    }

    @inline(__always)
    private static func ipv4(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> UInt32? {
        guard to - from >= 7, to - from <= 15 else { return nil }
        var value: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var dots = 0
        var i = from
        while i < to {
            let byte = line[i]
            if byte &- 0x30 < 10 {
                part = part * 10 + UInt32(byte &- 0x30)
                digits += 1
                guard digits <= 3 else { return nil }
            } else {
                guard byte == 0x2E, digits > 0, part <= 255, dots < 3 else { return nil }
                value = value << 8 | part
                part = 0
                digits = 0
                dots += 1
            }
            i += 1
        }
        guard dots == 3, digits > 0, part <= 255 else { return nil }
        return value << 8 | part
    }

    private static func ipv6(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Address? {
        var groups: (UInt64, UInt64) = (0, 0)
        var count = 0
        var gap = -1
        var at = from
        guard to - at >= 2 else { return nil }
        if line[at] == 0x3A {
            guard line[at + 1] == 0x3A else { return nil }
            gap = 0
            at += 2
        }
        func push(_ group: UInt64) {
            groups.0 = groups.0 << 16 | groups.1 >> 48
            groups.1 = groups.1 << 16 | group
            count += 1
        }
        while at < to {
            guard count < 8 else { return nil }
            var value: UInt64 = 0
            let start = at
            while at < to, at - start < 5, let digit = hex(line[at]) {
                value = value << 4 | digit
                at += 1
            }
            if at < to, line[at] == 0x2E {
                guard count <= 6, let v4 = ipv4(line, start, to) else { return nil }
                push(UInt64(v4 >> 16))
                push(UInt64(v4 & 0xFFFF))
                at = to
                break
            }
            guard at > start, at - start <= 4 else { return nil }
            push(value)
            if at == to { break }
            guard line[at] == 0x3A else { return nil }
            at += 1
            guard at < to else { return nil }
            if line[at] == 0x3A {
                guard gap < 0 else { return nil }
                gap = count
                at += 1
            }
        }
        if gap < 0 { return count == 8 ? Address(high: groups.0, low: groups.1) : nil }
        guard count < 8 else { return nil }
        // The groups behind the gap stay at the right end, those before it move to the left.
        let missing = 8 - count
        let tail = count - gap
        var parts = [UInt64](repeating: 0, count: 8)
        for i in 0..<count {
            let shift = count - 1 - i
            let value = shift < 4 ? groups.1 >> UInt64(shift * 16) : groups.0 >> UInt64((shift - 4) * 16)
            parts[i < count - tail ? i : i + missing] = value & 0xFFFF
        }
        return Address(
            high: parts[0] << 48 | parts[1] << 32 | parts[2] << 16 | parts[3],
            low: parts[4] << 48 | parts[5] << 32 | parts[6] << 16 | parts[7])
    }
}

@inline(__always)
func hex(_ byte: UInt8) -> UInt64? {
    switch byte {
    case 0x30...0x39: UInt64(byte - 0x30)
    case 0x41...0x46: UInt64(byte - 0x37)
    case 0x61...0x66: UInt64(byte - 0x57)
    default: nil
    }
}
