import Redirects
import Site
import Support

/// Policies for every fifth link of a site, of eight kinds in turn; whatever happens, the answer is a redirect, so that
/// all requests of a load can be counted alike.
enum GatedSite {
    static func add(to site: inout Site, _ server: Server) {
        site.zone = zone()
        var ranges = AddressRanges()
        // 2,000 networks that nobody is in.
        for i in UInt32(0)..<2_000 { ranges.v4.append((0x2000_0000 + i << 14)...(0x2000_0000 + i << 14 + 0xFF)) }
        site.places = [Place(name: "away", definition: .networks([]), addresses: ranges)]
        for i in stride(from: 0, to: site.links.count, by: 5) {
            site.links[i].policy = Int32(site.policies.count)
            site.policies.append(policy(i, server))
        }
    }

    private static func policy(_ i: Int, _ server: Server) -> Policy {
        let here = SourceRange(file: 0, start: 0, length: 0)
        func url(_ what: String) -> String { "https://www.example.com/\(what)/\(i)" }
        func rule(_ condition: Condition, _ what: String) -> Policy.Rule {
            Policy.Rule(conditions: [condition], target: url(what), range: here)
        }
        var policy = Policy()
        policy.gone = url("gone")
        switch i / 5 % 8 {
        case 0: policy.until = 1_800_000_000 + Int64(i)
        case 1:
            policy.from = 1_700_000_000 + Int64(i)
            policy.until = 2_100_000_000 + Int64(i)
        case 2:
            let week = (0..<7).map { WeekWindow(day: $0, from: 660, to: 900) }
            policy.rules = [
                rule(.hours(week), "lunch"),
                rule(.hours([4, 5].map { WeekWindow(day: $0, from: 1080, to: 1380) }), "dinner"),
            ]
        case 3: policy.rules = [rule(.device([.ios]), "ios"), rule(.device([.android]), "android")]
        case 4: policy.rules = [rule(.language(["de"]), "de"), rule(.language(["fr", "it"]), "fr")]
        case 5:
            policy.variants = [
                Policy.Variant(name: "story", target: url("a"), weight: 3_000, range: here),
                Policy.Variant(name: "offer", target: url("b"), weight: 3_333, range: here),
            ]
        case 6: policy.rules = [rule(.place([0]), "away"), rule(.query(name: "src", value: "qr"), "src")]
        default:
            policy.hours = (0..<7).map { WeekWindow(day: $0, from: 480, to: 1200) }
            // Scans of nginx are files, which are measured apart.
            if server == .caddy { policy.limit = Policy.ScanLimit(scans: 100, enforcement: .soft, confirm: false) }
        }
        return policy
    }

    /// Central Europe's offsets, near enough.
    private static func zone() -> ZoneOffsets {
        var spans = [ZoneOffsets.Span(from: ZoneOffsets.start, minutes: 60)]
        var time = ZoneOffsets.start + 7_520_400
        while time < ZoneOffsets.end {
            spans.append(.init(from: time, minutes: spans.count % 2 == 1 ? 120 : 60))
            time += (spans.count % 2 == 0 ? 217 : 147) * 86_400
        }
        return ZoneOffsets(spans: spans)
    }
}
