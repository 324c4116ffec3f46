/// Paths as servers see them: decoded, slashes merged, ASCII letters folded.
///
/// A *key* is what both servers compare: it begins with `/`, `%XX` is one byte, `//` is `/`, `A`–`Z` are
/// `a`–`z`. `Menu%2Fde` and `menu//DE` have the key `/menu/de`.

/// The value of a hexadecimal digit, or `nil`.
@inline(__always)
func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte &- 0x30
    case 0x41...0x46: byte &- 0x37
    case 0x61...0x66: byte &- 0x57
    default: nil
    }
}

/// `A`–`Z` to `a`–`z`; every other byte unchanged, as nginx's `ngx_tolower`.
@inline(__always)
func folded(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
}

/// What is wrong with a slug that cannot become a key.
enum SlugFault {
    case nul
    case dotSegment
}

/// Appends the key of `slug` (without a wildcard's `*`) to `out`. O(length).
/// - Returns: a fault if no request can have this key; `out` then holds bytes that the caller drops.
func appendKey(of slug: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) -> SlugFault? {
    out.append(UInt8(ascii: "/"))
    var segmentStart = out.count
    var onlyDots = true
    var i = 0
    let count = slug.count
    while i < count {
        var byte = slug[i]
        i += 1
        if byte == UInt8(ascii: "%"), i + 1 < count, let high = hexValue(slug[i]),
            let low = hexValue(slug[i + 1])
        {
            byte = high << 4 | low
            i += 2
            if byte == 0 { return .nul }
        }
        if byte == UInt8(ascii: "/") {
            let length = out.count - segmentStart
            if length == 0 { continue }
            if onlyDots && length <= 2 { return .dotSegment }
            out.append(byte)
            segmentStart = out.count
            onlyDots = true
        } else {
            if byte != UInt8(ascii: ".") { onlyDots = false }
            out.append(folded(byte))
        }
    }
    let length = out.count - segmentStart
    return onlyDots && length > 0 && length <= 2 ? .dotSegment : nil
}

extension String {
    /// Runs `body` with the string's UTF-8 bytes, without a copy where the string is native.
    @inline(__always)
    func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(utf8).withUnsafeBufferPointer(body)
    }
}
