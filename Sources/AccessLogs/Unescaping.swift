/// Turning a field back into the bytes the visitor sent. Not on the hot path: done once for each distinct text.
extension Hit {
    /// The bytes of `field` without the escaping of this line's format. What is no valid escape stays as it is.
    /// - Complexity: O(length).
    public func decoded(_ field: Field, in buffer: borrowing Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(field.count)
        if escaping == .none {
            for i in field.range { bytes.append(buffer[i]) }
            return bytes
        }
        var at = Int(field.start)
        let end = Int(field.end)
        while at < end {
            let byte = buffer[at]
            switch (escaping, byte) {
            case (.backslash, 0x5C): at = Self.backslash(buffer, at, end, &bytes)
            case (.json, 0x5C): at = Self.json(buffer, at, end, &bytes)
            case (.plus, 0x2B):
                bytes.append(0x20)
                at += 1
            case (.percent, 0x25):
                // CloudFront encodes twice: `%2520` is a space.
                if at + 4 < end, buffer[at + 1] == 0x32, buffer[at + 2] == 0x35, let value = pair(buffer, at + 3) {
                    bytes.append(value)
                    at += 5
                } else if at + 2 < end, let value = pair(buffer, at + 1) {
                    bytes.append(value)
                    at += 3
                } else {
                    bytes.append(byte)
                    at += 1
                }
            default:
                bytes.append(byte)
                at += 1
            }
        }
        return bytes
    }

    private static func backslash(
        _ buffer: borrowing Span<UInt8>, _ at: Int, _ end: Int, _ bytes: inout [UInt8]
    ) -> Int {
        guard at + 1 < end else {
            bytes.append(0x5C)
            return at + 1
        }
        switch buffer[at + 1] {
        case 0x78 where at + 3 < end:
            guard let value = pair(buffer, at + 2) else { break }
            bytes.append(value)
            return at + 4
        case 0x22, 0x5C:
            bytes.append(buffer[at + 1])
            return at + 2
        case 0x6E:
            bytes.append(0x0A)
            return at + 2
        case 0x72:
            bytes.append(0x0D)
            return at + 2
        case 0x74:
            bytes.append(0x09)
            return at + 2
        default: break
        }
        bytes.append(0x5C)
        return at + 1
    }

    private static func json(
        _ buffer: borrowing Span<UInt8>, _ at: Int, _ end: Int, _ bytes: inout [UInt8]
    ) -> Int {
        guard at + 1 < end else {
            bytes.append(0x5C)
            return at + 1
        }
        switch buffer[at + 1] {
        case 0x22, 0x5C, 0x2F: bytes.append(buffer[at + 1])
        case 0x62: bytes.append(0x08)
        case 0x66: bytes.append(0x0C)
        case 0x6E: bytes.append(0x0A)
        case 0x72: bytes.append(0x0D)
        case 0x74: bytes.append(0x09)
        case 0x75:
            guard var value = quad(buffer, at + 2, end) else {
                bytes.append(0x5C)
                return at + 1
            }
            var next = at + 6
            if value & 0xFC00 == 0xD800 {
                if next + 1 < end, buffer[next] == 0x5C, buffer[next + 1] == 0x75,
                    let low = quad(buffer, next + 2, end), low & 0xFC00 == 0xDC00
                {
                    value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
                    next += 6
                } else {
                    value = 0xFFFD
                }
            } else if value & 0xFC00 == 0xDC00 {
                value = 0xFFFD
            }
            append(value, &bytes)
            return next
        default:
            bytes.append(0x5C)
            return at + 1
        }
        return at + 2
    }

    private static func quad(_ buffer: borrowing Span<UInt8>, _ at: Int, _ end: Int) -> UInt32? {
        guard at + 4 <= end, let high = pair(buffer, at), let low = pair(buffer, at + 2) else { return nil }
        return UInt32(high) << 8 | UInt32(low)
    }

    private static func append(_ scalar: UInt32, _ bytes: inout [UInt8]) {
        switch scalar {
        case ..<0x80: bytes.append(UInt8(scalar))
        case ..<0x800:
            bytes.append(0xC0 | UInt8(scalar >> 6))
            bytes.append(0x80 | UInt8(scalar & 0x3F))
        case ..<0x10000:
            bytes.append(0xE0 | UInt8(scalar >> 12))
            bytes.append(0x80 | UInt8(scalar >> 6 & 0x3F))
            bytes.append(0x80 | UInt8(scalar & 0x3F))
        default:
            bytes.append(0xF0 | UInt8(scalar >> 18))
            bytes.append(0x80 | UInt8(scalar >> 12 & 0x3F))
            bytes.append(0x80 | UInt8(scalar >> 6 & 0x3F))
            bytes.append(0x80 | UInt8(scalar & 0x3F))
        }
    }
}

/// Two hexadecimal digits.
private func pair(_ buffer: borrowing Span<UInt8>, _ at: Int) -> UInt8? {
    guard let high = hex(buffer[at]), let low = hex(buffer[at + 1]) else { return nil }
    return UInt8(high << 4 | low)
}
