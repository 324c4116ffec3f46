public import Scans

/// The numbers as one tidy table for spreadsheets and scripts (RFC 4180).
public enum CSVReport {
    /// The table as UTF-8 with CRLF line ends: `section,key,detail,count,unique,previous`.
    ///
    /// One row a number: sections are `total`, `day`, `previous-day`, `hour` (key 1 Monday … 7 Sunday, detail the
    /// hour), `excluded`, `country`, `region`, `city`, `device`, `system`, `browser`, `language`, `referrer`,
    /// `origin`, `repeat`, `scan-number` (key from, detail to), `tag`, `folder`, `batch`, `domain`, `link`, `variant`,
    /// `link-excluded` (detail the reason), `goal`, `funnel`, `funnel-lost` (before the next step),
    /// `experiment` (goal reached, of unique scans) with `experiment-rate`, `-low`, `-high`, `-z`, `-p`, `-fisher-p`,
    /// `-better`, `-shares-p` and `-peeking`, `source`.
    /// Values called `(other)` and `(unknown)` are what the breakdowns fold.
    ///
    /// A text that a spreadsheet would take for a formula (beginning with `=`, `+`, `-`, `@`, tab or line end, after
    /// spaces too) gets an apostrophe in front; line ends inside a text become spaces.
    public static func table(_ report: ScanReport) -> [UInt8] {
        var rows = Rows()
        rows.add("section", "key", "detail", texts: ["count", "unique", "previous"])
        let (totals, before) = (report.totals, report.previousTotals)
        rows.add("total", "scans", "", totals.scans, totals.uniqueScans, before?.scans)
        rows.add("total", "visitors", "", totals.visitors, nil, before?.visitors)
        rows.add("total", "requests", "", totals.hits, nil, before?.hits)
        for day in report.days { rows.add("day", day.day.description, "", day.scans, day.uniqueScans) }
        for day in report.previousDays {
            rows.add("previous-day", day.day.description, "", day.scans, day.uniqueScans)
        }
        for weekday in 0..<7 {
            for hour in 0..<24 { rows.add("hour", String(weekday + 1), String(hour), report.hours[weekday, hour]) }
        }
        for step in report.waterfall.excluded { rows.add("excluded", step.reason.rawValue, "", step.count) }
        let breakdowns = [
            ("country", report.countries), ("region", report.regions), ("city", report.cities),
            ("device", report.devices), ("system", report.systems), ("browser", report.browsers),
            ("language", report.languages), ("referrer", report.referrers),
        ]
        for (name, breakdown) in breakdowns { rows.add(name, breakdown) }
        rows.add("origin", "code", "", report.origins.code)
        rows.add("origin", "click", "", report.origins.click)
        rows.add("origin", "unmarked", "", report.origins.unmarked)
        rows.add("repeat", "first", "", report.repeats.first)
        rows.add("repeat", "later", "", report.repeats.later)
        for step in report.repeats.steps {
            rows.add("scan-number", String(step.from), step.to.map { String($0) } ?? "", step.scans)
        }
        for group in report.groups { rows.add(group.kind.rawValue, group.breakdown) }
        for link in report.links {
            rows.add("link", link.address, link.title, link.scans, link.uniqueScans, link.previousScans)
            for variant in link.variants {
                rows.add("variant", link.address, variant.name, variant.scans, variant.uniqueScans)
            }
        }
        for detail in report.linkDetails {
            for step in detail.excluded {
                rows.add("link-excluded", detail.link.address, step.reason.rawValue, step.count)
            }
        }
        for goal in report.goals { rows.add("goal", goal.link, goal.goal, goal.reached, goal.uniqueScans) }
        for funnel in report.funnels {
            for (index, step) in funnel.steps.enumerated() {
                rows.add("funnel", funnel.name, step.name, step.count)
                if index + 1 < funnel.steps.count {
                    rows.add("funnel-lost", funnel.name, step.name, step.count - funnel.steps[index + 1].count)
                }
            }
        }
        for experiment in report.experiments {
            for variant in experiment.variants {
                rows.add("experiment", experiment.name, variant.name, variant.conversions, variant.n)
                let statistics = [
                    ("rate", variant.rate), ("low", variant.low), ("high", variant.high), ("z", variant.comparison?.z),
                    ("p", variant.comparison?.p), ("fisher-p", variant.comparison?.fisher),
                    ("better", variant.comparison?.probabilityBetter),
                ]
                for case (let name, let value?) in statistics {
                    rows.add("experiment-" + name, experiment.name, variant.name, texts: ["\(value)", "", ""])
                }
            }
        }
        for experiment in report.experiments {
            if let p = experiment.sampleRatioP {
                rows.add("experiment-shares-p", experiment.name, "", texts: ["\(p)", "", ""])
            }
            rows.add("experiment-peeking", experiment.name, "", experiment.isPeeking ? 1 : 0)
        }
        for source in report.sources { rows.add("source", source.name, source.format, source.lines) }
        return rows.bytes
    }

    private struct Rows {
        var bytes: [UInt8] = []

        mutating func add(
            _ section: String, _ key: String, _ detail: String, _ count: Int, _ unique: Int? = nil,
            _ previous: Int? = nil
        ) {
            let numbers = [count, unique, previous].map { value in value.map { String($0) } ?? "" }
            add(section, key, detail, texts: numbers)
        }

        mutating func add(_ section: String, _ breakdown: ScanReport.Breakdown) {
            for row in breakdown.rows { add(section, row.name, "", row.scans, row.uniqueScans, row.previousScans) }
            if breakdown.other > 0 { add(section, "(other)", "", breakdown.other) }
            if breakdown.unknown > 0 { add(section, "(unknown)", "", breakdown.unknown) }
        }

        /// `numbers` are of this program's own making and are not guarded: a minus sign stays a minus sign.
        mutating func add(_ section: String, _ key: String, _ detail: String, texts numbers: [String]) {
            let fields = [section, CSVReport.field(key), CSVReport.field(detail)] + numbers
            bytes.append(contentsOf: fields.joined(separator: ",").utf8)
            bytes.append(contentsOf: [0x0D, 0x0A])
        }
    }

    /// A text as a field: guarded against being a formula, quoted when it must be.
    public static func field(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var mustQuote = false
        var isDangerous = false
        var isLeading = true
        for scalar in text.unicodeScalars {
            switch scalar {
            // The full-width forms are turned into ASCII by some imports.
            case "=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "|", "%": if isLeading { isDangerous = true }
            default: break
            }
            if scalar != " " && scalar != "\u{A0}" && scalar != "\u{FEFF}" { isLeading = false }
            switch scalar {
            case ",", "\"", ";", "'", "\t": mustQuote = true
            default: break
            }
            if scalar == "\"" { scalars.append("\"") }
            scalars.append(
                scalar == "\r" || scalar == "\n" ? " " : scalar.value < 0x20 && scalar != "\t" ? "\u{FFFD}" : scalar)
        }
        let guarded = (isDangerous ? "'" : "") + String(scalars)
        return mustQuote || isDangerous || text.hasPrefix(" ") || text.hasSuffix(" ") ? "\"" + guarded + "\"" : guarded
    }
}
