import Testing
import TransparencyLog

/// The note of the documentation of Go's sumdb/note package: a foreign vector, so that a mistake made on both
/// sides of our own code can't hide.
private let foreignKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
private let foreignNote = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

    """

@Suite("Signed notes")
struct SignedNoteTests {
    @Test("a note that another program signed verifies, and serializes to the same bytes")
    func foreign() throws {
        let key = try VerifierKey(foreignKey)
        let note = try #require(SignedNote(Array(foreignNote.utf8)))
        #expect(note.isSigned(by: key))
        #expect(note.serialized == foreignNote)
        #expect(key.description == foreignKey)
    }

    @Test("any byte of the foreign note flipped: not valid, no crash")
    func mutations() throws {
        let key = try VerifierKey(foreignKey)
        let bytes = Array(foreignNote.utf8)
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                if let note = SignedNote(changed) { #expect(!note.isSigned(by: key), "byte \(index), bit \(bit)") }
            }
        }
    }

    @Test("signing is deterministic and verifies")
    func signing() throws {
        let key = try Ed25519Key.generate()
        let verifier = try VerifierKey(name: "go.example.org", publicKey: key.publicKey)
        let note = try SignedNote(text: "a\n\nb\n", signedBy: key, name: "go.example.org")
        #expect(note.isSigned(by: verifier))
        #expect(try note == SignedNote(text: "a\n\nb\n", signedBy: key, name: "go.example.org"))
        #expect(SignedNote(Array(note.serialized.utf8)) == note)
        let other = try VerifierKey(name: "go.example.org", publicKey: Ed25519Key.generate().publicKey)
        #expect(!note.isSigned(by: other))
    }

    @Test(
        "what is no note is refused",
        arguments: [
            "", "\n", "a\n", "a\n\n", "a\n\nx y z\n", "a\n\n— k AAAA\n", "a\n\n— k AAAAAAAA",
            "a\u{1}\n\n— k AAAAAAAA\n",
        ]
    )
    func refused(text: String) {
        #expect(SignedNote(Array(text.utf8)) == nil)
    }
}

@Suite("Keys")
struct KeyTests {
    @Test("a key survives its PEM, plain and encrypted")
    func pem() throws {
        let key = try Ed25519Key.generate()
        for passphrase in [nil, "correct horse", "пароль"] {
            let read = try Ed25519Key(pem: key.pem(passphrase: passphrase), passphrase: passphrase)
            #expect(read.publicKey == key.publicKey)
        }
    }

    @Test("an encrypted key without or with the wrong passphrase says so")
    func passphrases() throws {
        let pem = try Ed25519Key.generate().pem(passphrase: "right")
        #expect(throws: KeyError.passphraseNeeded) { _ = try Ed25519Key(pem: pem, passphrase: nil).publicKey }
        #expect(throws: KeyError.wrongPassphrase) { _ = try Ed25519Key(pem: pem, passphrase: "wrong").publicKey }
        #expect(throws: KeyError.self) { _ = try Ed25519Key(pem: "hello", passphrase: nil).publicKey }
    }

    @Test(
        "a verifier key with a wrong id, name or length is refused",
        arguments: [
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "a b+00000000+AQ==",
            "x+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "nothing", "++", "a+0+AQ==",
        ])
    func refused(text: String) {
        #expect(throws: KeyError.self) { try VerifierKey(text) }
    }
}
