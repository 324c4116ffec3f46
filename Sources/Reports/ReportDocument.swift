/// The content of a report in reading order, before it becomes a page, a print or a workbook.

/// Sections of blocks; every renderer walks the same document, so that all say the same.
struct ReportDocument: Sendable, Equatable {
    var language: Language
    var title: String
    /// Period, scope, zone.
    var lead: [String]
    var sections: [Section]
    /// Attribution and date of making.
    var footer: [String]

    /// A part with a heading.
    struct Section: Sendable, Equatable {
        /// Name for links inside the page; made by this program.
        var id: String
        var title: String
        var blocks: [Block]
        /// Whether it is about one link.
        var isLinkPage = false
    }

    /// A block of a section.
    enum Block: Sendable, Equatable {
        /// Big numbers.
        case tiles([Tile])
        /// A chart over the whole width.
        case figure(Figure)
        /// Charts side by side.
        case pair([Figure])
        /// A table that is read itself, not as the data of a chart.
        case table(Table)
        /// A paragraph.
        case paragraph(String)
        /// A paragraph that must not be missed.
        case warning(String)
        /// Terms and what they mean.
        case definitions([Definition])
    }

    /// A number with its name.
    struct Tile: Sendable, Equatable {
        var name: String
        var value: String
        /// `+12 %`, and whether it grew.
        var change: String?
        var direction: Int
        var detail: String
    }

    /// A term and its meaning.
    struct Definition: Sendable, Equatable {
        var term: String
        var text: String
    }

    /// A chart and its data.
    struct Figure: Sendable, Equatable {
        var title: String
        var scene: Scene
        var table: Table
        /// A line under it: what colours and dashes mean.
        var caption: String = ""
        /// Whether the table is worth reading beside the chart, and is shown from the start.
        var isTableOpen = false
    }

    /// A table.
    struct Table: Sendable, Equatable {
        var title: String
        var columns: [Column]
        var rows: [[Cell]]

        /// A column.
        struct Column: Sendable, Equatable {
            var name: String
            /// Set flush right.
            var isNumber: Bool
        }

        /// A cell.
        enum Cell: Sendable, Equatable {
            /// Text; may be hostile.
            case text(String)
            /// A whole number.
            case integer(Int)
            /// A share of 0…1.
            case share(Double)
            /// A number with so many decimals.
            case decimal(Double, Int)
            /// A change, `+0.12` for 12 % more.
            case change(Double)
            /// Nothing.
            case empty
        }

        init(_ title: String, _ columns: [(String, Bool)], _ rows: [[Cell]]) {
            self.title = title
            self.columns = columns.map { Column(name: $0.0, isNumber: $0.1) }
            self.rows = rows
        }
    }
}

extension ReportDocument.Table.Cell {
    /// As it is read.
    func text(_ language: Language) -> String {
        switch self {
        case .text(let text): Visible.text(text)
        case .integer(let value): language.number(value)
        case .share(let value): language.percent(value)
        case .decimal(let value, let places): language.decimal(value, places: places)
        case .change(let value):
            (value > 0 ? "+" : "") + language.percent(value, places: abs(value) >= 10 ? 0 : 1)
        case .empty: "–"
        }
    }
}
