// A hot file: unsafe pointers.

/// The modes our encoder writes (ISO/IEC 18004, table 2). Kanji is left to libqrencode.
enum Mode: UInt8 {
    case byte = 0
    case alphanumeric = 1
    case numeric = 2
}

/// Divides a payload into segments so that the fewest bits are needed.
///
/// Shortest path over (character, mode): the price of a character is 48, 33 or 20 sixths of a bit in byte,
/// alphanumeric and numeric mode, a change of mode rounds up to whole bits and pays the new header. Rounding up
/// is monotone, so of two ways to the same place the cheaper stays the cheaper, and the result is the optimum
/// (tests try all divisions of short strings). Headers depend on the version, in three classes: 1–9, 10–26, 27–40.
struct Segmentation {
    /// Bits of the character count, by class of versions (table 3).
    static func countBits(_ mode: Mode, _ versionClass: Int) -> Int {
        switch mode {
        case .numeric: 10 + 2 * versionClass
        case .alphanumeric: 9 + 2 * versionClass
        case .byte: versionClass == 0 ? 8 : 16
        }
    }

    /// The mode of each character of the last payload; while it is being found, where the best way came from:
    /// two bits for each mode. Empty after a payload that can't fit.
    private(set) var modes: [UInt8] = []

    /// No version holds more characters than 7,089 digits.
    private static let longest = 7089
    private static let unreachable = Int.max / 2

    /// 0: only byte mode; 1: alphanumeric too; 2: all three (section 7.4.3, table 5).
    static let kinds: [UInt8] = {
        var kinds = [UInt8](repeating: 0, count: 256)
        for character in Alphanumeric.characters.utf8 { kinds[Int(character)] = 1 }
        for digit in UInt8(ascii: "0")...UInt8(ascii: "9") { kinds[Int(digit)] = 2 }
        return kinds
    }()

    /// Finds the best division for a class of versions and answers its length in bits. O(count), and memory only
    /// for payloads that have a chance.
    mutating func divide(_ text: UnsafeBufferPointer<UInt8>, versionClass: Int) -> Int {
        let keep = text.count <= Self.longest
        if modes.count != (keep ? text.count : 0) {
            modes = [UInt8](repeating: 0, count: keep ? text.count : 0)
        }
        let byteHeader = (4 + Self.countBits(.byte, versionClass)) * 6
        let alphanumericHeader = (4 + Self.countBits(.alphanumeric, versionClass)) * 6
        let numericHeader = (4 + Self.countBits(.numeric, versionClass)) * 6
        var (byte, alphanumeric, numeric) = (byteHeader, alphanumericHeader, numericHeader)
        modes.withUnsafeMutableBufferPointer { modes in
            Self.kinds.withUnsafeBufferPointer { kinds in
                for i in 0..<text.count {
                    var from: UInt8
                    switch kinds[Int(text[i])] {
                    case 0:
                        // Whatever comes next left byte mode here.
                        byte &+= 48
                        alphanumeric = byte &+ alphanumericHeader
                        numeric = byte &+ numericHeader
                        from = 0
                    case let kind:
                        byte &+= 48
                        alphanumeric &+= 33
                        numeric = kind == 2 ? numeric &+ 20 : Self.unreachable
                        let (wholeA, wholeN) = (Self.whole(alphanumeric), Self.whole(numeric))
                        let (b, a) = (byte, alphanumeric)
                        from = Mode.alphanumeric.rawValue << 2 | Mode.numeric.rawValue << 4
                        // Byte costs are whole at all times.
                        if wholeA &+ byteHeader < byte {
                            byte = wholeA &+ byteHeader
                            from |= 1
                        }
                        if wholeN &+ byteHeader < byte {
                            byte = wholeN &+ byteHeader
                            from = from & ~3 | 2
                        }
                        if b &+ alphanumericHeader < alphanumeric {
                            alphanumeric = b &+ alphanumericHeader
                            from &= ~0b1100
                        }
                        if wholeN &+ alphanumericHeader < alphanumeric {
                            alphanumeric = wholeN &+ alphanumericHeader
                            from = from & ~0b1100 | 2 << 2
                        }
                        if b &+ numericHeader < numeric {
                            numeric = b &+ numericHeader
                            from &= ~0b110000
                        }
                        if Self.whole(a) &+ numericHeader < numeric {
                            numeric = Self.whole(a) &+ numericHeader
                            from = from & ~0b110000 | 1 << 4
                        }
                    }
                    if keep { modes[i] = from }
                }
            }
            var mode: UInt8 = 0
            if alphanumeric < byte { mode = 1 }
            if numeric < min(byte, alphanumeric) { mode = 2 }
            for i in stride(from: modes.count &- 1, through: 0, by: -1) {
                mode = modes[i] &>> (2 &* mode) & 3
                modes[i] = mode
            }
        }
        return Self.whole(min(byte, alphanumeric, numeric)) / 6
    }

    /// Rounded up to whole bits.
    @inline(__always)
    private static func whole(_ sixths: Int) -> Int { (sixths &+ 5) / 6 &* 6 }
}

/// The 45 characters of alphanumeric mode (section 7.4.4, table 5).
enum Alphanumeric {
    static let characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    /// Value of each byte; 0 for those that have none.
    static let values: [UInt8] = {
        var values = [UInt8](repeating: 0, count: 256)
        for (value, character) in characters.utf8.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}

/// Appends bits, most significant first, to bytes. The caller sees to the room.
struct BitWriter {
    private var next: UnsafeMutablePointer<UInt8>
    private var pending: UInt64 = 0
    private var pendingCount = 0

    init(to bytes: UnsafeMutablePointer<UInt8>) { next = bytes }

    /// Appends the lowest `count` bits of `value`, whose other bits are 0; at most 32.
    @inline(__always)
    mutating func append(_ value: Int, _ count: Int) {
        pending = pending &<< UInt64(count) | UInt64(truncatingIfNeeded: value)
        pendingCount &+= count
        while pendingCount >= 8 {
            pendingCount &-= 8
            next.pointee = UInt8(truncatingIfNeeded: pending &>> UInt64(pendingCount))
            next += 1
        }
    }

    /// Terminator, bits up to a whole byte and the padding of section 7.4.10, up to `end`.
    mutating func finish(at end: UnsafeMutablePointer<UInt8>) {
        let room = (end - next) * 8 - pendingCount
        append(0, min(4, room))
        if pendingCount > 0 { append(0, 8 - pendingCount) }
        var pad: UInt8 = 0xEC
        while next < end {
            next.pointee = pad
            next += 1
            pad ^= 0xEC ^ 0x11
        }
    }

    /// Appends a segment: mode, count of characters and the characters (section 7.4).
    @inline(__always)
    mutating func append(_ text: UnsafeBufferPointer<UInt8>.SubSequence, _ mode: Mode, _ versionClass: Int) {
        let count = text.count
        var i = text.startIndex
        let end = text.endIndex
        let text = text.base
        let countBits = Segmentation.countBits(mode, versionClass)
        switch mode {
        case .byte:
            append(0b0100, 4)
            append(count, countBits)
            while i &+ 4 <= end {
                let four =
                    Int(text[i]) &<< 24 | Int(text[i &+ 1]) &<< 16 | Int(text[i &+ 2]) &<< 8
                    | Int(text[i &+ 3])
                append(four, 32)
                i &+= 4
            }
            while i < end {
                append(Int(text[i]), 8)
                i &+= 1
            }
        case .alphanumeric:
            append(0b0010, 4)
            append(count, countBits)
            Alphanumeric.values.withUnsafeBufferPointer { values in
                while i &+ 2 <= end {
                    append(Int(values[Int(text[i])]) &* 45 &+ Int(values[Int(text[i &+ 1])]), 11)
                    i &+= 2
                }
                if i < end { append(Int(values[Int(text[i])]), 6) }
            }
        case .numeric:
            append(0b0001, 4)
            append(count, countBits)
            while i < end {
                let digits = min(3, end &- i)
                var value = 0
                for j in i..<i &+ digits { value = value &* 10 &+ Int(text[j] &- 0x30) }
                append(value, digits &* 3 &+ 1)
                i &+= digits
            }
        }
    }
}
