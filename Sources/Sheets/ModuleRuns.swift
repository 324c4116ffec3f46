// A hot file: unsafe pointers.
internal import QRCode

/// The dark modules of symbols as rectangles, `x y width 1 re` for each run of a row, columns to the right and rows downwards.
/// Fewer and higher rectangles would be fewer bytes, but more of them when they are packed: rows are less alike then.
struct ModuleRuns {
    /// `12 ` for each number, in the lower bytes first, and how long it is.
    private let numbers: [(text: UInt64, length: Int)] = (0..<256).map { number in
        let text = Array("\(number) ".utf8)
        return (text.reversed().reduce(0) { $0 << 8 | UInt64($1) }, text.count)
    }
    private static let tail = Array("1 re\n".utf8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }

    /// Appends rectangles that do not overlap, moved by `margin`. O(modules).
    func append(_ symbol: Symbol, margin: Int, to bytes: inout [UInt8]) {
        // A run with its gap takes two modules and at most 17 bytes.
        let room = symbol.size * (symbol.size / 2 + 2) * 17 + 16
        let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = symbol.words.withUnsafeBufferPointer { words in
                numbers.withUnsafeBufferPointer { numbers in
                    Self.write(words, symbol.wordsPerRow, margin, numbers, to: start) - start
                }
            }
        }
        bytes.append(contentsOf: piece)
    }

    /// Answers where the text ends.
    private static func write(
        _ words: UnsafeBufferPointer<UInt64>, _ wordsPerRow: Int, _ margin: Int,
        _ numbers: UnsafeBufferPointer<(text: UInt64, length: Int)>, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var next = UnsafeMutableRawPointer(start)
        let tail = Self.tail.littleEndian
        for (place, word) in words.enumerated() where word != 0 {
            let (row, part) = place.quotientAndRemainder(dividingBy: wordsPerRow)
            let y = numbers[row &+ margin]
            var left = word
            var x = part &* 64 &+ margin
            // A run that goes on in the next word is two rectangles of one path: no seam between them.
            while left != 0 {
                let gap = left.trailingZeroBitCount
                left &>>= UInt64(gap)
                x &+= gap
                let length = (~left).trailingZeroBitCount
                left = length == 64 ? 0 : left &>> UInt64(length)
                put(numbers[x], &next)
                put(y, &next)
                put(numbers[length], &next)
                next.storeBytes(of: tail, as: UInt64.self)
                next += 5
                x &+= length
            }
        }
        return next.assumingMemoryBound(to: UInt8.self)
    }

    @inline(__always)
    private static func put(_ number: (text: UInt64, length: Int), _ next: inout UnsafeMutableRawPointer) {
        next.storeBytes(of: number.text.littleEndian, as: UInt64.self)
        next += number.length
    }
}
