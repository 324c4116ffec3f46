/// A network of addresses in CIDR notation (RFC 4632, RFC 4291 §2.3), or one address.
public enum IPNetwork: Hashable, Sendable {
    /// An IPv4 network: first address in host order, length of the prefix 0 … 32.
    case v4(UInt32, bits: Int)
    /// An IPv6 network: first address in host order, length of the prefix 0 … 128; never inside ::ffff:0:0/96.
    case v6(UInt128, bits: Int)

    /// What is wrong with a network.
    public enum Problem: Error, Equatable, Sendable {
        /// Not an address at all.
        case noAddress
        /// The part after the slash is not a number, or too large for this kind of address.
        case badPrefix(longest: Int)
        /// Bits behind the prefix are set; the network that was perhaps meant.
        case hostBits(IPNetwork)

        /// In words, to follow the quoted text: `… is no address or network`.
        public var words: String {
            switch self {
            case .noAddress: "is no address or network"
            case .badPrefix(let longest): "has a prefix that is not a number from 0 to \(longest)"
            case .hostBits: "is one address of a network, with the length of the network's prefix"
            }
        }

        /// What to write.
        public var help: String {
            switch self {
            case .noAddress, .badPrefix: "write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32"
            case .hostBits(let network): "write \(network.text) for the network, or the address alone"
            }
        }
    }

    /// Reads `192.0.2.0/24`, `192.0.2.7`, `2001:db8::/32` or `::ffff:192.0.2.0/120` (which is an IPv4 network).
    public init(parsing text: String) throws(Problem) {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = parts.first, text.utf8.count <= 64 else { throw .noAddress }
        if let number = Self.v4(address) {
            let bits = try Self.prefix(parts, longest: 32)
            let first = bits == 0 ? 0 : number & (~0 << UInt32(32 - bits))
            if first != number { throw .hostBits(.v4(first, bits: bits)) }
            self = .v4(number, bits: bits)
            return
        }
        guard let number = Self.v6(address) else { throw .noAddress }
        let bits = try Self.prefix(parts, longest: 128)
        let first = bits == 0 ? 0 : number & (~0 << UInt128(128 - bits))
        let network: IPNetwork =
            bits >= 96 && first >> 32 == 0xFFFF
            ? .v4(UInt32(truncatingIfNeeded: first), bits: bits - 96) : .v6(first, bits: bits)
        if first != number { throw .hostBits(network) }
        self = network
    }

    /// Canonical: `192.0.2.0/24`, `2001:db8::/32` (RFC 5952), with the prefix also for one address.
    public var text: String {
        switch self {
        case .v4(let number, let bits): IPText.v4(number) + "/\(bits)"
        case .v6(let number, let bits): IPText.v6(number) + "/\(bits)"
        }
    }

    private static func prefix(_ parts: [ArraySlice<UInt8>], longest: Int) throws(Problem) -> Int {
        guard parts.count == 2 else { return longest }
        guard let bits = decimal(parts[1], digits: 3), bits <= longest else { throw .badPrefix(longest: longest) }
        return bits
    }

    /// Digits without a leading zero: some programs read `010` as eight.
    private static func decimal(_ text: ArraySlice<UInt8>, digits: Int) -> Int? {
        guard (1...digits).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for byte in text {
            guard byte &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    private static func v4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let value = decimal(part, digits: 3), value < 256 else { return nil }
            number = number << 8 | UInt32(value)
        }
        return number
    }

    /// RFC 4291 §2.2, all three forms.
    private static func v6(_ text: ArraySlice<UInt8>) -> UInt128? {
        var text = Array(text)
        // The last 32 bits may be dotted.
        if let colon = text.lastIndex(of: UInt8(ascii: ":")), text.contains(UInt8(ascii: ".")) {
            guard let tail = v4(text[(colon + 1)...]) else { return nil }
            text.replaceSubrange(
                (colon + 1)..., with: (String(tail >> 16, radix: 16) + ":" + String(tail & 0xFFFF, radix: 16)).utf8)
        }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.count <= 9 else { return nil }
        var groups: [UInt128] = []
        var gap: Int?
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                // "::" is one empty part in the middle, two at an end.
                if index == 0 {
                    guard parts[1].isEmpty else { return nil }
                } else if index == parts.count - 1 {
                    guard parts[index - 1].isEmpty else { return nil }
                } else {
                    if gap != nil { return nil }
                    gap = groups.count
                }
                continue
            }
            guard part.count <= 4 else { return nil }
            var value: UInt128 = 0
            for byte in part {
                guard let digit = hexDigit(byte) else { return nil }
                value = value << 4 | UInt128(digit)
            }
            groups.append(value)
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: [UInt128](repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return groups.reduce(0) { $0 << 16 | $1 }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x61 + 10
        default: nil
        }
    }
}

/// Addresses as text.
public enum IPText {
    /// `192.0.2.7`.
    public static func v4(_ number: UInt32) -> String {
        (0..<4).map { String(number >> UInt32(24 - 8 * $0) & 255) }.joined(separator: ".")
    }

    /// `2001:db8::7` (RFC 5952 §4; never the dotted form of its §5).
    public static func v6(_ number: UInt128) -> String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: number >> UInt128(112 - 16 * $0)) }
        // The longest run of two or more zeros, of equal ones the first, becomes "::".
        var best = 0..<0
        var i = 0
        while i < 8 {
            var end = i
            while end < 8, groups[end] == 0 { end += 1 }
            if end - i >= 2, end - i > best.count { best = i..<end }
            i = max(end, i + 1)
        }
        func hex(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        return best.isEmpty ? hex(0..<8) : hex(0..<best.lowerBound) + "::" + hex(best.upperBound..<8)
    }
}

extension AddressRanges {
    /// Ranges in any order, overlapping or not. O(n log n).
    public init(v4: [ClosedRange<UInt32>], v6: [ClosedRange<UInt128>]) {
        self.v4 = Self.united(v4)
        self.v6 = Self.united(v6)
    }

    /// The addresses of all `networks`.
    public init(networks: [IPNetwork]) {
        var v4: [ClosedRange<UInt32>] = []
        var v6: [ClosedRange<UInt128>] = []
        for network in networks {
            switch network {
            case .v4(let first, let bits): v4.append(first...(first | (bits == 32 ? 0 : ~0 >> UInt32(bits))))
            case .v6(let first, let bits): v6.append(first...(first | (bits == 128 ? 0 : ~0 >> UInt128(bits))))
            }
        }
        self.init(v4: v4, v6: v6)
    }

    /// All other addresses. IPv4-mapped ones (::ffff:0:0/96) are under ``v4`` alone.
    public var complement: AddressRanges {
        let mapped: ClosedRange<UInt128> = 0xFFFF_0000_0000...0xFFFF_FFFF_FFFF
        var result = AddressRanges()
        result.v4 = Self.gaps(v4)
        result.v6 = Self.gaps(Self.united(v6 + [mapped]))
        return result
    }

    private static func gaps<Number: FixedWidthInteger>(_ ranges: [ClosedRange<Number>]) -> [ClosedRange<Number>] {
        var result: [ClosedRange<Number>] = []
        var next: Number? = .min
        for range in ranges {
            if let first = next, first < range.lowerBound { result.append(first...(range.lowerBound - 1)) }
            next = range.upperBound == .max ? nil : range.upperBound + 1
        }
        if let next { result.append(next...(.max)) }
        return result
    }

    /// Sorted by beginning, overlapping and touching ones united.
    private static func united<Number: FixedWidthInteger>(
        _ ranges: [ClosedRange<Number>]
    ) -> [ClosedRange<Number>] {
        let isSorted = zip(ranges, ranges.dropFirst()).allSatisfy { $0.lowerBound <= $1.lowerBound }
        let sorted = isSorted ? ranges : ranges.sorted { $0.lowerBound < $1.lowerBound }
        var result: [ClosedRange<Number>] = []
        for range in sorted {
            if let last = result.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                if range.upperBound > last.upperBound {
                    result[result.count - 1] = last.lowerBound...range.upperBound
                }
            } else {
                result.append(range)
            }
        }
        return result
    }
}
