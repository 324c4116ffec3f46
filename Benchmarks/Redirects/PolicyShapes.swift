import Redirects
import Site
import Support

/// Sites whose links have policies. None of them refuses a visitor, so that every answer is a redirect.
enum PolicyShapes {
    static func site(shape: String, count: Int, domain: Domain) -> Site? {
        if shape.hasPrefix("until:"), let time = Int64(shape.dropFirst(6)) {
            var policy = Policy()
            policy.until = time
            return one([("flips", policy)], domain)
        }
        switch shape {
        case "policies": return mixed(count, domain)
        case "limits":
            var once = Policy()
            once.limit = .init(scans: 1, confirm: false)
            var hundred = Policy()
            hundred.limit = .init(scans: 100, confirm: false)
            return one([("one", once), ("hundred", hundred)], domain)
        case "hours": return one([("menu", rule(.hours(week(0, 720))))], domain)
        case "places":
            var site = one([("menu", rule(.place([0])))], domain)
            var ranges = AddressRanges()
            let step = UInt32(clamping: 0xE000_0000 / max(1, count))
            ranges.v4 = (0..<UInt32(count)).map { $0 * step...$0 * step + step / 2 }
            site.places = [Place(name: "bench", definition: .networks([]), addresses: ranges)]
            return site
        default: return nil
        }
    }

    private static let here = SourceRange(file: 0, start: 0, length: 0)

    private static func one(_ links: [(String, Policy)], _ domain: Domain) -> Site {
        var site = Site(domains: [domain])
        for (slug, policy) in links {
            site.policies.append(policy)
            var link = Link(slug: slug, target: Emit.target(0))
            link.policy = Int32(site.policies.count - 1)
            site.links.append(link)
        }
        return site
    }

    private static func week(_ from: Int, _ to: Int) -> [WeekWindow] {
        (0..<7).map { WeekWindow(day: $0, from: from, to: to) }
    }

    private static func rule(_ condition: Condition) -> Policy {
        var policy = Policy()
        policy.rules = [Policy.Rule(conditions: [condition], target: Emit.target(1), range: here)]
        return policy
    }

    /// Every fifth link has a policy of its own: hours, devices, languages, a life time, a split, a place.
    private static func mixed(_ count: Int, _ domain: Domain) -> Site {
        var site = Site(domains: [domain])
        var ranges = AddressRanges()
        ranges.v4 = (0..<1000).map { $0 << 20...($0 << 20 + 0x7FFFF) }
        site.places = [Place(name: "bench", definition: .networks([]), addresses: ranges)]
        site.links.reserveCapacity(count)
        for i in 0..<count {
            var link = Link(slug: Emit.base32(i), target: Emit.target(i))
            if i % 5 == 0 {
                site.policies.append(policy(i / 5))
                link.policy = Int32(site.policies.count - 1)
            }
            site.links.append(link)
        }
        return site
    }

    private static func policy(_ i: Int) -> Policy {
        var policy = Policy()
        func add(_ conditions: [Condition]) {
            policy.rules.append(
                Policy.Rule(conditions: conditions, target: Emit.target(1_000_000 + i), range: here))
        }
        let from = i * 7 % 1200
        switch i % 6 {
        case 0: add([.hours(week(from, from + 200))])
        case 1:
            add([.device([.ios])])
            add([.device([.android])])
        case 2: add([.language(["de"])])
        case 3:
            policy.from = 1_700_000_000 + Int64(i)
            policy.until = 2_100_000_000 + Int64(i)
        case 4:
            let share = 1 + i * 13 % 9_999
            policy.variants = [
                Policy.Variant(name: "a", target: Emit.target(2_000_000 + i), weight: share, range: here),
                Policy.Variant(name: "b", target: Emit.target(3_000_000 + i), weight: 10_000 - share, range: here),
            ]
        default: add([.place([0]), .hours(week(from, from + 200))])
        }
        return policy
    }
}
