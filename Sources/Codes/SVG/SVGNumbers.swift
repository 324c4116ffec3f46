/// Reads numbers, words and signs from the value of an attribute.
struct SVGScanner {
    private let bytes: [UInt8]
    /// The next byte.
    private(set) var place = 0
    /// Numbers beyond this are refused: they come from broken files, and sums of them lose the picture's digits.
    static let largest = 1e7

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { place == bytes.count }
    var next: UInt8? { place < bytes.count ? bytes[place] : nil }
    /// What was not read.
    var rest: String { String(decoding: bytes[place...], as: UTF8.self) }

    mutating func skip() { if place < bytes.count { place += 1 } }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte >= 0x09 && byte <= 0x0D { place += 1 }
    }

    /// White space, and at most one comma.
    mutating func skipComma() {
        skipSpace()
        if next == UInt8(ascii: ",") {
            place += 1
            skipSpace()
        }
    }

    mutating func take(_ byte: Character) -> Bool {
        guard let value = byte.asciiValue, next == value else { return false }
        place += 1
        return true
    }

    /// Letters, digits of no number, `-`, `_` and `%`.
    mutating func word() -> String {
        let start = place
        while let byte = next,
            byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == 0x2D || byte == 0x5F || byte == 0x25
        {
            place += 1
        }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    /// `0` or `1`, which needs nothing after it (SVG 1.1, section 8.3.9).
    mutating func flag() -> Bool? {
        guard let byte = next, byte == 0x30 || byte == 0x31 else { return nil }
        place += 1
        return byte == 0x31
    }

    /// A number as SVG writes it: `-1.5e3`, `.5`, `5.`; `nil`, and nothing read, when there is none or it is too large.
    mutating func number() -> Double? {
        let start = place
        var sign = 1.0
        if next == UInt8(ascii: "-") {
            sign = -1
            place += 1
        } else if next == UInt8(ascii: "+") {
            place += 1
        }
        var (mantissa, exponent, digits) = (0.0, 0, 0)
        while let byte = next, byte >= 0x30, byte <= 0x39 {
            if mantissa < 1e16 { mantissa = mantissa * 10 + Double(byte - 0x30) } else { exponent += 1 }
            (digits, place) = (digits + 1, place + 1)
        }
        if next == UInt8(ascii: ".") {
            place += 1
            while let byte = next, byte >= 0x30, byte <= 0x39 {
                if mantissa < 1e16 { (mantissa, exponent) = (mantissa * 10 + Double(byte - 0x30), exponent - 1) }
                (digits, place) = (digits + 1, place + 1)
            }
        }
        guard digits > 0 else {
            place = start
            return nil
        }
        if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
            // `1em` is a number and a unit.
            let before = place
            place += 1
            var power = 0
            let isNegative = next == UInt8(ascii: "-")
            if isNegative || next == UInt8(ascii: "+") { place += 1 }
            if let byte = next, byte >= 0x30, byte <= 0x39 {
                while let byte = next, byte >= 0x30, byte <= 0x39 {
                    power = min(1000, power * 10 + Int(byte - 0x30))
                    place += 1
                }
                exponent += isNegative ? -power : power
            } else {
                place = before
            }
        }
        var value = mantissa
        // Exact powers of ten first, so that 0.1 is the double nearest to 0.1.
        var left = abs(exponent)
        guard left < 400 || mantissa == 0 else {
            if exponent < 0 { return 0 }
            place = start
            return nil
        }
        while left > 0, value != 0 {
            let step = min(22, left)
            let power = (0..<step).reduce(1.0) { value, _ in value * 10 }
            value = exponent < 0 ? value / power : value * power
            left -= step
        }
        guard value <= Self.largest else {
            place = start
            return nil
        }
        return sign * value
    }

    /// All numbers to the end, apart by spaces and commas; `nil` when something else is there.
    mutating func numbers() -> [Double]? {
        var all: [Double] = []
        skipSpace()
        while !isAtEnd {
            guard let value = number() else { return nil }
            all.append(value)
            skipComma()
        }
        return all
    }
}
