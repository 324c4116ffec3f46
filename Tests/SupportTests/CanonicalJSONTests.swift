import Support
import TestSupport
import Testing

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    @Test(
        "the one spelling is read and written",
        arguments: [
            "{}", "[]", "null", "true", "0", "-1", "9007199254740991", "\"\"",
            "\"\\u0001\\b\\t\\n\\f\\r\\\"\\\\/\u{7F}ü\u{2028}\"",
            "{\"a\":[1,{\"b\":false}],\"b\":\"\"}",
            // RFC 8785 §3.2.3: keys in the order of UTF-16 code units, not of bytes.
            "{\"\\r\":1,\"1\":2,\"\u{80}\":3,\"ö\":4,\"€\":5,\"😀\":6,\"\u{FB33}\":7}",
        ])
    func spellings(text: String) {
        #expect(CanonicalJSON(Array(text.utf8)).map { String(decoding: $0.serialized, as: UTF8.self) } == text)
    }

    @Test(
        "any other spelling is refused",
        arguments: [
            "", " {}", "{} ", "{ }", "[1, 2]", "[1,]", "{\"a\":1,}", "{\"b\":1,\"a\":2}", "{\"a\":1,\"a\":2}", "01",
            "+1",
            "-0", "1.0", "1e3", "9007199254740992", "99999999999999999999", "\"\\u0041\"", "\"\\/\"", "\"\\u000A\"",
            "\"\\u00e9\"", "\"\\x\"", "\"a", "\"\u{1}\"", "nul", "truee", "{\"a\"}", "{a:1}", "[1}", "-", "--1",
        ])
    func refused(text: String) { #expect(CanonicalJSON(Array(text.utf8)) == nil) }

    @Test("malformed UTF-8 and deep nesting are refused, not crashed on")
    func hostile() {
        #expect(CanonicalJSON([0x22, 0xFF, 0x22]) == nil)
        #expect(CanonicalJSON([0x22, 0xC0, 0x80, 0x22]) == nil)
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(CanonicalJSON(deep) == nil)
        #expect(CanonicalJSON(deep + [UInt8](repeating: UInt8(ascii: "]"), count: 100_000)) == nil)
        var random = SplitMix(seed: 1)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                Array("{}[]\",:0-9tfn\\u ".utf8).randomElement(using: &random) ?? 0
            }
            if let value = CanonicalJSON(bytes) { #expect(value.serialized == bytes) }
        }
    }
}
