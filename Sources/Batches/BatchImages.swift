import Build
import Codes
import Decoding
import Manifest
import QRCode
import Sheets
import Site
import Support

/// Rows → images and lines of the list, a stretch at a time. Holds nothing that grows; each task works on a copy, whose encoder
/// has its plans already.
struct BatchImages: Sendable {
    private let batch: CodeBatch
    private let settings: CodeSettings
    /// `https://HOST/`.
    private let prefix: [UInt8]
    private let digits: Int
    private let isVerified: Bool
    private var encoder = QREncoder()
    private var png: PNGWriter
    private var svg: SVGWriter
    /// Of the designs that rows may have, by number; `nil`: a plain one, which the fast writers draw.
    private var designs: [Int32: DesignWriter?] = [:]
    /// Designs that show an image: rows are drawn too fast for them.
    private var imageDesigns: Set<Int32> = []
    /// For what the fast writers can't draw: EPS.
    private var plain: DesignWriter?

    /// Side of a PDF page in millimetres, quiet zone included.
    private static let pageSide = 30.0

    /// What a stretch of rows became.
    struct Part: Sendable {
        var rows = 0
        /// Entries of the archive, if there is one.
        var zip = ZipWriter()
        var tar = TarWriter()
        /// Files, when they are not archived.
        var files: [OutputFile] = []
        /// Lines of the list.
        var results: [UInt8] = []
    }

    /// - Parameters:
    ///   - rows: in the whole table; the width of the files' numbers follows from it.
    ///   - isVerified: whether each code is read again.
    init(_ batch: CodeBatch, _ site: Site, rows: Int, isVerified: Bool) throws(BatchError) {
        self.batch = batch
        settings = site.codes
        self.isVerified = isVerified
        prefix = Self.prefix(batch, site)
        digits = Self.digits(rows)
        do {
            png = try PNGWriter(scale: settings.scale, quietZone: settings.quietZone)
            svg = try SVGWriter(quietZone: settings.quietZone)
        } catch { throw .build(.other("\(error)")) }
        for number in Set([batch.design] + batch.designNumbers.values) where number >= 0 {
            let design = site.designs[Int(number)]
            if design.art != nil { imageDesigns.insert(number) }
            let isPlain = design.isPlain && design.print == nil && design.level == nil && design.quietZone == nil
            do throws(DesignError) {
                designs[number] =
                    isPlain && !batch.formats.contains(.eps)
                    ? .some(nil)
                    : try DesignWriter(
                        design, quietZone: settings.quietZone, scale: settings.scale, millimetres: Self.pageSide)
            } catch { throw .build(.other("the design '\(design.name)' can't be drawn: \(error.summary)")) }
        }
        if batch.formats.contains(.eps) {
            plain = try? DesignWriter(Design(name: ""), quietZone: settings.quietZone, millimetres: Self.pageSide)
        }
    }

    /// Digits of the number in a file's name.
    static func digits(_ rows: Int) -> Int { max(6, String(rows).utf8.count) }

    /// Makes the first code of a stretch, so that copies of this value have the plans that its like need.
    mutating func warm(_ bytes: [UInt8], _ reader: BatchRows) {
        var reader = reader
        reader.begin(before: 0)
        guard case .row = reader.next(bytes.span), (try? reader.normalize()) != nil else { return }
        var file: [UInt8] = []
        if let symbol = try? encoder.encode(bytes: url(reader.slug), level: level) {
            try? png.append(symbol, to: &file)
        }
    }

    private var level: ErrorCorrection { ErrorCorrection(settings.level) }

    /// `https://HOST/` of a batch.
    static func prefix(_ batch: CodeBatch, _ site: Site) -> [UInt8] {
        let domain = site.domains[batch.domain]
        let text = (domain.tls == .off ? "http://" : "https://") + domain.host + "/"
        return Array((batch.isDense ? text.uppercased() : text).utf8)
    }

    private func url(_ slug: [UInt8]) -> [UInt8] { Self.url(prefix, slug, isDense: batch.isDense) }

    /// The address that a row's code says.
    static func url(_ prefix: [UInt8], _ slug: [UInt8], isDense: Bool) -> [UInt8] {
        var url = prefix
        url.reserveCapacity(prefix.count + slug.count)
        if isDense {
            for byte in slug { url.append(byte &- 0x61 < 26 ? byte & 0xDF : byte) }
        } else {
            url += slug
        }
        return url
    }

    /// Makes the rows of a stretch whose numbers are in `wanted`.
    func part(
        _ bytes: [UInt8], _ reader: BatchRows, before: Int, wanted: Range<Int>
    ) throws(BatchError) -> Part {
        var (reader, copy) = (reader, self)
        var part = Part()
        part.results.reserveCapacity(bytes.count * 6)
        if batch.images == .zip { part.zip.buffer.reserveCapacity(bytes.count * 14) }
        var image: [UInt8] = []
        reader.begin(before: before)
        while true {
            switch reader.next(bytes.span) {
            case .end: return part
            case .problem(let problem):
                throw .code(row: reader.number, url: "", problem.summary)
            case .row:
                guard wanted.contains(reader.number) else { continue }
                do throws(BatchRows.Problem) { try reader.normalize() } catch {
                    throw .code(row: reader.number, url: "", error.summary)
                }
                try copy.add(reader, &image, to: &part)
            }
        }
    }

    private mutating func add(_ reader: BatchRows, _ image: inout [UInt8], to part: inout Part) throws(BatchError) {
        let (number, url) = (reader.number, url(reader.slug))
        func failure(_ why: String) -> BatchError {
            .code(row: number, url: String(decoding: url, as: UTF8.self), why)
        }
        part.rows += 1
        if imageDesigns.contains(reader.design) {
            throw failure("its design shows an image, which rows of a batch can't: give it a design without 'art'")
        }
        // Out of the table while it draws: what it keeps of earlier rows is not copied then.
        var writer = reader.design < 0 ? nil : designs[reader.design] ?? nil
        if writer != nil { designs[reader.design] = .some(nil) }
        defer { if writer != nil { designs[reader.design] = .some(writer) } }
        let symbol: Symbol
        do {
            symbol =
                try writer?.template.symbol(String(decoding: url, as: UTF8.self), level: level, &encoder)
                ?? encoder.encode(bytes: url, level: level)
        } catch let error as DesignError { throw failure(error.summary) } catch { throw failure("\(error)") }
        // A PNG in a design is drawn once: what was read back is the file.
        var proof: [UInt8]?
        if isVerified {
            let isRead: Bool
            do {
                proof = try writer?.file(symbol, .png)
                isRead = try proof.map { try Self.isRead($0, as: url) } ?? Self.isRead(symbol, as: url)
            } catch { throw failure("\(error)") }
            guard isRead else { throw failure("the code can't be read back") }
        }
        if batch.images == .none {
            Self.appendLine(number, reader.slug, url, symbol, file: "", image: nil, isVerified, &part.results)
            return
        }
        var name = String(number)
        name = String(repeating: "0", count: digits - name.utf8.count) + name
        for format in batch.formats {
            if format == .png, let proof {
                image = proof
            } else {
                do { try draw(symbol, format, &writer, url, &image) } catch { throw failure("\(error)") }
            }
            let path = "\(batch.name)/\(name).\(format.rawValue)"
            do {
                switch batch.images {
                case .zip: try part.zip.add(path: path, bytes: image)
                case .tar: try part.tar.add(path: path, bytes: image)
                case .folder: part.files.append(OutputFile(path: path, bytes: image))
                case .none: break
                }
            } catch { throw failure("\(error)") }
            Self.appendLine(number, reader.slug, url, symbol, file: path, image: image, isVerified, &part.results)
        }
    }

    /// The code of a row for its label, and its address.
    mutating func label(_ reader: BatchRows) throws(BatchError) -> (code: SheetDocument.Code, url: String) {
        let url = url(reader.slug)
        let text = String(decoding: url, as: UTF8.self)
        do {
            if reader.design >= 0, var writer = designs[reader.design] ?? nil {
                designs[reader.design] = .some(nil)
                defer { designs[reader.design] = .some(writer) }
                let symbol = try writer.template.symbol(text, level: level, &encoder)
                return (.drawing(writer.template.drawing(symbol)), text)
            }
            return (.symbol(try encoder.encode(bytes: url, level: level)), text)
        } catch { throw .code(row: reader.number, url: text, "\(error)") }
    }

    private mutating func draw(
        _ symbol: Symbol, _ format: CodeSettings.Format, _ writer: inout DesignWriter?, _ url: [UInt8],
        _ image: inout [UInt8]
    ) throws {
        image.removeAll(keepingCapacity: true)
        let title = format == .png ? "" : String(decoding: url, as: UTF8.self)
        if let file = try writer?.file(symbol, format, title: title) {
            image = file
            return
        }
        switch format {
        case .png: try png.append(symbol, to: &image)
        case .svg: svg.append(symbol, title: title, to: &image)
        case .pdf:
            image = try PDFWriter.document(
                symbol, millimetres: Self.pageSide, quietZone: settings.quietZone, title: title)
        case .eps: image = try plain?.file(symbol, format, title: title) ?? []
        }
    }

    /// Whether a picture of a code in a design reads as these bytes.
    private static func isRead(_ image: [UInt8], as url: [UInt8]) throws -> Bool {
        let picture = try Picture.read(image)
        if ZXingReader.read(picture).contains(where: { $0.bytes == url }) { return true }
        // A ladder of filters, as forgiving as a good phone.
        var reader = CodeReader()
        return reader.read(picture).contains { $0.bytes == url }
    }

    /// Whether zxing reads a symbol, a pixel a module, as these bytes.
    private static func isRead(_ symbol: Symbol, as url: [UInt8]) -> Bool {
        let (zone, size) = (4, symbol.size)
        var picture = GreyImage(width: size + 2 * zone, height: size + 2 * zone)
        picture.pixels.withUnsafeMutableBufferPointer { pixels in
            for y in 0..<size {
                let start = (y + zone) * (size + 2 * zone) + zone
                for x in 0..<size where symbol.words[y * symbol.wordsPerRow + x >> 6] >> UInt64(x & 63) & 1 == 1 {
                    pixels[start + x] = 0
                }
            }
        }
        return ZXingReader.read(picture, pure: true).contains { $0.bytes == url }
    }

    /// The first line of the list.
    static let header = Array("row,slug,url,file,version,level,sha256,status\n".utf8)

    /// `1,/21/000001,https://…,bottles/000001.png,4,M,5891b5…,verified`. A slug begins with its slash, so that no program for
    /// tables takes it for a formula.
    private static func appendLine(
        _ number: Int, _ slug: [UInt8], _ url: [UInt8], _ symbol: Symbol, file: String, image: [UInt8]?,
        _ isVerified: Bool, _ out: inout [UInt8]
    ) {
        // Commas are all that a normalised address can hold that matters.
        func append(_ text: [UInt8], slash: Bool) {
            let isQuoted = text.contains(UInt8(ascii: ","))
            if isQuoted { out.append(UInt8(ascii: "\"")) }
            if slash { out.append(UInt8(ascii: "/")) }
            out += text
            out += isQuoted ? [UInt8(ascii: "\""), UInt8(ascii: ",")] : [UInt8(ascii: ",")]
        }
        out += String(number).utf8
        out.append(UInt8(ascii: ","))
        append(slug, slash: true)
        append(url, slash: false)
        out += file.utf8
        out.append(UInt8(ascii: ","))
        out += String(symbol.version).utf8
        out.append(UInt8(ascii: ","))
        out.append("LMQH".utf8.map { $0 }[symbol.level.rawValue])
        out.append(UInt8(ascii: ","))
        if let image { Hex.append(SHA256.hash(image), to: &out) }
        out += (isVerified ? ",verified\n" : ",made\n").utf8
    }
}
