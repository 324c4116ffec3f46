public import Scans

/// The report as one page that needs nothing else: no script, no request, no font.
public enum HTMLReport {
    /// The largest page that is made, in bytes.
    public static let sizeLimit = 300_000

    /// The policy in the page: nothing may be loaded or run, only its own style sheet applies.
    public static let contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

    /// The page as UTF-8, never larger than ``sizeLimit``: pages about single links are left out, the last first,
    /// and then the tables are shortened. What is missing is said on the page.
    /// - Parameters:
    ///   - report: The numbers.
    ///   - language: The language of the page; `lang` says it.
    ///   - refreshSeconds: Let the browser load the page again after so many seconds; for the live report.
    public static func page(_ report: ScanReport, language: Language, refreshSeconds: Int? = nil) -> [UInt8] {
        let composer = ReportComposer(report: report, language: language)
        var rowLimit = 250
        var linkPages = report.linkDetails.count
        while true {
            let page = write(composer.document(linkPages: linkPages), refreshSeconds, rowLimit)
            if page.count <= sizeLimit || (linkPages == 0 && rowLimit <= 1) { return page }
            if linkPages > 0 {
                // Aim below the limit at once; a report with thousands of pages is not tried thousands of times.
                linkPages = min(linkPages - 1, linkPages * sizeLimit / page.count)
            } else {
                rowLimit /= 2
            }
        }
    }

    private static func write(_ document: ReportDocument, _ refreshSeconds: Int?, _ rowLimit: Int) -> [UInt8] {
        var markup = Markup()
        let language = document.language
        markup.literal("<!doctype html>\n")
        markup.element("html", [.init("lang", language.rawValue)]) { html in
            html.element("head") { head in
                head.void("meta", [.init("charset", "utf-8")])
                head.void(
                    "meta",
                    [.init("http-equiv", "Content-Security-Policy"), .init("content", contentSecurityPolicy)])
                head.void(
                    "meta", [.init("name", "viewport"), .init("content", "width=device-width,initial-scale=1")])
                head.void("meta", [.init("name", "color-scheme"), .init("content", "light dark")])
                head.void("meta", [.init("name", "robots"), .init("content", "noindex")])
                head.void("meta", [.init("name", "referrer"), .init("content", "no-referrer")])
                if let refreshSeconds {
                    head.void(
                        "meta", [.init("http-equiv", "refresh"), .init("content", String(max(1, refreshSeconds)))])
                }
                head.element("title", text: document.title + " – " + (document.lead.first ?? ""))
                head.style(StyleSheet.text)
            }
            html.lineEnd()
            html.element("body") { body in
                body.element("header") { header in
                    header.element("p", [.init("class", "kind")], text: Phrase.report.said(in: language))
                    header.element("h1") { $0.element("bdi", text: document.title) }
                    header.element("p", [.init("class", "lead")]) { lead in
                        for line in document.lead { lead.element("span", text: line) }
                    }
                }
                contents(document, &body)
                body.element("main") { main in
                    for section in document.sections { write(section, rowLimit, language, &main) }
                }
                body.element("footer") { footer in
                    for line in document.footer { footer.element("p", text: line) }
                }
            }
        }
        markup.lineEnd()
        return markup.bytes
    }

    private static func contents(_ document: ReportDocument, _ body: inout Markup) {
        body.element("nav", [.init("aria-label", Phrase.contents.said(in: document.language))]) { nav in
            for section in document.sections where !section.isLinkPage && section.id != "trimmed" {
                nav.element("a", [.init("href", "#" + section.id)], text: section.title)
            }
            if let first = document.sections.first(where: { $0.isLinkPage }) {
                nav.element(
                    "a", [.init("href", "#" + first.id)], text: Phrase.linkPages.said(in: document.language))
            }
        }
    }

    private static func write(
        _ section: ReportDocument.Section, _ rowLimit: Int, _ language: Language, _ main: inout Markup
    ) {
        main.lineEnd()
        main.element(
            "section", [.init("id", section.id), .init("class", section.isLinkPage ? "page" : "part")]
        ) { part in
            part.element("h2") { $0.element("bdi", text: section.title) }
            for block in section.blocks {
                switch block {
                case .tiles(let tiles): write(tiles, &part)
                case .figure(let figure): write(figure, rowLimit, language, wide: true, heading: section.title, &part)
                case .pair(let figures):
                    part.element("div", [.init("class", "pair")]) { pair in
                        for figure in figures {
                            write(figure, rowLimit, language, wide: false, heading: section.title, &pair)
                        }
                    }
                case .table(let table):
                    part.element("div", [.init("class", "card scroll")]) { card in
                        if table.title != section.title { card.element("h3", text: table.title) }
                        write(table, rowLimit, language, &card)
                    }
                case .paragraph(let text): part.element("p", text: text)
                case .warning(let text): part.element("p", [.init("class", "note")], text: text)
                case .definitions(let definitions):
                    part.element("dl", [.init("class", "card")]) { list in
                        for definition in definitions {
                            list.element("dt", text: definition.term)
                            list.element("dd", text: definition.text)
                        }
                    }
                }
            }
        }
    }

    private static func write(_ tiles: [ReportDocument.Tile], _ part: inout Markup) {
        part.element("div", [.init("class", "tiles")]) { row in
            for tile in tiles {
                row.element("div", [.init("class", "tile")]) { box in
                    box.element("p", [.init("class", "name")], text: tile.name)
                    box.element("p", [.init("class", "value")], text: tile.value)
                    box.element("p", [.init("class", "detail")]) { detail in
                        if let change = tile.change {
                            // The arrow says it without the colour.
                            let arrow = tile.direction > 0 ? "▲ " : tile.direction < 0 ? "▼ " : ""
                            detail.element(
                                "b", [.init("class", tile.direction < 0 ? "down" : "up")], text: arrow + change)
                            detail.text(" ")
                        }
                        detail.element("bdi", text: Visible.text(tile.detail))
                    }
                }
            }
        }
    }

    private static func write(
        _ figure: ReportDocument.Figure, _ rowLimit: Int, _ language: Language, wide: Bool, heading: String,
        _ part: inout Markup
    ) {
        part.lineEnd()
        part.element("figure", [.init("class", "card")]) { card in
            if figure.title != heading { card.element("h3", text: figure.title) }
            card.element("div", [.init("class", wide ? "chart wide" : "chart")]) { figure.scene.write(to: &$0) }
            if !figure.caption.isEmpty { card.element("figcaption", text: figure.caption) }
            card.element("details", figure.isTableOpen ? [.init("open", "")] : []) { details in
                details.element("summary", text: Phrase.dataTable.said(in: language))
                details.element("div", [.init("class", "scroll")]) { write(figure.table, rowLimit, language, &$0) }
            }
        }
    }

    private static func write(
        _ table: ReportDocument.Table, _ rowLimit: Int, _ language: Language, _ part: inout Markup
    ) {
        part.element("table") { element in
            element.element("caption", text: table.title)
            element.element("thead") { head in
                head.element("tr") { row in
                    for column in table.columns {
                        row.element(
                            "th", [.init("scope", "col")] + (column.isNumber ? [.init("class", "r")] : []),
                            text: column.name)
                    }
                }
            }
            element.element("tbody") { body in
                for cells in table.rows.prefix(rowLimit) { write(cells, table.columns, language, &body) }
            }
        }
        if table.rows.count > rowLimit {
            part.element("p", text: "… +" + language.number(table.rows.count - rowLimit))
        }
    }

    private static func write(
        _ cells: [ReportDocument.Table.Cell], _ columns: [ReportDocument.Table.Column], _ language: Language,
        _ body: inout Markup
    ) {
        body.element("tr") { row in
            for (index, cell) in cells.enumerated() {
                let text = cell.text(language)
                if index == 0 {
                    row.element("th", [.init("scope", "row")]) { $0.element("bdi", text: text) }
                } else if index < columns.count, columns[index].isNumber {
                    row.element("td", [.init("class", "r")], text: text)
                } else {
                    row.element("td") { $0.element("bdi", text: text) }
                }
            }
        }
    }
}
