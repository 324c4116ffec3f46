import Scans
import Site
import Testing

@Suite("Links of batches")
struct BatchCatalogTests {
    @Test("a link that a batch made carries its name, and only that one's")
    func names() throws {
        var site = Site(domains: [Domain(host: "go.example.org")])
        site.links = (0..<7).map { Link(slug: "s\($0)", target: "https://example.org/") }
        site.batches = try [("empty", 0..<0), ("red", 2..<4), ("white", 4..<7)].map { name, links in
            var batch = CodeBatch(
                name: name, data: "t.csv", path: try RowTemplate("{n}"), target: try RowTemplate("https://example.org/")
            )
            batch.links = links
            return batch
        }
        #expect(site.ownLinks == 0..<2)
        #expect(LinkCatalog(site: site).entries.map(\.batch) == [nil, nil, "red", "red", "white", "white", "white"])
    }
}
