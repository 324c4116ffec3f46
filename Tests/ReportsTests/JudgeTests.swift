import Glibc
import Reports
import Scans
import Support
import TestSupport
import Testing

/// What readers of others make of the reports: html5lib, Chromium, openpyxl, poppler, Python's csv and json.
@Suite("judged by others", .enabled(if: getenv("WAYSEAL_SERVER_TESTS") != nil), .serialized)
struct JudgeTests {
    static let root = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))

    @Test("a hostile report has the structure of a harmless one, in html5lib and in Chromium; nothing is a formula")
    func judged() throws {
        let folder = TemporaryFolder()
        for (index, language) in Language.allCases.enumerated() {
            let (harmless, hostile) = ScanReport.hostilePair(seed: UInt64(1_000 + index))
            for (name, report) in [("harmless", harmless), ("hostile", hostile), ("sample", .sample())] {
                let base = folder.path + "/" + language.rawValue + "-" + name
                try Files.create(base + ".html", HTMLReport.page(report, language: language))
                try Files.create(base + ".csv", CSVReport.table(report))
                try Files.create(base + ".json", JSONReport.object(report))
                try Files.create(base + ".pdf", PDFReport.document(report, language: language))
                try XLSXReport.write(
                    report, language: language, to: base + ".xlsx", temporaryFolder: folder.path)
            }
        }
        let script = Files.parent(of: #filePath) + "/judge.py"
        let output = folder.path + "/verdict"
        let command =
            "{ cd '\(Self.root)' && ./.ci/python-packages && .build/venv/bin/python '\(script)' '\(folder.path)'; } >'\(output)' 2>&1"
        let status = system(command)
        let verdict = String(decoding: try Files.read(output), as: UTF8.self)
        #expect(status == 0, "\(verdict)")
        withExtendedLifetime(folder) {}
    }
}
