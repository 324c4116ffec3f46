import Codes
import QRCode
public import Site
import Support

/// The codes by which designs are judged: of all that have a design one for each version and level, that with the longest
/// text. What is judged is so every symbol that there is, but for what its data modules say. And the first codes of each: those
/// of a site of usual size are all among them.
public struct DesignSamples: Sendable {
    /// A code.
    public struct Sample: Sendable {
        /// What it says.
        public var text: String
        /// Slug of its link.
        public var name: String
        /// 1...40; 0: the design draws no symbol of it.
        var version: Int
    }

    /// The number of a design, version and level.
    private struct Key: Hashable, Comparable {
        var design: Int
        var version: Int
        var level: Int

        static func < (a: Key, b: Key) -> Bool {
            (a.design, a.version, a.level) < (b.design, b.version, b.level)
        }
    }

    private let level: ErrorCorrection
    private var templates: [DesignTemplate?]
    private var encoder = QREncoder()
    private var samples: [Key: Sample] = [:]
    /// Texts whose characters are of the same kinds, one after the other, take the same symbol: the hashes of those that
    /// were looked at.
    private var seen: Set<UInt64> = []
    /// The first codes of each design, which are tried themselves, whatever they are like.
    private var first: [[Sample]]
    private static let mostFirst = 24

    /// None yet.
    public init(_ site: Site) {
        level = ErrorCorrection(site.codes.level)
        first = site.designs.map { _ in [] }
        templates = site.designs.map { design in
            if design.isPlain, design.print == nil, design.distance == nil { return nil }
            return try? DesignTemplate(design, quietZone: site.codes.quietZone)
        }
    }

    /// Those of all links, rows of batches included where they were read. Payments have plain codes.
    public init(links site: Site) {
        self.init(site)
        guard templates.contains(where: { $0 != nil }) else { return }
        for link in site.links where link.design >= 0 && templates[Int(link.design)] != nil {
            if site.payload(of: link)?.isLevelM ?? false { continue }
            let text = site.codeText(of: link)
            text.utf8.withContiguousStorageIfAvailable { add($0.span, Int(link.design)) { (text, link.slug) } }
        }
    }

    /// Whether codes of a design are looked at.
    public func takes(_ design: Int32) -> Bool { design >= 0 && templates[Int(design)] != nil }

    /// Looks at a code. About 0.1 µs when one of its kind was there before.
    /// - Parameter make: its text and the slug of its link.
    public mutating func add(_ text: Span<UInt8>, _ design: Int, _ make: () -> (text: String, name: String)) {
        // FNV-1a over what decides about modes: digits, the other characters of alphanumeric mode, the rest.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(design)
        for index in text.indices {
            hash = (hash ^ Self.kinds[Int(text[index])]) &* 0x100_0000_01B3
        }
        let isFirst = first[design].count < Self.mostFirst
        guard seen.insert(hash).inserted || isFirst else { return }
        let (said, name) = make()
        var (version, grade) = (0, 0)
        do throws(DesignError) {
            guard let symbol = try templates[design]?.symbol(said, level: level, &encoder) else { return }
            (version, grade) = (symbol.version, symbol.level.rawValue)
        } catch {
            // Texts that are too long are reported with their links.
            if case .text = error { return }
        }
        let sample = Sample(text: said, name: name, version: version)
        if isFirst, version > 0 { first[design].append(sample) }
        insert(sample, Key(design: design, version: version, level: grade))
    }

    private mutating func insert(_ sample: Sample, _ key: Key) {
        if let known = samples[key], known.text.utf8.count >= sample.text.utf8.count { return }
        samples[key] = sample
    }

    /// Takes those of others, which come after those that are here.
    public mutating func formUnion(_ others: DesignSamples) {
        for (key, sample) in others.samples { insert(sample, key) }
        for design in first.indices {
            first[design] += others.first[design].prefix(Self.mostFirst - first[design].count)
        }
    }

    /// The first codes of a design.
    func first(of design: Int) -> [Sample] { first[design] }

    /// Those of a design, the smallest symbols first.
    func of(_ design: Int) -> [Sample] {
        samples.keys.filter { $0.design == design }.sorted().compactMap { samples[$0] }
    }

    private static let kinds: [UInt64] = (0..<256).map { value in
        let byte = UInt8(value)
        if byte &- 0x30 < 10 { return 1 }
        return byte &- 0x41 < 26 || Array(" $%*+-./:".utf8).contains(byte) ? 2 : 3
    }
}
