import Build
import Site
import Support
import TestSupport
import Testing

/// A site on one domain with these slugs and targets.
func site(_ links: [(String, String)], host: String = "go.example.org", _ edit: (inout Link) -> Void = { _ in }) -> Site
{
    Site(
        domains: [Domain(host: host)],
        links: links.map { slug, target in
            var link = Link(slug: slug, target: target)
            edit(&link)
            return link
        })
}

@Suite("The lock")
struct LinkLockTests {
    private func lock(_ bytes: [UInt8]) -> LinkLock {
        let (lock, diagnostics) = LinkLock.read(bytes, file: 0)
        #expect(diagnostics.isEmpty)
        return lock
    }

    @Test("the first build's lock has every link, sorted, slugs in lower case")
    func first() {
        let update = LinkLock().updated(by: site([("menu", "https://b/"), ("App", "https://a/")]))
        #expect(
            String(decoding: update.bytes, as: UTF8.self) == """
                wayseal-lock 1
                live go.example.org/app 302 - https://a/
                live go.example.org/menu 302 - https://b/

                """)
        #expect(update.changes.map(\.kind) == [.added, .added])
    }

    @Test("building the same again changes nothing")
    func unchanged() {
        let site = site((0..<50).map { ("s\($0)", "https://example.org/\($0)") })
        let first = LinkLock().updated(by: site)
        let second = lock(first.bytes).updated(by: site)
        #expect(second.bytes == first.bytes)
        #expect(second.changeCount == 0)
        #expect(second.unchanged == 50)
    }

    @Test("a new target is the everyday act: before and after, no complaint")
    func retargeted() throws {
        let old = LinkLock().updated(by: site([("a", "https://x/")]))
        let update = lock(old.bytes).updated(by: site([("a", "https://y/")]))
        let change = try #require(update.changes.first)
        #expect(change.kind == .retargeted)
        #expect(change.before?.target == "https://x/")
        #expect(change.after?.target == "https://y/")
        #expect(update.diagnostics.isEmpty)
    }

    @Test("a removed link stays in the lock, and its slug can't be given to something else")
    func reserved() {
        let built = LinkLock().updated(by: site([("a", "https://x/"), ("b", "https://b/")]))
        let removed = lock(built.bytes).updated(by: site([("b", "https://b/")]))
        #expect(removed.changes.map(\.kind) == [.removed])
        #expect(String(decoding: removed.bytes, as: UTF8.self).contains("gone go.example.org/a 302 - https://x/\n"))

        let taken = lock(removed.bytes).updated(by: site([("A", "https://other/"), ("b", "https://b/")]))
        #expect(taken.diagnostics.map(\.code) == [BuildCodes.reservedSlug])

        let back = lock(removed.bytes).updated(by: site([("a", "https://x/"), ("b", "https://b/")]))
        #expect(back.diagnostics.isEmpty)
        #expect(back.changes.map(\.kind) == [.restored])

        let reused = lock(removed.bytes).updated(by: site([("a", "https://other/")]) { $0.reuse = "never printed" })
        #expect(reused.diagnostics.isEmpty)
        #expect(reused.changes.map(\.kind) == [.reused, .removed])
    }

    @Test("lines in any order, as a merge leaves them, are read; anything else is an error with its line")
    func reading() {
        let shuffled = """
            wayseal-lock 1
            live go.example.org/menu 302 - https://b/
            live go.example.org/app 302 - https://a/

            """
        let update = lock(Array(shuffled.utf8)).updated(by: site([("menu", "https://b/"), ("app", "https://a/")]))
        #expect(update.changeCount == 0)

        for bad in [
            "", "<<<<<<< HEAD", "live a/b 302 -", "live a/b 200 - https://a/", "dead a/b 302 - x", "live ab 302 - x",
        ] {
            let text = "wayseal-lock 1\n\(bad)\n"
            let (_, diagnostics) = LinkLock.read(Array(text.utf8), file: 0)
            #expect(diagnostics.map(\.range?.start) == [15], "\(bad)")
        }
        for whole in ["hello\n", "", "wayseal-lock 2\n"] {
            #expect(
                LinkLock.read(Array(whole.utf8), file: 0).diagnostics.map(\.code) == [BuildCodes.badLock], "\(whole)")
        }
    }

    @Test("after a merge one slug may have two lines: it is one link, live if either side has it")
    func merged() {
        for lines in [
            ["live go.example.org/b 302 - https://e.org/old", "live go.example.org/b 302 - https://e.org/b"],
            ["live go.example.org/b 302 - https://e.org/b", "gone go.example.org/b 302 - https://e.org/gone"],
            ["gone go.example.org/b 302 - https://e.org/gone", "live go.example.org/b 302 - https://e.org/b"],
        ] {
            let text = (["wayseal-lock 1"] + lines).joined(separator: "\n") + "\n"
            let update = lock(Array(text.utf8)).updated(by: site([("b", "https://e.org/b")]))
            #expect(update.changeCount == 0, "\(lines)")
            #expect(
                String(decoding: update.bytes, as: UTF8.self)
                    == "wayseal-lock 1\nlive go.example.org/b 302 - https://e.org/b\n")
        }
    }

    @Test("line ends of another system are read, merge markers are named once")
    func foreignLines() {
        let crlf = "wayseal-lock 1\r\nlive go.example.org/b 302 - https://e.org/b\r\n"
        #expect(lock(Array(crlf.utf8)).updated(by: site([("b", "https://e.org/b")])).changeCount == 0)
        let marked = "wayseal-lock 1\n<<<<<<< a\nlive a/b 302 - x\n=======\nlive a/c 302 - x\n>>>>>>> b\n"
        let (_, diagnostics) = LinkLock.read(Array(marked.utf8), file: 0)
        #expect(diagnostics.count == 1)
    }

    @Test("the difference agrees with dictionaries, over random histories", arguments: 0..<30)
    func histories(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var lock = LinkLock()
        var ever: [String: String] = [:]
        for _ in 0..<6 {
            var links: [String: String] = [:]
            for _ in 0..<20 {
                let slug = "s\(Int.random(in: 0..<30, using: &random))"
                links[slug] = "https://example.org/\(Int.random(in: 0..<3, using: &random))"
            }
            let update = lock.updated(by: site(links.map { ($0.key, $0.value) }) { $0.reuse = "test" })
            let changed = Set(update.changes.map { String($0.key.dropFirst("go.example.org/".count)) })
            let live = Set(
                String(decoding: lock.bytes, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("live") }
                    .map { String($0.split(separator: " ")[1].dropFirst("go.example.org/".count)) })
            for slug in Set(links.keys).union(live) {
                let isSame = live.contains(slug) && links[slug] == ever[slug]
                #expect(changed.contains(slug) == !isSame)
            }
            for (slug, target) in links { ever[slug] = target }
            lock = self.lock(update.bytes)
            #expect(lock.count == ever.count)
        }
    }
}
