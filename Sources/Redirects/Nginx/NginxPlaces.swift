import Site

/// Two `geo` blocks that give for an address the numbers of the places that it is in, `,1,5,`: ranges for IPv4, which
/// nginx reads fastest, and networks for IPv6, for which it has no ranges. One of them is always empty.
struct NginxPlaces {
    let site: Site

    /// O(n log n) in the number of ranges.
    func emit(_ text: inout Text) {
        text.line("# the places that the visitor's address is in, by number")
        for (i, place) in site.places.enumerated() {
            // A comment ends where the line does: nothing of a name may end it.
            let name = String(
                String.UnicodeScalarView(
                    place.name.unicodeScalars.prefix(200).filter { $0.value > 0x1F && $0.value != 0x7F }))
            text.line("#   \(i): \(name)")
        }
        text.line("geo $wayseal_places4 {")
        text.lines(["ranges;", "default \"\";"], 1)
        for (range, places) in Self.segments(site.places.map(\.addresses.v4), end: .max) {
            text.line("\(Self.dotted(range.lowerBound))-\(Self.dotted(range.upperBound)) \"\(Self.list(places))\";", 1)
        }
        text.line("}")
        text.line("geo $wayseal_places6 {")
        text.line("default \"\";", 1)
        for (range, places) in Self.segments(site.places.map(\.addresses.v6), end: .max) {
            let value = Self.list(places)
            for (address, length) in Self.networks(range) {
                text.line("\(Self.colons(address))/\(length) \"\(value)\";", 1)
            }
        }
        text.line("}")
    }

    private static func list(_ places: [Int]) -> String { "," + places.map { "\($0)," }.joined() }

    private static func dotted(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }

    /// Eight groups; nginx reads any form.
    private static func colons(_ address: UInt128) -> String {
        (0..<8).map { String(UInt16(truncatingIfNeeded: address >> UInt128(112 - 16 * $0)), radix: 16) }
            .joined(separator: ":")
    }

    /// Where the lists of places change: pieces of the number line with the same places, those without any left out.
    static func segments<Number: FixedWidthInteger & UnsignedInteger>(
        _ places: [[ClosedRange<Number>]], end: Number
    ) -> [(range: ClosedRange<Number>, places: [Int])] {
        var events: [(at: Number, place: Int, begins: Bool)] = []
        for (i, ranges) in places.enumerated() {
            for range in ranges {
                events.append((range.lowerBound, i, true))
                if range.upperBound < end { events.append((range.upperBound + 1, i, false)) }
            }
        }
        events.sort { ($0.at, $0.place, $0.begins ? 1 : 0) < ($1.at, $1.place, $1.begins ? 1 : 0) }
        var result: [(range: ClosedRange<Number>, places: [Int])] = []
        var open: Set<Int> = []
        var i = 0
        while i < events.count {
            let at = events[i].at
            while i < events.count, events[i].at == at {
                if events[i].begins { open.insert(events[i].place) } else { open.remove(events[i].place) }
                i += 1
            }
            guard !open.isEmpty else { continue }
            let last = i < events.count ? events[i].at - 1 : end
            result.append((at...last, open.sorted()))
        }
        return result
    }

    /// The fewest networks that are exactly `range`.
    static func networks(_ range: ClosedRange<UInt128>) -> [(address: UInt128, length: Int)] {
        var result: [(address: UInt128, length: Int)] = []
        var at = range.lowerBound
        while true {
            // The largest block that begins here and ends within the range.
            var bits = at == 0 ? 128 : at.trailingZeroBitCount
            while bits > 0 {
                let last = bits == 128 ? UInt128.max : at + (UInt128(1) << UInt128(bits) - 1)
                if last <= range.upperBound { break }
                bits -= 1
            }
            result.append((at, 128 - bits))
            let last = bits == 128 ? UInt128.max : at + (UInt128(1) << UInt128(bits) - 1)
            if last >= range.upperBound { return result }
            at = last + 1
        }
    }
}
