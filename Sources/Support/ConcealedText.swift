/// What no excerpt of a file shows, wherever it stands and whether or not anybody said that it is a secret.
enum ConcealedText {
    /// Bodies of PEM private keys of any kind (RFC 7468 §2), up to their last line or the end of the file.
    static func privateKeys(_ bytes: Span<UInt8>) -> [Range<Int>] {
        let begin = Array("-----BEGIN ".utf8)
        let name = Array("PRIVATE KEY-----".utf8)
        let end = Array("-----END".utf8)
        var found: [Range<Int>] = []
        var index = 0
        while index < bytes.count {
            defer { index += 1 }
            guard bytes[index] == UInt8(ascii: "-"), holds(bytes, begin, at: index) else { continue }
            var start = index + begin.count
            let last = min(bytes.count, start + 40)
            while start < last, !holds(bytes, name, at: start) { start += 1 }
            guard start < last else { continue }
            start += name.count
            var stop = start
            while stop < bytes.count, !holds(bytes, end, at: stop) { stop += 1 }
            found.append(start..<stop)
            index = stop
        }
        return found
    }

    /// What stands between `://` and the last `@` of an authority (RFC 3986 §3.2.1).
    static func userinfo(_ bytes: Span<UInt8>, in range: Range<Int>) -> [Range<Int>] {
        let mark = Array("://".utf8)
        let ends = Array("/?#,\"'<> \t\r\n".utf8)
        var found: [Range<Int>] = []
        // A long password may begin before what is shown.
        var index = max(0, range.lowerBound - 4_096)
        while index < range.upperBound {
            defer { index += 1 }
            guard bytes[index] == UInt8(ascii: ":"), holds(bytes, mark, at: index) else { continue }
            let start = index + mark.count
            var at: Int?
            var stop = start
            while stop < bytes.count, stop - start < 8_192, !ends.contains(bytes[stop]) {
                if bytes[stop] == UInt8(ascii: "@") { at = stop }
                stop += 1
            }
            if let at { found.append(start..<at) }
            index = max(index, stop - 1)
        }
        return found
    }

    private static func holds(_ bytes: Span<UInt8>, _ word: [UInt8], at index: Int) -> Bool {
        guard index + word.count <= bytes.count else { return false }
        for offset in word.indices where bytes[index + offset] != word[offset] { return false }
        return true
    }
}
