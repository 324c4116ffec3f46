import Site
import Support
import Testing

@testable import Manifest

/// The normal form of a slug, or the code of its problem.
func slug(_ text: String) -> String {
    var out: [UInt8] = []
    do throws(TextProblem) {
        try SlugText.normalize(Array(text.utf8).span, into: &out)
        return String(decoding: out, as: UTF8.self)
    } catch {
        return "error " + error.code.id
    }
}

/// The normal form of a target, or the code of its problem.
func target(_ text: String, _ schemes: Set<String> = []) -> String {
    var out: [UInt8] = []
    var targets = TargetText()
    targets.appSchemes = schemes
    do throws(TextProblem) {
        _ = try targets.normalize(Array(text.utf8).span, into: &out)
        return String(decoding: out, as: UTF8.self)
    } catch {
        return "error " + error.code.id
    }
}

@Suite struct TextTests {
    @Test("the character sets are those of the standards")
    func sets() {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        let digits = "0123456789"
        let unreserved = letters + digits + "-._~"
        let subDelims = "!$&'()*+,;="
        func holds(_ set: ASCIISet, exactly text: String) -> Bool {
            (0...255).allSatisfy { set.contains(UInt8($0)) == text.utf8.contains(UInt8($0)) }
        }
        #expect(holds(.unreserved, exactly: unreserved))
        #expect(holds(.slug, exactly: unreserved + "!$&'()+,;=:@"))
        #expect(holds(.path, exactly: unreserved + subDelims + ":@/"))
        #expect(holds(.query, exactly: unreserved + subDelims + ":@/?"))
        #expect(holds(.host, exactly: letters.lowercased() + digits + "-._"))
        #expect(holds(.dense, exactly: digits + letters.uppercased() + " $%*+-./:"))
        #expect(holds(.hexDigits, exactly: digits + "abcdefABCDEF"))
        #expect(holds(.word, exactly: letters + digits + "_"))
        #expect(holds(.scheme, exactly: letters + digits + "+-."))
    }

    @Test(
        "a slug is brought to one form",
        arguments: [
            ("a", "a"), ("/a", "a"), ("A/b-c_d.e~f", "A/b-c_d.e~f"), ("é", "%C3%A9"), ("%c3%a9", "%C3%A9"),
            ("a%2Db", "a-b"),
            ("a%21b", "a!b"), ("a b", "a%20b"), ("100%25", "100%25"), ("docs/*", "docs/*"), ("*", "*"),
            ("a/%2e%2e%2e", "a/..."),
            ("\"<>`{}|^[]", "%22%3C%3E%60%7B%7D%7C%5E%5B%5D"), ("a%3Fb", "a%3Fb"),
            ("👩‍💻", "%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB"),
            ("a/.b", "a/.b"), ("x/.well-known", "x/.well-known"),
        ])
    func slugForm(written: String, normal: String) { #expect(slug(written) == normal) }

    @Test(
        "a slug that servers would read as another path is refused",
        arguments: [
            ("", "bad-slug"), ("/", "bad-slug"), ("//a", "bad-slug"), ("a//b", "bad-slug"),
            ("a/", "bad-slug"), (".", "bad-slug"),
            ("a/..", "bad-slug"), ("%2e%2e/a", "bad-slug"), ("a%2fb", "bad-slug"), ("a%5Cb", "bad-slug"),
            ("a\\b", "bad-slug"),
            ("a%00", "bad-slug"), ("a%0d%0aX: 1", "bad-slug"), ("a%7f", "bad-slug"),
            ("a\nb", "control-character"), ("a?b", "bad-slug"),
            ("a#b", "bad-slug"), ("50%", "bad-slug"), ("%zz", "bad-slug"), ("%ff", "invalid-utf8"),
            ("a*", "wildcard-place"),
            ("*/a", "wildcard-place"), ("a%2A", "bad-slug"), (".WELL-known/x", "reserved-slug"),
            ("%2Ewell-known", "reserved-slug"),
            ("a\u{202E}b", "control-character"), ("a%E2%80%AEb", "control-character"),
        ])
    func badSlug(written: String, code: String) { #expect(slug(written) == "error " + code) }

    @Test("a slug may have 400 bytes and not one more, after encoding")
    func slugLimit() {
        #expect(slug(String(repeating: "a", count: 400)).utf8.count == 400)
        #expect(slug(String(repeating: "a", count: 401)) == "error slug-too-long")
        #expect(slug(String(repeating: "é", count: 66) + "abcd").utf8.count == 400)
        #expect(slug(String(repeating: "é", count: 67)) == "error slug-too-long")
        #expect(slug(String(repeating: "%61", count: 400)).utf8.count == 400)
    }

    @Test(
        "a target is brought to RFC 3986 form",
        arguments: [
            ("https://example.org", "https://example.org/"),
            ("HTTPS://Example.ORG/Path", "https://example.org/Path"),
            ("https://bücher.example/ü?ö#ä", "https://xn--bcher-kva.example/%C3%BC?%C3%B6#%C3%A4"),
            ("https://example.org/a b\"<>\\^`{|}", "https://example.org/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D"),
            ("https://example.org/100%", "https://example.org/100%25"),
            ("https://example.org/%zz%4", "https://example.org/%25zz%254"),
            ("https://example.org/%c3%a4", "https://example.org/%C3%A4"),
            ("https://example.org/a[1]", "https://example.org/a%5B1%5D"),
            ("https://example.org/?a=b?c#d#e?", "https://example.org/?a=b?c#d%23e?"),
            ("https://example.org:443/", "https://example.org/"),
            ("http://example.org:80", "http://example.org/"),
            ("http://example.org:443/", "http://example.org:443/"),
            ("https://example.org:/x", "https://example.org/x"),
            ("https://example.org:0443/", "https://example.org/"),
            ("https://[2001:DB8::0:1]:8443/x", "https://[2001:db8::1]:8443/x"),
            ("https://192.0.2.1/", "https://192.0.2.1/"),
            ("https://example.org?q", "https://example.org/?q"),
            ("https://example.org#f", "https://example.org/#f"),
            ("https://my_bucket.example/", "https://my_bucket.example/"),
            ("https://example.org./", "https://example.org./"),
            (
                "mailto:anna@example.org?subject=Grüß Gott",
                "mailto:anna@example.org?subject=Gr%C3%BC%C3%9F%20Gott"
            ),
            ("TEL:+43 1 234", "tel:+43%201%20234"), ("geo:48.2,16.37", "geo:48.2,16.37"),
            ("sms:+431?body=hi", "sms:+431?body=hi"),
            ("https://example.org/$${x}", "https://example.org/$$%7Bx%7D"),
            ("https://faß.example/", "https://xn--fa-hia.example/"),
        ])
    func targetForm(written: String, normal: String) {
        #expect(target(written) == normal)
        #expect(target(normal) == normal, "not idempotent")
    }

    @Test(
        "a target that browsers would read as another one is refused",
        arguments: [
            ("", "bad-target"), ("example.org", "bad-target"), ("/path", "bad-target"),
            ("//example.org/", "bad-target"),
            ("https:example.org", "bad-target"), ("https:/example.org", "bad-target"),
            ("https://", "target-host"),
            ("https:///x", "target-host"), ("https://:80/", "target-host"), ("https://a b/", "target-host"),
            ("https://example.org:0/", "target-host"), ("https://example.org:65536/", "target-host"),
            ("https://example.org:8o/", "target-host"), ("https://a..b/", "target-host"),
            ("https://1.2.3/", "target-host"),
            ("https://0x7f.1/", "target-host"), ("https://256.256.256.256/", "target-host"),
            ("https://[::1/", "target-host"),
            ("https://[::1]x/", "target-host"), ("https://exa%6Dple.org/", "target-host"),
            ("https://a\\b/", "target-host"),
            ("https://user@example.org/", "target-userinfo"), ("https://u:p@example.org/", "target-userinfo"),
            ("https://@example.org/", "target-userinfo"), ("javascript:alert(1)", "target-scheme"),
            ("JAVASCRIPT:alert(1)", "target-scheme"),
            ("data:text/html,x", "target-scheme"), ("ftp://example.org/", "target-scheme"),
            ("java\tscript:x", "control-character"),
            ("https://example.org/\n", "control-character"),
            ("https://example.org/\u{0}", "control-character"),
            ("https://example.org/\u{7F}", "control-character"),
            ("https://example.org/\u{85}", "control-character"),
            ("mailto:", "bad-target"), ("tel:abc", "bad-target"), ("1https://x/", "bad-target"),
            ("https://\u{202E}x/", "target-host"),
            ("https://" + String(repeating: "a", count: 64) + ".org/", "target-host"),
            ("https://example.org/" + String(repeating: "a", count: 3_900), "target-too-long"),
            ("https://example.org/" + String(repeating: "ä", count: 700), "target-too-long"),
        ])
    func badTarget(written: String, code: String) { #expect(target(written) == "error " + code) }

    @Test("app schemes are allowed when the manifest names them, in any case")
    func appSchemes() {
        #expect(target("MyApp://Open/1", ["myapp"]) == "myapp://Open/1")
        #expect(target("myapp://open") == "error target-scheme")
        #expect(links("  a: \"myapp://x\"").diagnostics.first?.help?.contains("schemes: [myapp]") == true)
    }

    @Test(
        "a declared host is lower-case ASCII without anything else",
        arguments: [
            ("go.example.org", "go.example.org"), ("GO.Example.ORG.", "go.example.org"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("localhost", "localhost"), ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("1.example", "1.example"),
        ])
    func host(written: String, normal: String) throws { #expect(try HostName.domain(written) == normal) }

    @Test(
        "a host that can't exist is refused",
        arguments: [
            "", ".", "a..b", ".a", "-a.b", "a-.b", "a_b", "a b", "a/b", "https://a", "a:80", "127.0.0.1",
            "*.example.org", "a\u{0}b", "a%41",
            "a\nb", "a\"b", "a;b", "a{b}", "a$b", String(repeating: "a", count: 64),
            String(repeating: "a.", count: 130) + "b", "☃\u{202E}.example",
        ])
    func badHost(written: String) {
        #expect(throws: TextProblem.self) { try HostName.domain(written) }
    }

    @Test("a listen address is a port with or without an IP address")
    func listen() {
        func shown(_ text: String) -> String? { SiteAssembly.listenAddress(text)?.description }
        #expect(shown("8080") == "8080")
        #expect(shown("*:8080") == "8080")
        #expect(shown("127.0.0.1:80") == "127.0.0.1:80")
        #expect(shown("[::0:1]:80") == "[::1]:80")
        for bad in [
            "", "0", "65536", "localhost:80", "::1:80", "[::1]", "1.2.3:80", "127.0.0.1:", ":80:",
            "80;include x", "-1", "+80",
        ] {
            #expect(shown(bad) == nil, "\(bad)")
        }
    }

    @Test("a duration is a number with a unit, seconds without one")
    func duration() {
        #expect(SiteAssembly.duration("300") == 300)
        #expect(SiteAssembly.duration("1y") == 31_536_000)
        #expect(SiteAssembly.duration("180d") == 15_552_000)
        for bad in ["", "y", "1.5d", "-1", "1 y", "99999999999", "101y", "1Y"] {
            #expect(SiteAssembly.duration(bad) == nil, "\(bad)")
        }
    }

    @Test("UTM parameters go before the fragment and are encoded, and a target keeps its own")
    func utm() throws {
        func added(_ url: String, _ name: String = "utm_source", _ value: String = "a b&c") throws -> String {
            var bytes: [UInt8] = []
            var parts = try TargetText().normalize(Array(url.utf8).span, into: &bytes)
            _ = UTMParameter.insert([UTMParameter(name: name, value: value)], into: &bytes, &parts)
            #expect(TargetText.normalParts(bytes.span) == parts)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(try added("https://e.org") == "https://e.org/?utm_source=a%20b%26c")
        #expect(try added("https://e.org/#f?x") == "https://e.org/?utm_source=a%20b%26c#f?x")
        #expect(try added("https://e.org/?a#f") == "https://e.org/?a&utm_source=a%20b%26c#f")
        #expect(try added("https://e.org/?a&") == "https://e.org/?a&utm_source=a%20b%26c")
        #expect(try added("https://e.org/?") == "https://e.org/?utm_source=a%20b%26c")
        #expect(try added("https://e.org/?utm_source=x") == "https://e.org/?utm_source=x")
        #expect(
            try added("https://e.org/?utm_source_x=x") == "https://e.org/?utm_source_x=x&utm_source=a%20b%26c"
        )
    }

    @Test("a pattern matches names, never a slash or a leading dot")
    func glob() {
        #expect(Glob.matches("*.csv", "a.csv"))
        #expect(Glob.matches("a?c*", "abcd"))
        #expect(!Glob.matches("*", ".hidden"))
        #expect(!Glob.matches("*.csv", "a.csvx"))
        #expect(!Glob.matches(String(repeating: "*a", count: 50) + "b", String(repeating: "a", count: 2_000)))
        let files = MemoryFiles([
            "/a.csv": "", "/x/b.csv": "", "/x/y/c.csv": "", "/x/y/.d.csv": "", "/x/y/e.txt": "",
        ])
        #expect(Glob("**/*.csv").paths(in: ".", files) == ["a.csv", "x/b.csv", "x/y/c.csv"])
        #expect(Glob("x/*/*.csv").paths(in: ".", files) == ["x/y/c.csv"])
        #expect(Glob("**/**/**").paths(in: ".", files) == ["a.csv", "x/b.csv", "x/y/c.csv", "x/y/e.txt"])
    }
}
