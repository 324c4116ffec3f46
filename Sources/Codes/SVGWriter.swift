// A hot file: unsafe pointers.
public import QRCode
internal import Support

/// Writes symbols as SVG 1.1: a white square and one path of horizontal runs, measured in modules.
public struct SVGWriter: Sendable {
    /// Light modules around the symbol; `nil` for what its kind needs (4, Micro QR 2).
    public var quietZone: Int?
    private var path: [UInt8] = []

    /// A writer with a quiet zone.
    public init(quietZone: Int? = nil) throws(CodeFileError) {
        if let quietZone, quietZone < 0 { throw .negativeQuietZone(quietZone) }
        self.quietZone = quietZone
    }

    /// Appends the file of one symbol.
    /// - Parameter title: read aloud by screen readers and shown as a tool tip; any text.
    public mutating func append(_ symbol: Symbol, title: String? = nil, to bytes: inout [UInt8]) {
        let quietZone = quietZone ?? symbol.quietZone
        let side = symbol.size + 2 * quietZone
        bytes.append(contentsOf: #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 "#.utf8)
        bytes.appendDecimal(side)
        bytes.append(0x20)
        bytes.appendDecimal(side)
        bytes.append(contentsOf: #"" shape-rendering="crispEdges""#.utf8)
        if let title {
            bytes.append(contentsOf: " role=\"img\"><title>".utf8)
            bytes.appendXMLText(title)
            bytes.append(contentsOf: "</title>".utf8)
        } else {
            bytes.append(0x3E)
        }
        bytes.append(contentsOf: ##"<path fill="#fff" d="M0 0h"##.utf8)
        bytes.appendDecimal(side)
        bytes.append(0x76)
        bytes.appendDecimal(side)
        // Where the runs are measured from; it may have more digits than a symbol's columns.
        bytes.append(contentsOf: #"H0z"/><path d="M"#.utf8)
        bytes.appendDecimal(quietZone)
        bytes.append(0x20)
        bytes.appendDecimal(quietZone)
        appendRuns(symbol, quietZone, to: &bytes)
        bytes.append(contentsOf: "\"/></svg>\n".utf8)
    }

    /// `mX YhLv1h-L` for each run of dark modules, relative to where the run before ended: below its first module.
    /// Filled outlines and not strokes, so that cutters and engravers get areas.
    private mutating func appendRuns(_ symbol: Symbol, _ quietZone: Int, to bytes: inout [UInt8]) {
        // A run with its gap takes two modules and at most 25 bytes.
        let room = symbol.size * (symbol.size / 2 + 1) * 25
        if path.count < room { path = [UInt8](repeating: 0, count: room) }
        path.withUnsafeMutableBufferPointer { path in
            guard let start = path.baseAddress else { return }
            var next = start
            @inline(__always)
            func append(_ byte: UInt8) {
                next.pointee = byte
                next += 1
            }
            @inline(__always)
            func append(number: Int) {
                var number = number
                if number < 0 {
                    append(0x2D)
                    number = -number
                }
                if number >= 100 { append(0x30 &+ UInt8(truncatingIfNeeded: number / 100)) }
                if number >= 10 { append(0x30 &+ UInt8(truncatingIfNeeded: number / 10 % 10)) }
                append(0x30 &+ UInt8(truncatingIfNeeded: number % 10))
            }
            var (fromX, fromY) = (0, 0)
            symbol.forEachRun { x, y, length in
                append(0x6D)
                append(number: x &- fromX)
                // A minus sign divides numbers, too.
                if y >= fromY { append(0x20) }
                append(number: y &- fromY)
                append(0x68)
                append(number: length)
                append(0x76)
                append(0x31)
                append(0x68)
                append(number: -length)
                (fromX, fromY) = (x, y &+ 1)
            }
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: next - start))
        }
    }
}

extension Symbol {
    /// Calls `body` with column, row and length of each horizontal run of dark modules, row by row.
    @inline(__always)
    func forEachRun(_ body: (_ x: Int, _ y: Int, _ length: Int) -> Void) {
        words.withUnsafeBufferPointer { words in
            for y in 0..<size {
                var open = -1
                for word in 0..<wordsPerRow {
                    var modules = words[y &* wordsPerRow &+ word]
                    let base = word &* 64
                    var from = 0
                    if open >= 0 {
                        // A run that came over from the word before.
                        from = (~modules).trailingZeroBitCount
                        if from == 64 { continue }
                        body(open, y, base &+ from &- open)
                        open = -1
                        modules &= ~0 &<< UInt64(from)
                    }
                    while modules != 0 {
                        let start = modules.trailingZeroBitCount
                        let filled = modules | (1 &<< UInt64(start) &- 1)
                        if filled == .max {
                            open = base &+ start
                            break
                        }
                        let end = (~filled).trailingZeroBitCount
                        body(base &+ start, y, end &- start)
                        modules &= ~0 &<< UInt64(end)
                    }
                }
                if open >= 0 { body(open, y, size &- open) }
            }
        }
    }
}

extension [UInt8] {
    /// Appends a number in decimal digits.
    mutating func appendDecimal(_ number: Int) {
        if number >= 0, number < 1000 {
            if number >= 100 { append(0x30 + UInt8(number / 100)) }
            if number >= 10 { append(0x30 + UInt8(number / 10 % 10)) }
            append(0x30 + UInt8(number % 10))
        } else {
            append(contentsOf: String(number).utf8)
        }
    }

    /// Appends text for the content of an XML element. What XML 1.0 (section 2.2) does not allow even as a
    /// reference becomes U+FFFD.
    mutating func appendXMLText(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": append(contentsOf: "&amp;".utf8)
            case "<": append(contentsOf: "&lt;".utf8)
            case ">": append(contentsOf: "&gt;".utf8)
            case "\"": append(contentsOf: "&quot;".utf8)
            case "\r": append(contentsOf: "&#13;".utf8)
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}":
                append(contentsOf: "\u{FFFD}".utf8)
            default: append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }
}
