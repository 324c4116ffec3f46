import AccessLogs
import Foundation
import Support
import TestSupport
import Testing

@testable import Scans

/// Databases of places that are cut, changed or nonsense.
@Suite struct DamagedPlacesTests {
    static let whole: [UInt8] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? Files.read(root.appendingPathComponent("fixtures/places/city.mmdb").path)) ?? []
    }()

    /// Addresses that fan out over the tree, and some that are in the fixture.
    private static let addresses: [Address] = (0..<256).map { i in
        let mixed = UInt64(i) &* 0x9E37_79B9_7F4A_7C15
        return i % 2 == 0
            ? Address(high: 0, low: 0xFFFF_0000_0000 | mixed >> 32) : Address(high: mixed, low: mixed >> 7)
    }

    private func use(_ bytes: [UInt8], in folder: TemporaryFolder) throws -> Bool {
        let path = folder.path + "/x.mmdb"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do throws(GeographyError) {
            let places = try Geography(path: path)
            for address in Self.addresses { #expect(places.place(address).count < 400) }
            return true
        } catch {
            #expect(error.description.hasPrefix("cannot use \(path): ") && error.message.count > 5)
            return false
        }
    }

    @Test("a database that is cut anywhere is refused or read as far as it goes, never a trap")
    func cut() throws {
        let folder = TemporaryFolder()
        #expect(try use(Self.whole, in: folder))
        for end in stride(from: 0, to: Self.whole.count, by: max(1, Self.whole.count / 150)) {
            #expect(try !use(Array(Self.whole[..<end]), in: folder), "cut at \(end)")
        }
    }

    @Test("bytes that are changed in the tree, the data or the header end in an error or in other places, never a trap")
    func changed() throws {
        let folder = TemporaryFolder()
        var random = SplitMix(seed: 61)
        var refused = 0
        for round in 0..<600 {
            var bytes = Self.whole
            let from = round % 3 == 0 ? bytes.count - 200 : 0
            for _ in 0..<(1 << (round % 6)) {
                let at = Int.random(in: from..<bytes.count, using: &random)
                bytes[at] = round % 2 == 0 ? bytes[at] ^ 1 << UInt8(random.next() % 8) : UInt8(random.next() % 256)
            }
            if try !use(bytes, in: folder) { refused += 1 }
        }
        #expect(refused > 50 && refused < 600)
        for _ in 0..<100 {
            let noise = (0..<4000).map { _ in UInt8(random.next() % 256) }
            #expect(try !use(noise, in: folder))
            // Noise that calls itself a database.
            let marked = noise + Self.whole.suffix(200)
            _ = try use(marked, in: folder)
        }
    }
}
