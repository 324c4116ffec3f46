import Site
import Support

extension SiteAssembly {
    /// `sheet` of a batch: how its labels come onto paper. `nil`: nothing is said, or it was reported.
    mutating func readSheet(_ node: YAMLNode?, folder: String) -> SheetSettings? {
        guard let node, let entries = node.entries, !entries.isEmpty else { return nil }
        let page = text(node["page"])?.text
        var settings = SheetSettings(grid: text(node["grid"])?.text ?? (page == "label" ? "1x1" : "3x7"))
        settings.range = node.range
        settings.page = page
        settings.label = measure(node["label"], "a size: 50x30mm") { SheetSettings.size($0) }
        settings.margin = measure(node["margin"], "margins: 10mm, or 10mm 5mm") { SheetSettings.margins($0) }
        settings.gap = measure(node["gap"], "a gap: 2mm, or 2mm 0mm") { text in
            let lengths = text.split(separator: " ").map { SheetSettings.length($0) }
            guard (1...2).contains(lengths.count), let across = lengths[0], let down = lengths.last ?? nil else {
                return nil
            }
            return (across, down)
        }
        settings.bleed =
            measure(node["bleed"], "a bleed of at most 20mm, usually 2mm or 3mm") {
                SheetSettings.length($0).flatMap { $0 <= 20 ? $0 : nil }
            } ?? 0
        settings.marks = Set(
            scalars(node["marks"]).compactMap { text($0).flatMap { SheetSettings.Mark(rawValue: $0.text) } })
        settings.order = choice(node["order"], as: SheetSettings.Order.self) ?? .rows
        settings.pile = text(node["pile"]).flatMap { Int($0.text) } ?? settings.pile
        settings.template = sheetFile(node["template"], folder: folder)
        settings.font = sheetFile(node["font"], folder: folder)
        settings.boldFont = sheetFile(node["bold-font"], folder: folder)
        return settings
    }

    private mutating func sheetFile(_ node: YAMLNode?, folder: String) -> SheetSettings.File? {
        guard let scalar = text(node), let bytes = readFile(scalar.text, at: scalar.range, folder: folder) else {
            return nil
        }
        return SheetSettings.File(path: folder + scalar.text, bytes: bytes, range: scalar.range)
    }

    private mutating func measure<Value>(_ node: YAMLNode?, _ expected: String, _ read: (String) -> Value?) -> Value? {
        guard let scalar = text(node) else { return nil }
        if let value = read(scalar.text) { return value }
        sink.add(
            .error(
                ManifestCodes.wrongValue, at: scalar.range, "\(Bytes.quoted(scalar.text)) is not \(expected)"))
        return nil
    }
}
