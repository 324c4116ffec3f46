// swift-format-ignore-file: LineLength
import AccessLogs
import Foundation
import TestSupport
import Testing

/// A second reading of the combined format, slow and plain: a regular expression, as its documentation suggests.
nonisolated(unsafe) private let reference =
    /^(?<ip>[^ ]{1,64}) .*?\[(?<time>\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{3})(?: (?<bytes>\d+|-)?(?: "(?<ref>(?:[^"\\]|\\.)*)" "(?<ua>(?:[^"\\]|\\.)*)".*)?)?$/

@Suite struct ReferenceTests {
    @Test("the combined parser agrees with a regular expression on whole and on damaged lines")
    func combined() throws {
        var random = SplitMix(seed: 11)
        let noise = Array(#""\[] -:/?ax09+"#.utf8)
        var accepted = 0
        for _ in 0..<4000 {
            var line = Array(Self.line(&random).utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let at = Int.random(in: 0..<line.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: line[at] = noise.randomElement(using: &random)!
                case 1: line.remove(at: at)
                default: line.insert(noise.randomElement(using: &random)!, at: at)
                }
            }
            let text = String(decoding: line, as: UTF8.self)
            var hit = Hit()
            var parser = LogParser(format: .combined)
            let ours = (try? parser.parse(line.span, 0, line.count, &hit)) ?? false
            let theirs = try reference.wholeMatch(in: text)
            if let theirs, ours {
                accepted += 1
                func raw(_ field: Field) -> String { String(decoding: line[field.range], as: UTF8.self) }
                #expect(raw(hit.address) == String(theirs.ip))
                #expect(Int(hit.status) == Int(theirs.status))
                #expect(raw(hit.userAgent) == (theirs.ua.map(String.init) ?? "").replacing(/^-$/, with: ""), "\(text)")
                #expect(raw(hit.referrer) == (theirs.ref.map(String.init) ?? "").replacing(/^-$/, with: ""))
            } else if ours {
                Issue.record("accepted, but no line: \(text)")
            } else if theirs != nil {
                // The expression knows no calendar: a 31st of June, an hour of 25.
                #expect(throws: (any Error).self) { try parse(line, .combined) }
            }
        }
        #expect(accepted > 1500)
    }

    static func line(_ random: inout SplitMix) -> String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        let day = two(Int.random(in: 1...28, using: &random))
        let clock = (0..<3).map { two(Int.random(in: 0...($0 == 0 ? 23 : 59), using: &random)) }.joined(separator: ":")
        let paths = ["/ab", "/a b", "/q/x?s=q", "/%41", "/", #"/\x22"#, "*"]
        let agents = ["Mozilla/5.0 (iPhone)", "-", "", #"a\x22b"#, #"a\"b"#, "curl/8"]
        return
            "192.0.2.\(Int.random(in: 0...255, using: &random)) - - [\(day)/\(months.randomElement(using: &random)!)/2024:\(clock) +0100] \"GET \(paths.randomElement(using: &random)!) HTTP/1.1\" \([200, 301, 302, 404].randomElement(using: &random)!) 5 \"-\" \"\(agents.randomElement(using: &random)!)\""
    }

    @Test("JSON lines agree with a general JSON reader, also when they are damaged")
    func json() throws {
        var random = SplitMix(seed: 12)
        let noise = Array(#"{}[]":,\u01a"#.utf8)
        var accepted = 0
        for round in 0..<3000 {
            let agent = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                ["a", "\"", "\\", "{", "}", "é", "\n", ":", ","].randomElement(using: &random)!
            }.joined()
            let object: [String: Any] = [
                "t": "1709207736.5", "ip": "192.0.2.1", "m": "GET", "path": "/ab", "st": 302, "ua": agent,
                "x": ["deep": [["ua": "wrong"], NSNull(), true, 1.5]],
            ]
            var line = Array(try JSONSerialization.data(withJSONObject: object))
            for _ in 0..<(round % 3) {
                let at = Int.random(in: 0..<line.count, using: &random)
                if Bool.random(using: &random) {
                    line[at] = noise.randomElement(using: &random)!
                } else {
                    line.remove(at: at)
                }
            }
            let ours = try? parse(line, .nginxJSON)
            let theirs = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            guard let theirs, let ours else {
                // We are laxer than a validator inside of what we skip, never stricter.
                if theirs != nil, round % 3 == 0 { Issue.record("refused: \(String(decoding: line, as: UTF8.self))") }
                continue
            }
            accepted += 1
            if round % 3 == 0 {
                #expect(ours.agent == (agent == "-" ? "" : agent))
                #expect(ours.path == theirs["path"] as? String)
            }
        }
        #expect(accepted > 900)
    }

    @Test("no sequence of bytes brings a parser down")
    func bytes() {
        var random = SplitMix(seed: 13)
        let alphabet = Array(" \t\"\\[]{}:,-/0123456789GETHPuxabc#Fields".utf8) + [0, 10, 13, 255]
        for _ in 0..<20_000 {
            let line = (0..<Int.random(in: 0...120, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            for format in LogFormat.allCases {
                _ = try? parse(line, format, header: "#Fields: date time c-ip cs-method cs-uri-stem sc-status")
                _ = try? parse([0x7B] + line, format)
            }
            _ = LogParser.detect(line.span)
        }
    }
}
