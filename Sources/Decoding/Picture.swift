/// A file that may hold codes, known by its first bytes, never by its name.
public enum Picture {
    /// Kinds that are read.
    public enum Format: String, Sendable {
        /// Portable Network Graphics.
        case png
        /// JPEG.
        case jpeg
        /// Portable Document Format; ``PDFPages`` draws its pages.
        case pdf
    }

    /// The kind of a file that begins with these bytes; `nil`: none of ours.
    public static func format(of bytes: some Collection<UInt8>) -> Format? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
        // Readers of PDF allow rubbish before the header (ISO 32000-1 annex H.3); ours is at most the first kilobyte.
        let mark = Array("%PDF-".utf8)
        var head = Array(bytes.prefix(1_024))[...]
        while head.count >= mark.count {
            if head.starts(with: mark) { return .pdf }
            head = head.dropFirst()
        }
        return nil
    }

    /// Reads a PNG or a JPEG.
    public static func read(_ bytes: [UInt8]) throws(ImageError) -> GreyImage {
        switch format(of: bytes) {
        case .png: try PNGReader.read(bytes)
        case .jpeg: try JPEGReader.read(bytes)
        default: throw .notReadable("neither PNG nor JPEG")
        }
    }
}
