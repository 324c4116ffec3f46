import Support

/// Finds the bundle that a picture or a document carries: `iTXt` of a PNG, `<metadata id="wayseal">` of an SVG, an
/// attachment of a PDF. Nothing is verified here, and nothing is unpacked.
public enum CarriedBundle {
    /// The longest bundle that is taken out.
    static let longest = 1 << 24

    /// The bundle's bytes; `nil` where there is none.
    public static func find(in file: [UInt8]) -> [UInt8]? {
        if file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return png(file) }
        if place(of: "%PDF-", in: file, from: 0, to: min(1_024, file.count)) != nil { return pdf(file) }
        return svg(file)
    }

    private static func png(_ file: [UInt8]) -> [UInt8]? {
        let head = Array("iTXtwayseal".utf8) + [0, 0, 0, 0, 0]
        var at = 8
        while at + 12 <= file.count {
            let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard at + 12 + length <= file.count else { return nil }
            if length <= longest, file[(at + 4)...].starts(with: head) {
                return Array(file[(at + 4 + head.count)..<(at + 8 + length)])
            }
            at += 12 + length
        }
        return nil
    }

    private static func svg(_ file: [UInt8]) -> [UInt8]? {
        let head = "<metadata id=\"wayseal\">"
        guard file.count <= longest * 2, let mark = place(of: head, in: file, from: 0, to: file.count) else {
            return nil
        }
        let start = mark + head.utf8.count
        guard let end = place(of: "</metadata>", in: file, from: start, to: file.count) else { return nil }
        return Base64.decode(String(decoding: file[start..<end], as: UTF8.self))
    }

    /// The last one, because later updates of a PDF replace earlier ones.
    private static func pdf(_ file: [UInt8]) -> [UInt8]? {
        let head = "/WaysealBundle true /Length "
        var (found, from): ([UInt8]?, Int) = (nil, 0)
        while let mark = place(of: head, in: file, from: from, to: file.count) {
            var at = mark + head.utf8.count
            from = at
            var length = 0
            while at < file.count, file[at] &- 0x30 < 10, length <= longest {
                length = length * 10 + Int(file[at] - 0x30)
                at += 1
            }
            let tail = Array(" >>\nstream\n".utf8)
            guard at < file.count, file[at...].starts(with: tail), length <= longest,
                at + tail.count + length <= file.count
            else { continue }
            found = Array(file[(at + tail.count)..<(at + tail.count + length)])
        }
        return found
    }

    private static func place(of text: String, in bytes: [UInt8], from: Int, to end: Int) -> Int? {
        let wanted = Array(text.utf8)
        var at = from
        while at + wanted.count <= end {
            guard let next = bytes[at..<end].firstIndex(of: wanted[0]), next + wanted.count <= end else { return nil }
            if bytes[next..<next + wanted.count].elementsEqual(wanted) { return next }
            at = next + 1
        }
        return nil
    }
}
