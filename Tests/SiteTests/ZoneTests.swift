import Foundation
import Site
import Support
import TestSupport
import Testing

/// What an outside program prints.
enum Outside {
    static func run(_ program: String, _ arguments: [String], input: String = "") throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(program) \(arguments)")
        return String(decoding: output, as: UTF8.self)
    }

    static let isAsked = ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"
}

@Suite("Zones")
struct ZoneTests {
    static let zones = [
        "Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Australia/Adelaide", "Asia/Kathmandu",
        "Pacific/Chatham", "Africa/Casablanca", "America/St_Johns", "America/Santiago", "Asia/Kolkata", "Asia/Tehran",
        "Europe/Dublin", "America/Nuuk", "Pacific/Apia", "Antarctica/Troll",
    ]

    private static func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0) -> Int64 {
        CivilTime.seconds(year: year, month: month, day: day, hour: hour, minute: minute) ?? 0
    }

    @Test("a clock that jumps skips to the jump; a time that comes twice is the first or the last one, as is asked")
    func localTimes() throws {
        let vienna = try #require(ZoneTable(named: "Europe/Vienna"))
        let jump = Self.utc(2027, 3, 28, 1)
        for reading in [ZoneTable.Reading.first, .last] {
            #expect(vienna.instant(ofLocal: Self.utc(2027, 3, 28, 1, 59), reading) == jump - 60)
            #expect(vienna.instant(ofLocal: Self.utc(2027, 3, 28, 2, 30), reading) == jump)
            #expect(vienna.instant(ofLocal: Self.utc(2027, 3, 28, 3), reading) == jump)
            #expect(vienna.instant(ofLocal: Self.utc(2027, 7, 1), reading) == Self.utc(2027, 6, 30, 22))
        }
        let twice = Self.utc(2027, 10, 31, 2, 30)
        #expect(vienna.instant(ofLocal: twice, .first) == Self.utc(2027, 10, 31, 0, 30))
        #expect(vienna.instant(ofLocal: twice, .last) == Self.utc(2027, 10, 31, 1, 30))
        // Samoa had no 30 December 2011.
        let apia = try #require(ZoneTable(named: "Pacific/Apia"))
        #expect(apia.instant(ofLocal: Self.utc(2011, 12, 30, 12), .first) == Self.utc(2011, 12, 30, 10))
    }

    @Test("the rule at the end of a file goes on after its last transition")
    func footer() throws {
        let vienna = try #require(ZoneTable(named: "Europe/Vienna"))
        #expect(vienna.offset(at: Self.utc(2099, 7, 1)).offset == 7200)
        #expect(vienna.offset(at: Self.utc(2099, 12, 1)).offset == 3600)
        #expect(vienna.offset(at: Self.utc(2099, 3, 29, 0, 59)).offset == 3600)
        #expect(vienna.offset(at: Self.utc(2099, 3, 29, 1)).offset == 7200)
    }

    @Test("bytes that are no zone are refused, wherever they are cut or changed")
    func hostile() throws {
        let bytes = try Files.read("/usr/share/zoneinfo/Europe/Vienna")
        #expect(ZoneTable(name: "x", bytes: bytes) != nil)
        for length in 0..<bytes.count { #expect(ZoneTable(name: "x", bytes: Array(bytes[..<length])) == nil) }
        var random = SplitMix(seed: 5)
        for _ in 0..<3000 {
            var changed = bytes
            for _ in 0..<4 {
                changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            // Whatever it says, it answers.
            if let table = ZoneTable(name: "x", bytes: changed) {
                _ = table.instant(ofLocal: Self.utc(2030, 1, 1), .last)
                _ = try? ZoneOffsets(table)
            }
        }
    }

    @Test("configuration is compiled for the same years whenever it is")
    func horizon() throws {
        let offsets = try ZoneOffsets(try #require(ZoneTable(named: "Europe/Vienna")))
        #expect(offsets.spans.count == 25)
        #expect(offsets.spans.first == .init(from: ZoneOffsets.start, minutes: 60))
        #expect(offsets.spans.last == .init(from: Self.utc(2037, 10, 25, 1), minutes: 60))
        #expect(try ZoneOffsets(.utc) == ZoneOffsets())
        let lordHowe = try ZoneOffsets(try #require(ZoneTable(named: "Australia/Lord_Howe")))
        #expect(Set(lordHowe.spans.map(\.minutes)) == [630, 660])
    }

    @Test("an offset that is no multiple of a quarter of an hour is refused with the zone's name")
    func odd() throws {
        // A version 2 file without transitions, one type of 1,234 s, and no rule.
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            bytes += Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
            for count in [0, 0, 0, 0, 1, 4] { bytes += [0, 0, 0, UInt8(count)] }
            bytes += [0, 0, 0x04, 0xD2, 0, 0] + Array("ODD\0".utf8)
        }
        bytes += Array("\n\n".utf8)
        let table = try #require(ZoneTable(name: "Odd/Zone", bytes: bytes))
        let problem = #expect(throws: ZoneOffsets.Problem.self) { try ZoneOffsets(table) }
        #expect(problem?.zone == "Odd/Zone" && problem?.offset == 1234)
    }

    @Test(
        "weekly windows and local times at every transition of ten years are what Python says",
        .enabled(if: Outside.isAsked), .timeLimit(.minutes(3)))
    func judged() throws {
        var random = SplitMix(seed: 2026)
        let sets = (0..<40).map { _ in
            WeekWindow.normalized(
                (0..<Int.random(in: 1...9, using: &random)).map { _ in
                    let from = Int.random(in: 0..<1440, using: &random)
                    return WeekWindow(
                        day: Int.random(in: 0...6, using: &random), from: from,
                        to: Int.random(in: (from + 1)...1440, using: &random))
                })
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("zones.py").path
        let input = sets.map { $0.map { "\($0.day)-\($0.from)-\($0.to)" }.joined(separator: " ") }.joined(
            separator: "\n")
        let output = try Outside.run("python3", [script] + Self.zones, input: input + "\n")
        var tables: [String: (ZoneTable, ZoneOffsets)] = [:]
        for name in Self.zones {
            let table = try #require(ZoneTable(named: name))
            tables[name] = (table, try ZoneOffsets(table))
        }
        var questions = 0
        var wrong: [Substring] = []
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ")
            let (table, offsets) = try #require(tables[String(words[1])])
            let number = try #require(Int64(words[2]))
            switch words[0] {
            case "n":
                // Every transition that Python sees in ten years is one of ours, and no other.
                if offsets.spans.count(where: { $0.from > ZoneOffsets.start && $0.from < 2_082_758_400 }) != number {
                    wrong.append(line)
                }
            case "i":
                let local = offsets.local(at: number)
                let bits = sets.map { set in
                    set.contains { $0.day == local.day && $0.from <= local.minute && local.minute < $0.to } ? "1" : "0"
                }.joined()
                questions += sets.count
                if words[3] != "\(local.day)" || words[4] != "\(local.minute)" || words[5] != bits {
                    wrong.append(line)
                }
            default:
                questions += 1
                if words[3] != "\(table.instant(ofLocal: number, .first))"
                    || words[4] != "\(table.instant(ofLocal: number, .last))"
                {
                    wrong.append(line)
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count) of \(questions): \(wrong.prefix(5))")
        #expect(questions > 1_000_000)
    }

    @Test(
        "a file that leaves the future to its rule says the same as one that writes it out",
        .enabled(if: Outside.isAsked),
        .timeLimit(.minutes(1)))
    func slim() throws {
        let folder = TemporaryFolder()
        for kind in ["slim", "fat"] {
            _ = try Outside.run(
                "/usr/sbin/zic", ["-b", kind, "-d", folder.path + "/" + kind, "/usr/share/zoneinfo/tzdata.zi"])
        }
        for name in Self.zones {
            let slim = try #require(ZoneTable(named: name, folder: folder.path + "/slim"))
            let fat = try #require(ZoneTable(named: name, folder: folder.path + "/fat"))
            #expect(try ZoneOffsets(slim) == ZoneOffsets(fat), "\(name)")
            for year in stride(from: 1971, to: 2190, by: 1) {
                for month in [1, 4, 7, 10] {
                    let time = Self.utc(year, month, 3)
                    #expect(slim.offset(at: time).offset == fat.offset(at: time).offset, "\(name) \(year)")
                }
            }
        }
    }
}
