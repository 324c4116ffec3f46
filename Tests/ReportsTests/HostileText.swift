import Scans
import TestSupport

/// Texts that try to get out of every format, put wherever a report holds a text.
enum HostileText {
    private static let pieces = [
        "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</title>",
        "</style>", "</svg><svg onload=alert(1)>", "]]>", "<!--", "-->", "&lt;b&gt;", "&#x3c;b&#x3e;",
        "javascript:alert(1)",
        "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r\n=1", "＝1+1", " =1", "\u{0}", "\u{202E}gpj.exe",
        "\u{2028}", "\u{FEFF}=1", "\u{FFFF}", "{1}{2}", "%s%n", "`id`", "$(id)", "a,b;c\"d\"\"", "\\\"", "вино", "東京",
        "𝕏👩‍👩‍👧", "e\u{301}", String(repeating: "W", count: 3_000), "{{#x}}", "<![CDATA[", "\u{1B}[31m", "'", "\"", "<",
        "]:*?/\\[", "=HYPERLINK(\"http://evil.example\")", "http://evil.example/", "https://evil.example/x.png",
    ]

    /// A text of one to four pieces.
    static func make(_ random: inout SplitMix) -> String {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
}

extension ScanReport {
    /// The report with every text that comes from outside replaced.
    func replacingTexts(_ text: () -> String) -> ScanReport {
        func rows(_ breakdown: Breakdown) -> Breakdown {
            var result = breakdown
            for index in result.rows.indices { result.rows[index].name = text() }
            return result
        }
        func replaced(_ link: LinkCount) -> LinkCount {
            var link = link
            link.host = text()
            link.path = text()
            link.title = text()
            link.tags = link.tags.map { _ in text() }
            link.batch = link.batch.map { _ in text() }
            for index in link.variants.indices { link.variants[index].name = text() }
            return link
        }
        var report = self
        for index in report.goals.indices {
            report.goals[index].link = text()
            report.goals[index].goal = text()
        }
        report.title = text()
        report.zone = text()
        report.definitionsVersion = text()
        report.scope.tags = [text(), text()]
        report.scope.links = [text()]
        report.scope.source = text()
        for path in [
            \ScanReport.countries, \.regions, \.cities, \.devices, \.systems, \.browsers, \.languages, \.referrers,
        ] { report[keyPath: path] = rows(report[keyPath: path]) }
        report.links = links.map(replaced)
        report.groups = groups.map { Group(kind: $0.kind, breakdown: rows($0.breakdown)) }
        report.linkDetails = linkDetails.map { old in
            var detail = old
            detail.link = replaced(old.link)
            for path in [\LinkDetail.countries, \.cities, \.devices, \.referrers] {
                detail[keyPath: path] = rows(detail[keyPath: path])
            }
            return detail
        }
        for index in report.funnels.indices {
            report.funnels[index].name = text()
            for step in report.funnels[index].steps.indices { report.funnels[index].steps[step].name = text() }
        }
        for index in report.experiments.indices {
            report.experiments[index].name = text()
            report.experiments[index].goal = text()
            for variant in report.experiments[index].variants.indices {
                report.experiments[index].variants[variant].name = text()
            }
        }
        for index in report.sources.indices {
            report.sources[index].name = text()
            report.sources[index].format = text()
        }
        report.geoAttribution = text()
        report.notes = [.text(text()), .lateLines(3)]
        return report
    }

    /// The sample with harmless texts, and with hostile ones: alike but for the texts.
    static func hostilePair(seed: UInt64) -> (harmless: ScanReport, hostile: ScanReport) {
        let sample = ScanReport.sample(seed: seed, links: 8, details: 2)
        var random = SplitMix(seed: seed)
        return (sample.replacingTexts { "harmless" }, sample.replacingTexts { HostileText.make(&random) })
    }
}
