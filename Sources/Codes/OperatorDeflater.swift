// A hot file: unsafe pointers.
internal import CDeflate

/// zlib streams (RFC 1950, 1951) of PDF operators, in one block with its own Huffman codes. A page of codes is lines of numbers
/// that come again and again, and never begin to be equal in the middle of a word: matches are looked for at the beginnings
/// of lines and words alone, which takes a third of the time of libdeflate's level 4 for streams as short.
package struct OperatorDeflater {
    /// The last line, and the last word, with such a beginning.
    private var lines = [Int32](repeating: -1, count: 1 << Self.hashBits)
    private var words = [Int32](repeating: -1, count: 1 << Self.hashBits)
    /// The line before with the same hash, by position within the window.
    private var before = [Int32](repeating: -1, count: Self.window)
    /// A literal, or 2³¹ + length · 2¹⁶ + distance - 1.
    private var tokens: [UInt32] = []
    private var counts = [Int](repeating: 0, count: 286)
    private var distanceCounts = [Int](repeating: 0, count: 30)

    private static let hashBits = 14
    private static let window = 1 << 15
    private static let longest = 258
    /// Lines that are compared at most.
    private static let depth = 8

    package init() {}

    /// `bytes` packed. O(bytes).
    package mutating func packed(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            find(start, buffer.count)
        }
        counts[256] = 1
        let lengths = Deflate.lengths(counts)
        // A single distance has a code of one bit; two unused codes are the least that every reader takes.
        var distances = Deflate.lengths(distanceCounts)
        if distances.allSatisfy({ $0 == 0 }) { distances[0] = 1 }
        let header = Deflate.header(trimmed(lengths, 257), distances: trimmed(distances, 1))
        // A token takes at most 15 + 5 + 15 + 13 bits.
        let room = 2 + header.chunks.count * 8 + tokens.count * 6 + 32
        return [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            // 32 KB of window, deflate; the check of the two bytes.
            (start[0], start[1]) = (0x78, 0x5E)
            var sink = DeflateSink(to: start + 2)
            sink.append(header.chunks)
            write(lengths, distances, &sink)
            sink.finish()
            let check = bytes.withUnsafeBytes { libdeflate_adler32(1, $0.baseAddress, $0.count) }
            var next = sink.next
            for shift in stride(from: UInt32(24), through: 0, by: -8) {
                next.pointee = UInt8(truncatingIfNeeded: check >> shift)
                next += 1
            }
            count = next - start
        }
    }

    private func trimmed(_ lengths: [Int], _ least: Int) -> [Int] {
        Array(lengths[..<max(least, (lengths.lastIndex { $0 > 0 } ?? 0) + 1)])
    }

    // MARK: Matches

    private static func hash(_ bytes: UInt64) -> Int {
        Int(truncatingIfNeeded: (bytes &* 0x9E37_79B9_7F4A_7C15) &>> UInt64(64 - hashBits))
    }

    /// Six bytes: a word, and how the next one begins.
    private static func wordHash(_ bytes: UInt64) -> Int { hash(bytes &<< 16) }

    /// The highest bit of the lowest byte that is 0 is set; bits above it may be set, too.
    private static func zeros(_ bytes: UInt64) -> UInt64 {
        (bytes &- 0x0101_0101_0101_0101) & ~bytes & 0x8080_8080_8080_8080
    }

    private static func load(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
    }

    /// Bytes that are equal at both places, at most `limit`.
    @inline(__always)
    private static func common(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ limit: Int) -> Int {
        var length = 0
        while length &+ 8 <= limit {
            let difference = load(a + length) ^ load(b + length)
            if difference != 0 { return length &+ difference.trailingZeroBitCount &>> 3 }
            length &+= 8
        }
        while length < limit, a[length] == b[length] { length &+= 1 }
        return length
    }

    /// Divides `count` bytes into literals and matches.
    private mutating func find(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        for index in counts.indices { counts[index] = 0 }
        for index in distanceCounts.indices { distanceCounts[index] = 0 }
        if tokens.count < count { tokens = [UInt32](repeating: 0, count: count) }
        var found = 0
        lines.withUnsafeMutableBufferPointer { lines in
            words.withUnsafeMutableBufferPointer { words in
                before.withUnsafeMutableBufferPointer { before in
                    tokens.withUnsafeMutableBufferPointer { tokens in
                        counts.withUnsafeMutableBufferPointer { counts in
                            distanceCounts.withUnsafeMutableBufferPointer { distanceCounts in
                                lines.update(repeating: -1)
                                words.update(repeating: -1)
                                found = Self.find(
                                    bytes, count, lines, words, before, tokens, counts, distanceCounts)
                            }
                        }
                    }
                }
            }
        }
        tokens.removeLast(tokens.count - found)
    }

    private static func find(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ lines: UnsafeMutableBufferPointer<Int32>,
        _ words: UnsafeMutableBufferPointer<Int32>, _ before: UnsafeMutableBufferPointer<Int32>,
        _ tokens: UnsafeMutableBufferPointer<UInt32>, _ counts: UnsafeMutableBufferPointer<Int>,
        _ distanceCounts: UnsafeMutableBufferPointer<Int>
    ) -> Int {
        var found = 0
        var place = 0
        var isLine = true
        // The last eight bytes are literals: what is hashed lies within the bytes.
        while place &+ 8 <= count {
            let limit = min(longest, count &- place)
            let head = load(bytes + place)
            var best = 0
            var distance = 0
            if isLine {
                let hash = hash(head)
                var candidate = Int(lines[hash])
                (before[place & (window - 1)], lines[hash]) = (lines[hash], Int32(truncatingIfNeeded: place))
                var tries = depth
                while candidate >= 0, place &- candidate < window, tries > 0 {
                    let length = common(bytes + place, bytes + candidate, limit)
                    if length > best {
                        (best, distance) = (length, place &- candidate)
                        if length == limit { break }
                    }
                    candidate = Int(before[candidate & (window - 1)])
                    tries &-= 1
                }
            }
            if best < 8 {
                let hash = wordHash(head)
                let candidate = Int(words[hash])
                words[hash] = Int32(truncatingIfNeeded: place)
                if candidate >= 0, place &- candidate < window {
                    let length = common(bytes + place, bytes + candidate, limit)
                    if length > best, length > 3 { (best, distance) = (length, place &- candidate) }
                }
            }
            // A match costs some seven bits and the distance's; a literal about three and a half.
            if 7 &* best > 14 &+ 2 &* (Int.bitWidth &- distance.leadingZeroBitCount) {
                tokens[found] = 1 << 31 | UInt32(truncatingIfNeeded: best &<< 16 | (distance &- 1))
                counts[Deflate.lengthCode(best).symbol] &+= 1
                distanceCounts[Deflate.distanceCode(distance).symbol] &+= 1
                found &+= 1
                let end = place &+ best
                // Lines that begin within the match, and the two words after their first, for later ones.
                let last = min(end, count &- 7)
                var line = place
                while true {
                    line = afterLine(bytes, line, min(end, count &- 8))
                    guard line < last else { break }
                    let head = load(bytes + line)
                    let hash = hash(head)
                    (before[line & (window - 1)], lines[hash]) = (lines[hash], Int32(truncatingIfNeeded: line))
                    var blanks = zeros(head ^ 0x2020_2020_2020_2020)
                    for _ in 0..<2 where blanks != 0 {
                        let word = line &+ blanks.trailingZeroBitCount &>> 3 &+ 1
                        blanks &= blanks &- 1
                        if word < last { words[wordHash(load(bytes + word))] = Int32(truncatingIfNeeded: word) }
                    }
                }
                place = end
                isLine = bytes[place &- 1] == 0x0A
            } else {
                repeat {
                    let byte = bytes[place]
                    tokens[found] = UInt32(byte)
                    counts[Int(byte)] &+= 1
                    found &+= 1
                    place &+= 1
                } while place &+ 8 <= count && bytes[place &- 1] != 0x20 && bytes[place &- 1] != 0x0A
                isLine = bytes[place &- 1] == 0x0A
            }
        }
        while place < count {
            tokens[found] = UInt32(bytes[place])
            counts[Int(bytes[place])] &+= 1
            found &+= 1
            place &+= 1
        }
        return found
    }

    /// The place after the next line feed from `place`, or one that is not less than `end`, eight bytes before the last.
    @inline(__always)
    private static func afterLine(_ bytes: UnsafePointer<UInt8>, _ place: Int, _ end: Int) -> Int {
        var place = place
        while place < end {
            let isFeed = zeros(load(bytes + place) ^ 0x0A0A_0A0A_0A0A_0A0A)
            if isFeed != 0 { return place &+ isFeed.trailingZeroBitCount &>> 3 &+ 1 }
            place &+= 8
        }
        return .max - 8
    }

    // MARK: Codes

    private func write(_ lengths: [Int], _ distances: [Int], _ sink: inout DeflateSink) {
        // Bits and their number, for each literal, each length of a match and each distance's code.
        func table(_ lengths: [Int]) -> [UInt64] {
            zip(Deflate.codes(lengths), lengths).map { UInt64($0) | UInt64($1) << 56 }
        }
        let literals = table(lengths)
        let distances = table(distances)
        var matches = [UInt64](repeating: 0, count: Self.longest + 1)
        for length in 3...Self.longest {
            let code = Deflate.lengthCode(length)
            let bits = literals[code.symbol] & (1 << 56 - 1) | UInt64(code.extra) << UInt64(lengths[code.symbol])
            matches[length] = bits | UInt64(lengths[code.symbol] + code.extraCount) << 56
        }
        let mask: UInt64 = 1 << 56 - 1
        for token in tokens {
            guard token >= 1 << 31 else {
                let code = literals[Int(token)]
                sink.append(code & mask, Int(code &>> 56))
                continue
            }
            let match = matches[Int(token &>> 16 & 0x1FF)]
            let distance = Deflate.distanceCode(Int(token & 0x7FFF) &+ 1)
            let code = distances[distance.symbol]
            let (first, second) = (match &>> 56, code &>> 56)
            let bits = match & mask | (code & mask) &<< first | UInt64(distance.extra) &<< (first &+ second)
            sink.append(bits, Int(first &+ second) &+ distance.extraCount)
        }
        sink.append(literals[256] & mask, lengths[256])
    }
}
