import Site
import Support

/// `reports:` and the goals of links.
extension SiteAssembly {
    mutating func readReports(_ node: YAMLNode?, into site: inout Site) {
        guard let node else { return }
        var reports = ReportSettings()
        reports.logs = scalars(node["logs"]).compactMap { setting($0)?.text }
        reports.goalLogs = scalars(node["goals"]).compactMap { setting($0)?.text }
        reports.places = setting(node["geo"])?.text
        reports.smtp = readServerAddress(node["smtp"])
        if let sender = setting(node["from"]) {
            if Self.isMailAddress(sender.text) {
                reports.sender = sender.text
            } else {
                refuse(sender, "\(sender.shown) is no mail address", "write reports@example.org")
            }
        }
        if let keep = text(node["keep"]) {
            if let seconds = Self.duration(keep.text), seconds >= 86_400, keep.text.last?.isNumber == false {
                reports.keepDays = seconds / 86_400
            } else {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: keep.range,
                        "\(Bytes.quoted(keep.text)) is no time of at least a day",
                        help: "write days, weeks or years: 400d, 52w, 1y"))
            }
        }
        readRules(node["count"], into: &reports.rules)
        reports.daily = readSchedule(node["daily"])
        reports.weekly = readSchedule(node["weekly"])
        reports.monthly = readSchedule(node["monthly"])
        site.reports = reports
    }

    private mutating func refuse(_ setting: Setting, _ summary: String, _ help: String) {
        sink.add(.error(ManifestCodes.wrongValue, at: setting.range, summary, help: help))
    }

    private mutating func readServerAddress(_ node: YAMLNode?) -> String? {
        guard let server = setting(node) else { return nil }
        let isServer = ["smtp://", "smtps://"].contains { server.text.hasPrefix($0) && server.text.count > $0.count }
        let isPlain = server.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }
        if isServer, isPlain { return server.text }
        refuse(
            server, "\(server.shown) is no mail server",
            "write smtps://mail.example.org; user and password come from $WAYSEAL_SMTP_USER and $WAYSEAL_SMTP_PASSWORD")
        return nil
    }

    private mutating func readRules(_ node: YAMLNode?, into rules: inout CountingRules) {
        for entry in node?.entries ?? [] {
            let words = scalars(entry.value).compactMap { text($0) }
            guard let first = words.first, CountingRules.names.contains(entry.key.text) else { continue }
            let value = words.map(\.text).joined(separator: ",")
            if let wanted = rules.set(entry.key.text, value) {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: first.range,
                        "\(Bytes.quoted(value)) is no value of '\(entry.key.text)'", help: "write \(wanted)"))
            }
        }
    }

    private mutating func readSchedule(_ node: YAMLNode?) -> ReportSettings.Schedule? {
        guard let node, !node.isEmpty, node.entries != nil else { return nil }
        var schedule = ReportSettings.Schedule()
        let formats = scalars(node["formats"]).compactMap { text($0)?.text }
        if !formats.isEmpty {
            schedule.formats = ReportSettings.Schedule.Format.allCases.filter { formats.contains($0.rawValue) }
        }
        for (index, step) in scalars(node["funnel"]).compactMap({ text($0) }).enumerated() {
            if index == 0, step.text == "scan" { continue }
            if let page = page(step) { schedule.funnel.append(page) }
        }
        for recipient in scalars(node["to"]) {
            guard let setting = setting(recipient) else { continue }
            let address = setting.text.hasPrefix("mailto:") ? String(setting.text.dropFirst(7)) : setting.text
            if Self.isMailAddress(address) {
                schedule.mail.append(address)
            } else {
                refuse(setting, "\(setting.shown) is no mail address", "write mailto:anna@example.org")
            }
        }
        return schedule
    }

    /// `goal: /thank-you`, or `goal: { page: /thank-you, planned: 2000 }`.
    mutating func readGoal(_ node: YAMLNode?) -> Goal? {
        guard let node, !node.isEmpty, !node.isRefused else { return nil }
        if node.scalar != nil { return text(node).flatMap { page($0) }.map { Goal(page: $0) } }
        guard node.entries != nil else { return nil }
        guard let page = text(node["page"]) else {
            if node["page"] == nil {
                sink.add(
                    .error(
                        ManifestCodes.missingKey, at: node.range, "'goal' names no page",
                        help: "write goal: { page: /thank-you }"))
            }
            return nil
        }
        let planned = text(node["planned"]).flatMap { Int($0.text) }
        return self.page(page).map { Goal(page: $0, planned: planned) }
    }

    /// A page of a site that links lead to: a path, or a URL.
    private mutating func page(_ scalar: YAMLScalar) -> String? {
        let text = Self.trimmed(scalar.text)
        let isPath = text.hasPrefix("/") && !text.hasPrefix("//")
        let isURL = ["https://", "http://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
        let isPlain =
            text.utf8.count <= 400 && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            && !text.unicodeScalars.contains(where: UTF8Scalars.isTreacherous)
        let star = text.firstIndex(of: "*")
        let hasQuery = text.contains("?") || text.contains("#")
        if isPath || isURL, isPlain, !hasQuery, star.map({ text.index(after: $0) == text.endIndex }) ?? true {
            return text
        }
        sink.add(
            .error(
                ManifestCodes.wrongValue, at: scalar.range, "\(Bytes.quoted(text)) is no page to look for in a log",
                help: "write a path or a URL without a query: /thank-you, https://shop.example/order/*"))
        return nil
    }

    static func isMailAddress(_ text: String) -> Bool {
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        return halves.count == 2 && !halves[0].isEmpty && !halves[1].isEmpty && text.utf8.count <= 254
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>,;:\"()[]\\".utf8.contains($0) }
    }
}
