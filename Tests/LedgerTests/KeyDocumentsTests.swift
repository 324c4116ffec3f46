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

    @Test("what a host and its zone agree on is trusted; where they differ, neither is")
    func published() throws {
        let origin = "go.example.org"
        let key = try Ed25519Key.generate()
        let next = try Ed25519Key.generate()
        let guardian = try Ed25519Key.generate()
        let stranger = try Ed25519Key.generate()
        let (a, b) = try (
            VerifierKey(name: origin, publicKey: key.publicKey), VerifierKey(name: origin, publicKey: next.publicKey)
        )
        let revocation = try VerifierKey(
            name: KeyStatement.revocationName(origin), publicKey: guardian.publicKey)
        func statement(_ act: KeyStatement.Act, _ about: String) throws -> KeyStatement {
            var statement = KeyStatement(origin: origin, act: act, key: about, since: 1_767_225_600)
            try statement.sign(with: key, name: origin)
            if act == .log, about == "\(b)" { try statement.sign(with: next, name: origin) }
            return statement
        }
        var statements = try [
            statement(.log, "\(a)"), statement(.log, "\(b)"), statement(.revocation, "\(revocation)"),
        ]
        var documents: KeyDocuments { KeyDocuments(origin: origin, statements: statements, current: b) }
        let text = String(documents.dns.split(separator: "\"")[1])
        let both = try PublishedKeys(did: documents.did, texts: ["v=spf1 -all", text], origin: origin)
        #expect(both.logs == [b, a] && both.revoked.isEmpty, "the revocation key signs no checkpoints")
        statements.append(try statement(.revoked, "\(a)"))
        let after = try PublishedKeys(did: documents.did, texts: [text], origin: origin)
        #expect(after.logs == [b] && after.revoked.map(\.key) == [a] && after.revoked[0].since == 1_767_225_600)
        func reason(_ did: [UInt8], _ texts: [String], _ origin: String = "go.example.org") -> String? {
            do {
                _ = try PublishedKeys(did: did, texts: texts, origin: origin)
                return nil
            } catch { return error.description }
        }
        #expect(reason(documents.did, [])?.contains("no TXT record at _wayseal.go.example.org") == true)
        let other = try VerifierKey(name: origin, publicKey: stranger.publicKey)
        #expect(reason(documents.did, ["v=wayseal1; log=\(other)"])?.contains("which did.json does not") == true)
        #expect(reason(documents.did, [text, "v=wayseal1; log=\(other)"]) != nil)
        #expect(reason(documents.did, ["v=wayseal1; log=\(a)"])?.contains("no more") == true, "revoked")
        #expect(reason(documents.did, ["v=wayseal1; log=rubbish"])?.contains("no key") == true)
        #expect(reason(documents.did, [text], "evil.example.org")?.contains("no DID document") == true)
        #expect(reason(Array("<html>".utf8), [text]) != nil)
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
