public import Scans

/// The report in a few lines: for a terminal, and for the text of a mail.
public enum TextReport {
    /// Totals with their change, notes, the links with most scans and what was left out, as lines of plain text.
    /// Nothing in it can steer a terminal: controls are shown as U+FFFD.
    public static func summary(_ report: ScanReport, language: Language) -> String {
        let document = ReportComposer(report: report, language: language).document(linkPages: 0)
        var lines = [document.title] + document.lead + [""]
        for section in document.sections {
            for block in section.blocks {
                switch block {
                case .tiles(let tiles):
                    let rows = tiles.map {
                        [$0.name, $0.value, [$0.change, $0.detail].compactMap { $0 }.joined(separator: "  ")]
                    }
                    lines += columns(rows)
                case .warning(let text): lines += ["", "! " + text]
                default: break
                }
            }
        }
        if !report.links.isEmpty {
            lines += ["", Phrase.topLinks.said(in: language)]
            lines += columns(
                report.links.prefix(10).map { link in
                    [
                        Visible.text(link.address, limit: 60), language.number(link.scans),
                        language.change(from: link.previousScans, to: link.scans) ?? "",
                    ]
                })
        }
        let steps = report.waterfall.excluded.filter { $0.count > 0 }
        if !steps.isEmpty {
            lines += ["", Phrase.waterfall.said(in: language)]
            lines += columns(
                [[Phrase.requests.said(in: language), language.number(report.waterfall.requests), ""]]
                    + steps.map { [Phrase.reason($0.reason).said(in: language), "−" + language.number($0.count), ""] }
                    + [[Phrase.scans.said(in: language), language.number(report.waterfall.scans), ""]])
        }
        lines += [""] + document.footer
        return lines.joined(separator: "\n") + "\n"
    }

    /// Name, number flush right, the rest.
    private static func columns(_ rows: [[String]]) -> [String] {
        let widths = (0..<2).map { column in rows.map { $0[column].unicodeScalars.count }.max() ?? 0 }
        return rows.map { row in
            let name = row[0] + String(repeating: " ", count: widths[0] - row[0].unicodeScalars.count)
            let number = String(repeating: " ", count: widths[1] - row[1].unicodeScalars.count) + row[1]
            return "  " + name + "  " + number + (row[2].isEmpty ? "" : "  " + row[2])
        }
    }
}
