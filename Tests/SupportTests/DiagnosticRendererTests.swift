import Foundation
import Testing

@testable import Support

@Suite struct DiagnosticRendererTests {
    static let code = DiagnosticCode("bad-thing", "a bad thing", "Why.")

    static func render(
        _ text: [UInt8], _ start: Int, _ length: Int, summary: String = "it is bad", path: String = "a.yaml",
        conceal: Range<Int>? = nil, color: Bool = false
    ) -> String {
        var sources = SourceMap()
        let file = sources.add(path: path, bytes: text)
        if let conceal {
            sources.conceal(
                SourceRange(file: file, start: UInt32(conceal.lowerBound), length: UInt32(conceal.count)))
        }
        let range = SourceRange(file: file, start: UInt32(start), length: UInt32(length))
        return DiagnosticRenderer(color: color).text([.error(code, at: range, summary)], sources: sources)
    }

    @Test("a diagnostic shows its place, its line and a caret")
    func plain() {
        #expect(
            Self.render(Array("one\ntwo three\nfour".utf8), 8, 5) == """
                a.yaml:2:5: error[bad-thing]: it is bad
                   2 | two three
                     |     ^~~~~

                """)
    }

    @Test("the caret stands under the character, whatever its width or the tabs before it")
    func widths() {
        let shown = Self.render(Array("\tä漢x".utf8), 6, 1)
        #expect(shown.contains("a.yaml:1:4: "))
        #expect(shown.contains("   1 |     ä漢x\n     |        ^\n"))
    }

    @Test("control, invisible and malformed bytes are made visible, in paths and messages too")
    func hostile() {
        let text = Array("a\u{1B}[31m\u{202E}b\u{0}".utf8) + [0xFF] + Array("\rc".utf8)
        let shown = Self.render(
            text, 0, text.count, summary: "\u{1B}]0;x\u{7} \u{202E}", path: "\u{1B}c.yaml")
        #expect(shown.contains("a␛[31m<U+202E>b␀\\xFF␍c"))
        #expect(shown.contains("␛c.yaml:1:1: "))
        #expect(shown.contains("␛]0;x␇ <U+202E>"))
        #expect(shown.unicodeScalars.allSatisfy { $0 == "\n" || !UTF8Scalars.isTreacherous($0) })
    }

    @Test("of a line of five megabytes only what is round the caret is shown")
    func longLine() {
        let text = [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000)
        let shown = Self.render(text, 2_500_000, 1_000)
        #expect(shown.utf8.count < 500)
        #expect(shown.contains("a.yaml:1:2500001: "))
        let lines = shown.split(separator: "\n")
        #expect(lines[1].hasPrefix("   1 | …x") && lines[1].hasSuffix("x…"))
    }

    @Test("bytes that hold a secret are asterisks")
    func concealed() {
        let shown = Self.render(Array("key: secret # x".utf8), 0, 3, conceal: 5..<11)
        #expect(shown.contains("key: ****** # x"))
        #expect(!shown.contains("secret"))
    }

    @Test("places at the end of a file, past it, and in CRLF lines are shown")
    func ends() {
        #expect(Self.render([], 0, 0).contains("a.yaml:1:1: "))
        #expect(Self.render(Array("ab\r\ncd\r\n".utf8), 4, 9).contains("   2 | cd\n     | ^~\n"))
        #expect(Self.render(Array("ab\n".utf8), 3, 0).contains("a.yaml:2:1: "))
        #expect(Self.render(Array("ab".utf8), 900, 5).contains("a.yaml:1:3: "))
    }

    @Test("diagnostics are sorted by file and place, those of no place first")
    func order() {
        func at(_ file: Int32, _ start: UInt32) -> Diagnostic {
            .error(Self.code, at: SourceRange(file: file, start: start, length: 0), "\(file):\(start)")
        }
        let sorted = DiagnosticRenderer.sorted([
            at(1, 0), at(0, 5), .error(Self.code, at: nil, "none"), at(0, 2),
        ])
        #expect(sorted.map(\.summary) == ["none", "0:2", "0:5", "1:0"])
    }

    @Test("colours frame what they colour and end")
    func color() {
        let shown = Self.render(Array("abc".utf8), 0, 1, color: true)
        #expect(shown.contains("\u{1B}[1;31merror[bad-thing]\u{1B}[0m"))
        #expect(
            shown.components(separatedBy: "\u{1B}[0m").count == shown.components(separatedBy: "\u{1B}[").count
                / 2 + 1)
    }

    @Test("JSON has the place, the notes and the help, and no source text")
    func json() throws {
        var sources = SourceMap()
        let file = sources.add(path: "a.yaml", bytes: Array("ä secret\n".utf8))
        let range = SourceRange(file: file, start: 3, length: 6)
        let diagnostic = Diagnostic.warning(
            Self.code, at: range, "it \"is\" bad",
            notes: [Diagnostic.Note("first here", at: range), Diagnostic.Note("no place")],
            help: nil)
        let bytes = DiagnosticRenderer.json([diagnostic], sources: sources)
        let array = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: Any]])
        #expect(array.count == 1)
        #expect(array[0]["severity"] as? String == "warning")
        #expect(array[0]["code"] as? String == "bad-thing")
        #expect(array[0]["line"] as? Int == 1)
        #expect(array[0]["column"] as? Int == 3)
        #expect(array[0]["endColumn"] as? Int == 9)
        #expect(array[0]["summary"] as? String == "it \"is\" bad")
        #expect(array[0]["help"] is NSNull)
        #expect((array[0]["notes"] as? [[String: Any]])?.count == 2)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("secret"))
    }
}

@Suite struct JSONWriterTests {
    @Test("objects and arrays nest, with and without indentation")
    func nesting() {
        func written(_ indent: Int?) -> String {
            var json = JSONWriter(indent: indent)
            json.object {
                $0.field("a", 1)
                $0.key("b")
                $0.array {
                    $0.string("x")
                    $0.null()
                    $0.object { _ in }
                    $0.array { $0.number(1.5) }
                }
                $0.field("c", true)
            }
            return String(decoding: json.bytes, as: UTF8.self)
        }
        #expect(written(nil) == #"{"a":1,"b":["x",null,{},[1.5]],"c":true}"#)
        #expect(
            written(2) == """
                {
                  "a": 1,
                  "b": [
                    "x",
                    null,
                    {},
                    [
                      1.5
                    ]
                  ],
                  "c": true
                }
                """)
    }

    @Test("JSON Lines are values with line ends between")
    func lines() {
        var json = JSONWriter()
        json.object { $0.field("a", 1) }
        json.lineEnd()
        json.object { $0.field("a", 2) }
        json.lineEnd()
        #expect(String(decoding: json.bytes, as: UTF8.self) == "{\"a\":1}\n{\"a\":2}\n")
    }

    @Test("whatever bytes go in, valid JSON comes out that says the same", arguments: 0..<4)
    func anyBytes(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<500 {
            var bytes: [UInt8] = []
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 33))
            }
            var json = JSONWriter()
            json.array { $0.string(utf8: bytes.span) }
            let back = try #require(try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String])
            if let valid = String(validating: bytes, as: UTF8.self) {
                #expect(back[0].utf8.elementsEqual(valid.utf8))
            }
            #expect(json.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        }
        var json = JSONWriter()
        json.string("\"\\/\n\t\u{1}\u{7F}\u{2028}é😀")
        #expect(String(decoding: json.bytes, as: UTF8.self) == #""\"\\/\n\t\u0001\u007f\u2028é😀""#)
    }
}

@Suite struct SpellingSuggestionTests {
    @Test("the nearest word is found, whatever its case and hyphens, and nothing when none is near")
    func nearest() {
        let words = ["redirect", "domain", "quiet-zone", "to", "tls", "query"]
        func near(_ word: String) -> String? { SpellingSuggestion.nearest(to: word, among: words) }
        #expect(near("redirct") == "redirect")
        #expect(near("erdirect") == "redirect")
        #expect(near("QuietZone") == "quiet-zone")
        #expect(near("quiet_zone") == "quiet-zone")
        #expect(near("too") == "to")
        #expect(near("tsl") == "tls")
        #expect(near("colour") == nil)
        #expect(near("x") == nil)
        #expect(near("") == nil)
        #expect(near(String(repeating: "redirect", count: 100_000)) == nil)
    }

    @Test("the distance counts inserted, deleted, replaced and swapped letters, up to a bound")
    func distance() {
        func distance(_ a: String, _ b: String, _ limit: Int = 9) -> Int? {
            SpellingSuggestion.distance(Array(a.utf8), Array(b.utf8), atMost: limit)
        }
        #expect(distance("", "") == 0)
        #expect(distance("abc", "") == 3)
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("ab", "ba") == 1)
        #expect(distance("ca", "abc") == 3)
        #expect(distance("kitten", "sitting", 2) == nil)
    }
}

@Suite struct UTF8ScalarsTests {
    @Test("every scalar is read back from its bytes")
    func all() {
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 37) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let bytes = Array(String(scalar).utf8)
            #expect(
                UTF8Scalars.step(bytes.span, at: 0) == UTF8Scalars.Step(scalar: scalar, length: bytes.count))
        }
    }

    @Test("two and three bytes are accepted exactly when the standard library accepts them")
    func malformed() {
        for first in UInt8(0x7F)...0xFF {
            for second in stride(from: UInt8(0), through: 0xFF, by: 1) {
                for bytes in [[first, second], [first, second, 0x80], [first, second, 0x80, 0xBF]] {
                    let isValid = String(validating: bytes, as: UTF8.self) != nil
                    #expect((UTF8Scalars.firstMalformed(bytes.span) == nil) == isValid, "\(bytes)")
                }
            }
        }
    }
}
