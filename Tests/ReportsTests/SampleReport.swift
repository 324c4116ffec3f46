import Scans
import TestSupport

extension ScanReport {
    /// A report of a wine maker in March 2026 with everything in it; the same seed gives the same report.
    static func sample(seed: UInt64 = 1, links: Int = 40, details: Int = 4, days: Int = 31) -> ScanReport {
        var random = SplitMix(seed: seed)
        let first = CivilDay(year: 2026, month: 3, day: 1)!
        let period = Period(first: first, last: first.advanced(by: days - 1))
        var report = ScanReport(
            title: "Weingut Vinea", period: period, zone: "Europe/Vienna", createdAt: 1_775_030_400,
            definitionsVersion: "2026-1")
        report.previousPeriod = period.preceding
        report.days = series(period, mean: 420, &random)
        report.previousDays = series(period.preceding, mean: 350, &random)
        let scans = report.days.reduce(0) { $0 + $1.scans }
        let before = report.previousDays.reduce(0) { $0 + $1.scans }
        let unique = report.days.reduce(0) { $0 + $1.uniqueScans }
        let steps: [Waterfall.Step] = [
            .init(reason: .malformed, count: 12), .init(reason: .unknownLink, count: 2_310),
            .init(reason: .method, count: 184), .init(reason: .status, count: 96),
            .init(reason: .prefetch, count: 311), .init(reason: .crawler, count: 3_950),
            .init(reason: .preview, count: 1_204), .init(reason: .monitor, count: 1_488),
            .init(reason: .library, count: 402), .init(reason: .scanner, count: 655),
            .init(reason: .quarantine, count: 873), .init(reason: .repeated, count: 540),
        ]
        report.waterfall = Waterfall(
            requests: scans + steps.reduce(0) { $0 + $1.count }, excluded: steps, scans: scans)
        report.totals = Totals(
            scans: scans, uniqueScans: unique, visitors: unique * 9 / 10, hits: report.waterfall.requests)
        report.previousTotals = Totals(
            scans: before, uniqueScans: before * 9 / 10, visitors: before * 8 / 10, hits: before * 2)
        report.hours = hours(scans, &random)
        report.countries = shares(
            ["AT", "DE", "CH", "IT", "US", "FR", "GB", "NL", "CZ", "HU", "SG", "JP", "MT", "BR", "AU", "KZ"], scans,
            unknown: 61, &random)
        report.regions = shares(["Wien", "Niederösterreich", "Bayern", "Burgenland", "Zürich"], scans / 2, &random)
        report.cities = shares(
            ["Wien", "Graz", "München", "Krems an der Donau", "Zürich", "Санкт-Петербург", "東京"], scans / 2,
            other: 730, &random)
        report.devices = shares(["phone", "tablet", "desktop", "tv"], scans, &random)
        report.systems = shares(["iOS", "Android", "Windows", "macOS", "Linux"], scans, &random)
        report.browsers = shares(["Safari", "Chrome", "Samsung Internet", "Firefox", "Edge"], scans, &random)
        report.languages = shares(["de", "en", "it", "ru", "fr", "cs"], scans, &random)
        report.referrers = shares(
            ["instagram.com", "google.com", "falstaff.com", "l.facebook.com", "вино.рф"], scans / 6,
            unknown: scans * 5 / 6, &random)
        report.origins = Origins(code: scans * 7 / 10, click: scans * 2 / 10, unmarked: scans / 10)
        report.repeats = Repeats(
            first: 38, later: scans - 38,
            steps: [
                .init(from: 2, to: 5, scans: scans / 80), .init(from: 6, to: 20, scans: scans / 20),
                .init(from: 21, to: 100, scans: scans / 5),
                .init(from: 101, to: nil, scans: scans - 38 - scans / 80 - scans / 20 - scans / 5),
            ])
        report.links = linkList(links, scans, &random)
        report.linkCount = links + 12
        report.groups = [
            Group(kind: .tag, breakdown: shares(["bottle", "vineyard", "fair", "hotel"], scans, &random)),
            Group(kind: .batch, breakdown: shares(["riesling-2024", "zweigelt-2023"], scans / 3, &random)),
        ]
        report.linkDetails = report.links.prefix(details).map { detail($0, period, &random) }
        report.funnels = [
            Funnel(
                name: "Shop", attribution: .exact,
                steps: [
                    .init(name: "Scan", count: scans), .init(name: "Product page", count: scans * 6 / 10),
                    .init(name: "Basket", count: scans / 9), .init(name: "Order", count: scans / 31),
                ])
        ]
        report.experiments = [experiment()]
        report.goals = zip(report.links, [("/thank-you", Funnel.Attribution.visitor), ("/order/*", .exact)]).map {
            GoalCount(
                link: $0.address, goal: $1.0, attribution: $1.1, uniqueScans: $0.uniqueScans,
                reached: $0.uniqueScans / 9)
        }
        report.sources = [
            .init(
                name: "/var/log/nginx/access.log", format: "nginx-combined", lines: 21_034, malformed: 12,
                firstAt: 1_772_319_605, lastAt: 1_774_997_990),
            .init(name: "web2", format: "caddy-json", lines: 4_870, firstAt: 1_772_320_100, lastAt: 1_774_990_001),
        ]
        report.geoAttribution = "IP geolocation by DB-IP, CC BY 4.0 (https://db-ip.com)"
        report.notes = [.lateLines(14), .approximateGeography]
        return report
    }

    /// The vectors (50/1000 against 70/1000) of the design.
    private static func experiment() -> Experiment {
        Experiment(
            name: "label-text", goal: "Order",
            variants: [
                .init(
                    name: "A", n: 1_000, conversions: 50, rate: 0.05, low: 0.038130, high: 0.065314, weight: 0.5),
                .init(
                    name: "B", n: 1_000, conversions: 70, rate: 0.07, low: 0.055776, high: 0.087515, weight: 0.5,
                    comparison: .init(z: 1.883109, p: 0.059686, fisher: 0.073232, probabilityBetter: 0.9698)),
            ], sampleRatioP: 1, plannedN: 4_000, isPeeking: true)
    }

    private static func series(_ period: Period, mean: Int, _ random: inout SplitMix) -> [DayCount] {
        (0..<period.count).map { offset in
            let day = period.first.advanced(by: offset)
            let base = day.weekday >= 4 ? mean * 3 / 2 : mean
            let scans = base + Int.random(in: -90...120, using: &random)
            return DayCount(day: day, scans: scans, uniqueScans: scans * 9 / 10)
        }
    }

    private static func hours(_ scans: Int, _ random: inout SplitMix) -> HourMatrix {
        let shape = [1, 0, 0, 0, 0, 1, 3, 6, 9, 12, 15, 19, 24, 20, 16, 15, 17, 22, 30, 34, 28, 17, 9, 4]
        var hours = HourMatrix()
        for weekday in 0..<7 {
            for hour in 0..<24 {
                let weight = shape[hour] * (weekday >= 4 ? 3 : 2)
                hours[weekday, hour] = scans * weight / 5_200 + Int.random(in: 0...(1 + weight / 12), using: &random)
            }
        }
        return hours
    }

    private static func shares(
        _ names: [String], _ total: Int, other: Int = 0, unknown: Int = 0, _ random: inout SplitMix
    ) -> Breakdown {
        var rest = total
        let rows = names.map { name -> Breakdown.Row in
            let scans = max(1, rest * Int.random(in: 40...60, using: &random) / 100)
            rest -= min(rest, scans)
            return .init(
                name: name, scans: scans, uniqueScans: scans * 9 / 10,
                previousScans: scans * Int.random(in: 60...130, using: &random) / 100)
        }
        return Breakdown(rows: rows, other: other, unknown: unknown)
    }

    private static func linkList(_ count: Int, _ total: Int, _ random: inout SplitMix) -> [LinkCount] {
        let names = ["Riesling Ried Klaus", "Zweigelt", "Grüner Veltliner", "Sankt Laurent", "Kellerführung"]
        return (0..<count).map { index in
            let scans = max(1, total / (index * 2 + 6))
            return LinkCount(
                host: "go.vinea.example", path: "/w/\(index + 1)",
                title: index < names.count ? names[index] : "", tags: index % 3 == 0 ? ["bottle", "2024"] : ["fair"],
                batch: index % 4 == 1 ? "riesling-2024" : nil, scans: scans, uniqueScans: scans * 9 / 10,
                previousScans: index == 3 ? nil : scans * Int.random(in: 50...150, using: &random) / 100,
                variants: index == 0
                    ? [.init(name: "A", scans: scans / 2), .init(name: "B", scans: scans - scans / 2)] : [],
                lastScanAt: 1_774_997_000)
        }
    }

    private static func detail(_ link: LinkCount, _ period: Period, _ random: inout SplitMix) -> LinkDetail {
        var detail = LinkDetail(link: link)
        detail.days = series(period, mean: link.scans / period.count, &random).map {
            DayCount(day: $0.day, scans: max(0, $0.scans), uniqueScans: max(0, $0.uniqueScans))
        }
        detail.hours = hours(link.scans, &random)
        detail.countries = shares(["AT", "DE", "CH"], link.scans, &random)
        detail.cities = shares(["Wien", "Graz"], link.scans / 2, other: 20, &random)
        detail.devices = shares(["phone", "desktop"], link.scans, &random)
        detail.referrers = shares(["instagram.com"], link.scans / 9, unknown: link.scans * 8 / 9, &random)
        detail.origins = Origins(code: link.scans * 3 / 4, click: link.scans / 4)
        detail.excluded = [.init(reason: .crawler, count: 77), .init(reason: .repeated, count: 31)]
        return detail
    }
}
