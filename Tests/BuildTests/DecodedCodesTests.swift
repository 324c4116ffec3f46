import Build
import Decoding
import Redirects
import Site
import Support
import TestSupport
import Testing

@Suite("Codes of a build")
struct DecodedCodesTests {
    @Test("each image is read by zxing and by zbar as exactly its link's address")
    func decoded() async throws {
        let folder = TemporaryFolder()
        var random = SplitMix(seed: 7)
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyzABCXYZ-._~!$'()+,;=:@%")
        var slugs: Set<String> = ["a", "docs/*", "stra%C3%9Fe"]
        while slugs.count < 60 {
            let length = Int.random(in: 1...80, using: &random)
            let slug = String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
            slugs.insert(slug.replacing("%", with: "%25"))
        }
        var site = site(slugs.sorted().map { ($0, "https://example.org/") })
        for index in site.links.indices where index.isMultiple(of: 3) { site.links[index].options = .dense }
        site.codes.formats = [.png]
        let options = BuildOptions(
            output: folder.path + "/dist", lockPath: folder.path + "/lock", workers: 2, now: 0, deployment: Deployment()
        )
        let compilation = try await Compilation(
            site, lock: LinkLock(), deployment: options.deployment, formats: site.codes.formats)
        _ = try await BuildPipeline(site, compilation, options).run { _ in }

        var zbar = ZBarReader()
        for link in site.links {
            let name = link.slug.replacing("/*", with: "/wildcard")
            let image = try PNGReader.read(
                Files.read("\(folder.path)/dist/current/codes/go.example.org/\(name).png"))
            let expected = Array(site.url(of: link, dense: link.dense).utf8)
            #expect(ZXingReader.read(image, pure: true).map(\.bytes) == [expected], "\(link.slug)")
            #expect(zbar.read(image).map(\.bytes) == [expected], "\(link.slug)")
        }
    }
}
