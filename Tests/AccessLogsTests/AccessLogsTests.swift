// swift-format-ignore-file: LineLength
import AccessLogs
import Foundation
import TestSupport
import Testing

/// Parses one line, all fields decoded: what a reader of the log means by them.
struct Parsed: Equatable {
    var time: Int64
    var address: String
    var host: String
    var path: String
    var query: String
    var referrer: String
    var agent: String
    var language: String
    var link: String
    var status: UInt16
    var bytes: Int64
    var method: Method
    var isPrefetch: Bool
    var optsOut: Bool
}

func parse(_ bytes: [UInt8], _ format: LogFormat, header: String? = nil) throws -> Parsed? {
    var parser = LogParser(format: format)
    if let header { parser.adopt(header: Array(header.utf8)) }
    var hit = Hit()
    guard try parser.parse(bytes.span, 0, bytes.count, &hit) else { return nil }
    func text(_ field: Field) -> String { String(decoding: hit.decoded(field, in: bytes.span), as: UTF8.self) }
    return Parsed(
        time: hit.time, address: text(hit.address), host: text(hit.host), path: text(hit.path),
        query: text(hit.query), referrer: text(hit.referrer), agent: text(hit.userAgent),
        language: text(hit.language), link: text(hit.link), status: hit.status, bytes: hit.bytes, method: hit.method,
        isPrefetch: hit.isPrefetch, optsOut: hit.optsOut)
}

func parse(_ line: String, _ format: LogFormat, header: String? = nil) throws -> Parsed? {
    try parse(Array(line.utf8), format, header: header)
}

@Suite struct AccessLogsTests {
    static let combined =
        #"203.0.113.9 - - [29/Feb/2024:13:55:36 +0200] "GET /ab?s=q HTTP/1.1" 302 145 "https://t.example/" "Mozilla/5.0 (X)""#

    @Test("a combined line becomes a hit")
    func combinedLine() throws {
        let hit = try #require(try parse(Self.combined, .combined))
        #expect(
            hit
                == Parsed(
                    time: 1_709_207_736, address: "203.0.113.9", host: "", path: "/ab", query: "s=q",
                    referrer: "https://t.example/", agent: "Mozilla/5.0 (X)", language: "", link: "", status: 302,
                    bytes: 145, method: .get, isPrefetch: false, optsOut: false))
    }

    @Test("a common line has no referrer and no agent")
    func commonLine() throws {
        let hit = try #require(
            try parse(#"::1 - bob [01/Jan/1970:00:00:00 +0000] "HEAD / HTTP/1.0" 200 -"#, .combined))
        #expect(hit.time == 0 && hit.method == .head && hit.agent.isEmpty && hit.bytes == 0)
    }

    @Test("wayseal's own nginx line becomes a hit")
    func nginxLine() throws {
        let hit = try #require(
            try parse(
                #"{"v":1,"t":"1709207736.999","id":"0af","link":"go.example/ab","var":"b","deny":"","host":"go.example","path":"/ab","q":"x=\"1\"","m":"GET","st":302,"to":"https://x/","ip":"203.0.113.0","ua":"Mozilla \u00e9\ud83d\ude00","ref":"","al":"de-AT,de;q=0.9","dnt":"11","rt":0.000,"b":145}"#,
                .nginxJSON))
        #expect(hit.time == 1_709_207_736 && hit.link == "go.example/ab" && hit.agent == "Mozilla é😀")
        #expect(hit.query == #"x="1""# && hit.optsOut && hit.status == 302 && hit.language == "de-AT,de;q=0.9")
    }

    @Test("a Caddy line becomes a hit, whatever the order of its keys")
    func caddyLine() throws {
        let hit = try #require(
            try parse(
                #"{"level":"info","ts":1709207736.5,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"2001:db8::1","remote_port":"1","proto":"HTTP/2.0","method":"GET","host":"go.example","uri":"/ab?x","headers":{"User-Agent":["Mozilla"],"Sec-Purpose":["prefetch;prerender"],"Accept":["*/*","a{[\"}"],"Sec-Gpc":["1"]},"tls":{"resumed":false,"v":[1,{"x":null}]}},"user_id":"","duration":0.00002,"size":0,"status":302,"resp_headers":{"Location":["https://x/"],"X-Link":["go.example/ab"]}}"#,
                .caddyJSON))
        #expect(hit.address == "2001:db8::1" && hit.path == "/ab" && hit.query == "x" && hit.agent == "Mozilla")
        #expect(hit.isPrefetch && hit.optsOut && hit.link == "go.example/ab" && hit.status == 302)
    }

    @Test("an IIS line is read by its #Fields, with + for spaces")
    func iisLine() throws {
        let header =
            "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) cs(Referer) sc-status"
        let hit = try #require(
            try parse("2024-02-29 11:55:36 10.0.0.1 GET /ab - 203.0.113.9 Mozilla/5.0+(X) - 302", .w3c, header: header))
        #expect(hit.time == 1_709_207_736 && hit.agent == "Mozilla/5.0 (X)" && hit.query.isEmpty)
        #expect(try parse("#Software: x", .w3c) == nil)
        #expect(throws: Malformation.header) { try parse("2024-02-29 x", .w3c) }
    }

    @Test("a CloudFront line is read by its #Fields, tabs and twofold percent signs")
    func cloudFrontLine() throws {
        let header =
            "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query x-host-header"
        let line =
            "2024-02-29\t11:55:36\tVIE50\t99\t203.0.113.9\tGET\td1.cloudfront.net\t/ab\t302\t-\tMozilla/5.0%2520(X)\ts=q\tgo.example"
        let hit = try #require(try parse(line, .cloudFront, header: header))
        #expect(hit.agent == "Mozilla/5.0 (X)" && hit.host == "go.example" && hit.query == "s=q" && hit.bytes == 99)
        let file = Array("#Version: 1.0\n\(header)\n\(line)\n".utf8)
        #expect(LogParser.detect(file.span) == .cloudFront)
    }

    @Test(
        "what is no line of its format is refused with the reason",
        arguments: [
            ("", nil), ("x", .address), (" - - [", .address),
            (#"1.2.3.4 - - [29/Feb/2023:13:55:36 +0200] "GET / HTTP/1.1" 200 1"#, .time),
            (#"1.2.3.4 - - [29/Feb/2024:13:55:36 +0200] "GET / HTTP/1.1"#, .quote),
            (#"1.2.3.4 - - [29/Feb/2024:13:55:36 +0200] "GET / HTTP/1.1" 20 1"#, .status),
            (#"1.2.3.4 - - [29/Feb/2024:13:55:36 +0200] "GET / HTTP/1.1" 200 1 "-" "cut"#, .quote),
            (#"1.2.3.4 - - [29/Feb/2024:13:55:36 +0200] "GET / HTTP/1.1" 200 1 "-""#, .missing),
        ] as [(String, Malformation?)])
    func refused(line: String, reason: Malformation?) {
        do {
            let hit = try parse(line, .combined)
            #expect(reason == nil && hit == nil)
        } catch { #expect(error as? Malformation == reason) }
    }

    @Test("greetings of other protocols are lines, but no requests")
    func garbage() throws {
        for request in [#"\x16\x03\x01\x02"#, #"\x03\x00\x00/*\xE0\x00"#, "", "-", "quit", "G\u{1}T / HTTP/1.1", "GET"]
        {
            let line = #"1.2.3.4 - - [29/Feb/2024:13:55:36 +0200] "\#(request)" 400 0 "-" "-""#
            let hit = try #require(try parse(line, .combined))
            #expect(hit.method == .garbage, "\(request)")
            #expect(hit.path.isEmpty)
        }
    }

    @Test("quotes escaped by either server stay in their field")
    func escapes() throws {
        let start = #"1.2.3.4 - a[b [29/Feb/2024:13:55:36 +0200] "GET /a b\x22 c HTTP/1.1" 302 0 "-" "#
        #expect(try parse(start + #""x\x22y\xC3\xA9""#, .combined)?.agent == "x\"yé")
        #expect(try parse(start + #""x\"y\\""#, .combined)?.agent == #"x"y\"#)
        #expect(try parse(start + #""x""#, .combined)?.path == "/a b\" c")
        #expect(throws: Malformation.quote) { try parse(start + #""x\""#, .combined) }
    }

    @Test("a user name cannot forge a time")
    func forgedTime() throws {
        let line =
            #"1.2.3.4 - [01/Jan/2000:00:00:00 +0000] \x22GET [29/Feb/2024:13:55:36 +0200] "GET /a HTTP/1.1" 302 0 "-" "x""#
        #expect(try parse(line, .combined)?.time == 1_709_207_736)
    }

    @Test("a time of 21 digits is refused or read, never trapped on", arguments: LogFormat.allCases)
    func longTime(format: LogFormat) {
        for time in ["999999999999.999999999", "123456789012.123456789", "1.797000000e9", "9.999999999999999999999e9"] {
            _ = try? parse(
                #"{"v":1,"t":"\#(time)","link":"/a","host":"h","path":"/a","m":"GET","st":302,"ip":"1.2.3.0","ua":""}"#,
                format)
            _ = try? parse(
                #"{"ts":\#(time),"request":{"remote_ip":"1.2.3.4","method":"GET","host":"h","uri":"/a"},"status":302}"#,
                format)
        }
    }

    @Test("absolute targets give their path")
    func absolute() throws {
        for (target, path) in [
            ("http://go.example/a?b", "/a"), ("*", ""), ("go.example:443", ""), ("http://x", ""), ("//x/y", "//x/y"),
        ] {
            let line = #"1.2.3.4 - - [29/Feb/2024:13:55:36 +0200] "GET \#(target) HTTP/1.1" 302 0 "-" "x""#
            #expect(try parse(line, .combined)?.path == path)
        }
    }

    @Test("lines of 10 MB, NUL and broken UTF-8 do no harm")
    func hostile() throws {
        let long = Array(Self.combined.utf8) + [UInt8](repeating: 0x61, count: 10_000_000)
        #expect(throws: Malformation.tooLong) { try parse(long, .combined) }
        let brackets = [UInt8](repeating: 0x5B, count: 65000)
        #expect(throws: (any Error).self) { try parse(brackets, .combined) }
        #expect(throws: (any Error).self) { try parse([0x7B, 0x22, 0x61, 0x22, 0x3A] + brackets, .caddyJSON) }
        let raw =
            Array(#"1.2.3.4 - - [29/Feb/2024:13:55:36 +0200] "GET /a"#.utf8) + [0, 0xFF]
            + Array(#" HTTP/1.1" 302 0 "-" ""#.utf8) + [0xFF, 0xFE, 0, 0x22]
        let hit = try #require(try parse(raw, .combined))
        #expect(hit.path == "/a\0\u{FFFD}" && hit.agent == "\u{FFFD}\u{FFFD}\0")
    }

    @Test("formats are told apart by their first readable line")
    func detection() {
        func detect(_ text: String) -> LogFormat? { LogParser.detect(Array(text.utf8).span) }
        #expect(detect("garbage\n" + Self.combined + "\n") == .combined)
        #expect(detect(Self.combined) == .combined)
        #expect(detect(#"{"v":1,"t":"1.0","m":"GET","st":302,"ip":"::1"}"# + "\n") == .nginxJSON)
        #expect(
            detect(#"{"ts":1.0,"request":{"remote_ip":"::1","method":"GET","uri":"/"},"status":302}"#) == .caddyJSON)
        #expect(detect("#Software: IIS\n#Fields: date time c-ip\n") == .w3c)
        #expect(detect("hello\nworld\n") == nil)
        #expect(detect("") == nil)
    }

    @Test("addresses are read as inet_pton reads them")
    func addresses() {
        var random = SplitMix(seed: 5)
        let alphabet = Array("0123456789abcdefF:.".utf8)
        for round in 0..<40_000 {
            var text: [UInt8]
            if round % 4 == 0 {
                text = (0..<Int.random(in: 1...20, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            } else {
                var parts: [String] = []
                for _ in 0..<Int.random(in: 1...9, using: &random) {
                    parts.append(
                        Int.random(in: 0...3, using: &random) == 0
                            ? "" : String(UInt16.random(in: 0...UInt16.max, using: &random), radix: 16))
                }
                if round % 3 == 0 { parts.append("1.2.3.4") }
                if round % 5 == 0 { parts = (0..<4).map { _ in String(Int.random(in: 0...260, using: &random)) } }
                text = Array(parts.joined(separator: round % 5 == 0 ? "." : ":").utf8)
            }
            var v6 = in6_addr()
            var v4 = in_addr()
            let string = String(decoding: text, as: UTF8.self)
            var expected: [UInt8]?
            // Leading zeros in IPv4 are a matter of taste; servers never write them.
            let hasLeadingZero = string.split(separator: ".").contains { $0.count > 1 && $0.hasPrefix("0") }
            if hasLeadingZero, string.contains(".") { continue }
            if inet_pton(AF_INET, string, &v4) == 1 {
                expected = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + withUnsafeBytes(of: v4) { Array($0) }
            } else if inet_pton(AF_INET6, string, &v6) == 1 {
                expected = withUnsafeBytes(of: v6) { Array($0) }
            }
            let parsed = Address.parse(text.span, Field(0, text.count))
            let bytes = parsed.map { address in
                withUnsafeBytes(of: address.high.bigEndian) { Array($0) }
                    + withUnsafeBytes(of: address.low.bigEndian) { Array($0) }
            }
            #expect(bytes == expected, "\(string)")
        }
        let v6 = Array("2001:db8:1:2:3::4".utf8)
        #expect(Address.parse(v6.span, Field(0, v6.count))?.connection == Address(high: 0x2001_0db8_0001_0002, low: 0))
    }
}
