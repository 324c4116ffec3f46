// Unsafe code: the addresses of byte arrays are given to zlib.
import CZlib
import Support

/// A list of bits, one for each entry of a log (W3C Bitstring Status List v1.0 §2.2, §3): set means revoked or suspended.
///
/// List number `n` holds the entries `n × 131072 ..< (n + 1) × 131072`, each at its own place, so that an entry needs no
/// status number of its own, and one bit among many says nothing about who looked it up.
public struct StatusList: Equatable, Sendable {
    /// Bits of a list: the least that the specification allows.
    public static let count = 131_072

    /// What a set bit means.
    public enum Purpose: String, CaseIterable, Sendable {
        /// Not valid any more, for ever.
        case revocation
        /// Not valid for now.
        case suspension
    }

    private var bytes: [UInt8]

    /// A list without set bits.
    public init() { bytes = [UInt8](repeating: 0, count: Self.count / 8) }

    /// The bit at a place, 0 ..< ``count``. The first is the highest bit of the first byte (§3.2).
    public subscript(place: Int) -> Bool {
        get { bytes[place / 8] & (0x80 >> UInt8(place % 8)) != 0 }
        set {
            if newValue {
                bytes[place / 8] |= 0x80 >> UInt8(place % 8)
            } else {
                bytes[place / 8] &= ~(0x80 >> UInt8(place % 8))
            }
        }
    }

    /// Multibase base64url without padding over gzip (§3.3).
    public var encoded: String {
        var out = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 64)
        let length = unsafe wayseal_gzip(bytes, UInt(bytes.count), &out, UInt(out.count))
        let text = Base64.encode(Array(out[..<Int(length)]))
        let url = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: byte
            }
        }
        return "u" + String(decoding: url, as: UTF8.self)
    }

    /// Reads the encoded form; `nil` unless it is a list of exactly ``count`` bits.
    public init?(encoded: String) {
        guard encoded.utf8.first == UInt8(ascii: "u"), encoded.utf8.count <= 1 << 16 else { return nil }
        var text = encoded.utf8.dropFirst().map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): 0
            default: byte
            }
        }
        while !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
        guard let packed = Base64.decode(String(decoding: text, as: UTF8.self)) else { return nil }
        var out = [UInt8](repeating: 0, count: Self.count / 8)
        let length = unsafe wayseal_gunzip(packed, UInt(packed.count), &out, UInt(out.count))
        guard length == out.count else { return nil }
        bytes = out
    }

    /// The list as a published file: a credential of the specification without a proof of its own; what secures it is the
    /// signed note beside it, over ``noteText(origin:size:file:digest:)``.
    public func credential(origin: String, purpose: Purpose, list: Int, validFrom: String) -> [UInt8] {
        let id = "https://\(origin)/log/status/\(purpose.rawValue)-\(list).json"
        return CanonicalJSON.object([
            "@context": .array([.string("https://www.w3.org/ns/credentials/v2")]),
            "credentialSubject": .object([
                "encodedList": .string(encoded), "id": .string(id + "#list"),
                "statusPurpose": .string(purpose.rawValue), "type": .string("BitstringStatusList"),
            ]),
            "id": .string(id), "issuer": .string("https://\(origin)"),
            "type": .array([.string("VerifiableCredential"), .string("BitstringStatusListCredential")]),
            "validFrom": .string(validFrom),
        ]).serialized
    }

    /// The text that is signed for a published list: as of which size of the log it is true, and its digest.
    ///
    ///     wayseal/status@v1
    ///     go.example.org
    ///     1234 1767225600
    ///     5891b5…  revocation-0.json
    public static func noteText(origin: String, size: Int, at: Int, file: String, credential: [UInt8]) -> String {
        "wayseal/status@v1\n\(origin)\n\(size) \(at)\n\(Hex.encode(SHA256.hash(credential)))  \(file)\n"
    }
}
