import Glibc
import Support
import TestSupport
import Testing

@Suite("Text forms of bytes")
struct TextFormTests {
    @Test(
        "base64 agrees with the vectors of RFC 4648 §10, both ways",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test(
        "base64 refuses wrong padding, foreign characters and stray bits",
        arguments: ["Zg", "Zg=", "Z===", "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n", "Zm-v"])
    func base64Refused(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("hexadecimal goes there and back, in either case, and refuses the rest")
    func hex() {
        #expect(Hex.encode([0, 0x9F, 0xFF]) == "009fff")
        #expect(Hex.decode("009fFF".utf8) == [0, 0x9F, 0xFF])
        #expect(Hex.decode("009".utf8) == nil)
        #expect(Hex.decode("0g".utf8) == nil)
    }

    @Test("SHA-256 agrees with FIPS 180-4, at once and in pieces")
    func sha256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Hex.encode(SHA256.hash(Array("abc".utf8))) == expected)
        var stream = SHA256.Stream()
        stream.update(Array("a".utf8))
        stream.update([])
        stream.update(Array("bc".utf8))
        #expect(Hex.encode(stream.finish()) == expected)
    }
}

@Suite("Byte strings")
struct ByteStringsTests {
    @Test("sorting agrees with the standard library, equal strings keep their order", arguments: 0..<40)
    func sorting(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let alphabet: [UInt8] = seed.isMultiple(of: 2) ? [97, 98] : Array(0...255)
        let prefix = [UInt8](repeating: 0x2F, count: seed % 5 * 7)
        let plain = (0..<Int.random(in: 0...400, using: &random)).map { _ in
            prefix
                + (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                }
        }
        var strings = ByteStrings()
        for string in plain { strings.append { $0 += string } }
        let expected = plain.indices.sorted {
            plain[$0] == plain[$1] ? $0 < $1 : plain[$0].lexicographicallyPrecedes(plain[$1])
        }
        #expect(strings.sortedIndices().map(Int.init) == expected)
    }
}

@Suite("Files")
struct FilesTests {
    private let folder = TemporaryFolder()

    @Test("replacing a file leaves the new content and nothing beside it")
    func replace() throws {
        let path = folder.path + "/a"
        try Files.replace(path, [1])
        try Files.replace(path, [2, 3], mode: 0o600)
        #expect(try Files.read(path) == [2, 3])
        #expect(try Files.names(in: folder.path) == ["a"])
        #expect(try Files.status(path)?.mode == 0o600)
    }

    @Test("a FIFO is refused at once, not waited for")
    func fifo() throws {
        let path = folder.path + "/fifo"
        #expect(mkfifo(path, 0o644) == 0)
        #expect(throws: FileError("read", path, code: EINVAL)) { try Files.read(path) }
    }

    @Test("a file over the limit is refused")
    func limit() throws {
        let path = folder.path + "/big"
        try Files.create(path, [UInt8](repeating: 7, count: 100))
        #expect(throws: FileError("read", path, code: EFBIG)) { try Files.read(path, limit: 99) }
        #expect(try Files.read(path, limit: 100).count == 100)
    }

    @Test("files of unknown size are read to their end")
    func proc() throws {
        #expect(try Files.read("/proc/self/status").count > 100)
    }

    @Test("removing a tree removes links, not what they point to")
    func removeTree() throws {
        try Files.makeDirectory(folder.path + "/keep")
        try Files.create(folder.path + "/keep/file", [1])
        try Files.makeDirectory(folder.path + "/tree/deep")
        #expect(symlink(folder.path + "/keep", folder.path + "/tree/deep/link") == 0)
        try Files.removeTree(folder.path + "/tree")
        #expect(try Files.names(in: folder.path) == ["keep"])
        #expect(try Files.read(folder.path + "/keep/file") == [1])
    }

    @Test("an error names the path and the reason")
    func errors() {
        #expect(
            FileError("write", "dist/x", code: ENOSPC).description == "cannot write dist/x: No space left on device")
        #expect(throws: FileError.self) { try Files.makeDirectory("/proc/nowhere/at/all") }
    }
}
