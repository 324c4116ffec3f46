/// nginx's own escaping. What is fed in is normalised already; this is the second line of defence, and it
/// holds for every byte from 1 to 255.
enum NginxText {
    /// The variable that stands for a dollar sign: nginx has no escape for it.
    static let dollar = "${wayseal_dollar}"

    private static let special: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in "\\\"$".utf8 { table[Int(byte)] = true }
        return table
    }()

    /// Words that mean something at the beginning of a row of a `map`.
    private static let keywords = ["default", "include", "hostnames", "volatile"].map { Array($0.utf8) }

    /// Appends `bytes` between quotes as a parameter in which nginx looks for variables: `\` and `"` get a
    /// backslash, `$` becomes a variable that holds it.
    static func appendValue(_ bytes: ArraySlice<UInt8>, to text: inout Text) {
        appendEscaped(bytes, to: &text, dollar: true)
    }

    /// The same for a buffer.
    static func appendValue(_ bytes: UnsafeBufferPointer<UInt8>, to text: inout Text) {
        for byte in bytes where special[Int(byte)] {
            appendEscaped(Array(bytes)[...], to: &text, dollar: true)
            return
        }
        text.append(bytes)
    }

    /// Appends `key` between quotes as the key of a `map`: `$` is itself there, a leading `~` would begin a
    /// regular expression and some words are directives; a backslash before them takes that away (two in the
    /// file, of which the parser leaves one).
    static func appendKey(_ key: ArraySlice<UInt8>, to text: inout Text) {
        if key.first != UInt8(ascii: "/") {
            let isKeyword = keywords.contains { $0.elementsEqual(key) }
            if isKeyword || key.first == UInt8(ascii: "~") || key.first == UInt8(ascii: "\\") {
                text.append("\\\\")
            }
        }
        appendEscaped(key, to: &text, dollar: false)
    }

    private static func appendEscaped(_ bytes: ArraySlice<UInt8>, to text: inout Text, dollar: Bool) {
        guard bytes.contains(where: { special[Int($0)] }) else {
            text.append(bytes)
            return
        }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case UInt8(ascii: "$") where dollar: text.append("${wayseal_dollar}")
            default: text.append(byte)
            }
        }
    }

    /// `value` as it stands between the quotes of a value.
    static func escapedValue(_ value: String) -> String {
        var text = Text()
        appendValue(Array(value.utf8)[...], to: &text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    /// `bytes` as a quoted value.
    static func quotedValue(_ value: String) -> String {
        "\"\(escapedValue(value))\""
    }

    /// A regular expression as a quoted parameter. nginx takes one level of backslashes before `\` and `"`
    /// away; `\t`, `\r` and `\n` would become the characters, which mean the same.
    static func quotedRegex(_ regex: String, caseless: Bool = false) -> String {
        var out = caseless ? "\"~*" : "\"~"
        for character in regex.unicodeScalars {
            if character == "\\" || character == "\"" { out.append("\\") }
            out.unicodeScalars.append(character)
        }
        return out + "\""
    }

    /// A path as a parameter: quoted where it has to be. ``Deployment`` has refused what quotes don't help.
    static func path(_ path: String) -> String {
        let plain = path.utf8.allSatisfy { byte in
            byte > 0x20 && byte != UInt8(ascii: ";") && byte != UInt8(ascii: "#") && byte != UInt8(ascii: "(")
                && byte != UInt8(ascii: ")")
        }
        return plain ? path : "\"\(path)\""
    }

    /// A part of a variable's name for each host: letters and digits kept, the rest `_`, at most 32 bytes;
    /// where that is not unique a number follows.
    static func identifiers(_ hosts: [String]) -> [String] {
        var used: Set<String> = []
        return hosts.map { host in
            let base = String(
                decoding: host.utf8.prefix(32).map { byte in
                    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7A)
                        ? byte : UInt8(ascii: "_")
                }, as: UTF8.self)
            var name = base
            var n = 2
            while !used.insert(name).inserted {
                name = "\(base)__\(n)"
                n += 1
            }
            return name
        }
    }
}
