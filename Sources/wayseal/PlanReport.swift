import Build
import Support

/// The changes of a plan, for people and for machines.
enum PlanReport {
    /// One line or two a change, removals first and loudest, then a summary.
    static func text(_ update: LockUpdate, limit: Int, color: Bool) -> String {
        var out = ""
        let removed = update.count(of: .removed)
        for change in update.changes(of: .removed).prefix(limit) { out += line(change, color) }
        if removed > 0 {
            out += paint(
                "\n  \(count(removed, "link")) REMOVED: every print of \(removed == 1 ? "it" : "them") will "
                    + "lead to the 404 page.\n  To keep old prints working, point the link somewhere instead.\n\n",
                "1;31", color)
        }
        for change in update.changes(of: .removed, isInverted: true).prefix(max(0, limit - removed)) {
            out += line(change, color)
        }
        if update.changeCount > limit { out += "  … and \(update.changeCount - limit) more (--all)\n" }
        if update.changeCount == 0 {
            return "nothing changes: \(count(update.unchanged, "link")) as built last\n"
        }
        var parts: [String] = []
        for (kind, word) in words {
            let number = update.count(of: kind)
            if number > 0 { parts.append("\(number) \(word)") }
        }
        return out + "\(parts.joined(separator: ", ")), \(update.unchanged) unchanged\n"
    }

    private static let words: [(LinkChange.Kind, String)] = [
        (.added, "new"), (.retargeted, "with a new target"), (.changed, "with new options"),
        (.restored, "restored"), (.reused, "reused"), (.removed, "REMOVED"),
    ]

    private static func line(_ change: LinkChange, _ color: Bool) -> String {
        let before = change.before.map(describe) ?? ""
        let after = change.after.map(describe) ?? ""
        return switch change.kind {
        case .added: paint("+ \(change.key)", "32", color) + "  → \(after)\n"
        case .retargeted, .changed:
            paint("~ \(change.key)", "33", color) + "\n    before \(before)\n    after  \(after)\n"
        case .restored: paint("+ \(change.key)", "32", color) + "  → \(after)  (was removed, comes back)\n"
        case .reused:
            paint("! \(change.key)", "1;35", color) + "  (was removed; reuse: \(change.reason ?? ""))\n"
                + "    before \(before)\n    after  \(after)\n"
        case .removed: paint("- \(change.key)", "1;31", color) + "  led to \(before)\n"
        }
    }

    /// The target, and the status and options when they are not the ordinary ones.
    private static func describe(_ entry: LinkLock.Entry) -> String {
        var extras = entry.redirect == 302 ? [] : ["\(entry.redirect)"]
        // Behind the letters the fingerprint of a policy may stand.
        let parts = entry.options.split(separator: ":")
        let letters = parts.first ?? ""
        if letters.contains("q") { extras.append("query passed") }
        if letters.contains("s") { extras.append("suffix forwarded") }
        if letters.contains("d") { extras.append("printed dense") }
        if parts.count > 1 { extras.append("policy \(parts[1])") }
        return extras.isEmpty ? entry.target : "\(entry.target) (\(extras.joined(separator: ", ")))"
    }

    private static func paint(_ text: String, _ code: String, _ color: Bool) -> String {
        color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// `{"changes": [{"kind", "link", "before", "after", "reason"}], "unchanged", "reserved"}`.
    static func json(_ update: LockUpdate) -> [UInt8] {
        var json = JSONWriter(indent: 2)
        json.object { json in
            json.key("changes")
            json.array { json in
                for change in update.changes {
                    json.object { json in
                        json.field("kind", change.kind.rawValue)
                        json.field("link", change.key)
                        for (name, entry) in [("before", change.before), ("after", change.after)] {
                            guard let entry else { continue }
                            json.key(name)
                            json.object { json in
                                json.field("target", entry.target)
                                json.field("redirect", Int(entry.redirect))
                                json.field("options", entry.options)
                            }
                        }
                        if let reason = change.reason { json.field("reason", reason) }
                    }
                }
            }
            json.field("unchanged", update.unchanged)
            json.field("reserved", update.reserved)
        }
        json.lineEnd()
        return json.bytes
    }
}
