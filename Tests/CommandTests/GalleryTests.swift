import Foundation
import Testing

@Suite("Gallery")
struct GalleryTests {
    @Test("its pictures are those that the build makes of its manifest, and its page shows each")
    func upToDate() throws {
        let shell = try Shell()
        defer { shell.clean() }
        let result = try shell.run("cp -r \"$REPO/fixtures/gallery/.\" . && wayseal build -o dist > /dev/null")
        #expect(result.status == 0, "\(result.output)")
        let made = shell.folder.appendingPathComponent("dist/current/codes/go.example.org")
        let kept = Shell.repository.appendingPathComponent("docs/images/gallery")
        let page = try String(
            contentsOf: Shell.repository.appendingPathComponent("docs/gallery.md"), encoding: .utf8)
        let names = try FileManager.default.contentsOfDirectory(atPath: made.path).sorted()
        #expect(names == (try FileManager.default.contentsOfDirectory(atPath: kept.path)).sorted())
        #expect(names.count >= 40)
        for name in names {
            #expect(page.contains("(images/gallery/\(name))"), "\(name) is not on the page")
            // The text of frames is set in a face of the machine.
            if name.hasPrefix("around-") { continue }
            let (new, old) = (
                try Data(contentsOf: made.appendingPathComponent(name)),
                try Data(contentsOf: kept.appendingPathComponent(name))
            )
            #expect(new == old, "\(name) is another picture now: make gallery")
        }
    }
}
