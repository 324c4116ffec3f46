import ReportData
import Support

/// The countries of the map and their names, read from the data compiled in.
struct WorldGeometry: Sendable {
    /// A country.
    struct Country: Sendable {
        /// ISO 3166-1 alpha-2.
        var code: String
        /// Its middle.
        var centre: Scene.Point
        /// Its outline, ring by ring; empty for a country too small to be drawn.
        var rings: [[Scene.Point]]
    }

    /// Width and height of the grid.
    let width: Double
    let height: Double
    /// Sorted by code.
    let countries: [Country]
    private let names: Names

    /// Reads the data once; later uses share it.
    static let shared = WorldGeometry(world: ReportData.world, territories: ReportData.territories)

    init(world: [UInt8], territories: [UInt8]) {
        let lines = world.split(separator: UInt8(ascii: "\n"))
        var size = Numbers(lines.first ?? [])
        width = size.next() ?? 1
        height = size.next() ?? 1
        countries = lines.dropFirst().map { line in
            let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            var centre = Numbers(fields.count > 1 ? fields[1] : [])
            return Country(
                code: String(decoding: fields.first ?? [], as: UTF8.self),
                centre: .init(centre.next() ?? 0, centre.next() ?? 0),
                rings: fields.count > 2 ? Self.rings(fields[2]) : [])
        }
        names = Names(territories)
    }

    /// The name of a country; the code itself when there is none.
    func name(of code: String, in language: Language) -> String { names.name(of: code, in: language) }

    /// The inverse of generate.py's `ring`: `M x y`, relative `l`, `z`.
    private static func rings(_ path: ArraySlice<UInt8>) -> [[Scene.Point]] {
        path.split(separator: UInt8(ascii: "z")).map { ring in
            var numbers = Numbers(ring)
            var at = Scene.Point(numbers.next() ?? 0, numbers.next() ?? 0)
            var points = [at]
            while let dx = numbers.next(), let dy = numbers.next() {
                at = .init(at.x + dx, at.y + dy)
                points.append(at)
            }
            return points
        }
    }

    /// Whole numbers in a text, whatever stands between them.
    private struct Numbers {
        private var rest: ArraySlice<UInt8>
        init(_ text: ArraySlice<UInt8>) { rest = text }
        mutating func next() -> Double? {
            while let byte = rest.first, byte != UInt8(ascii: "-"), !(0x30...0x39).contains(byte) {
                rest.removeFirst()
            }
            guard let first = rest.first else { return nil }
            let sign = first == UInt8(ascii: "-") ? -1.0 : 1.0
            if sign < 0 { rest.removeFirst() }
            var value = 0.0
            while let byte = rest.first, (0x30...0x39).contains(byte) {
                value = value * 10 + Double(byte - 0x30)
                rest.removeFirst()
            }
            return sign * value
        }
    }
}

/// Names of codes in the languages of reports.
struct Names: Sendable {
    private var names: [String: [String]] = [:]

    /// The languages of the world by their two-letter codes.
    static let languages = Names(ReportData.languages)

    /// From lines of code and names, separated by tabs.
    init(_ table: [UInt8]) {
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: "\t")).map { String(decoding: $0, as: UTF8.self) }
            if fields.count == 1 + Language.allCases.count { names[fields[0]] = Array(fields.dropFirst()) }
        }
    }

    /// The name of a code; the code itself when there is none.
    func name(of code: String, in language: Language) -> String {
        guard let names = names[code], let index = Language.allCases.firstIndex(of: language) else { return code }
        return names[index]
    }
}
