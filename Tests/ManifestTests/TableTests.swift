import Site
import Support
import Testing

@testable import Manifest

@Suite struct TableTests {
    static func csv(_ text: String) -> ManifestResult {
        read(
            "domains: { go.example.org: {}, id.example.org: {} }\ndefaults: { domain: go.example.org }\ninclude: a.csv",
            ["a.csv": text])
    }

    static func json(_ text: String) -> ManifestResult {
        read("domains: { go.example.org: {} }\ninclude: a.jsonl", ["a.jsonl": text])
    }

    /// RFC 4180 read the slow way, character by character: what the scanner is held against.
    static func naive(_ text: [UInt8]) -> [[[UInt8]]]? {
        var rows: [[[UInt8]]] = []
        var row: [[UInt8]] = []
        var cell: [UInt8] = []
        var index = 0
        var isQuoted = false
        var wasQuoted = false
        func peek(_ offset: Int) -> UInt8? { index + offset < text.count ? text[index + offset] : nil }
        while index < text.count {
            let byte = text[index]
            if isQuoted {
                if byte == 0x22, peek(1) == 0x22 {
                    cell.append(byte)
                    index += 1
                } else if byte == 0x22 {
                    isQuoted = false
                } else {
                    cell.append(byte)
                }
            } else if byte == 0x22 {
                guard cell.isEmpty, !wasQuoted else { return nil }
                (isQuoted, wasQuoted) = (true, true)
            } else if byte == 0x2C {
                row.append(cell)
                (cell, wasQuoted) = ([], false)
            } else if byte == 0x0A || byte == 0x0D {
                row.append(cell)
                rows.append(row)
                (row, cell, wasQuoted) = ([], [], false)
                if byte == 0x0D, peek(1) == 0x0A { index += 1 }
            } else {
                guard !wasQuoted else { return nil }
                cell.append(byte)
            }
            index += 1
        }
        if isQuoted { return nil }
        if !row.isEmpty || !cell.isEmpty || wasQuoted {
            row.append(cell)
            rows.append(row)
        }
        return rows
    }

    static func scanned(_ text: [UInt8]) -> [[[UInt8]]]? {
        var scanner = CSVScanner(text.span)
        var rows: [[[UInt8]]] = []
        var scratch: [UInt8] = []
        while scanner.next(text.span, &scratch) {
            if scanner.problem != nil { return nil }
            rows.append(scanner.cells.map { Array(($0.isScratch ? scratch : text)[$0.text]) })
        }
        return rows
    }

    @Test("the scanner reads as a naive reader does", arguments: 0..<8)
    func againstNaive(seed: Int) {
        var random = FixedRandom(UInt64(seed))
        let alphabet = Array("ab,,\"\"\n\r \u{E9}".utf8)
        var good = 0
        for _ in 0..<4_000 {
            let text = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let expected = Self.naive(text)
            #expect(Self.scanned(text) == expected, "\(text)")
            if expected != nil { good += 1 }
        }
        #expect(good > 1_000)
    }

    @Test("a table has columns in any order, line ends of any kind, and empty lines")
    func forms() throws {
        let result = Self.csv(
            "to,redirect,slug\r\nhttps://e.org/1,307,a\n\n\"https://e.org/\"\"2\"\"\",,\"b\"\rhttps://e.org/3,,c"
        )
        let site = try #require(result.site)
        #expect(site.links.map(\.slug) == ["a", "b", "c"])
        #expect(site.links.map(\.target) == ["https://e.org/1", "https://e.org/%222%22", "https://e.org/3"])
        #expect(site.links.map(\.redirect) == [.temporary, .found, .found])
    }

    @Test("a diagnostic of a row points at the cell, behind multi-line cells too")
    func places() throws {
        let result = Self.csv("slug,to,reuse\na,https://e.org/,\"two\nlines\"\nb//c,javascript:x,\n")
        let places = result.diagnostics.compactMap { $0.range.map { result.sources.position(of: $0) } }
        #expect(codes(result) == ["control-character", "bad-slug", "target-scheme"])
        #expect(places.map(\.line) == [2, 4, 4])
        #expect(places.map(\.column) == [18, 3, 6])
    }

    @Test("a row with a comma too many shows the cell that is too many")
    func cells() throws {
        let result = Self.csv("slug,to\na,https://e.org/?at=48.2,16.3\nb\n")
        #expect(codes(result) == ["table-cells", "table-cells"])
        let range = try #require(result.diagnostics[0].range)
        #expect(result.sources.position(of: range).column == 26)
    }

    @Test("after a hundred errors of one kind in one file only their number is given")
    func manyErrors() throws {
        let rows = (0..<1_000).map { "a//\($0),https://e.org/" }.joined(separator: "\n")
        let result = Self.csv("slug,to\n" + rows)
        #expect(result.diagnostics.count == 101)
        #expect(result.diagnostics.last?.summary == "and 900 more bad-slug in /a.csv, the first of them here")
        let warnings = Self.csv(
            "slug,to,redirect\n" + (0..<50).map { "s\($0),https://e.org/,301" }.joined(separator: "\n"))
        #expect(warnings.site != nil)
        #expect(warnings.diagnostics.count == 11)
    }

    @Test("a row without a slug gets one that other rows don't change")
    func generated() throws {
        let one = try #require(
            Self.csv("slug,to\n,https://e.org/1\n,https://e.org/2\n,https://e.org/1\n").site)
        let two = try #require(
            Self.csv(
                "slug,to\nx,https://e.org/0\n,https://e.org/2\n,https://e.org/9\n,https://e.org/1\n,https://e.org/1\n"
            ).site)
        let slugs = one.links.map(\.slug)
        #expect(Set(slugs).count == 3)
        // printf 'go.example.org\0https://e.org/1' | sha256sum: the first forty bits.
        #expect(slugs[0] == GeneratedSlugTests.slug("go.example.org\u{0}https://e.org/1"))
        #expect(slugs[2] == GeneratedSlugTests.slug("go.example.org\u{0}https://e.org/1\u{0}1"))
        #expect(two.links.map(\.slug)[1...] == [slugs[1], two.links[2].slug, slugs[0], slugs[2]])
    }

    @Test("a generated slug gives way to one that somebody wrote, wherever that stands")
    func generatedGivesWay() throws {
        let taken = GeneratedSlugTests.slug("go.example.org\u{0}https://e.org/1")
        let site = try #require(Self.csv("slug,to\n,https://e.org/1\n\(taken),https://e.org/2\n").site)
        #expect(site.links[1].slug == taken)
        #expect(site.links[0].slug.hasPrefix(taken) && site.links[0].slug.count == 9)
    }

    @Test("a JSON line may have escapes, numbers, lists of tags and nothing nested")
    func jsonForms() throws {
        let lines = #"""
            {"slug":"\u0061\/b","to":"https:\/\/e.org\/\ud83d\ude00","tags":["x y","z\n"[0]]}
            """#
        #expect(codes(Self.json(lines)) == ["table-json"])
        let good =
            #"{ "slug" : "\u0061\/b" , "to":"https:\/\/e.org\/\ud83d\ude00", "redirect":307, "dense":false, "domain":null, "tags":["x y"] }"#
        let site = try #require(Self.json(good + "\r\n\n").site)
        #expect(site.links.map(\.slug) == ["a/b"])
        #expect(site.links[0].target == "https://e.org/%F0%9F%98%80")
        #expect(site.links[0].redirect == .temporary)
        #expect(site.links[0].tags == ["x y"])
    }

    @Test(
        "a line that is no flat object is refused, and the next one is read",
        arguments: [
            "{", "}", "[]", "1", "{\"to\"}", "{\"to\":}", "{\"to\":\"x\"", "{\"to\":\"https://e.org/\",}",
            "{\"to\":01}", "{\"to\":1.5}",
            "{\"to\":{}}", "{\"to\":[]}", "{\"to\":\"\\x\"}", "{\"to\":\"\\u12\"}", "{\"to\":\"\\udc00\"}",
            "{\"to\":\"a\tb\"}",
            "{\"to\":\"https://e.org/\"}{\"to\":\"https://e.org/\"}", "{\"to\":nul}", "{'to':'x'}",
            "{\"to\":\"https://e.org/\u{0}\"}", "\"\\", "{\"\\u",
        ])
    func badJSON(line: String) {
        let result = Self.json(line + "\n{\"slug\":\"a//b\",\"to\":\"https://e.org/\"}")
        #expect(result.site == nil)
        #expect(result.diagnostics.count == 2)
        #expect(codes(result).contains("bad-slug"))
    }

    @Test("tables that are UTF-16, empty or without a header are explained")
    func headers() {
        #expect(codes(Self.csv("")) == ["table-header"])
        #expect(codes(Self.csv("slug;to\na;https://e.org/,b")) == [])
        #expect(codes(Self.csv("slug;to\na\n")) == ["table-cells"])
        #expect(codes(Self.csv("https://e.org/")) == ["unknown-key"])
        #expect(codes(Self.csv("slug,to,to\n")) == ["table-header"])
        let utf16 = readBytes(
            Array("domains: { go.example.org: {} }\ninclude: a.csv".utf8),
            ["a.csv": [0xFF, 0xFE, 0x73, 0x00]])
        #expect(codes(utf16) == ["unknown-key", "table-converted"])
    }
}

@Suite struct ConvertedTableTests {
    private func read(_ name: String, _ bytes: [UInt8]) -> ManifestResult {
        readBytes(Array("domains: { go.example.org: {} }\ninclude: \(name)".utf8), [name: bytes])
    }

    @Test("Latin-1 and UTF-16 become the same links as UTF-8, with a warning at the line")
    func encodings() throws {
        let text = "slug,to,tags\na,https://e.org/,x\nb,https://e.org/b,gr\u{FC}n\n"
        let latin = text.unicodeScalars.map { UInt8($0.value) }
        let converted = read("t.csv", latin)
        let site = try #require(converted.site)
        #expect(site.links.map(\.tags) == [["x"], ["gr\u{FC}n"]])
        #expect(codes(converted) == ["table-converted"])
        let range = try #require(converted.diagnostics[0].range)
        #expect(converted.sources.position(of: range).line == 3)
        let wide: [UInt8] = text.utf16.reduce(into: [0xFF, 0xFE]) { $0 += [UInt8($1 & 255), UInt8($1 >> 8)] }
        #expect(try #require(read("t.csv", wide).site).links.map(\.tags) == site.links.map(\.tags))
    }

    @Test("a row that is wrong in a table with semicolons is shown on its own line")
    func lines() throws {
        let result = read(
            "t.csv", Array("slug;to\n\na;https://e.org/\nb;htps://e.org/\n\"c\nd\";https://e.org/\ne\n".utf8))
        let places = result.diagnostics.compactMap { $0.range.map { result.sources.position(of: $0).line } }
        #expect(codes(result).first == "target-scheme" && codes(result).last == "table-cells")
        #expect(places == [4, 5, 7])
    }

    @Test("a file that only calls itself a workbook is refused")
    func workbook() {
        #expect(codes(read("t.xlsx", Array("slug,to\n".utf8))) == ["table-header"])
    }
}

@Suite struct GeneratedSlugTests {
    static func slug(_ message: String) -> String {
        let parts = message.split(separator: "\u{0}").map(String.init)
        let slug = GeneratedSlug(
            host: parts[0], target: Array(parts[1].utf8).span,
            occurrence: parts.count > 2 ? UInt32(parts[2]) ?? 0 : 0)
        return String(decoding: slug.text(8), as: UTF8.self)
    }

    @Test("a generated slug is the SHA-256 of host and target in base32")
    func digest() {
        // printf 'go.example.org\0https://example.org/' | sha256sum begins with c7e7124620ce4497.
        let slug = GeneratedSlug(
            host: "go.example.org", target: Array("https://example.org/".utf8).span, occurrence: 0)
        #expect(slug.high == 0xC7E7_1246_20CE_4497)
        let text = slug.text(25)
        #expect(text.count == 25)
        #expect(String(decoding: text, as: UTF8.self) == "rzkh4hh0ss29fyp8b4y7knwsk")
        #expect(text.allSatisfy(GeneratedSlug.alphabet.contains))
    }
}
