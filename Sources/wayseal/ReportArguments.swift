public import ArgumentParser
import Glibc
public import Reports
public import Scans
import Site
import Support

extension Language: ExpressibleByArgument {}

extension CivilDay: ExpressibleByArgument {
    /// `2026-03-01`.
    public init?(argument: String) { self.init(iso: argument) }
}

/// What a report becomes and where it goes.
struct ReportOutput: ParsableArguments {
    @Flag(help: "Write NAME.html: one file, no script, nothing loaded.") var html = false
    @Flag(help: "Write NAME.pdf: A4, tagged.") var pdf = false
    @Flag(help: "Write NAME.xlsx.") var xlsx = false
    @Flag(help: "Write NAME.csv: one tidy table.") var csv = false
    @Flag(help: "Write NAME.json: everything, for programs.") var json = false
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Path of the files without their ending; - writes CSV or JSON to stdout.", valueName: "name")
    )
    var output = "report"
    @Option(help: ArgumentHelp("en, de or ru.", valueName: "language")) var language = Language.english

    mutating func validate() throws {
        if output == "-", html || pdf || xlsx || csv == json {
            throw ValidationError("-o - takes exactly one of --csv and --json")
        }
    }

    /// The formats of a schedule, when none was asked for.
    mutating func setUnlessAsked(_ formats: [ReportSettings.Schedule.Format]) {
        if html || pdf || xlsx || csv || json || output == "-" { return }
        html = formats.contains(.html)
        pdf = formats.contains(.pdf)
        xlsx = formats.contains(.xlsx)
        csv = formats.contains(.csv)
        json = formats.contains(.json)
    }

    /// Writes what was asked for; the paths written.
    func write(_ report: ScanReport) throws -> [String] {
        var written: [String] = []
        func put(_ kind: String, _ bytes: [UInt8]) throws {
            if output == "-" {
                return try FileDescriptor(path: "/dev/stdout", flags: O_WRONLY).write(bytes)
            }
            try Files.replace(output + "." + kind, bytes)
            written.append(output + "." + kind)
        }
        if html { try put("html", HTMLReport.page(report, language: language)) }
        if pdf { try put("pdf", PDFReport.document(report, language: language)) }
        if csv { try put("csv", CSVReport.table(report)) }
        if json { try put("json", JSONReport.object(report)) }
        if xlsx {
            let path = output + ".xlsx"
            try XLSXReport.write(
                report, language: language, to: path + ".part", temporaryFolder: Files.parent(of: path))
            try Files.rename(path + ".part", to: path)
            written.append(path)
        }
        return written
    }
}
