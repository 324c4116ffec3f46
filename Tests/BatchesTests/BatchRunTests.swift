import Build
import Decoding
import Foundation
import Manifest
import Sheets
import Site
import Support
import TestSupport
import Testing

@testable import Batches

@Suite("Batches")
struct BatchRunTests {
    private let folder = TemporaryFolder()

    private func site(_ edit: (inout CodeBatch) -> Void = { _ in }) throws -> Site {
        var site = Site(domains: [Domain(host: "id.example.org")])
        var batch = CodeBatch(
            name: "bottles", data: folder.path + "/bottles.csv", path: try RowTemplate("/21/{serial}"),
            target: try RowTemplate("https://example.org/w?s={serial}"))
        edit(&batch)
        site.batches = [batch]
        return site
    }

    private func write(rows: Int) throws {
        let text = "serial,design\n" + (1...rows).map { "S\($0),plain\n" }.joined()
        try Files.replace(folder.path + "/bottles.csv", Array(text.utf8))
    }

    private func survey(_ site: Site) async throws -> BatchSurvey {
        try await BatchSurvey(
            site.batches[0], site, path: site.batches[0].data, sources: SourceMap(), workers: 2
        ) { _, _ in }
    }

    private func make(
        _ site: Site, _ output: String = "dist", shard: BatchShard? = nil, isVerified: Bool = true
    ) async throws -> BatchResult {
        let survey = try await survey(site)
        #expect(survey.isRight, "\(survey.diagnostics)")
        var options = BatchRun.Options(output: folder.path + "/" + output, workers: 2)
        options.shard = shard
        options.isVerified = isVerified
        return try await BatchRun(survey, site, options).run { _, _ in }
    }

    @discardableResult
    private func shell(_ command: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec 2>&1; cd '\(folder.path)'; " + command]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(command): \(output)")
        return output
    }

    @Test("each row is a code that reads as its address, and the list says which file it is")
    func codes() async throws {
        try write(rows: 40)
        let result = try await make(try site { $0.images = .folder })
        #expect(result.isNew && result.rows == 40 && result.generation == 1)
        try shell("cd \(result.path) && sha256sum -c --strict --quiet SHA256SUMS")
        let lines = String(decoding: try Files.read(result.path + "/results.csv"), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "row,slug,url,file,version,level,sha256,status" && lines.count == 41)
        for (row, line) in lines.dropFirst().enumerated() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let url = "https://id.example.org/21/S\(row + 1)"
            #expect(
                cells[0] == "\(row + 1)" && cells[1] == "/21/S\(row + 1)" && cells[2] == url && cells[7] == "verified")
            let image = try Files.read(result.path + "/" + cells[3])
            #expect(Hex.encode(SHA256.hash(image)) == cells[6])
            let symbols = ZXingReader.read(try Picture.read(image))
            #expect(symbols.map { String(decoding: $0.bytes, as: UTF8.self) } == [url])
        }
    }

    @Test(
        "the archive is one that unzip and tar read, with all formats of each code",
        arguments: [CodeBatch.Images.zip, .tar])
    func archives(kind: CodeBatch.Images) async throws {
        try write(rows: 30)
        let result = try await make(
            try site {
                $0.images = kind
                $0.formats = [.svg, .png, .pdf]
            })
        try shell(
            "mkdir -p out && cd out && \(kind == .zip ? "unzip -q" : "tar xf") \(result.path)/codes.\(kind.rawValue)")
        #expect(try Files.names(in: folder.path + "/out/bottles").count == 90)
        let list = String(decoding: try Files.read(result.path + "/results.csv"), as: UTF8.self)
        for line in list.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",")
            #expect(try Hex.encode(SHA256.hash(Files.read(folder.path + "/out/" + cells[3]))) == cells[6])
        }
    }

    @Test("nothing is made again when nothing changed, and everything when the table or the settings did")
    func again() async throws {
        try write(rows: 5)
        #expect(try await make(try site()).isNew)
        #expect(try await make(try site()).isNew == false)
        let more = try await make(try site { $0.formats = [.svg] })
        #expect(more.isNew && more.generation == 2)
        try write(rows: 6)
        #expect(try await make(try site { $0.formats = [.svg] }).generation == 3)
    }

    @Test("shards of any number become what one run makes", arguments: [CodeBatch.Images.zip, .tar, .folder, .none])
    func shards(kind: CodeBatch.Images) async throws {
        try write(rows: 23)
        let site = try site { $0.images = kind }
        let whole = try await make(site)
        for count in [1, 2, 5, 30] {
            let output = "shards-\(count)"
            for number in (1...count).reversed() {
                _ = try await make(site, output, shard: BatchShard(number, of: count))
            }
            let merged = try BatchRun(
                try await survey(site), site, .init(output: folder.path + "/" + output, workers: 2)
            ).merge()
            #expect(merged.rows == 23 && merged.isNew)
            try shell("diff -r \(whole.path)/ \(merged.path)/")
        }
    }

    @Test("a missing part is named, and one of another table counts for nothing")
    func missing() async throws {
        try write(rows: 9)
        let site = try site()
        for number in [1, 3] { _ = try await make(site, shard: BatchShard(number, of: 4)) }
        let run = BatchRun(try await survey(site), site, .init(output: folder.path + "/dist", workers: 2))
        #expect(throws: BatchError.shards("2 of 4 parts are missing: 2/4, 4/4")) { try run.merge() }
        try write(rows: 10)
        let changed = BatchRun(try await survey(site), site, .init(output: folder.path + "/dist", workers: 2))
        let place = folder.path + "/dist/batches/bottles/shards"
        #expect(
            throws: BatchError.shards(
                "there are no parts of 'bottles' in \(place); 2 in \(place) are of another table or other settings")
        ) { try changed.merge() }
    }

    @Test("all rows are judged before one code is made, and each bad one is told with its line")
    func bad() async throws {
        let text = "serial\na\n\"b\n\"\n\nA\n.\n,\nc\n"
        try Files.create(folder.path + "/bottles.csv", Array(text.utf8))
        let survey = try await survey(try site { $0.rows = 9 })
        #expect(survey.rows == 6)
        let renderer = DiagnosticRenderer()
        let found = renderer.text(Array(survey.diagnostics.dropFirst()), sources: survey.sources)
            .split(separator: "\n").filter { $0.contains(": error") }.map { $0.dropFirst(folder.path.utf8.count + 1) }
        #expect(
            found == [
                "bottles.csv:3:1: error[control-character]: this cell holds a line end",
                "bottles.csv:7:1: error[bad-slug]: '.' and '..' can't be parts of a slug: clients resolve them away",
                "bottles.csv:8:1: error[table-cells]: this row has 2 cells, the header has 1",
                "bottles.csv:6:1: error[duplicate-slug]: '21/A' is the address of two rows",
            ])
        #expect(survey.diagnostics.first?.summary.hasSuffix("bottles.csv has 6 rows, not 9") == true)
    }

    @Test(
        "JSON Lines, UTF-16 and semicolons become the same codes as CSV",
        arguments: ["bottles.jsonl", "utf16.csv", "semicolons.csv"])
    func formats(name: String) async throws {
        try write(rows: 700)
        let table = String(decoding: try Files.read(folder.path + "/bottles.csv"), as: UTF8.self)
        let rows = table.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        let other =
            switch name {
            case "bottles.jsonl": Data(rows.map { "{\"design\":\"\($0[1])\",\"serial\":\"\($0[0])\"}\n" }.joined().utf8)
            case "utf16.csv": try #require(("\u{FEFF}" + table).data(using: .utf16LittleEndian))
            default: Data(table.replacingOccurrences(of: ",", with: ";").utf8)
            }
        try Files.create(folder.path + "/" + name, Array(other))
        let own = try await make(try site(), "own")
        let site = try site { $0.data = folder.path + "/" + name }
        let result = try await make(site, "other")
        for file in ["codes.zip", "results.csv"] {
            #expect(try Files.read(result.path + "/" + file) == Files.read(own.path + "/" + file), "\(file)")
        }
        // A bad row is told with the line of the file that people have.
        let bad = name == "bottles.jsonl" ? "{\"serial\":\"..\",\"design\":\"x\"}\n" : "..;x\n"
        if name != "utf16.csv" {
            try Files.replace(folder.path + "/" + name, Array(other) + Array(bad.utf8))
            let survey = try await survey(site)
            let place = try #require(survey.diagnostics.first?.range.map { survey.sources.position(of: $0) })
            #expect(survey.diagnostics.count == 1 && place.line == (name == "bottles.jsonl" ? 701 : 702))
        }
    }

    @Test("labels stand on sheets in the order of the rows, and a row that breaks the template is named")
    func sheets() async throws {
        try write(rows: 30)
        let svg =
            #"<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="20mm" viewBox="0 0 40 20">"#
            + #"<rect id="code" x="1" y="1" width="18" height="18"/>"#
            + #"<text x="20" y="9" font-size="3">{{serial}} of {{n}}</text></svg>"#
        func site(_ svg: String) throws -> Site {
            try self.site {
                var sheet = SheetSettings(grid: "4x13")
                sheet.template = SheetSettings.File(path: "label.svg", bytes: Array(svg.utf8))
                $0.sheet = sheet
            }
        }
        let result = try await make(try site(svg))
        try shell("cd \(result.path) && sha256sum -c --strict --quiet SHA256SUMS")
        let text = try shell("pdftotext -raw \(result.path)/sheets.pdf -")
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words == (1...30).map { "S\($0) of \($0)" }.joined(separator: " "))
        let broken = try await survey(try site(svg.replacingOccurrences(of: "{{serial}}", with: "{{seral}}")))
        #expect(!broken.isRight && broken.diagnostics.contains { $0.help?.contains("serial") == true })
    }

    @Test("a label that can't be drawn is told before anything is made, at its cell; of many, a hundred and a count")
    func labelProblems() async throws {
        let svg =
            #"<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="20mm" viewBox="0 0 40 20">"#
            + #"<rect id="code" x="1" y="1" width="18" height="18"/>"#
            + #"<text x="20" y="9" font-size="3" data-fit="18">{{name}}</text></svg>"#
        func site(_ svg: String) throws -> Site {
            try self.site {
                var sheet = SheetSettings(grid: "4x13")
                sheet.template = SheetSettings.File(path: "label.svg", bytes: Array(svg.utf8))
                $0.sheet = sheet
            }
        }
        let rows = (1...900).map { row in
            switch row {
            case 3: #"S3,"Grüner Veltliner, Smaragd Achleiten 2021""#
            case 700...: "S\(row),葡萄"
            default: "S\(row),Riesling"
            }
        }
        let table = "serial,name\n" + rows.joined(separator: "\n") + "\n"
        try Files.create(folder.path + "/bottles.csv", Array(table.utf8))
        let survey = try await survey(try site(svg))
        #expect(!survey.isRight)
        let shown = DiagnosticRenderer(color: false).text(survey.diagnostics, sources: survey.sources)
        #expect(shown.contains("/bottles.csv:4:4: error[label-text]: the text is "))
        #expect(shown.contains(#"S3,"Grüner Veltliner, Smaragd Achleiten 2021""#))
        #expect(shown.contains("/bottles.csv:701:6: error[label-text]: the font DejaVuSans has no '葡' (U+8461)"))
        #expect(survey.diagnostics.count { $0.code == SheetCodes.text } == 100)
        #expect(survey.diagnostics.last?.summary == "and 102 more rows of \(folder.path)/bottles.csv with label-text")
        // What is the same on every label is told once, at the template.
        let fixed = try await self.survey(try site(svg.replacingOccurrences(of: "{{name}}", with: "葡")))
        #expect(
            DiagnosticRenderer(color: false).text(fixed.diagnostics, sources: fixed.sources)
                .contains("label.svg:1:140: error[label-text]: the font DejaVuSans has no '葡' (U+8461)"))
    }

    @Test("a column names the design of each row; a name that is none is told with its row")
    func designs() async throws {
        var site = try site {
            $0.rowDesign = try? RowTemplate("{design}")
            $0.designNumbers = ["dots": 0, "none": -1]
            $0.images = .folder
        }
        var dots = Design(name: "dots")
        dots.modules = .dots
        site.designs = [dots]
        let text = "serial,design\n1,dots\n2,none\n3,\n"
        try Files.create(folder.path + "/bottles.csv", Array(text.utf8))
        let result = try await make(site)
        let sizes = try (1...3).map { try Files.read(result.path + "/bottles/00000\($0).png").count }
        #expect(sizes[0] > sizes[1] && abs(sizes[1] - sizes[2]) < 60)
        try Files.replace(folder.path + "/bottles.csv", Array((text + "4,dotts\n").utf8))
        let survey = try await survey(site)
        #expect(survey.diagnostics.map(\.summary) == ["there is no design 'dotts'"])
        #expect(survey.diagnostics.map(\.help) == ["did you mean 'dots'?"])
    }

    @Test("ids are the same in every build, others with another secret, and none is there twice")
    func ids() async throws {
        try write(rows: 500)
        func slugs(_ secret: String, _ output: String) async throws -> [Substring] {
            let site = try site {
                $0.path = (try? RowTemplate("{id}")) ?? $0.path
                $0.secret = Array(secret.utf8)
                $0.images = .none
            }
            let path = try await make(site, output, isVerified: false).path
            return String(decoding: try Files.read(path + "/results.csv"), as: UTF8.self).split(separator: "\n")
                .dropFirst().map { $0.split(separator: ",")[1] }
        }
        let first = try await slugs("one secret of more than 32 bytes….", "a")
        #expect(first.allSatisfy { $0.utf8.count == 17 } && Set(first).count == 500)
        #expect(try await slugs("one secret of more than 32 bytes….", "b") == first)
        #expect(Set(try await slugs("another secret of 32 bytes and more", "c")).isDisjoint(with: first))
    }

    @Test("whatever a cell holds stays in its parameter of the target and in its part of the path")
    func hostileCells() throws {
        var random = SplitMix(seed: 7)
        let batch = CodeBatch(
            name: "b", data: "t.csv", path: try RowTemplate("a/{c}/z"),
            target: try RowTemplate("https://example.org/p/{c}/q?x={c}&y=1#f-{c}"))
        let alphabet = Array("abz09/?#&=%@:;,+ \"'<>\\.*{}$~|^`[]()!-_\u{E9}\u{202E}".unicodeScalars)
        for _ in 0..<3_000 {
            var cell = ""
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                cell.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "a")
            }
            let quoted = "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\""
            let bytes = Array("c\n\(quoted)\n".utf8)
            var problems: [BatchRows.Problem] = []
            var reader = try #require(BatchRows(batch, header: bytes, problems: &problems))
            reader.begin(at: reader.start, before: 0)
            guard case .row = reader.next(bytes.span), (try? reader.normalize()) != nil else { continue }
            let target = try #require(URLComponents(string: String(decoding: reader.target, as: UTF8.self)))
            let wanted = cell.trimmingCharacters(in: CharacterSet(charactersIn: " "))
            #expect(target.host == "example.org" && target.path == "/p/\(wanted)/q", "\(cell.debugDescription)")
            #expect(target.queryItems == [.init(name: "x", value: wanted), .init(name: "y", value: "1")])
            #expect(target.fragment == "f-\(wanted)")
            let slug = String(decoding: reader.slug, as: UTF8.self).split(
                separator: "/", omittingEmptySubsequences: false)
            #expect(slug.count == 3 && slug[1].removingPercentEncoding == wanted, "\(cell.debugDescription)")
        }
    }
}
