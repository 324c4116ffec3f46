public import Scans
import Support

/// Everything the report knows, for programs.
public enum JSONReport {
    /// The schema that `"schema"` names; a later shape gets another name.
    public static let schema = "wayseal-report/1"

    /// The report as UTF-8 JSON. Days are `2026-03-01`, instants seconds since 1970 UTC, shares 0…1.
    public static func object(_ report: ScanReport) -> [UInt8] {
        var json = JSONWriter(indent: 1)
        json.object { json in
            json.field("schema", schema)
            json.field("title", report.title)
            json.field("definitions", report.definitionsVersion)
            json.field("createdAt", Int(report.createdAt))
            json.field("zone", report.zone)
            json.key("period")
            period(report.period, &json)
            json.key("previousPeriod")
            if let previous = report.previousPeriod { period(previous, &json) } else { json.null() }
            json.key("scope")
            json.object {
                strings("tags", report.scope.tags, &$0)
                strings("links", report.scope.links, &$0)
                $0.field("source", report.scope.source)
            }
            rules(report.rules, &json)
            json.key("totals")
            totals(report.totals, &json)
            json.key("previousTotals")
            if let previous = report.previousTotals { totals(previous, &json) } else { json.null() }
            json.key("waterfall")
            json.object {
                $0.field("requests", report.waterfall.requests)
                excluded(report.waterfall.excluded, &$0)
                $0.field("scans", report.waterfall.scans)
            }
            days("days", report.days, &json)
            days("previousDays", report.previousDays, &json)
            hours(report.hours, &json)
            breakdown("countries", report.countries, &json)
            breakdown("regions", report.regions, &json)
            breakdown("cities", report.cities, &json)
            breakdown("devices", report.devices, &json)
            breakdown("systems", report.systems, &json)
            breakdown("browsers", report.browsers, &json)
            breakdown("languages", report.languages, &json)
            breakdown("referrers", report.referrers, &json)
            origins(report.origins, &json)
            json.key("repeats")
            json.object {
                $0.field("first", report.repeats.first)
                $0.field("later", report.repeats.later)
                list("steps", report.repeats.steps, &$0) { step, json in
                    json.object {
                        $0.field("from", step.from)
                        $0.field("to", step.to)
                        $0.field("scans", step.scans)
                    }
                }
            }
            json.field("linkCount", report.linkCount)
            list("links", report.links, &json) { link($0, &$1) }
            json.key("groups")
            json.object { for group in report.groups { breakdown(group.kind.rawValue, group.breakdown, &$0) } }
            list("linkDetails", report.linkDetails, &json) { detail($0, &$1) }
            list("funnels", report.funnels, &json) { funnel($0, &$1) }
            list("experiments", report.experiments, &json) { experiment($0, &$1) }
            list("goals", report.goals, &json) { goal($0, &$1) }
            list("sources", report.sources, &json) { source($0, &$1) }
            json.field("geoAttribution", report.geoAttribution)
            // In English, whatever the language of the other reports: for programs and those who debug them.
            strings("notes", report.notes.map { Phrase.note($0, .english) }, &json)
        }
        json.lineEnd()
        return json.bytes
    }

    private static func list<Element>(
        _ key: String, _ elements: [Element], _ json: inout JSONWriter, _ write: (Element, inout JSONWriter) -> Void
    ) {
        json.key(key)
        json.array { json in for element in elements { write(element, &json) } }
    }

    private static func strings(_ key: String, _ texts: [String], _ json: inout JSONWriter) {
        list(key, texts, &json) { $1.string($0) }
    }

    private static func number(_ key: String, _ value: Double?, _ json: inout JSONWriter) {
        json.key(key)
        if let value { json.number(value) } else { json.null() }
    }

    private static func period(_ period: ScanReport.Period, _ json: inout JSONWriter) {
        json.object {
            $0.field("first", period.first.description)
            $0.field("last", period.last.description)
        }
    }

    private static func rules(_ rules: ScanReport.Rules, _ json: inout JSONWriter) {
        json.key("rules")
        json.object {
            $0.field("repeatWindowSeconds", rules.repeatWindow)
            $0.field("sessionGapMinutes", rules.sessionGap)
            $0.field("goalWindowMinutes", rules.goalWindow)
            $0.field("anonymityThreshold", rules.anonymityThreshold)
            $0.field("openHours", rules.openHours)
            $0.field("uniquesSpanDays", rules.uniquesSpanDays)
        }
    }

    private static func totals(_ totals: ScanReport.Totals, _ json: inout JSONWriter) {
        json.object {
            $0.field("scans", totals.scans)
            $0.field("uniqueScans", totals.uniqueScans)
            $0.field("visitors", totals.visitors)
            $0.field("hits", totals.hits)
        }
    }

    private static func excluded(_ steps: [ScanReport.Waterfall.Step], _ json: inout JSONWriter) {
        list("excluded", steps, &json) { step, json in
            json.object {
                $0.field("reason", step.reason.rawValue)
                $0.field("count", step.count)
            }
        }
    }

    private static func days(_ key: String, _ days: [ScanReport.DayCount], _ json: inout JSONWriter) {
        list(key, days, &json) { day, json in
            json.object {
                $0.field("day", day.day.description)
                $0.field("scans", day.scans)
                $0.field("uniqueScans", day.uniqueScans)
            }
        }
    }

    /// Seven arrays of 24, Monday and midnight first.
    private static func hours(_ hours: ScanReport.HourMatrix, _ json: inout JSONWriter) {
        list("hours", Array(0..<7), &json) { weekday, json in
            json.array { for hour in 0..<24 { $0.integer(hours[weekday, hour]) } }
        }
    }

    private static func rows(_ key: String, _ rows: [ScanReport.Breakdown.Row], _ json: inout JSONWriter) {
        list(key, rows, &json) { row, json in
            json.object {
                $0.field("name", row.name)
                $0.field("scans", row.scans)
                $0.field("uniqueScans", row.uniqueScans)
                $0.field("previousScans", row.previousScans)
            }
        }
    }

    private static func breakdown(_ key: String, _ breakdown: ScanReport.Breakdown, _ json: inout JSONWriter) {
        json.key(key)
        json.object {
            rows("rows", breakdown.rows, &$0)
            $0.field("other", breakdown.other)
            $0.field("unknown", breakdown.unknown)
        }
    }

    private static func origins(_ origins: ScanReport.Origins, _ json: inout JSONWriter) {
        json.key("origins")
        json.object {
            $0.field("code", origins.code)
            $0.field("click", origins.click)
            $0.field("unmarked", origins.unmarked)
        }
    }

    private static func link(_ link: ScanReport.LinkCount, _ json: inout JSONWriter) {
        json.object {
            $0.field("host", link.host)
            $0.field("path", link.path)
            $0.field("title", link.title)
            strings("tags", link.tags, &$0)
            $0.field("batch", link.batch)
            $0.field("scans", link.scans)
            $0.field("uniqueScans", link.uniqueScans)
            $0.field("previousScans", link.previousScans)
            rows("variants", link.variants, &$0)
            $0.field("lastScanAt", link.lastScanAt.map { Int($0) })
        }
    }

    private static func detail(_ detail: ScanReport.LinkDetail, _ json: inout JSONWriter) {
        json.object {
            $0.key("link")
            link(detail.link, &$0)
            days("days", detail.days, &$0)
            hours(detail.hours, &$0)
            breakdown("countries", detail.countries, &$0)
            breakdown("cities", detail.cities, &$0)
            breakdown("devices", detail.devices, &$0)
            breakdown("referrers", detail.referrers, &$0)
            origins(detail.origins, &$0)
            excluded(detail.excluded, &$0)
            list("goals", detail.goals, &$0) { goal($0, &$1) }
        }
    }

    private static func goal(_ goal: ScanReport.GoalCount, _ json: inout JSONWriter) {
        json.object {
            $0.field("link", goal.link)
            $0.field("goal", goal.goal)
            $0.field("attribution", goal.attribution.rawValue)
            $0.field("uniqueScans", goal.uniqueScans)
            $0.field("reached", goal.reached)
        }
    }

    private static func funnel(_ funnel: ScanReport.Funnel, _ json: inout JSONWriter) {
        json.object {
            $0.field("name", funnel.name)
            $0.field("attribution", funnel.attribution.rawValue)
            list("steps", funnel.steps, &$0) { step, json in
                json.object {
                    $0.field("name", step.name)
                    $0.field("count", step.count)
                }
            }
        }
    }

    private static func experiment(_ experiment: ScanReport.Experiment, _ json: inout JSONWriter) {
        json.object {
            $0.field("name", experiment.name)
            $0.field("goal", experiment.goal)
            list("variants", experiment.variants, &$0) { variant, json in
                json.object {
                    $0.field("name", variant.name)
                    $0.field("n", variant.n)
                    $0.field("conversions", variant.conversions)
                    number("rate", variant.rate, &$0)
                    number("low", variant.low, &$0)
                    number("high", variant.high, &$0)
                    number("weight", variant.weight, &$0)
                    number("z", variant.comparison?.z, &$0)
                    number("p", variant.comparison?.p, &$0)
                    number("fisherP", variant.comparison?.fisher, &$0)
                    number("probabilityBetter", variant.comparison?.probabilityBetter, &$0)
                }
            }
            number("sampleRatioP", experiment.sampleRatioP, &$0)
            $0.field("plannedN", experiment.plannedN)
            $0.field("isPeeking", experiment.isPeeking)
        }
    }

    private static func source(_ source: ScanReport.Source, _ json: inout JSONWriter) {
        json.object {
            $0.field("name", source.name)
            $0.field("format", source.format)
            $0.field("lines", source.lines)
            $0.field("malformed", source.malformed)
            $0.field("firstAt", source.firstAt.map { Int($0) })
            $0.field("lastAt", source.lastAt.map { Int($0) })
        }
    }
}
