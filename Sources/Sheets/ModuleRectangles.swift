// A hot file: unsafe pointers.
internal import QRCode

/// The dark modules of symbols as few rectangles, `x y width height re`, columns to the right and rows downwards.
struct ModuleRectangles {
    /// Bytes of the symbol at hand, and rows whose modules are not yet drawn.
    private var left: [UInt64] = []

    /// Appends rectangles that do not overlap, moved by `margin`: runs of a row, joined with those below that have the same
    /// ends. O(modules).
    mutating func append(_ symbol: Symbol, margin: Int, to bytes: inout [UInt8]) {
        let (size, words) = (symbol.size, symbol.wordsPerRow)
        left.removeAll(keepingCapacity: true)
        left.append(contentsOf: symbol.words)
        // A run with its gap takes two modules and at most 20 bytes.
        let room = size * (size / 2 + 2) * 20
        let start = bytes.count
        bytes.reserveCapacity(start + room)
        var piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            guard var next = buffer.baseAddress else { return }
            let first = next
            @inline(__always)
            func put(_ number: Int) {
                if number >= 100 {
                    next.pointee = 0x30 &+ UInt8(truncatingIfNeeded: number / 100)
                    next += 1
                }
                if number >= 10 {
                    next.pointee = 0x30 &+ UInt8(truncatingIfNeeded: number / 10 % 10)
                    next += 1
                }
                next.pointee = 0x30 &+ UInt8(truncatingIfNeeded: number % 10)
                next[1] = 0x20
                next += 2
            }
            left.withUnsafeMutableBufferPointer { rows in
                for y in 0..<size {
                    for word in 0..<words {
                        let place = y &* words &+ word
                        while rows[place] != 0 {
                            let from = rows[place].trailingZeroBitCount
                            let length = (~(rows[place] &>> UInt64(from))).trailingZeroBitCount
                            let mask = (length == 64 ? ~0 : (1 &<< UInt64(length)) &- 1) &<< UInt64(from)
                            // A run that goes on in the next word is two rectangles; so rows below are compared in one word.
                            let border = mask | mask &<< 1 | mask &>> 1
                            var height = 1
                            var below = place &+ words
                            while y &+ height < size, rows[below] & border == mask {
                                rows[below] &= ~mask
                                height &+= 1
                                below &+= words
                            }
                            rows[place] &= ~mask
                            put(word &* 64 &+ from &+ margin)
                            put(y &+ margin)
                            put(length)
                            put(height)
                            next[0] = 0x72
                            next[1] = 0x65
                            next[2] = 0x0A
                            next += 3
                        }
                    }
                }
            }
            count = next - first
        }
        bytes.append(contentsOf: piece)
        piece.removeAll()
    }
}
