import Glibc
import Reports
import Scans
import Support
import Testing

/// Writes the reports of the sample where a person can look at them; runs when WAYSEAL_LOOK names a folder.
@Suite("a person can look at the reports")
struct LookTests {
    static let folder = getenv("WAYSEAL_LOOK").map { String(cString: $0) }

    @Test("in every language", .enabled(if: folder != nil), arguments: Language.allCases)
    func write(language: Language) throws {
        let folder = try #require(Self.folder)
        let report = ScanReport.sample()
        let page = HTMLReport.page(report, language: language)
        let name = folder + "/" + language.rawValue
        try Files.replace(name + ".html", page)
        try Files.replace(name + ".csv", CSVReport.table(report))
        try Files.replace(name + ".json", JSONReport.object(report))
        try XLSXReport.write(report, language: language, to: name + ".xlsx", temporaryFolder: folder)
        try Files.replace(name + ".pdf", PDFReport.document(report, language: language))
    }
}
