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
                let payload = site.payload(of: link)
                let symbol = try encoder.encode(site.codeText(of: link), level: level(of: payload))
                let url = payload.map { "\($0.kind) \($0.title)" } ?? site.url(of: link, dense: link.dense)
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
                    files.append(
                        OutputFile(
                            path: path + "." + format.rawValue, bytes: bytes,
                            mode: payload?.isSecret ?? false ? 0o600 : 0o644))
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
            let payload = site.payload(of: link)
            let count =
                payload?.text.utf8.count ?? (site.domains[Int(link.domain)].host.utf8.count + link.slug.utf8.count)
            guard count > 1200 || payload.map({ $0.maximumVersion < 40 }) ?? false else { continue }
            do {
                let symbol = try encoder.encode(site.codeText(of: link), level: level(of: payload))
                if let payload, symbol.size > 17 + 4 * payload.maximumVersion {
                    problems.append(
                        .error(
                            BuildCodes.codeTooLong, at: link.range,
                            "the code would have version \((symbol.size - 17) / 4), and its readers take up to "
                                + "\(payload.maximumVersion)", help: "shorten the texts in it"))
                }
            } catch {
                problems.append(
                    .error(
                        BuildCodes.codeTooLong, at: link.range, "\(error)",
                        help: payload == nil ? "shorten the slug" : "shorten the texts in it"))
            }
        }
        return problems
    }

    /// The level of the code with a payload: readers of payments take level M only.
    private func level(of payload: LinkPayload?) -> ErrorCorrection {
        payload?.isLevelM ?? false ? .medium : ErrorCorrection(site.codes.level)
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
