import Glibc
import Testing

@testable import Build

@Suite("archives")
struct ArchiveTests {
    /// A fresh folder that goes away with the value.
    struct Folder: ~Copyable {
        let path: String
        init() throws {
            var template = Array("/tmp/wayseal-archive-XXXXXX".utf8CString)
            try #require(mkdtemp(&template) != nil)
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        deinit { _ = spawn(["rm", "-r", path]) }

        /// The exit status of a program; 127 when there is none, −1 when a signal ended it.
        func spawn(_ arguments: [String]) -> Int32 {
            var strings: [UnsafeMutablePointer<CChar>?] = []
            for argument in arguments { strings.append(strdup(argument)) }
            strings.append(nil)
            defer { for string in strings { free(string) } }
            var process: pid_t = 0
            guard posix_spawnp(&process, arguments[0], nil, nil, &strings, environ) == 0 else { return 127 }
            var status: Int32 = 0
            waitpid(process, &status, 0)
            return status & 0x7F == 0 ? status >> 8 & 0xFF : -1
        }

        /// Runs a program and answers its exit status and what it wrote to standard output and error.
        func run(_ arguments: [String]) -> (status: Int32, output: String) {
            // A shell, only to redirect; the arguments stay arguments.
            let status = spawn(
                ["sh", "-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1", "sh", "\(path)/output"] + arguments)
            return (status, String(decoding: (try? read("output")) ?? [], as: UTF8.self))
        }

        func read(_ name: String) throws -> [UInt8] {
            let file = try #require(fopen("\(path)/\(name)", "rb"))
            defer { fclose(file) }
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = fread(&chunk, 1, chunk.count, file)
                if count == 0 { return bytes }
                bytes += chunk[..<count]
            }
        }

        func write(_ name: String, _ bytes: [UInt8], at offset: Int = 0) throws {
            let file = try #require(fopen("\(path)/\(name)", "wb"))
            #expect(fseeko(file, offset, SEEK_SET) == 0)
            #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
            fclose(file)
        }
    }

    let long = String(repeating: "a-folder-of-some-length/", count: 8) + "file.png"
    var entries: [(String, [UInt8])] {
        [
            ("codes/go.example.org/hello.png", Array("hello".utf8)), ("empty", []),
            ("ümlaut/日本/🙂.svg", Array("<svg/>".utf8)), (long, [UInt8](repeating: 7, count: 1000)),
            (String(repeating: "n", count: 100), [1]), (String(repeating: "n", count: 101), [2]),
            (String(repeating: "d", count: 155) + "/" + String(repeating: "n", count: 100), [3]),
            (String(repeating: "d", count: 156) + "/" + String(repeating: "n", count: 100), [4]),
            (String(repeating: "very-long/", count: 60) + "end", [UInt8](repeating: 9, count: 512)),
            ("line\nbreak", [5]), ("-rf", [6]), ("%s$(x)`y`", [8]),
        ]
    }

    @Test("a zip is read by unzip and Python with the same names, bytes and modes")
    func zip() throws {
        let folder = try Folder()
        var zip = ZipWriter()
        for (path, bytes) in entries { try zip.add(path: path, bytes: bytes) }
        zip.finish()
        try folder.write("a.zip", zip.buffer)
        let test = folder.run(["unzip", "-tqq", "\(folder.path)/a.zip"])
        #expect(test.status == 0, "\(test.output)")
        let python = folder.run([
            "python3", "-c",
            """
            import sys, zipfile
            z = zipfile.ZipFile(sys.argv[1])
            assert z.testzip() is None
            for i in z.infolist():
                assert i.date_time == (1980, 1, 1, 0, 0, 0) and i.external_attr == 0o100644 << 16
                assert i.compress_type == 0 and i.create_system == 3
                print(repr(i.filename.encode()), z.read(i).hex())
            """, "\(folder.path)/a.zip",
        ])
        #expect(python.status == 0, "\(python.output)")
        #expect(python.output == expectedListing(folder))
        var again = ZipWriter()
        for (path, bytes) in entries { try again.add(path: path, bytes: bytes) }
        again.finish()
        #expect(zip.buffer == again.buffer)
    }

    @Test("a tar is listed by tar and read by Python with the same names, bytes and modes")
    func tar() throws {
        let folder = try Folder()
        var tar = TarWriter()
        for (path, bytes) in entries { try tar.add(path: path, bytes: bytes) }
        tar.finish()
        #expect(tar.buffer.count % 512 == 0)
        try folder.write("a.tar", tar.buffer)
        let list = folder.run(["tar", "--quoting-style=literal", "-tf", "\(folder.path)/a.tar"])
        #expect(list.status == 0)
        #expect(list.output == entries.map { $0.0 + "\n" }.joined())
        let python = folder.run([
            "python3", "-c",
            """
            import sys, tarfile
            t = tarfile.open(sys.argv[1])
            for i in t:
                assert i.isreg() and i.mtime == 0 and i.uid == 0 and i.gid == 0 and i.mode == 0o644
                print(repr(i.name.encode('utf-8', 'surrogateescape')), t.extractfile(i).read().hex())
            """, "\(folder.path)/a.tar",
        ])
        #expect(python.status == 0, "\(python.output)")
        #expect(python.output == expectedListing(folder))
        // Short ASCII paths need no pax header.
        var small = TarWriter()
        try small.add(path: "a/b", bytes: [1], mode: 0o755)
        small.finish()
        #expect(small.buffer.count == 512 * 4)
        #expect(small.buffer[100..<108].elementsEqual("0000755\u{0}".utf8))
    }

    /// The entries as Python prints them.
    func expectedListing(_ folder: borrowing Folder) -> String {
        let arguments = entries.flatMap {
            [$0.0, $0.1.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()]
        }
        return folder.run(
            [
                "python3", "-c",
                """
                import os, sys
                a = sys.argv[1:]
                for n, h in zip(a[::2], a[1::2]): print(repr(os.fsencode(n)), h)
                """,
            ] + arguments
        ).output
    }

    @Test("more than 65,535 files make a zip64 that is drained as it grows")
    func manyFiles() throws {
        let folder = try Folder()
        let count = 66_000
        let file = try #require(fopen("\(folder.path)/many.zip", "wb"))
        var zip = ZipWriter()
        var largest = 0
        for i in 0..<count {
            try zip.add(path: "f/\(i)", bytes: [UInt8(i & 0xFF)])
            largest = max(largest, zip.buffer.count)
            if zip.buffer.count > 1 << 16 {
                #expect(fwrite(zip.buffer, 1, zip.buffer.count, file) == zip.buffer.count)
                zip.buffer.removeAll(keepingCapacity: true)
            }
        }
        zip.finish()
        #expect(fwrite(zip.buffer, 1, zip.buffer.count, file) == zip.buffer.count)
        fclose(file)
        #expect(largest < 1 << 17)
        let test = folder.run(["unzip", "-tqq", "\(folder.path)/many.zip"])
        #expect(test.status == 0, "\(test.output)")
        let python = folder.run([
            "python3", "-c",
            "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(len(z.namelist()), z.read('f/65999')[0])",
            "\(folder.path)/many.zip",
        ])
        #expect(python.output == "\(count) \(65999 & 0xFF)\n")
    }

    @Test("exactly 65,534 and 65,535 files are read too", arguments: [65_534, 65_535])
    func edge(count: Int) throws {
        let folder = try Folder()
        var zip = ZipWriter()
        for i in 0..<count { try zip.add(path: "\(i)", bytes: []) }
        zip.finish()
        try folder.write("edge.zip", zip.buffer)
        let python = folder.run([
            "python3", "-c", "import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))",
            "\(folder.path)/edge.zip",
        ])
        #expect(python.output == "\(count)\n")
        #expect(folder.run(["unzip", "-Z1", "\(folder.path)/edge.zip", "7"]).output == "7\n")
    }

    @Test("entries beyond 4 GiB have 64-bit offsets")
    func farEntries() throws {
        let folder = try Folder()
        // The first 4 GiB are a hole in the file.
        let start = 0xFFFF_FFF0
        var zip = ZipWriter(startingAt: UInt64(start))
        try zip.add(path: "near", bytes: Array("just before".utf8))
        try zip.add(path: "far", bytes: Array("beyond".utf8))
        zip.finish()
        try folder.write("far.zip", zip.buffer, at: start)
        let python = folder.run([
            "python3", "-c",
            """
            import sys, zipfile
            z = zipfile.ZipFile(sys.argv[1])
            assert z.testzip() is None
            print([(i.filename, i.header_offset, z.read(i)) for i in z.infolist()])
            """, "\(folder.path)/far.zip",
        ])
        #expect(
            python.output
                == "[('near', 4294967280, b'just before'), ('far', \(start + 34 + 11), b'beyond')]\n")
        let test = folder.run(["unzip", "-tqq", "\(folder.path)/far.zip"])
        #expect(test.status == 0, "\(test.output)")
    }

    @Test(
        "a path that would leave the folder is refused by both",
        arguments: [
            "", "/", "/etc/passwd", "../x", "a/../x", "a/..", "a//b", "a/", "./a", "a/.", "a\u{0}b", "a\\b",
        ])
    func badPaths(path: String) {
        var (zip, tar) = (ZipWriter(), TarWriter())
        #expect(throws: ArchiveError.badPath(path)) { try zip.add(path: path, bytes: []) }
        #expect(throws: ArchiveError.badPath(path)) { try tar.add(path: path, bytes: []) }
        #expect(zip.buffer.isEmpty && tar.buffer.isEmpty)
        let long = String(repeating: "x", count: 65_536)
        #expect(throws: ArchiveError.pathTooLong(long, limit: 65_535)) { try zip.add(path: long, bytes: []) }
    }

    @Test("a zip that is put together from parts has the bytes of one that was written in one go, also beyond 4 GiB")
    func parts() throws {
        for start: UInt64 in [0, 0xFFFF_FFFF - 300] {
            var (whole, joined) = (ZipWriter(startingAt: start), ZipWriter(startingAt: start))
            for part in 0..<5 {
                var zip = ZipWriter()
                for number in 0..<part {
                    let (path, bytes) = ("p\(part)/\(number).png", [UInt8](repeating: UInt8(number), count: 40 * part))
                    try whole.add(path: path, bytes: bytes)
                    try zip.add(path: path, bytes: bytes)
                }
                joined.append(zip)
            }
            whole.finish()
            joined.finish()
            #expect(joined.buffer == whole.buffer, "\(start)")
        }
    }
}
