import Ethereum
import Support
import Testing

private func hex(_ text: String) -> [UInt8] { Hex.decode(text.utf8)! }

@Suite("Hashes and serialization")
struct SerializationTests {
    @Test(
        "Keccak-256 of foreign vectors",
        arguments: [
            ("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
            ("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        ])
    func keccak(text: String, digest: String) { #expect(Keccak256.hash(Array(text.utf8)) == hex(digest)) }

    @Test(
        "RLP of the yellow paper's examples, both ways",
        arguments: [
            (RLP.bytes(Array("dog".utf8)), "83646f67"),
            (.list([.bytes(Array("cat".utf8)), .bytes(Array("dog".utf8))]), "c88363617483646f67"),
            (.bytes([]), "80"), (.list([]), "c0"), (.bytes([0]), "00"), (.integer(15), "0f"),
            (.integer(1024), "820400"), (.integer(0), "80"),
            (.list([.list([]), .list([.list([])]), .list([.list([]), .list([.list([])])])]), "c7c0c1c0c3c0c1c0"),
            (
                .bytes(Array("Lorem ipsum dolor sit amet, consectetur adipisicing elit".utf8)),
                "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974"
            ),
        ])
    func rlp(item: RLP, encoded: String) throws {
        #expect(item.encoded == hex(encoded))
        #expect(try RLP(decoding: hex(encoded)) == item)
    }

    @Test(
        "RLP that is not canonical, cut short or too long is refused",
        arguments: [
            "", "81", "8100", "817f", "b800", "b80100", "b90001ff", "bfffffffffffffffff", "c1", "c2c0", "8000", "c0c0",
            "f800", "f90000",
            "ffffffffffffffffff", "b8377f", "c181", "c28001ff",
        ])
    func refused(text: String) { #expect(throws: EthereumError.self) { try RLP(decoding: hex(text)) } }

    @Test("lists nested without end are refused, not followed")
    func nested() {
        var item = RLP.list([])
        for _ in 0..<30 { item = .list([item]) }
        #expect(throws: EthereumError.encoding("nested too deeply")) { try RLP(decoding: item.encoded) }
    }
}

@Suite("Addresses and keys")
struct KeyTests {
    @Test(
        "the addresses of EIP-55 keep their capitals",
        arguments: [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
            "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77",
        ])
    func checksums(text: String) throws { #expect(try Address(text).description == text) }

    @Test("an address with one letter in the wrong case is refused")
    func wrongCase() {
        let good = Array("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".utf8)
        for index in good.indices.dropFirst(2) where good[index] >= 0x41 {
            var changed = good
            changed[index] ^= 0x20
            #expect(throws: EthereumError.self) { try Address(String(decoding: changed, as: UTF8.self)) }
        }
    }

    @Test("EIP-712's own example hashes, signs and recovers as printed there")
    func typed() throws {
        let key = try AnchorKey(secret: Keccak256.hash(Array("cow".utf8)))
        #expect(key.address.description == "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")
        let domain = TypedMessage.domainHash(
            name: "Ether Mail", version: "1", chainID: 1,
            verifyingContract: try Address("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"))
        #expect(domain.description == "0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f")
        let person = "Person(string name,address wallet)"
        func who(_ name: String, _ wallet: String) throws -> TypedMessage.Value {
            .message(TypedMessage(type: person, values: [.string(name), .address(try Address(wallet))]))
        }
        let mail = TypedMessage(
            type: "Mail(Person from,Person to,string contents)" + person,
            values: [
                try who("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
                try who("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"), .string("Hello, Bob!"),
            ])
        let hash = SignedMessage.typedHash(domain: domain, message: mail)
        #expect(hash.description == "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2")
        let signature = try key.sign(hash)
        #expect(Hex.encode(signature.r) == "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d")
        #expect(Hex.encode(signature.s) == "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562")
        #expect(signature.yParity == 1)
        #expect(try signature.signer(of: hash) == key.address)
    }

    @Test("a secret of zero, of the order or beyond, or of another length is refused")
    func secrets() {
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
        for secret in [[UInt8](repeating: 0, count: 32), hex(order), [UInt8](repeating: 0xFF, count: 32), [1]] {
            #expect(throws: EthereumError.self) { _ = try AnchorKey(secret: secret).address }
        }
    }

    @Test("the high twin of a signature is refused")
    func highS() throws {
        let key = try AnchorKey(secret: [UInt8](repeating: 7, count: 32))
        var signature = try key.sign(.keccak([1]))
        var borrow = 0
        let order = hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
        for index in (0..<32).reversed() {
            let difference = Int(order[index]) - Int(signature.s[index]) - borrow
            borrow = difference < 0 ? 1 : 0
            signature.s[index] = UInt8(difference & 0xFF)
        }
        signature.yParity ^= 1
        #expect(throws: EthereumError.self) { try signature.signer(of: .keccak([1])) }
    }
}

@Suite("Keystores")
struct KeystoreTests {
    /// The test vector of the Web3 Secret Storage Definition for PBKDF2.
    private let foreign = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
        "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
        "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """

    @Test("the definition's own keystore opens with its passphrase and with no other")
    func foreignKeystore() throws {
        let key = try Keystore.decrypt(Array(foreign.utf8), passphrase: "testpassword")
        #expect(key.address.description.lowercased() == "0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b")
        #expect(throws: EthereumError.wrongPassphrase) {
            _ = try Keystore.decrypt(Array(foreign.utf8), passphrase: "testpassworD").address
        }
    }

    private let light = Keystore.Cost(n: 4, r: 1, p: 1)

    @Test("a keystore opens again; every digit of what is sealed counts")
    func roundTrip() throws {
        let key = try AnchorKey(secret: [UInt8](repeating: 9, count: 32))
        let file = try Keystore.encrypt(
            key, passphrase: "пароль", cost: light, randomness: #require(Keystore.Randomness(Array(0..<64))))
        #expect(try Keystore.decrypt(file, passphrase: "пароль").address == key.address)
        let text = String(decoding: file, as: UTF8.self)
        for name in ["ciphertext", "mac", "salt", "iv", "address"] {
            let value = try #require(text.ranges(of: "\"\(name)\": \"").first).upperBound
            for offset in 0..<20 {
                var changed = file
                let at = text.utf8.distance(from: text.startIndex, to: value) + offset
                changed[at] = changed[at] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                #expect(throws: EthereumError.self, "\(name) \(offset)") {
                    _ = try Keystore.decrypt(changed, passphrase: "пароль").address
                }
            }
        }
    }

    @Test(
        "costs that would fill the memory or take for ever are refused before they are paid",
        arguments: [
            ("\"n\": 4", "\"n\": 1073741824"), ("\"n\": 4", "\"n\": 1048576, \"x\": 1"), ("\"n\": 4", "\"n\": 5"),
            ("\"r\": 1", "\"r\": 100000"),
            ("\"p\": 1", "\"p\": 0"), ("\"n\": 4", "\"n\": -4"), ("scrypt", "argon2id"), ("aes-128-ctr", "aes-256-ctr"),
            ("\"version\": 3", "\"version\": 1"),
        ])
    func costs(old: String, new: String) throws {
        let key = try AnchorKey(secret: [UInt8](repeating: 9, count: 32))
        let file = try Keystore.encrypt(
            key, passphrase: "x", cost: Keystore.Cost(n: 4, r: 64, p: 1),
            randomness: #require(Keystore.Randomness(Array(0..<64))))
        let text = String(decoding: file, as: UTF8.self).replacing(
            "\"r\": 64", with: old.contains("\"r\"") ? "\"r\": 1" : "\"r\": 64")
        #expect(text.contains(old))
        #expect(throws: EthereumError.self) {
            _ = try Keystore.decrypt(Array(text.replacing(old, with: new).utf8), passphrase: "x").address
        }
    }
}

@Suite("Transactions")
struct TransactionTests {
    @Test("a transaction is read back from its bytes with its sender; any bit changed changes or breaks it")
    func roundTrip() throws {
        let key = try AnchorKey(secret: [UInt8](repeating: 3, count: 32))
        let transaction = Transaction(
            chainID: 31337, nonce: 5, maxPriorityFeePerGas: 1_000_000_000, maxFeePerGas: 3_000_000_000, gasLimit: 60000,
            to: key.address, input: [UInt8](repeating: 0xAB, count: 32))
        let signed = try transaction.signed(by: key)
        #expect(try SignedTransaction(raw: signed.raw) == signed)
        #expect(signed.sender == key.address)
        for index in signed.raw.indices {
            for bit in 0..<8 {
                var raw = signed.raw
                raw[index] ^= 1 << bit
                if let read = try? SignedTransaction(raw: raw) {
                    #expect(read.sender != key.address || read.transaction != transaction, "byte \(index)")
                }
            }
        }
    }
}
