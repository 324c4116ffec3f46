import Support
public import TransparencyLog

/// An issuer's keys as its web server says them (`.well-known/did.json`) and as its zone says them once more: trust for those
/// who have no policy. One who has taken over the one has not yet taken over the other.
public struct PublishedKeys: Equatable, Sendable {
    /// Why there is nothing to trust; the text says it: lower case, no full stop.
    public struct Disagreement: Error, Equatable, Sendable, CustomStringConvertible {
        /// For people.
        public let description: String
    }

    /// Keys that sign checkpoints, those of the zone first.
    public private(set) var logs: [VerifierKey] = []
    /// Keys that did, and since when nobody should believe them, in seconds since 1970.
    public private(set) var revoked: [(key: VerifierKey, since: Int)] = []

    /// Where the zone says the key.
    public static func name(of origin: String) -> String { "_wayseal.\(origin)" }

    /// Reads both, and takes what they agree on.
    /// - Parameters:
    ///   - did: the DID document.
    ///   - texts: TXT records of ``name(of:)``.
    public init(did: [UInt8], texts: [String], origin: String) throws(Disagreement) {
        guard did.count <= 1 << 20, let json = try? JSONValue(reading: did),
            json["id"]?.string == "did:web:\(origin)", let methods = json["verificationMethod"]?.array
        else { throw Disagreement(description: "did.json is no DID document of \(origin)") }
        let asserting = Set((json["assertionMethod"]?.array ?? []).compactMap(\.string))
        for method in methods.prefix(256) {
            // The part of the id after '#' is the key id, which differs by what a key is for.
            guard let id = method["id"]?.string, let text = method["publicKeyMultibase"]?.string,
                let key = KeyDocuments.key(multikey: text, name: origin),
                id == "did:web:\(origin)#\(Hex.encode(key.keyIDBytes))"
            else { continue }
            if let since = method["revoked"]?.string {
                revoked.append((key, Timestamp.seconds(since) ?? 0))
            } else if asserting.contains(id) {
                logs.append(key)
            }
        }
        let said = texts.filter { $0 == "v=wayseal1" || $0.hasPrefix("v=wayseal1;") }
        guard !said.isEmpty else {
            throw Disagreement(description: "the DNS says no key: there is no TXT record at \(Self.name(of: origin))")
        }
        var named: [VerifierKey] = []
        for text in said {
            let fields = text.split(separator: ";").map { $0.drop { $0 == " " } }
            guard let field = fields.first(where: { $0.hasPrefix("log=") }),
                let key = try? VerifierKey(String(field.dropFirst(4)))
            else { throw Disagreement(description: "the DNS says something that is no key, '\(text.prefix(100))'") }
            named.append(key)
        }
        if let other = named.first(where: { !logs.contains($0) }) {
            throw Disagreement(
                description: "the DNS names the key \(other), which did.json does not, or no more: do not trust either")
        }
        logs = named + logs.filter { !named.contains($0) }
    }

    /// Equal when both lists are.
    public static func == (a: PublishedKeys, b: PublishedKeys) -> Bool {
        a.logs == b.logs && a.revoked.elementsEqual(b.revoked) { $0 == $1 }
    }
}

extension KeyDocuments {
    /// Reads a Multikey of an Ed25519 key; `nil` for anything else.
    static func key(multikey text: String, name: String) -> VerifierKey? {
        guard text.first == "z", text.utf8.count <= 64 else { return nil }
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
        var bytes: [UInt8] = []
        for character in text.utf8.dropFirst() {
            guard var carry = alphabet.firstIndex(of: character) else { return nil }
            for place in bytes.indices.reversed() {
                carry += Int(bytes[place]) * 58
                bytes[place] = UInt8(carry & 255)
                carry >>= 8
            }
            if carry > 0 { bytes.insert(UInt8(carry), at: 0) }
        }
        guard bytes.count == 34, bytes[0] == 0xED, bytes[1] == 0x01,
            let key = try? VerifierKey(name: name, publicKey: Array(bytes[2...]))
        else { return nil }
        return multikey(key) == text ? key : nil
    }
}
