extension [UInt8] {
    /// Appends a number with at most `places` decimal places, without zeros at its end.
    package mutating func append(_ value: Double, places: Int = 3) {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        // What no picture has: a broken number must not end a program.
        let bounded = value.isFinite ? Swift.min(1e12, Swift.max(-1e12, value)) : 0
        var units = Int((bounded * Double(scale)).rounded())
        if units < 0 {
            append(0x2D)
            units = -units
        }
        appendDecimal(units / scale)
        var rest = units % scale
        guard rest > 0 else { return }
        append(0x2E)
        while rest > 0 {
            scale /= 10
            append(0x30 + UInt8(rest / scale))
            rest %= scale
        }
    }

    /// Appends text.
    package mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    /// Appends a colour as SVG writes it, in three digits where they suffice.
    mutating func appendHex(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        let digits = Array("0123456789abcdef".utf8)
        append(0x23)
        let isShort = [red, green, blue].allSatisfy { $0 >> 4 == $0 & 15 }
        for value in [red, green, blue] {
            if !isShort { append(digits[Int(value >> 4)]) }
            append(digits[Int(value & 15)])
        }
    }
}
