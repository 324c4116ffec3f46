import Support
public import TransparencyLog

/// How an issuer's keys are published: our statements, a DID document (W3C DID Core, did:web; Controlled Identifiers v1.0
/// for `revoked`), and a line for the DNS.
public struct KeyDocuments: Sendable {
    private let origin: String
    private let statements: [KeyStatement]
    private let current: VerifierKey
    private let ring: KeyRing
    private let chain: UInt64?

    /// The documents of an issuer whose key is now `current`.
    /// - Parameter chain: the chain on which its accounts pay for anchors (EIP-155); `nil`: accounts are not named.
    public init(origin: String, statements: [KeyStatement], current: VerifierKey, chain: UInt64? = nil) {
        self.origin = origin
        self.chain = chain
        self.statements = statements
        self.current = current
        let first = statements.first { $0.act == .log }.flatMap { try? VerifierKey($0.key) }
        ring = KeyRing(trusted: [first ?? current], statements: statements)
    }

    /// Keys that may have signed what is valid today, the current one first; without those that are revoked.
    public var inForce: [VerifierKey] {
        if ring.conflict != nil { return [current] }
        return [current] + ring.logs.filter { $0 != current && ring.revoked["\($0)"] == nil }
    }

    /// `log/keys.json`: the statements' notes, oldest first.
    public var keys: [UInt8] {
        CanonicalJSON.array(statements.map { .string(String(decoding: $0.serialized, as: UTF8.self)) }).serialized
    }

    /// Reads ``keys``; `nil` when it is anything else.
    public static func statements(_ bytes: [UInt8]) -> [KeyStatement]? {
        guard let elements = CanonicalJSON(bytes)?.elements else { return nil }
        let statements = elements.compactMap { $0.text.flatMap { KeyStatement(Array($0.utf8)) } }
        return statements.count == elements.count ? statements : nil
    }

    /// `did:web:HOST`.
    public var identifier: String { "did:web:" + origin }

    /// `.well-known/did.json`.
    public var did: [UInt8] {
        var methods: [CanonicalJSON] = []
        var asserting: [CanonicalJSON] = []
        for key in ring.logs + ring.revocations {
            let id =
                "\(identifier)#\(Hex.encode((0..<4).map { UInt8(truncatingIfNeeded: key.keyID >> (24 - 8 * $0)) }))"
            var method: [String: CanonicalJSON] = [
                "controller": .string(identifier), "id": .string(id),
                "publicKeyMultibase": .string(Self.multikey(key)), "type": .string("Multikey"),
            ]
            if let since = ring.revoked["\(key)"] { method["revoked"] = .string(Timestamp.text(since)) }
            methods.append(.object(method))
            if ring.revoked["\(key)"] == nil { asserting.append(.string(id)) }
        }
        for account in ring.accounts {
            guard let chain else { break }
            methods.append(
                .object([
                    "blockchainAccountId": .string("eip155:\(chain):\(account)"), "controller": .string(identifier),
                    "id": .string("\(identifier)#\(account)"),
                    "type": .string("EcdsaSecp256k1RecoveryMethod2020"),
                ]))
        }
        return CanonicalJSON.object([
            "@context": .array([
                .string("https://www.w3.org/ns/did/v1"), .string("https://w3id.org/security/multikey/v1"),
                .string("https://w3id.org/security/suites/secp256k1recovery-2020/v2"),
            ]),
            "assertionMethod": .array(asserting), "id": .string(identifier),
            "service": .array([
                .object([
                    "id": .string(identifier + "#log"), "serviceEndpoint": .string("https://\(origin)/log/"),
                    "type": .string("TransparencyLog"),
                ])
            ]), "verificationMethod": .array(methods),
        ]).serialized
    }

    /// A zone file's line that says the current key once more, by a way that the web server does not control.
    public var dns: String { "_wayseal.\(origin). 3600 IN TXT \"v=wayseal1; log=\(current)\"" }

    /// Multikey of an Ed25519 key: `z` and base58btc of 0xED 0x01 and the key (W3C Controlled Identifiers v1.0 §2.2.2).
    static func multikey(_ key: VerifierKey) -> String { "z" + base58([0xED, 0x01] + key.publicKey) }

    private static func base58(_ bytes: [UInt8]) -> String {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
        var digits: [Int] = []
        for byte in bytes {
            var carry = Int(byte)
            for place in digits.indices {
                carry += digits[place] << 8
                (carry, digits[place]) = carry.quotientAndRemainder(dividingBy: 58)
            }
            while carry > 0 {
                digits.append(carry % 58)
                carry /= 58
            }
        }
        let zeros = bytes.prefix { $0 == 0 }.map { _ in alphabet[0] }
        return String(decoding: zeros + digits.reversed().map { alphabet[$0] }, as: UTF8.self)
    }
}
