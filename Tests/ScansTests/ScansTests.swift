// swift-format-ignore-file: LineLength
import AccessLogs
import Site
import Foundation
import Support
import TestSupport
import Testing

@testable import Scans

@Suite struct ScansTests {
    @Test("SipHash-2-4 is that of its paper")
    func sipHash() {
        let key = SipHash(k0: 0x0706_0504_0302_0100, k1: 0x0F0E_0D0C_0B0A_0908)
        #expect(key.hash(Array(0..<15)) == 0xA129_CA61_49BE_45E5)
        #expect(key.hash([]) == 0x726F_DB47_DD0E_0E31)
        let words = key.hash(0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
        #expect(words == key.hash(Array(0..<16)))
    }

    @Test("cells come back as they were packed, and damaged ones are refused or harmless")
    func cells() {
        var random = SplitMix(seed: 21)
        for _ in 0..<500 {
            var cell = Cell()
            cell.scans = UInt32.random(in: 0...1000, using: &random)
            cell.uniques = cell.scans / 2
            cell.late = cell.scans / 9
            if cell.scans > 0 {
                cell.last = 1_700_000_000
                for d in 0..<Dimension.count {
                    var id: UInt32 = 0
                    for _ in 0..<Int.random(in: 1...20, using: &random) {
                        id += UInt32.random(in: 1...4000, using: &random)
                        let scans = UInt32.random(in: 1...3, using: &random)
                        cell.entries[d].append(.init(id: id, scans: scans, uniques: min(scans, 1)))
                    }
                }
            }
            for i in 1..<Exclusion.count where Bool.random(using: &random) {
                cell.excluded[i] = UInt32.random(in: 0...300, using: &random)
            }
            var bytes: [UInt8] = []
            cell.pack(dayStart: 1_699_999_000, into: &bytes)
            #expect(Cell.unpack(bytes, dayStart: 1_699_999_000) == cell)
            for _ in 0..<5 {
                var damaged = bytes
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                _ = Cell.unpack(damaged, dayStart: 0)
                _ = Cell.unpack(Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))), dayStart: 0)
            }
        }
    }

    @Test("events come back from the journal")
    func events() {
        var random = SplitMix(seed: 12)
        var events: [Event] = []
        for i in 0..<50 {
            let n = UInt32(i)
            events.append(
                Event(
                    visitor: 1 << 63 | UInt64(i), address: UInt64(i) * 7, time: n, link: n &- 1, place: n, device: n,
                    referrer: n, language: UInt16(i), variant: 9, hour: 3, origin: 1, flags: 2))
        }
        var back: [Event] = []
        events = events.map { event in
            var event = event
            event.address = UInt64.random(in: .min ... .max, using: &random)
            event.time = UInt32.random(in: .min ... .max, using: &random)
            return event
        }
        var total = 0
        EventEncoder().encode(events) { (part, count, bytes) throws(Never) in
            total += count
            let first = back.count
            #expect(Event.decode(bytes, into: &back) && back.count == first + count)
            #expect(back[first...].allSatisfy { $0.part == part })
        }
        #expect(total == events.count)
        #expect(Set(back.map(\.time)) == Set(events.map(\.time)))
        for event in events { #expect(back.contains(event)) }
        #expect(!Event.decode([1, 2, 3], into: &back))
        let left: [UInt32] = [5, 5, 1 << 31, 0, 7]
        #expect(ScanStore.decodeLeft(ScanStore.encodeLeft(left)) == left.sorted())
    }

    @Test("days are counted as the definitions say, whatever the order of the lines")
    func days() {
        var random = SplitMix(seed: 33)
        for round in 0..<150 {
            var rules = ScanRules()
            rules.rateLimit = 6
            rules.enumerationLimit = 4
            if round % 5 == 0 { rules.burstLimit = 0 }
            if round % 7 == 0 { rules.repeatWindow = 0 }
            var events: [Event] = []
            let spread = [40, 400, 4000][round % 3]
            for _ in 0..<Int.random(in: 0...200, using: &random) {
                let address = UInt64.random(in: 1...12, using: &random) << 33
                let isTrap = Int.random(in: 0...60, using: &random) == 0
                events.append(
                    Event(
                        visitor: isTrap ? 0 : address + UInt64.random(in: 0...1, using: &random), address: address,
                        time: UInt32.random(in: 1000...(1000 + UInt32(spread)), using: &random),
                        link: isTrap ? Event.trap : UInt32.random(in: 0...5, using: &random), place: 0, device: 1,
                        referrer: 0, language: 0, variant: 0, hour: UInt8.random(in: 0...23, using: &random), origin: 0,
                        flags: Int.random(in: 0...30, using: &random) == 0 ? Event.suspicious : 0))
            }
            let expected = Self.naive(events, rules)
            var counter = DayCounter(rules: rules)
            events.shuffle(using: &random)
            let result = counter.count(&events, excluded: [])
            // The packed way gives the same bytes.
            let left: [UInt32] = [5 << 4 | 4, 5 << 4 | 14, 7 << 4 | 2]
            var packed: [String] = []
            _ = counter.countPacked(&events, excluded: left, dayStart: 900) { link, bytes, _ in
                packed.append("\(link) \(bytes)")
            }
            let made = counter.count(&events, excluded: left).cells.map { link, cell in
                var bytes: [UInt8] = []
                cell.pack(dayStart: 900, into: &bytes)
                return "\(link) \(bytes)"
            }
            #expect(packed == made)
            let scans = result.cells.reduce(0) { $0 + Int($1.cell.scans) }
            let uniques = result.cells.reduce(0) { $0 + Int($1.cell.uniques) }
            let quarantine = result.cells.reduce(0) { $0 + Int($1.cell.excluded[Int(Exclusion.quarantine.rawValue)]) }
            let repeated = result.cells.reduce(0) { $0 + Int($1.cell.excluded[Int(Exclusion.repeated.rawValue)]) }
            #expect([scans, uniques, quarantine, repeated, result.visitors] == expected, "round \(round)")
        }
    }

    /// The definitions, word by word.
    static func naive(_ events: [Event], _ rules: ScanRules) -> [Int] {
        let trapped = Set(events.filter { $0.link == Event.trap }.map(\.address))
        var scans = 0
        var uniques = Set<[UInt64]>()
        var quarantine = 0
        var repeated = 0
        var visitors = Set<UInt64>()
        for (visitor, all) in Dictionary(grouping: events.filter { $0.link != Event.trap }, by: \.visitor) {
            let sorted = all.sorted { $0.time < $1.time }
            var isBad = trapped.contains(sorted[0].address)
            for event in sorted {
                func window(_ seconds: UInt32) -> [Event] {
                    sorted.filter { $0.time <= event.time && event.time - $0.time <= seconds }
                }
                if rules.burstLimit > 0, Set(window(rules.burstSeconds).map(\.link)).count >= rules.burstLimit {
                    isBad = true
                }
                if Set(window(rules.enumerationSeconds).map(\.link)).count > rules.enumerationLimit { isBad = true }
                if window(rules.rateSeconds - 1).count > rules.rateLimit { isBad = true }
            }
            if isBad {
                quarantine += sorted.count
                continue
            }
            for (_, same) in Dictionary(grouping: sorted.filter { $0.flags & Event.suspicious == 0 }, by: \.link) {
                for (i, event) in same.enumerated() {
                    if i > 0, rules.repeatWindow > 0, event.time - same[i - 1].time <= rules.repeatWindow {
                        repeated += 1
                    } else {
                        scans += 1
                        uniques.insert([visitor, UInt64(event.link)])
                        visitors.insert(visitor)
                    }
                }
            }
            quarantine += sorted.count { $0.flags & Event.suspicious != 0 }
        }
        return [scans, uniques.count, quarantine, repeated, visitors.count]
    }

    @Test("zones know summer time")
    func zones() throws {
        let vienna = try #require(ZoneTable(named: "Europe/Vienna"))
        // 2024-03-31 01:00 UTC: the clock goes from 02:00 to 03:00.
        #expect(vienna.offset(at: 1_711_846_799).offset == 3600)
        #expect(vienna.offset(at: 1_711_846_800).offset == 7200)
        let day = try #require(CivilDay(iso: "2024-03-31")).number
        #expect(vienna.day(of: 1_711_839_600) == day && vienna.day(of: 1_711_839_599) == day - 1)
        #expect(vienna.start(ofDay: day + 1) - vienna.start(ofDay: day) == 23 * 3600)
        #expect(ZoneTable(named: "Nowhere/Land") == nil)
    }

    @Test("links are found by host and path, in capitals, encoded, and beneath wildcards")
    func links() {
        var table = LinkTable(hash: ByteHash(seed: 99))
        table.append(host: "go.example", path: "/ab", privacy: .full, isMarked: false)
        table.append(host: "b.example", path: "/ab", privacy: .full, isMarked: false)
        table.append(host: "b.example", path: "/docs/*", privacy: .full, isMarked: false)
        for i in 0..<3000 { table.append(host: "go.example", path: "/n\(i)", privacy: .full, isMarked: false) }
        func link(_ host: String, _ path: String) -> Int32 {
            let h = Array(host.utf8)
            let p = Array(path.utf8)
            return table.link(p.span, 0, p.count, host: table.hostNumber(h.span, 0, h.count))
        }
        #expect(link("go.example", "/ab") == 0 && link("GO.example:8080", "/AB") == 0 && link("", "/ab") == 0)
        #expect(link("b.example", "/ab") == 1 && link("c.example", "/ab") == -1 && link("b.example", "/abc") == -1)
        #expect(
            link("b.example", "/docs/a/b") == 2 && link("b.example", "/docs/") == 2 && link("b.example", "/docs") == -1)
        for i in 0..<3000 { #expect(link("go.example", "/N\(i)") == Int32(i + 3)) }
        let path = normalizedPath(Array("/%61%2f%c3%a9 x".utf8), isDecoded: false)
        #expect(
            String(decoding: path, as: UTF8.self) == "/a%2F%C3%A9%20x"
                || String(decoding: path, as: UTF8.self) == "/a%2f%c3%a9%20x")
    }
}
