import Support

/// Secrets in a file that could not be read into nodes, or not wholly: found by the look of the text, so that the
/// diagnostics that show its lines don't show them.
enum SecretText {
    /// Values that follow the name of a key that is secret somewhere in the language. Rather too many than too few.
    static func ranges(_ bytes: [UInt8]) -> [Range<Int>] {
        let names = ManifestLanguage.secretNames.map { Array($0.utf8) }
        var found: [Range<Int>] = []
        for colon in bytes.indices where bytes[colon] == UInt8(ascii: ":") {
            var end = colon
            while end > 0, [0x20, 0x22, 0x27].contains(bytes[end - 1]) { end -= 1 }
            let isKey = names.contains { name in
                guard end >= name.count, bytes[(end - name.count)..<end].elementsEqual(name) else {
                    return false
                }
                return end == name.count || !ASCIISet.word.contains(bytes[end - name.count - 1])
            }
            if isKey, let range = value(bytes, after: colon) { found.append(range) }
        }
        return found
    }

    private static func value(_ bytes: [UInt8], after colon: Int) -> Range<Int>? {
        var start = colon + 1
        while start < bytes.count, bytes[start] == 0x20 { start += 1 }
        guard start < bytes.count, bytes[start] != 0x0A, start > colon + 1 else { return nil }
        let first = bytes[start]
        let isQuoted = first == 0x22 || first == 0x27
        let content = isQuoted ? start + 1 : start
        if bytes[content...].starts(with: "${".utf8) { return nil }
        var end = content
        if first == UInt8(ascii: "|") || first == UInt8(ascii: ">") {
            let indent = indentation(bytes, lineStart(bytes, colon))
            end = lineEnd(bytes, start)
            while end + 1 < bytes.count {
                let next = end + 1
                guard bytes[next] == 0x0A || indentation(bytes, next) > indent else { break }
                end = lineEnd(bytes, next)
            }
            return start..<end
        }
        while end < bytes.count, bytes[end] != 0x0A {
            if isQuoted
                ? bytes[end] == first : bytes[end] == UInt8(ascii: ",") || bytes[end] == UInt8(ascii: "}")
            {
                break
            }
            end += 1
        }
        return content..<end
    }

    private static func lineStart(_ bytes: [UInt8], _ place: Int) -> Int {
        (bytes[..<place].lastIndex(of: 0x0A) ?? -1) + 1
    }

    private static func lineEnd(_ bytes: [UInt8], _ place: Int) -> Int {
        bytes[place...].firstIndex(of: 0x0A) ?? bytes.count
    }

    private static func indentation(_ bytes: [UInt8], _ line: Int) -> Int {
        bytes[line...].prefix { $0 == 0x20 }.count
    }
}
