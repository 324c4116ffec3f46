import Support
import Testing

@Suite("Reading JSON")
struct JSONReaderTests {
    @Test("values are read as written; numbers keep their text")
    func values() throws {
        let text = #" {"a": [1, -2.50e+3, true, null], "b": "\u00e9\ud83d\ude00\n\/", "c": {}} "#
        let json = try JSONValue(reading: Array(text.utf8))
        #expect(json["a"] == .array([.number("1"), .number("-2.50e+3"), .bool(true), .null]))
        #expect(json["b"]?.string == "é😀\n/")
        #expect(json["c"] == .object([]))
        #expect(json["d"] == nil)
    }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "{", "[", "[1,]", "{,}", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "+1", "1.", ".5", "1e", "-",
            "nul", "tru", "True", "NaN",
            "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "1 2", "[1] x",
            "{\"a\":1,\"a\":2}",
            "'a'", "\u{FEFF}1", "<html></html>",
        ])
    func refused(text: String) { #expect(throws: JSONError.self) { try JSONValue(reading: Array(text.utf8)) } }

    @Test("malformed UTF-8 is refused")
    func utf8() {
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
            #expect(throws: JSONError(reason: .badString, offset: bytes.count - 1)) { try JSONValue(reading: bytes) }
        }
    }

    @Test("nesting stops at the bound")
    func depth() throws {
        let nested = { (n: Int) in Array((String(repeating: "[", count: n) + String(repeating: "]", count: n)).utf8) }
        _ = try JSONValue(reading: nested(32))
        #expect(throws: JSONError(reason: .tooDeep, offset: 32)) { try JSONValue(reading: nested(33)) }
        #expect(throws: JSONError.self) { try JSONValue(reading: nested(1_000_000)) }
    }

    @Test("what the writer writes is read back")
    func writer() throws {
        let text = String(String.UnicodeScalarView((0..<0x300).compactMap { Unicode.Scalar($0) }))
        var json = JSONWriter(indent: 2)
        json.object { $0.field("text", text) }
        #expect(try JSONValue(reading: json.bytes)["text"]?.string == text)
    }
}
