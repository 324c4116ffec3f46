import CMaxMindDB
import Foundation
import Site
import Support
import TestSupport
import Testing

@testable import Places

/// The same file, looked up address by address by libmaxminddb: the judge.
final class Lookup {
    private var database = MMDB_s()

    init(_ path: String) { #expect(MMDB_open(path, UInt32(MMDB_MODE_MMAP), &database) == MMDB_SUCCESS) }
    deinit { MMDB_close(&database) }

    /// Country and city.
    func place(v4: UInt32? = nil, v6: UInt128 = 0) -> (country: String, city: String) {
        let number = v4.map { UInt128($0) | 0xFFFF_0000_0000 } ?? v6
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: number >> UInt128(120 - 8 * $0)) }
        var error: Int32 = 0
        var result = wayseal_mmdb_lookup(&database, bytes, v4 == nil ? 0 : 1, &error)
        guard error == MMDB_SUCCESS, result.found_entry else { return ("", "") }
        func text(_ a: String, _ b: String, _ c: String?) -> String {
            var length: UInt32 = 0
            let found =
                c.map { wayseal_mmdb_text(&result, a, b, $0, nil, &length) }
                ?? wayseal_mmdb_text(&result, a, b, nil, nil, &length)
            guard let found else { return "" }
            return String(decoding: UnsafeRawBufferPointer(start: found, count: Int(length)), as: UTF8.self)
        }
        return (text("country", "iso_code", nil), text("city", "names", "en"))
    }
}

@Suite("Places")
struct PlacesTests {
    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("fixtures/places/city.mmdb").path
    static let vienna = (48.2082, 16.3738)

    private func site(_ places: [Place.Definition], bytes: [UInt8]? = nil) throws -> Site {
        var site = Site(domains: [])
        site.places = places.map { Place(name: "here", definition: $0) }
        site.placesDatabase = PlacesFile(path: "data/city.mmdb", bytes: try bytes ?? Files.read(Self.path))
        return site
    }

    private static func circle(_ point: (Double, Double), _ radius: Double) -> Place.Circle {
        Place.Circle(latitude: point.0, longitude: point.1, radius: radius)
    }

    /// An area, and the cities of the database that are in it.
    struct Case: Sendable {
        var countries: [String] = []
        var except: [String] = []
        var near: Place.Circle?
        var cities: Set<String>
    }

    @Test(
        "a place has exactly the addresses that a lookup finds there",
        arguments: [
            Case(countries: ["AT"], cities: ["Vienna", "Graz", "Nowhere"]),
            Case(countries: ["FR", "BE"], cities: ["Paris", "Brussels"]),
            Case(near: circle(vienna, 60), cities: ["Vienna", "Bratislava"]),
            Case(countries: ["AT"], near: circle(vienna, 60), cities: ["Vienna"]),
            Case(except: ["SK"], near: circle(vienna, 200), cities: ["Vienna", "Graz"]),
            // Across the line of dates.
            Case(near: circle((-13.8, -171.8), 1200), cities: ["Apia", "Suva"]),
        ])
    func judged(asked: Case) throws {
        let cities = asked.cities
        let definition = Place.Definition.area(countries: asked.countries, except: asked.except, near: asked.near)
        var site = try site([definition])
        #expect(Places.fill(&site, now: 4_102_444_800).isEmpty)
        let ranges = site.places[0].addresses
        let judge = Lookup(Self.path)
        var random = SplitMix(seed: 77)
        var v4 = ranges.v4.flatMap { [$0.lowerBound, $0.upperBound, $0.lowerBound &- 1, $0.upperBound &+ 1] }
        v4 += (0..<4000).map { _ in 0x0A00_0000 | UInt32.random(in: 0...0xFF_FFFF, using: &random) }
        v4 += [0xC000_0200, 0xC633_6400, 0xCB00_7100].flatMap { net in (0..<256).map { net + $0 } }
        for address in v4 {
            #expect(
                ranges.contains(v4: address) == cities.contains(judge.place(v4: address).city), "\(IPText.v4(address))")
        }
        var v6 = ranges.v6.flatMap { [$0.lowerBound, $0.upperBound, $0.lowerBound &- 1, $0.upperBound &+ 1] }
        v6 += (0..<2000).map { _ in
            0x2001_0DB8_0000_0000_0000_0000_0000_0000 | UInt128(UInt32.random(in: 0...UInt32.max, using: &random)) << 64
        }
        for address in v6 {
            #expect(
                ranges.contains(v6: address) == cities.contains(judge.place(v6: address).city), "\(IPText.v6(address))")
        }
        #expect(ranges.v4.count > 5 && (!ranges.v6.isEmpty || cities.contains("Apia")))
        for (a, b) in zip(ranges.v4, ranges.v4.dropFirst()) { #expect(UInt64(a.upperBound) + 1 < UInt64(b.lowerBound)) }
    }

    @Test("everybody but a country are all addresses that are not known to be there, unknown ones among them")
    func complement() throws {
        var site = try site([
            .area(countries: [], except: ["DE"], near: nil), .area(countries: ["DE"], except: [], near: nil),
        ])
        #expect(Places.fill(&site, now: nil).isEmpty)
        let (others, germany) = (site.places[0].addresses, site.places[1].addresses)
        var random = SplitMix(seed: 78)
        for _ in 0..<3000 {
            let v4 = UInt32.random(in: 0...UInt32.max, using: &random) & 0x0FFF_FFFF
            #expect(others.contains(v4: v4) != germany.contains(v4: v4))
            let v6 = 0x2001_0DB8_000D_0000_0000_0000_0000_0000 | UInt128(v4) << 64
            #expect(others.contains(v6: v6) != germany.contains(v6: v6))
        }
        #expect(others.contains(v4: 0x0808_0808) && others.contains(v6: .max))
    }

    @Test("the notations of IPv4 in IPv6 are not repeated as networks")
    func aliases() throws {
        var site = try site([.area(countries: ["FR"], except: [], near: nil)])
        #expect(Places.fill(&site, now: nil).isEmpty)
        // 127.0.0.2 is in Paris, ::ffff:127.0.0.2 is the same address, 2002:7f00:2:: a tunnel.
        #expect(site.places[0].addresses.contains(v4: 0x7F00_0002))
        #expect(site.places[0].addresses.v6.allSatisfy { $0.lowerBound >> 96 == 0x2001_0DB8 })
    }

    @Test("a database that is more than a year old is a warning, and no more than that")
    func outdated() throws {
        let built: Int64 = 4_102_444_800
        for (age, codes) in [(Int64(366 * 86_400), []), (366 * 86_400 + 1, ["places-outdated"])] {
            var site = try site([.area(countries: ["FR"], except: [], near: nil)])
            let found = Places.fill(&site, now: built + age)
            #expect(found.map(\.code.id) == codes && found.allSatisfy { $0.severity == .warning })
            #expect(!site.places[0].addresses.v4.isEmpty)
        }
    }

    @Test("what can't be answered is said: no database, no such country, nobody in the circle")
    func unanswered() throws {
        var none = try site([.area(countries: ["FR"], except: [], near: nil)])
        none.placesDatabase = nil
        #expect(Places.fill(&none, now: nil).map(\.code.id) == ["places-missing"])
        var unknown = try site([.area(countries: ["FR", "NZ"], except: [], near: nil)])
        #expect(Places.fill(&unknown, now: nil).map(\.code.id) == ["places-empty"])
        var swapped = try site([.area(countries: [], except: [], near: Self.circle((16.3738, 48.2082), 50))])
        #expect(Places.fill(&swapped, now: nil).map(\.code.id) == ["places-empty"])
        var networks = try site([.networks(["10.0.0.0/8"])], bytes: [1, 2, 3])
        #expect(Places.fill(&networks, now: nil).isEmpty)
    }

    @Test("a file that is cut, changed or tied into a knot ends in an error at a byte, never in a crash or a loop")
    func hostile() throws {
        let bytes = try Files.read(Self.path)
        let definition = Place.Definition.area(countries: ["AT"], except: [], near: Self.circle(Self.vienna, 50))
        var random = SplitMix(seed: 79)
        for length in [0, 1, 15, 100, bytes.count / 2, bytes.count - 1] {
            var site = try site([definition], bytes: Array(bytes[..<length]))
            #expect(Places.fill(&site, now: nil).map(\.code.id) == ["places-damaged"])
        }
        for _ in 0..<1500 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var site = try site([definition], bytes: changed)
            _ = Places.fill(&site, now: 0)
        }
        // Every record of the tree leads back to its root.
        var knot = bytes
        let nodes = try PlacesDatabase(bytes).nodes
        for at in 0..<nodes * 6 { knot[at] = 0 }
        var tied = try site([definition], bytes: knot)
        let found = Places.fill(&tied, now: nil)
        #expect(found.map(\.code.id) == ["places-damaged"])
        #expect(
            found.first?.summary == "data/city.mmdb can't be used: it is damaged at byte 0: the tree runs in a circle")
    }

    @Test("distances are those on the globe")
    func distances() {
        // Vienna to Paris: 1,034 km on the ellipsoid (Karney's GeodSolve).
        #expect(abs(PlaceRecord.kilometres((48.2082, 16.3738), (48.8566, 2.3522)) - 1034) < 6)
        #expect(abs(PlaceRecord.kilometres((0, 179.5), (0, -179.5)) - 111.2) < 0.1)
        #expect(abs(PlaceRecord.kilometres((90, 0), (-90, 0)) - 20015.1) < 0.1)
    }
}
