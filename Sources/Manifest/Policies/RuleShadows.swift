import Site
import Support

/// Rules that never decide anything, because an earlier one always comes before them, or the link's life does.
enum RuleShadows {
    /// O(rules²) in the rules of one link.
    static func check(_ draft: PolicyDraft, _ places: [Place], _ sink: inout DiagnosticSink) {
        for (index, rule) in draft.rules.enumerated() {
            if let reason = contradiction(rule, draft) {
                sink.add(
                    .warning(
                        ManifestCodes.unreachableRule, at: rule.range, "rule \(index + 1) can never hold: \(reason)",
                        help: "take it out, or change its conditions"))
                continue
            }
            guard
                let (other, hiding) = draft.rules[..<index].enumerated().first(where: { _, earlier in
                    earlier.conditions.allSatisfy { wide in
                        isAlways(wide) || rule.conditions.contains { implies($0, wide, places) }
                    }
                })
            else { continue }
            sink.add(
                .warning(
                    ManifestCodes.unreachableRule, at: rule.range,
                    "rule \(index + 1) never decides: whenever it holds, rule \(other + 1) does and comes first",
                    notes: [Diagnostic.Note("rule \(other + 1) is here", at: hiding.range)],
                    help: "put the narrower rule first"))
        }
    }

    /// Why a rule holds for nobody.
    private static func contradiction(_ rule: PolicyDraft.Rule, _ draft: PolicyDraft) -> String? {
        var values: [String: String] = [:]
        for condition in rule.conditions {
            switch condition {
            case .time(let from, let until):
                if let until, let start = draft.policy.from, until <= start {
                    return "it ends before the link's 'from'"
                }
                if let from, let end = draft.policy.until, from >= end { return "it begins after the link's 'until'" }
            case .hours(let windows) where !draft.policy.hours.isEmpty:
                let meets = windows.contains { window in
                    draft.policy.hours.contains {
                        $0.day == window.day && $0.from < window.to && window.from < $0.to
                    }
                }
                if !meets { return "the link's own 'hours' and 'days' leave none of its time" }
            case .query(let name, let value?):
                if let other = values[name], other != value { return "'\(name)' can't have two values" }
                values[name] = value
            default: break
            }
        }
        return nil
    }

    private static func isAlways(_ condition: Condition) -> Bool {
        if case .hours(let windows) = condition { return TimeText.isAlways(windows) }
        return false
    }

    /// Whether every visitor who fulfils `narrow` fulfils `wide`.
    static func implies(_ narrow: Condition, _ wide: Condition, _ places: [Place]) -> Bool {
        switch (narrow, wide) {
        case (.time(let from, let until), .time(let first, let last)):
            return (from ?? .min) >= (first ?? .min) && (until ?? .max) <= (last ?? .max)
        case (.hours(let inner), .hours(let outer)):
            return inner.allSatisfy { window in
                outer.contains { $0.day == window.day && $0.from <= window.from && window.to <= $0.to }
            }
        case (.device(let inner), .device(let outer)):
            // Phones and tablets are mobile; which form a Mac or a Linux machine has is not certain.
            let isMobile: (Device) -> Bool = { $0 == .ios || $0 == .android }
            return inner.allSatisfy { outer.contains($0) || outer.contains(.mobile) && isMobile($0) }
        case (.browser(let inner), .browser(let outer)): return inner.allSatisfy(outer.contains)
        case (.language(let inner), .language(let outer)):
            return inner.allSatisfy { tag in outer.contains { tag == $0 || tag.hasPrefix($0 + "-") } }
        case (.place(let inner), .place(let outer)):
            return inner.allSatisfy { place in
                outer.contains { $0 == place || contains(places[$0].definition, places[place].definition) }
            }
        case (.query(let name, let value), .query(let other, let wanted)):
            return name == other && (wanted == nil || wanted == value)
        default: return false
        }
    }

    /// Whether all of `inner` is certainly in `outer`.
    private static func contains(_ outer: Place.Definition, _ inner: Place.Definition) -> Bool {
        switch (outer, inner) {
        case (.networks(let outer), .networks(let inner)):
            func addresses(_ networks: [String]) -> AddressRanges {
                AddressRanges(networks: networks.compactMap { try? IPNetwork(parsing: $0) })
            }
            return addresses(outer + inner) == addresses(outer)
        case (.area(let outer, let left, nil), .area(let inner, let out, _)):
            if inner.isEmpty { return outer.isEmpty && left.allSatisfy(out.contains) }
            return inner.allSatisfy { (outer.isEmpty || outer.contains($0)) && !left.contains($0) }
        default: return false
        }
    }
}
