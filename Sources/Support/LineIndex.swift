/// From byte offsets to lines and columns, many times in one file.

/// The line starts of one file. Building is O(bytes), each question O(log lines + length of the line up to there).
public struct LineIndex: Sendable {
    /// Offset of the first byte of each line; never empty.
    private let starts: [UInt32]

    /// Finds all lines of `bytes`. Lines end in LF (a CR before it belongs to the end).
    public init(_ bytes: [UInt8]) {
        var starts: [UInt32] = [0]
        let span = bytes.span
        for index in 0..<span.count where span[index] == 0x0A { starts.append(UInt32(index + 1)) }
        self.starts = starts
    }

    /// Number of the line, from 0, that holds byte `offset`.
    public func line(at offset: Int) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(starts[middle]) <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The bytes of line `number`, from 0, without its line end.
    public func range(ofLine number: Int, in bytes: [UInt8]) -> Range<Int> {
        let start = Int(starts[number])
        var end = number + 1 < starts.count ? Int(starts[number + 1]) - 1 : bytes.count
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return start..<max(start, end)
    }
}
