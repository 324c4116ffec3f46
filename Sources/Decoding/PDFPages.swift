// Unsafe: spawns a process and reads from its pipe.
import Glibc

/// The pages of a PDF as pictures, through the `pdftoppm` program of poppler-utils: it is GPL, and it stays a program of
/// its own, bounded in time and memory, because a PDF is as hostile as a file can be.
public enum PDFPages {
    /// Why a PDF can't be read.
    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// There is no `pdftoppm`.
        case noProgram
        /// It could not be started; the number is an `errno`.
        case notStarted(Int32)
        /// It said no.
        case notReadable
        /// A page took longer than ``secondsForPage``.
        case tooSlow(page: Int)
        /// More pages than are read.
        case tooMany

        /// What is wrong: lower case, no full stop.
        public var description: String {
            switch self {
            case .noProgram: "PDF pages are read by the program 'pdftoppm', which is not installed"
            case .notStarted(let code): "cannot start pdftoppm: \(String(cString: strerror(code)))"
            case .notReadable: "the PDF can't be read, or has no pages"
            case .tooMany: "the PDF has more than \(PDFPages.mostPages) pages"
            case .tooSlow(let page): "page \(page) takes longer than \(PDFPages.secondsForPage) s to draw"
            }
        }
    }

    /// A page may take this long.
    public static let secondsForPage = 60
    /// Pages are drawn at this many pixels an inch: a module of 0.25 mm has three.
    public static let resolution = 300
    /// More pages are refused.
    public static let mostPages = 5_000
    /// A page of more pixels is drawn again with its longer side at this.
    static let longestSide = 8_000

    /// Draws page after page, each handed over before the next; answers how many there were.
    /// - Parameters:
    ///   - path: the file.
    ///   - program: `pdftoppm`, looked for in `PATH`.
    ///   - take: gets the number of a page, from 1, its pixels, and how many of them are an inch of it.
    public static func read(
        _ path: String, program: String = "pdftoppm", take: (Int, GreyImage) -> Void
    ) throws(Failure) -> Int {
        var page = 0
        while page < mostPages {
            // One process a page: a page that must be drawn smaller does not disturb the others.
            var image = try draw(path, page + 1, ["-r", String(resolution)], program)
            if case .tooLarge = image { image = try draw(path, page + 1, ["-scale-to", String(longestSide)], program) }
            switch image {
            case .page(let image):
                page += 1
                take(page, image)
            case .tooLarge: throw .notReadable
            case .none:
                guard page > 0 else { throw .notReadable }
                return page
            }
        }
        throw .tooMany
    }

    private enum Drawn {
        case page(GreyImage)
        case tooLarge
        case none
    }

    private static func draw(
        _ path: String, _ page: Int, _ size: [String], _ program: String
    ) throws(Failure) -> Drawn {
        // A path that begins with a dash is no option.
        let file = path.hasPrefix("-") ? "./" + path : path
        let number = String(page)
        var child = try Child(program, ["-q", "-gray", "-f", number, "-l", number] + size + [file])
        var bytes: [UInt8] = []
        var expected = Int.max
        let deadline = Child.now + Double(secondsForPage)
        while bytes.count < expected {
            guard let part = child.read(until: deadline) else {
                child.kill()
                throw .tooSlow(page: page)
            }
            if part.isEmpty { break }
            bytes += part
            if expected == Int.max, let header = Header(bytes) {
                guard header.width * header.height <= PNGReader.maximumPixels else {
                    child.kill()
                    return .tooLarge
                }
                expected = header.start + header.width * header.height
                bytes.reserveCapacity(expected)
            }
        }
        child.kill()
        guard let header = Header(bytes), bytes.count >= header.start + header.width * header.height,
            let image = GreyImage(
                width: header.width, height: header.height,
                pixels: Array(bytes[header.start..<header.start + header.width * header.height]))
        else { return size[0] == "-r" && child.ranOutOfMemory ? .tooLarge : .none }
        return .page(image)
    }

    /// `P5 WIDTH HEIGHT 255`, as netpbm writes it.
    private struct Header {
        var width = 0
        var height = 0
        var start = 0

        init?(_ bytes: [UInt8]) {
            guard bytes.count >= 2, bytes[0] == UInt8(ascii: "P"), bytes[1] == UInt8(ascii: "5") else { return nil }
            var numbers: [Int] = []
            var at = 2
            while numbers.count < 3 {
                guard at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A else { return nil }
                at += 1
                var number = 0
                let from = at
                while at < bytes.count, bytes[at] &- 0x30 < 10, number < 1 << 24 {
                    number = number * 10 + Int(bytes[at] - 0x30)
                    at += 1
                }
                guard at > from, at < bytes.count else { return nil }
                numbers.append(number)
            }
            guard numbers[2] == 255, numbers[0] > 0, numbers[1] > 0 else { return nil }
            (width, height, start) = (numbers[0], numbers[1], at + 1)
        }
    }
}
