import ArgumentParser
import Glibc
import Reports
import Scans
import Support

/// `wayseal scans query`: plain counts for other tools.
struct ScansQueryCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case tsv, csv, json
    }

    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Print counts by day and link, or ask in SQL.",
        discussion: """
            Without SQL: one line a day and link. SQL (SQLite's) is asked of these tables, in memory; nothing it does \
            changes the counts:
              scans(day, host, path, scans, uniques, late)
              dimensions(day, host, path, dimension, value, scans, uniques)
              excluded(day, host, path, reason, requests)
              conversions(day, host, path, variant, funnel, step, goal, exact, visitors)
              clicks(day, host, path, variant, qid, scanned, goal, reached)
              days(day, requests, visitors, opted_out, late, skewed)

            Examples:
              wayseal scans query --from 2026-03-01 --to 2026-03-31
              wayseal scans query "SELECT path, sum(scans) FROM scans GROUP BY path ORDER BY 2 DESC LIMIT 10" --csv
            """)
    @Argument(help: "A question in SQL.") var sql: String?
    @Option(help: "The database of counts.") var database = "wayseal-scans.db"
    @Option(help: "First day, 2026-11-23; default: the first with counts.") var from: CivilDay?
    @Option(help: "Last day.") var to: CivilDay?
    @Flag(help: "Comma-separated values (RFC 4180).") var csv = false
    @Flag(help: "An array of objects.") var json = false
    @OptionGroup var manifest: ManifestLinks

    func validate() throws {
        if let from, let to, from > to { throw ValidationError("--from is after --to") }
        if csv, json { throw ValidationError("--csv and --json are two answers") }
    }

    func run() throws {
        try requireCounts(database)
        do {
            let catalog = LinkCatalog(of: try manifest.site())
            let known = try ReportBuilder.open(database).days()
            guard let first = from ?? known?.first, let last = to ?? known?.last ?? from else {
                throw Failure(.checkFailed, "no scans were counted in \(database)")
            }
            let period = ScanReport.Period(first: first, last: max(first, last))
            let query = try ScanQuery.open(database, period: period, catalog: catalog)
            let answer = try query.ask(sql ?? Self.plain)
            let format: Format = csv ? .csv : json ? .json : .tsv
            AnswerText.write(answer.columns, answer.rows, as: format)
        } catch let error as IngestError {
            if case .database = error, sql != nil { throw Failure(.usage, error.description) }
            throw Failure(error)
        }
    }

    private static let plain = """
        SELECT day, host || path AS link, sum(scans) AS scans, sum(uniques) AS "unique", sum(excluded) AS excluded
        FROM (SELECT day, host, path, scans, uniques, 0 AS excluded FROM scans
          UNION ALL SELECT day, host, path, 0, 0, requests FROM excluded)
        GROUP BY day, host, path ORDER BY day, host, path
        """
}

/// The answer to a query; texts may come from a log.
enum AnswerText {
    static func write(_ columns: [String], _ rows: [[ScanQuery.Value]], as format: ScansQueryCommand.Format) {
        switch format {
        case .json:
            var json = JSONWriter(indent: 1)
            json.array { json in
                for row in rows {
                    json.object { json in
                        for (name, value) in zip(columns, row) {
                            json.key(name)
                            switch value {
                            case .null: json.null()
                            case .integer(let number): json.integer(number)
                            case .number(let number): json.number(number)
                            case .text(let text): json.string(text)
                            }
                        }
                    }
                }
            }
            json.lineEnd()
            Terminal.write(json.bytes)
        case .csv: write(columns, rows, separator: ",", end: "\r\n") { CSVReport.field($0) }
        case .tsv:
            // A tab or a line end in a text would be a column or a line; a control could steer a terminal.
            write(columns, rows, separator: "\t", end: "\n") { text in
                String(
                    String.UnicodeScalarView(
                        text.unicodeScalars.map {
                            $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : $0
                        }))
            }
        }
    }

    private static func write(
        _ columns: [String], _ rows: [[ScanQuery.Value]], separator: String, end: String, _ field: (String) -> String
    ) {
        var text = columns.map(field).joined(separator: separator) + end
        for row in rows {
            text +=
                row.map { value in
                    switch value {
                    case .null: ""
                    case .integer(let number): String(number)
                    case .number(let number): "\(number)"
                    case .text(let text): field(text)
                    }
                }.joined(separator: separator) + end
            if text.utf8.count > 65_536 {
                Terminal.write(Array(text.utf8))
                text = ""
            }
        }
        Terminal.write(Array(text.utf8))
    }
}

/// `wayseal scans purge --before DAY`
struct ScansPurgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Delete the counts of days before one.")
    @Option(help: "The database of counts.") var database = "wayseal-scans.db"
    @Option(help: "The first day that stays.") var before: CivilDay?
    @Option(name: .customLong("older-than"), help: ArgumentHelp("Keep this many days.", valueName: "400d"))
    var olderThan: String?

    func validate() throws {
        if (before == nil) == (olderThan == nil) { throw ValidationError("--before or --older-than says what goes") }
        if let olderThan, days(olderThan) == nil {
            throw ValidationError("--older-than takes days, such as 400d")
        }
    }

    private func days(_ text: String) -> Int? {
        guard text.hasSuffix("d"), let days = Int(text.dropLast()), (1...36_500).contains(days) else { return nil }
        return days
    }

    func run() throws {
        try requireCounts(database)
        do {
            let today = try ReportBuilder.open(database).day(at: Int64(time(nil)))
            guard let day = before ?? olderThan.flatMap({ days($0) }).map({ today.advanced(by: -$0) }) else { return }
            Terminal.say("deleted \(count(try ScanMaintenance.purge(database, before: day), "day"))")
        } catch { throw Failure(error) }
    }
}

/// `wayseal scans postback FILE…`
struct ScansPostbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postback", abstract: "Take in goals that came back by click id (qid), as CSV.",
        discussion: """
            The first line names the columns: qid, and if wanted goal (else the goal of the link) and time (RFC 3339 \
            or seconds since 1970; else now). A row that was taken in before changes nothing.

            Examples:
              wayseal scans postback orders.csv
            """)
    @Option(help: "The database of counts.") var database = "wayseal-scans.db"
    @Argument(help: "CSV files.") var files: [String]

    func run() throws {
        try requireCounts(database)
        var hasProblems = false
        do {
            for file in files {
                let bytes = try Files.read(file, limit: 1 << 30)
                let summary = try Postbacks.ingest(bytes, database: database, now: Int64(time(nil)))
                Terminal.say(
                    "\(count(summary.rows, "row")) of \(file), \(summary.known) of known scans, \(count(summary.problems.count, "problem"))"
                )
                for problem in summary.problems.prefix(20) {
                    Terminal.complain("\(file):\(problem.line): \(problem.why)")
                }
                hasProblems = hasProblems || !summary.problems.isEmpty
            }
        } catch let error as FileError { throw Failure(error) } catch let error as IngestError { throw Failure(error) }
        if hasProblems { throw ExitStatus.checkFailed }
    }
}
