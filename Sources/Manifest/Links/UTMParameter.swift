import Support

/// One UTM parameter, ready to be appended.
struct UTMParameter: Sendable {
    /// `utm_source`, …
    let name: [UInt8]
    /// Name, `=` and the percent-encoded value.
    let encoded: [UInt8]

    init(name: String, value: String) {
        self.name = Array(name.utf8)
        var encoded = self.name + [UInt8(ascii: "=")]
        for byte in value.utf8 {
            if ASCIISet.unreserved.contains(byte) {
                encoded.append(byte)
            } else {
                Bytes.appendEncoded(byte, to: &encoded)
            }
        }
        self.encoded = encoded
    }

    /// Puts parameters into the query of a normalised web target, before the fragment. Those the target has are kept as they
    /// are; their names come back.
    static func insert(
        _ parameters: [UTMParameter], into target: inout [UInt8], _ parts: inout TargetText.Parts
    ) -> [String] {
        let query = Array(target[parts.query..<parts.fragment])
        var addition: [UInt8] = []
        var kept: [String] = []
        for parameter in parameters {
            if has(query, parameter.name) {
                kept.append(String(decoding: parameter.name, as: UTF8.self))
                continue
            }
            let soFar = query.count + addition.count
            if soFar == 0 {
                addition.append(UInt8(ascii: "?"))
            } else if let last = addition.last ?? query.last, last != UInt8(ascii: "?"),
                last != UInt8(ascii: "&")
            {
                addition.append(UInt8(ascii: "&"))
            }
            addition += parameter.encoded
        }
        target.insert(contentsOf: addition, at: parts.fragment)
        parts.fragment += addition.count
        return kept
    }

    private static func has(_ query: [UInt8], _ name: [UInt8]) -> Bool {
        query.dropFirst().split(separator: UInt8(ascii: "&")).contains {
            $0.starts(with: name)
                && ($0.count == name.count || $0[$0.startIndex + name.count] == UInt8(ascii: "="))
        }
    }
}
