import Foundation
import Ledger
import Support
import Testing
import TransparencyLog

@Suite("How keys are published")
struct KeyDocumentsTests {
    @Test("the DID document names every key, those that are revoked with their date, and only the others assert")
    func did() throws {
        let key = try Ed25519Key.generate()
        let next = try Ed25519Key.generate()
        let origin = "go.example.org"
        let (a, b) = try (
            VerifierKey(name: origin, publicKey: key.publicKey), VerifierKey(name: origin, publicKey: next.publicKey)
        )
        var first = KeyStatement(origin: origin, act: .log, key: "\(a)", since: 1)
        try first.sign(with: key, name: origin)
        var second = KeyStatement(origin: origin, act: .log, key: "\(b)", since: 2)
        try second.sign(with: key, name: origin)
        try second.sign(with: next, name: origin)
        var revoke = KeyStatement(origin: origin, act: .revoked, key: "\(a)", since: 1_767_225_600)
        try revoke.sign(with: next, name: origin)
        let documents = KeyDocuments(origin: origin, statements: [first, second, revoke], current: b)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(documents.did)) as? [String: Any])
        #expect(json["id"] as? String == "did:web:go.example.org")
        let methods = try #require(json["verificationMethod"] as? [[String: Any]])
        #expect(methods.count == 2)
        #expect(methods[0]["revoked"] as? String == "2026-01-01T00:00:00Z")
        #expect(methods[1]["revoked"] == nil)
        #expect(json["assertionMethod"] as? [String] == [methods[1]["id"] as? String ?? ""])
        for (method, key) in zip(methods, [a, b]) {
            let text = try #require(method["publicKeyMultibase"] as? String)
            #expect(text.hasPrefix("z6Mk"), "what every Ed25519 Multikey begins with")
            #expect(Self.decoded(text.dropFirst()) == [0xED, 0x01] + key.publicKey)
        }
        #expect(KeyDocuments.statements(documents.keys) == [first, second, revoke])
        #expect(documents.dns.hasPrefix("_wayseal.go.example.org. 3600 IN TXT \"v=wayseal1; log=go.example.org+"))
    }

    @Test("an account that pays for anchors is named with the chain of the manifest, and without one not at all")
    func accounts() throws {
        let key = try Ed25519Key.generate()
        let vkey = try VerifierKey(name: "go.example.org", publicKey: key.publicKey)
        let account = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
        var pays = KeyStatement(origin: vkey.name, act: .anchor, key: account, since: 1)
        try pays.sign(with: key, name: vkey.name)
        func methods(_ chain: UInt64?) throws -> [[String: Any]] {
            let documents = KeyDocuments(origin: vkey.name, statements: [pays], current: vkey, chain: chain)
            let json = try JSONSerialization.jsonObject(with: Data(documents.did)) as? [String: Any]
            return try #require(json?["verificationMethod"] as? [[String: Any]])
        }
        #expect(try methods(8453).last?["blockchainAccountId"] as? String == "eip155:8453:\(account)")
        #expect(try methods(nil).count == 1)
    }

    /// The other direction, by another way: long multiplication in base 256.
    private static func decoded(_ text: Substring) -> [UInt8] {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
        var bytes: [UInt8] = []
        for character in text {
            var carry = alphabet.firstIndex(of: character) ?? 0
            for place in bytes.indices.reversed() {
                carry += Int(bytes[place]) * 58
                bytes[place] = UInt8(carry & 255)
                carry >>= 8
            }
            while carry > 0 {
                bytes.insert(UInt8(carry & 255), at: 0)
                carry >>= 8
            }
        }
        return bytes
    }
}
