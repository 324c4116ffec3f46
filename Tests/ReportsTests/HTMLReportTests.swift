import Scans
import Testing

@testable import Reports

@Suite("the page")
struct HTMLReportTests {
    @Test("is at most 300 KB and asks for nothing", arguments: Language.allCases)
    func selfContained(language: Language) {
        let page = String(decoding: HTMLReport.page(.sample(), language: language), as: UTF8.self)
        #expect(page.utf8.count <= HTMLReport.sizeLimit)
        #expect(page.hasPrefix("<!doctype html>\n<html lang=\"\(language.rawValue)\">"))
        #expect(page.contains(HTMLReport.contentSecurityPolicy.split(separator: "'").joined(separator: "&#39;")))
        let tags = Tags(page)
        for forbidden in [
            "<script", "<link", "<img", "<iframe", "<object", " src=", "url(", "@import", " style=", " on",
        ] {
            #expect(!tags.shape.contains { $0.contains(forbidden) }, "\(forbidden)")
        }
        #expect(!page.contains("url("))
        #expect(!page.contains("@import"))
        for tag in tags.all where tag.hasPrefix("<a ") { #expect(tag.hasPrefix("<a href=\"#")) }
        #expect(!page.contains("{1}") && !page.contains("{2}"))
    }

    @Test("stays small with hundreds of pages about links, and says what is missing")
    func limit() {
        let report = ScanReport.sample(links: 300, details: 250)
        let page = HTMLReport.page(report, language: .english)
        #expect(page.count <= HTMLReport.sizeLimit)
        #expect(String(decoding: page, as: UTF8.self).contains("pages about single links were left out"))
    }

    @Test("stays small when every breakdown is endless")
    func endless() {
        var report = ScanReport.sample(links: 50, details: 20, days: 900)
        let rows = (0..<3_000).map {
            ScanReport.Breakdown.Row(name: String(repeating: "<&\">", count: 40) + "\($0)", scans: 3_000 - $0)
        }
        for path in [
            \ScanReport.countries, \.regions, \.cities, \.devices, \.systems, \.browsers, \.languages, \.referrers,
        ] { report[keyPath: path] = .init(rows: rows) }
        #expect(HTMLReport.page(report, language: .russian).count <= HTMLReport.sizeLimit)
    }

    @Test("has the same elements and attributes whatever the texts say", arguments: 0..<25)
    func structure(seed: Int) {
        let (harmless, hostile) = ScanReport.hostilePair(seed: UInt64(seed))
        for language in Language.allCases {
            let clean = Tags(String(decoding: HTMLReport.page(harmless, language: language), as: UTF8.self))
            let attacked = Tags(String(decoding: HTMLReport.page(hostile, language: language), as: UTF8.self))
            #expect(clean.shape == attacked.shape)
        }
    }

    @Test("has the same bytes each time")
    func deterministic() {
        #expect(
            HTMLReport.page(.sample(seed: 7), language: .german) == HTMLReport.page(.sample(seed: 7), language: .german)
        )
    }

    @Test("refreshes itself only when asked to")
    func refresh() {
        let report = ScanReport.sample(links: 2, details: 0)
        let still = String(decoding: HTMLReport.page(report, language: .english), as: UTF8.self)
        let live = String(decoding: HTMLReport.page(report, language: .english, refreshSeconds: 5), as: UTF8.self)
        #expect(!still.contains("refresh"))
        #expect(live.contains("<meta http-equiv=\"refresh\" content=\"5\">"))
    }

    @Test("has a table under every chart")
    func tables() {
        let tags = Tags(String(decoding: HTMLReport.page(.sample(), language: .english), as: UTF8.self))
        let names = tags.shape.map { String($0.prefix { $0 != " " && $0 != ">" }) }
        #expect(names.count { $0 == "<figure" } > 15)
        #expect(names.count { $0 == "<figure" } == names.count { $0 == "<svg" })
        #expect(names.count { $0 == "<figure" } == names.count { $0 == "<details" })
        #expect(names.count { $0 == "<table" } >= names.count { $0 == "<figure" })
    }
}

/// The tags of a page, found the way a browser finds them in text that is well escaped: from `<` to `>`.
struct Tags {
    let all: [String]
    /// The tags with the values of attributes that hold texts or numbers emptied.
    let shape: [String]

    init(_ page: String) {
        var tags: [String] = []
        var current: [UInt8]?
        for byte in page.utf8 {
            if byte == UInt8(ascii: "<") { current = [] }
            current?.append(byte)
            if byte == UInt8(ascii: ">"), let tag = current {
                tags.append(String(decoding: tag, as: UTF8.self))
                current = nil
            }
        }
        all = tags
        shape = tags.map { tag in
            var text = ""
            var isInside = false
            for character in tag {
                if character == "\"" { isInside.toggle() }
                if !isInside || character == "\"" { text.append(character) }
            }
            return text
        }
    }
}
