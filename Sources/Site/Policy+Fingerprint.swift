import Support

extension Site {
    /// Eight hex digits that change when a policy does, whatever order it stands in: for the lock, which is public. That
    /// there is a password is in it, but nothing of the password: who knows the fingerprint could guess it without asking the
    /// server, and a pull request is planned where the secret is not.
    public func fingerprint(of policy: Policy) -> String {
        var text: [String] = []
        func add(_ name: String, _ value: (some Any)?) { if let value { text.append("\(name) \(value)") } }
        add("from", policy.from)
        add("until", policy.until)
        if !policy.hours.isEmpty { add("hours", Self.text(policy.hours)) }
        for place in policy.places { add("only", Self.text(places[place].definition)) }
        add("gone", policy.gone)
        if let limit = policy.limit {
            add("limit", "\(limit.scans) \(limit.enforcement?.rawValue ?? "") \(limit.confirm)")
        }
        if policy.password != nil { text.append("password") }
        if let rate = policy.rate { add("rate", "\(rate.requests) \(rate.perMinute)") }
        if policy.refusesRobots { text.append("robots") }
        if let preview = policy.preview {
            text += ["preview", preview.title, preview.text, preview.image ?? ""]
        }
        for rule in policy.rules {
            text.append("rule \(rule.target)")
            for condition in rule.conditions { text.append(self.text(condition)) }
        }
        for variant in policy.variants { text.append("variant \(variant.name) \(variant.weight) \(variant.target)") }
        return Hex.encode(Array(SHA256.hash(Array(text.joined(separator: "\n").utf8)).prefix(4)))
    }

    private static func text(_ windows: [WeekWindow]) -> String {
        windows.map { "\($0.day) \($0.from) \($0.to)" }.joined(separator: ",")
    }

    private static func text(_ definition: Place.Definition) -> String {
        switch definition {
        case .networks(let networks): return "networks " + networks.joined(separator: ",")
        case .area(let countries, let except, let near):
            let circle = near.map { "\($0.latitude) \($0.longitude) \($0.radius)" } ?? ""
            return "area \(countries.joined(separator: ",")) \(except.joined(separator: ",")) \(circle)"
        }
    }

    private func text(_ condition: Condition) -> String {
        switch condition {
        case .time(let from, let until): "time \(from ?? 0) \(until ?? 0)"
        case .hours(let windows): "hours " + Self.text(windows)
        case .device(let devices): "device " + devices.map(\.rawValue).joined(separator: ",")
        case .browser(let browsers): "browser " + browsers.map(\.rawValue).joined(separator: ",")
        case .language(let ranges): "language " + ranges.joined(separator: ",")
        case .place(let list): "place " + list.map { Self.text(places[$0].definition) }.joined(separator: ";")
        case .query(let name, let value): "query \(name) \(value.map { "=" + $0 } ?? "")"
        }
    }
}
