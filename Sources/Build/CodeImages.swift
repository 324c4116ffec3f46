import Codes
public import QRCode
public import Site
import Support

/// Links → image files, a stretch of links at a time.
struct CodeImages: Sendable {
    let site: Site

    /// Side of a PDF page in millimetres, quiet zone included: a code of version 3 then has modules of 0.8 mm.
    private static let pageSide = 30.0

    /// The images of the links `range`, by link and then in the order of the site's formats.
    func files(of range: Range<Int>) throws(BuildError) -> [OutputFile] {
        let settings = site.codes
        var encoder = QREncoder()
        var files: [OutputFile] = []
        files.reserveCapacity(range.count * settings.formats.count)
        do {
            var png = try PNGWriter(scale: settings.scale, quietZone: settings.quietZone)
            var svg = try SVGWriter(quietZone: settings.quietZone)
            for link in site.links[range] {
                let url = site.url(of: link, dense: link.dense)
                let symbol = try encoder.encode(url, level: ErrorCorrection(settings.level))
                let path = CodePaths.path(of: link, in: site)
                for format in settings.formats {
                    var bytes: [UInt8] = []
                    switch format {
                    case .png: try png.append(symbol, to: &bytes)
                    case .svg: svg.append(symbol, title: url, to: &bytes)
                    case .pdf:
                        bytes = try PDFWriter.document(
                            symbol, millimetres: Self.pageSide, quietZone: settings.quietZone, title: url)
                    }
                    files.append(OutputFile(path: path + "." + format.rawValue, bytes: bytes))
                }
            }
        } catch {
            // Lengths and settings were checked before anything was written.
            throw .other("\(error)")
        }
        return files
    }

    /// Links whose address does not fit into a symbol at the site's level.
    func problems() -> [Diagnostic] {
        if site.codes.formats.isEmpty { return [] }
        // 40-H holds 1,273 bytes: what is shorter fits everywhere.
        var encoder = QREncoder()
        var problems: [Diagnostic] = []
        for link in site.links {
            guard site.domains[Int(link.domain)].host.utf8.count + link.slug.utf8.count > 1200 else { continue }
            do {
                _ = try encoder.encode(
                    site.url(of: link, dense: link.dense), level: ErrorCorrection(site.codes.level))
            } catch {
                problems.append(
                    .error(BuildCodes.codeTooLong, at: link.range, "\(error)", help: "shorten the slug"))
            }
        }
        return problems
    }
}

extension ErrorCorrection {
    /// The level of a site's settings.
    public init(_ level: CodeSettings.Level) {
        self =
            switch level {
            case .L: .low
            case .M: .medium
            case .Q: .quartile
            case .H: .high
            }
    }
}
