public import Site
public import Support

/// Whether servers can do what the manifest asks of them, and what time does to it.
public enum PolicyReview {
    /// What is more than a server can do (errors), and where it does less than people might think (warnings).
    /// O(links and parts of their policies).
    public static func diagnostics(_ site: Site) -> [Diagnostic] {
        if site.policies.isEmpty { return [] }
        var diagnostics: [Diagnostic] = []
        // Links share policies: each is spoken of once.
        var seen: Set<Int32> = []
        for link in site.links where link.policy >= 0 {
            let domain = site.domains[Int(link.domain)]
            guard domain.servers.contains(.caddy), seen.insert(link.policy).inserted, let policy = site.policy(of: link)
            else { continue }
            diagnostics += caddy(policy, link)
        }
        return diagnostics + networks(site)
    }

    private static func caddy(_ policy: Policy, _ link: Link) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if policy.rate != nil, case .impossible(let reason, let remedy) = Capabilities.fidelity(of: .rate, on: .caddy) {
            diagnostics.append(
                .error(
                    RedirectCodes.caddyRate, at: policy.ranges["rate"] ?? link.range,
                    "'\(link.slug)' has a rate, but \(reason)", help: remedy))
        }
        if let limit = policy.limit {
            let keys = limit.enforcement == nil ? ["limit", "once"] : ["enforce"]
            let range = keys.lazy.compactMap { policy.ranges[$0] }.first ?? link.range
            if limit.enforcement == .exact {
                diagnostics.append(
                    .error(
                        RedirectCodes.caddyExactLimit, at: range,
                        "Caddy can't count the scans of '\(link.slug)' exactly: it has nothing that is taken only once",
                        help: "serve the domain with nginx (server: nginx), or write enforce: soft"))
            } else if limit.enforcement == nil {
                diagnostics.append(
                    .warning(
                        RedirectCodes.caddySoftLimit, at: range,
                        "on Caddy the scans of '\(link.slug)' are counted from the log: some may come through after the last",
                        help: "write enforce: soft if that is enough, or serve the domain with nginx: server: nginx"))
            }
        }
        return diagnostics
    }

    /// Places that links on Caddy refer to, together.
    private static func networks(_ site: Site) -> [Diagnostic] {
        var places: Set<Int> = []
        for link in site.links where link.policy >= 0 && site.domains[Int(link.domain)].servers.contains(.caddy) {
            guard let policy = site.policy(of: link) else { continue }
            places.formUnion(policy.places)
            for rule in policy.rules {
                for case .place(let list) in rule.conditions { places.formUnion(list) }
            }
        }
        let counts = places.sorted().map {
            (place: site.places[$0], networks: Network.of(site.places[$0].addresses).count)
        }
        let total = counts.reduce(0) { $0 + $1.networks }
        guard total > Capabilities.caddyNetworks, let largest = counts.max(by: { $0.networks < $1.networks }) else {
            return []
        }
        return [
            .error(
                RedirectCodes.caddyNetworks, at: largest.place.range,
                "the places of links on Caddy have \(Capabilities.grouped(total)) networks, "
                    + "\(Capabilities.grouped(Capabilities.caddyNetworks)) are possible: "
                    + "'\(largest.place.name)' alone has \(Capabilities.grouped(largest.networks))",
                help: "serve the domain with nginx (server: nginx), or choose smaller places")
        ]
    }

    /// What time has done, or soon does, to the manifest at `now` (Unix seconds): for people who look, not for builds, which
    /// are the same whenever they are made.
    public static func calendar(_ site: Site, now: Int64) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        var seen: Set<Int32> = []
        var usesHours: SourceRange?
        for link in site.links where link.policy >= 0 {
            guard seen.insert(link.policy).inserted, let policy = site.policy(of: link) else { continue }
            if let until = policy.until, until <= now {
                diagnostics.append(
                    .warning(
                        RedirectCodes.expired, at: policy.ranges["until"] ?? link.range,
                        "'\(link.slug)' is over since \(Promise.date(until, site))",
                        help: "give it a later 'until', or lead its prints elsewhere with 'gone'"))
            }
            for (index, rule) in policy.rules.enumerated() {
                for condition in rule.conditions {
                    if case .hours = condition { usesHours = usesHours ?? rule.range }
                    guard case .time(_, let until?) = condition, until <= now else { continue }
                    diagnostics.append(
                        .warning(
                            RedirectCodes.expired, at: rule.range,
                            "rule \(index + 1) of '\(link.slug)' is over since \(Promise.date(until, site))",
                            help: "take it out, or give it a later 'until'"))
                }
            }
            if !policy.hours.isEmpty { usesHours = usesHours ?? policy.ranges["hours"] ?? policy.ranges["days"] }
        }
        if let range = usesHours, site.zone.spans.count > 1, now > ZoneOffsets.end - 366 * 86_400 {
            diagnostics.append(
                .warning(
                    RedirectCodes.zoneHorizon, at: range,
                    "nginx knows the summer time of \(site.timezone) until the end of 2037 only",
                    help: "use a newer wayseal: its tables go further"))
        }
        return diagnostics
    }
}
