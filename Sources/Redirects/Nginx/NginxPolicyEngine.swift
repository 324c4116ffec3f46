import Site

/// What `http.conf` holds for policies: the visitor's facts, each computed only for a link that looks at it, and one
/// regular expression that finds the first clause of a ``NginxRecord`` whose tests all hold.
///
/// The subject of that expression is the record, a space, the facts, each followed by a space, and the digits in order.
/// A test stands before the facts that it needs, so it finds them by looking ahead. Two digits are compared by their order
/// in `#0123456789` at the end. The expression is searched for, not anchored: the leftmost clause wins.
struct NginxPolicyEngine {
    let site: Site
    /// Combinations of facts that occur (``NginxRecord/needs``), sorted.
    let needs: [String]
    /// Rates that occur; their index is their number.
    let rates: [Policy.Rate]
    let testClock: Bool

    private func has(_ need: NginxRecord.Need) -> Bool { needs.contains { $0.contains(need.rawValue) } }

    /// Unix seconds with a fraction, `1797000000.123`.
    private var now: String { testClock ? "$http_x_wayseal_msec" : "$msec" }
    /// `Thursday, 26-Nov-2026 18:55:46 GMT`.
    private var date: String { testClock ? "$http_x_wayseal_date" : "$date_gmt" }

    /// The variables, for `variables_hash_max_size`.
    static let variables = 60

    func emit(_ text: inout Text) {
        text.line()
        text.line("# Policies. A record says which facts its clauses look at, the link's id, what comes after, and the")
        text.line("# clauses; the first one whose tests all hold decides.")
        map(
            &text, "$wayseal_record", "$wayseal_parsed",
            [
                ("\"~^(?<wayseal_needs>[^ ]+) (?<wayseal_id>[^ ]+) (?<wayseal_gates>[^ ]+) \"", "1")
            ])
        facts(&text)
        map(
            &text, "\"$wayseal_record $wayseal_facts#0123456789\"", "$wayseal_outcome",
            [
                (NginxText.quotedRegex(Self.decision), "$wayseal_decided")
            ])
        text.line("# what keeps a visitor out before password and scans are asked for")
        map(&text, "$wayseal_outcome", "$wayseal_denied", [("\"~^[0-9]\"", "\"\"")], fallback: "1")
        map(
            &text, "\"$uri $wayseal_outcome\"", "$wayseal_deny",
            [
                (
                    "\"~^/\(PolicyPages.folder)(?<wayseal_page>\(Denial.allCases.map(\.rawValue).joined(separator: "|")))\\.html \"",
                    "$wayseal_page"
                ),
                ("\"~ gone-(?<wayseal_instead>[a-z]+)$\"", "$wayseal_instead"),
            ])
        text.line("# methods that a link does not take")
        map(
            &text, "\"$request_method $wayseal_gates\"", "$wayseal_gate_refuses",
            [
                ("~^GET", "\"\""), ("~^HEAD", "\"\""), ("~m", "\"\""), ("\"~^POST .*c\"", "\"\""),
            ], fallback: "1")
        map(&text, "\"$request_method $wayseal_gates\"", "$wayseal_gate_post", [("\"~^POST .*c\"", "1")])
        text.line("# a path that ends with what a password became, and links of which nothing but the id is logged")
        map(
            &text, "$uri", "$wayseal_opens",
            [
                (
                    "\"~^(?<wayseal_open>/.+)/(?<wayseal_token>[0-9A-Fa-f]{\(PasswordPath.digits)})$\"", "$wayseal_open"
                )
            ])
        map(&text, "$wayseal_gates", "$wayseal_hidden", [("~p", "1")])
        rateZones(&text)
    }

    private func map(
        _ text: inout Text, _ source: String, _ variable: String, _ rows: [(String, String)],
        fallback: String = "\"\""
    ) {
        text.line("map \(source) \(variable) {")
        text.line("default \(fallback);", 1)
        for (key, value) in rows { text.line("\(key) \(value);", 1) }
        text.line("}")
    }

    // MARK: the decision

    /// `[^ ]* ` ends the record, then `k` facts are passed over.
    private static func skip(_ k: Int) -> String { "[^ ]* (?:[^ ]* ){\(k)}" }

    /// Holds if the digits here are greater than those of fact `k`: equal up to a digit that is greater.
    private static func greater(_ k: Int) -> String {
        "(\\d*)(\\d)\(skip(k))\\g{-2}(\\d)[^#]*#\\d*\\g{-1}\\d*\\g{-2}"
    }

    /// Places of the facts.
    private enum Fact: Int {
        case system, form, browser, language1, language2, language3, places, day, time, now, bucket, program, query
    }

    private static let decision: String = {
        func skip(_ fact: Fact) -> String { Self.skip(fact.rawValue) }
        let rest = "[^|]*\\|"
        let now = greater(Fact.now.rawValue)
        let time = greater(Fact.time.rawValue)
        let window = "(?=\(skip(.day))([^ ]+) )[^|]*?,\\g{-1}(?!\(time))\\d{5}-(?=\(time))"
        let place = "[^|]*,(\\d+),\(skip(.places))[^ ]*,\\g{-1},"
        let tests = [
            "B(?=\(now))\\d+\\|",
            "A(?!\(now))\\d+\\|",
            "W\(window)\(rest)",
            "V(?!\(window))\(rest)",
            "D(?=\(skip(.system))([^ ]*) ([^ ]*) )(?=[^|]*,(?:\\g{-2}|\\g{-1}),)\(rest)",
            "R(?=\(skip(.browser))([^ ]*) )(?=[^|]*,\\g{-1},)\(rest)",
            "L(?=\(skip(.language1))([^ ]*) ([^ ]*) ([^ ]*) )(?i)(?=[^|]*,(?:\\g{-3}|\\g{-2}|\\g{-1}),)\(rest)",
            "P(?=\(place))\(rest)",
            "N(?!\(place))\(rest)",
            "Q([^|]*)\\|(?=\(skip(.query))[^ ]*&\\g{-1}&)",
            "U([^|]*)\\|(?=\(skip(.query))[^ ]*&\\g{-1}[=&])",
            "K(?=\(greater(Fact.bucket.rawValue)))\\d+\\|",
            "O\\|(?=\(skip(.program))robot )",
            "F\\|(?=\(skip(.program))fetcher )",
        ]
        return "<(?>\(tests.map { "(?:\($0))" }.joined(separator: "|")))*>(?<wayseal_decided>[^< ]*)"
    }()

    // MARK: the facts

    private func facts(_ text: inout Text) {
        if has(.agent) || has(.browser) || has(.program) {
            text.line("# device and browser, by words in the beginning of the User-Agent")
            map(
                &text, "$http_user_agent", "$wayseal_agent",
                [
                    ("\"~(?s)^(?<wayseal_agent_begin>.{0,\(AgentPatterns.limit)})\"", "$wayseal_agent_begin")
                ])
        }
        if has(.agent) {
            agent(&text, "$wayseal_system", AgentPatterns.system)
            agent(&text, "$wayseal_form", AgentPatterns.form)
        }
        if has(.browser) { agent(&text, "$wayseal_browser", AgentPatterns.browser) }
        if has(.program) { agent(&text, "$wayseal_program", AgentPatterns.program) }
        if has(.language) { language(&text) }
        if has(.place) { NginxPlaces(site: site).emit(&text) }
        if has(.hours) { hours(&text) }
        if has(.bucket) { bucket(&text) }
        text.line("# all of them, as far as the record needs them")
        map(&text, "$wayseal_needs", "$wayseal_facts", needs.map { ("\"\($0)\"", "\"\(facts(for: $0))\"") })
    }

    /// The facts in their places; what the letters don't name stays empty.
    private func facts(for letters: String) -> String {
        func fact(_ need: NginxRecord.Need, _ value: String) -> String { letters.contains(need.rawValue) ? value : "" }
        let hasLanguage = letters.contains(NginxRecord.Need.language.rawValue)
        let all = [
            fact(.agent, "$wayseal_system"), fact(.agent, "$wayseal_form"), fact(.browser, "$wayseal_browser"),
            hasLanguage ? "$wayseal_languages" : "  ",
            fact(.place, "$wayseal_places4$wayseal_places6"), fact(.hours, "$wayseal_local"), fact(.time, now),
            fact(.bucket, "0$wayseal_bucket1$wayseal_bucket2$wayseal_bucket3$wayseal_bucket4"),
            fact(.program, "$wayseal_program"), fact(.query, "&$args&"),
        ]
        // Local time is two facts.
        return all.enumerated().map { $0 == 5 && $1.isEmpty ? "  " : "\($1) " }.joined()
    }

    private func agent(_ text: inout Text, _ variable: String, _ rows: [AgentPatterns.Row]) {
        map(
            &text, "$wayseal_agent", variable,
            rows.map { (NginxText.quotedRegex(AgentPatterns.regex($0), caseless: true), $0.value) })
    }

    /// The range with the greatest weight (RFC 9110 §12.5.4). The header stands twice: what is found in the first copy
    /// must be outweighed by nothing in the second. Weights are three digits; those that are not written are taken from
    /// the `0` at the end.
    private func language(_ text: inout Text) {
        let subtags = "[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,2}"
        let more = "(?:-[a-z0-9]{1,8})*+[ \\t]*"
        let begin = "(?i)^(?:[^\\n]*?,)??[ \\t]*"
        let digit = "(?|(\\d)|(?=(?s:.*)\\n#(0)))"
        let digits =
            "q=0(?:\\.(?=\\d{0,3}[ \\t,\\n])|(?=[ \\t,\\n]))\(digit)\(digit)\(digit)[ \\t]*(?=[,\\n])"
        func less(_ a: Int, _ b: Int) -> String { "(?=(?s:.*)\\n#\\d*\\g{\(a)}\\d*\\g{\(b)})" }
        // The same digits stand before both in the row at the end.
        func same(_ a: Int, _ b: Int) -> String {
            "(?=(?s:.*)\\n#(\\d*)\\g{\(a)})(?=(?s:.*)\\n#\\g{-1}\\g{\(b)})"
        }
        text.line("# the language that is wanted most")
        map(
            &text, "$http_accept_language", "$wayseal_accept",
            [
                ("\"~^(?<wayseal_accept_begin>.{0,\(AcceptLanguage.limit)})\"", "$wayseal_accept_begin")
            ])
        let whole =
            "\(begin)(?<wayseal_language_first>\(subtags))\(more)(?:;[ \\t]*q=1(?:\\.0{0,3})?[ \\t]*)?(?=[,\\n])"
        // Groups 2 to 4 are the digits of the candidate, 5 to 7 those of another one.
        let greater = "(?:\(less(2, 5))|\(same(2, 5))(?:\(less(3, 6))|\(same(3, 6))\(less(4, 7))))"
        let other = "[^\\n]*\\n(?:[^\\n]*,)?[ \\t]*[a-z]{1,8}\(more);[ \\t]*\(digits)\(greater)"
        let part =
            "\(begin)(?<wayseal_language_best>\(subtags))\(more);[ \\t]*(?!q=0(?:\\.0{0,3})?[ \\t]*[,\\n])"
            + "\(digits)(?!\(other))"
        map(
            &text, "\"$wayseal_accept\\n$wayseal_accept\\n#0123456789\"", "$wayseal_language",
            [
                (NginxText.quotedRegex(whole), "$wayseal_language_first"),
                (NginxText.quotedRegex(part), "$wayseal_language_best"),
            ])
        text.line("# its first, its first two, and its three subtags")
        map(
            &text, "$wayseal_language", "$wayseal_languages",
            [
                ("\"~^(?<wayseal_tag1>[^-]+)$\"", "\"$wayseal_tag1  \""),
                ("\"~^(?<wayseal_tag2>(?<wayseal_tag21>[^-]+)-[^-]+)$\"", "\"$wayseal_tag21 $wayseal_tag2 \""),
                (
                    "\"~^(?<wayseal_tag3>(?<wayseal_tag32>(?<wayseal_tag31>[^-]+)-[^-]+)-.+)$\"",
                    "\"$wayseal_tag31 $wayseal_tag32 $wayseal_tag3\""
                ),
            ], fallback: "\"  \"")
    }

    // MARK: time

    /// The offset now, by the transitions of the years that are compiled, the newest first; then a table from the hour
    /// and quarter in UTC to those of the zone.
    private func hours(_ text: inout Text) {
        let zone = site.zone
        text.line("# \(site.timezone): minutes from UTC, then local day and time")
        let spans = zone.spans
        var rows: [(String, String)] = []
        for span in spans.dropFirst().reversed() {
            rows.append((NginxText.quotedRegex("^(?:\(Self.atLeast(span.from)))"), "\"\(span.minutes)\""))
        }
        map(&text, now, "$wayseal_offset", rows, fallback: "\"\(spans.first?.minutes ?? 0)\"")
        map(
            &text, date, "$wayseal_utc",
            [
                (
                    "\"~^(?<wayseal_day>[A-Z][a-z])[a-z]*, [^ ]+ (?<wayseal_hour>[0-9][0-9]):(?<wayseal_minute>[0-5][0-9]):\"",
                    "\"$wayseal_day$wayseal_hour\""
                )
            ])
        let minutes = (0..<60).map { ("\"\(NginxRecord.padded($0, 2))\"", $0) }
        map(&text, "$wayseal_minute", "$wayseal_quarter", minutes.map { ($0, String($1 / 15)) })
        map(&text, "$wayseal_minute", "$wayseal_rest", minutes.map { ($0, "\"\(NginxRecord.padded($1 % 15, 2))\"") })
        var table: [(String, String)] = []
        for minutes in Set(spans.map(\.minutes)).sorted() {
            for day in 0..<7 {
                for quarter in 0..<96 {
                    let utc = day * 96 + quarter
                    let local = ((utc + minutes / 15) % 672 + 672) % 672
                    table.append(
                        (
                            "\"\(minutes) \(Self.slot(utc))\"",
                            "\"\(NginxRecord.days[local / 96]) \(Self.clock(local % 96))\""
                        ))
                }
            }
        }
        map(&text, "\"$wayseal_offset $wayseal_utc$wayseal_quarter\"", "$wayseal_slot", table)
        text.line("map $wayseal_utc $wayseal_local {")
        text.line("default \"$wayseal_slot$wayseal_rest\";", 1)
        text.line("}")
    }

    private static func slot(_ quarter: Int) -> String { NginxRecord.days[quarter / 96] + clock(quarter % 96) }
    private static func clock(_ quarter: Int) -> String { NginxRecord.padded(quarter / 4, 2) + String(quarter % 4) }

    /// Ten-digit numbers not below `number`, by digit ranges.
    static func atLeast(_ number: Int64) -> String {
        let digits = Array(NginxRecord.padded(Int(number), 10).utf8).map { Int($0) - 0x30 }
        var branches = [digits.map { String($0) }.joined()]
        for (i, digit) in digits.enumerated() where digit < 9 {
            let prefix = digits[..<i].map { String($0) }.joined()
            let rest = digits.count - i - 1
            branches.append(prefix + "[\(digit + 1)-9]" + (rest > 0 ? "\\d{\(rest)}" : ""))
        }
        return branches.joined(separator: "|")
    }

    // MARK: splits and rates

    private func bucket(_ text: inout Text) {
        text.line("# the visitor's share of a split: four digits, each from a hash of address, User-Agent and link")
        for (i, salt) in VisitorBucket.salts.enumerated() {
            text.line("split_clients \"\(salt)$remote_addr$http_user_agent$wayseal_id\" $wayseal_bucket\(i + 1) {")
            for digit in 0..<9 { text.line("10% \(digit);", 1) }
            text.line("* 9;", 1)
            text.line("}")
        }
    }

    private func rateZones(_ text: inout Text) {
        guard !rates.isEmpty else { return }
        text.line("# requests of one address to one link; where the key is empty nothing is counted")
        for (i, rate) in rates.enumerated() {
            map(&text, "$wayseal_gates", "$wayseal_rate\(i)", [("~r\(i),", "\"$binary_remote_addr$wayseal_id\"")])
            text.line(
                "limit_req_zone $wayseal_rate\(i) zone=wayseal\(i):10m rate=\(rate.requests)r/\(rate.perMinute ? "m" : "s");"
            )
        }
    }
}
