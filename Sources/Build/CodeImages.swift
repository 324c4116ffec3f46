import Art
import Codes
import Legibility
public import QRCode
public import Site
import Support

/// Links → image files, a stretch of links at a time.
struct CodeImages: Sendable {
    let site: Site

    /// Side of a page of PDF and EPS in millimetres, quiet zone included: a code of version 3 then has modules of 0.8 mm.
    private static let pageSide = 30.0

    /// The writers of the designs that links have, by the design's number; `nil`: a plain design, or one that can't be
    /// drawn, which ``problems()`` says.
    private let writers: [DesignWriter?]
    /// Their images, by the design's number.
    private let arts: [DesignArt?]

    init(site: Site) {
        self.site = site
        var used = [Bool](repeating: false, count: site.designs.count)
        if !used.isEmpty { for link in site.links where link.design >= 0 { used[Int(link.design)] = true } }
        writers = zip(site.designs, used).map { design, isUsed in
            guard isUsed, !(design.isPlain && design.print == nil) else { return nil }
            return try? DesignWriter(
                design, quietZone: site.codes.quietZone, scale: site.codes.scale, millimetres: Self.pageSide)
        }
        arts = zip(site.designs, used).map { $1 ? (try? DesignArt($0)) ?? nil : nil }
    }

    /// The images of the links `range`, by link and then in the order of the site's formats.
    func files(of range: Range<Int>) throws(BuildError) -> [OutputFile] {
        let settings = site.codes
        var encoder = QREncoder()
        var files: [OutputFile] = []
        files.reserveCapacity(range.count * settings.formats.count)
        var writers = writers
        var maker = ArtMaker()
        var plain: [Int: PlainWriter] = [:]
        do {
            for link in site.links[range] {
                let payload = site.payload(of: link)
                let url = payload.map { "\($0.kind) \($0.title)" } ?? site.url(of: link, dense: link.dense)
                let mode: UInt16 = payload?.isSecret ?? false ? 0o600 : 0o644
                let path = CodePaths.path(of: link, in: site)
                if payload?.isSwiss ?? false {
                    let symbol = try encoder.encode(site.codeText(of: link), level: .medium)
                    var writer = try DesignWriter(SwissCross.design(size: symbol.size), scale: settings.scale)
                    for format in settings.formats {
                        let bytes = try writer.file(symbol, format, title: url)
                        files.append(OutputFile(path: path + "." + format.rawValue, bytes: bytes, mode: mode))
                    }
                    continue
                }
                // Readers of payments insist on plain codes of level M.
                let design = payload?.isLevelM ?? false ? -1 : Int(link.design)
                if design >= 0, writers[design] != nil {
                    let own = site.designs[design]
                    let text = site.codeText(of: link)
                    var (symbol, picture): (Symbol?, Raster?) = (nil, nil)
                    if let art = arts[design] {
                        let made = try art.make(text, level: level(of: link), &maker)
                        (symbol, picture) = (made.symbol, made.picture)
                    } else {
                        symbol = try writers[design]?.template.symbol(
                            text, level: ErrorCorrection(settings.level), &encoder)
                    }
                    guard let said = symbol?.bytes, PrintGate.isSame(said, text, own) else {
                        throw BuildError.other("the code of '\(link.slug)' can't be read back")
                    }
                    for format in settings.formats {
                        guard let symbol,
                            let bytes = try writers[design]?.file(symbol, format, title: url, picture: picture)
                        else {
                            continue
                        }
                        files.append(OutputFile(path: path + "." + format.rawValue, bytes: bytes, mode: mode))
                    }
                    continue
                }
                // What is plain takes the fast writers, whatever it is called.
                let own = design >= 0 ? site.designs[design] : nil
                let zone = own?.quietZone ?? settings.quietZone
                if plain[zone] == nil { plain[zone] = try PlainWriter(scale: settings.scale, quietZone: zone) }
                let symbol = try encoder.encode(site.codeText(of: link), level: level(of: link))
                for format in settings.formats {
                    let bytes = try plain[zone]?.file(symbol, format, millimetres: Self.pageSide, title: url) ?? []
                    files.append(OutputFile(path: path + "." + format.rawValue, bytes: bytes, mode: mode))
                }
            }
        } catch let error as BuildError {
            throw error
        } catch let error as ArtError {
            throw .other("a code can't be drawn: \(error.summary)")
        } catch let error as DesignError {
            throw .other("a code can't be drawn: \(error.summary)")
        } catch {
            // Lengths and settings were checked before anything was written.
            throw .other("\(error)")
        }
        return files
    }

    /// Links whose address does not fit into a symbol at the site's level, and designs that can't be drawn or scanned.
    func problems(_ samples: DesignSamples) -> [Diagnostic] {
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
                let symbol = try encoder.encode(site.codeText(of: link), level: level(of: link))
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
        return problems + DesignChecks(site: site, samples: samples).problems()
    }

    /// The level of a link's code: of payments M, else the design's, else the site's.
    private func level(of link: Link) -> ErrorCorrection {
        if site.payload(of: link)?.isLevelM ?? false { return .medium }
        return ErrorCorrection(site.design(of: link)?.level ?? site.codes.level)
    }
}

/// The fast writers of black squares on white.
private struct PlainWriter {
    private var png: PNGWriter
    private var svg: SVGWriter
    private let quietZone: Int

    init(scale: Int, quietZone: Int) throws(CodeFileError) {
        png = try PNGWriter(scale: scale, quietZone: quietZone)
        svg = try SVGWriter(quietZone: quietZone)
        self.quietZone = quietZone
    }

    mutating func file(
        _ symbol: Symbol, _ format: CodeSettings.Format, millimetres: Double, title: String
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        switch format {
        case .png: try png.append(symbol, to: &bytes)
        case .svg: svg.append(symbol, title: title, to: &bytes)
        case .pdf:
            bytes = try PDFWriter.document(symbol, millimetres: millimetres, quietZone: quietZone, title: title)
        case .eps:
            var writer = try DesignWriter(Design(name: ""), quietZone: quietZone, millimetres: millimetres)
            bytes = try writer.file(symbol, .eps, title: title)
        }
        return bytes
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
