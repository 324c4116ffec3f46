internal import AccessLogs

/// What else is known of a hit: numbers of texts that came before, or new ones.
extension Intake {
    mutating func newAgent(
        _ hit: Hit, _ buffer: borrowing Span<UInt8>, _ key: UInt64
    ) -> AgentEntry {
        let bytes = hit.decoded(hit.userAgent, in: buffer)
        let agent = classifier.classify(bytes)
        classified += 1
        let text = Array("\(agent.device)|\(agent.system)|\(agent.browser)".utf8)
        let device = texts[TextTable.Kind.device.rawValue - 1].number(text)
        let entry = AgentEntry(
            value: UInt32(agent.agentClass.rawValue) | device << 8, mark: Self.agentKey.hash(bytes))
        agents.insert(key, entry)
        newAgents.append((key, entry))
        return entry
    }

    static let suspiciousReferrer: UInt32 = 1 << 31

    @inline(__always)
    mutating func referrer(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> UInt32 {
        if hit.referrer.isEmpty { return 0 }
        let key = hash.hash(buffer, Int(hit.referrer.start), Int(hit.referrer.end))
        if let known = referrers.find(key) { return known }
        let host = Self.host(ofURL: hit.decoded(hit.referrer, in: buffer))
        var number = texts[TextTable.Kind.referrer.rawValue - 1].number(host)
        let name = String(decoding: host, as: UTF8.self)
        if name.hasSuffix("safelinks.protection.outlook.com") || name.hasSuffix("urldefense.com")
            || name.hasSuffix("urldefense.proofpoint.com")
        {
            number |= Self.suspiciousReferrer
        }
        referrers.insert(key, number)
        return number
    }

    /// The host of `https://user@host:port/…` in small letters; of an app (`android-app://x/`) its name. Empty when
    /// there is none.
    static func host(ofURL url: [UInt8]) -> [UInt8] {
        guard let colon = url.prefix(32).firstIndex(of: 0x3A), colon + 2 < url.count, url[colon + 1] == 0x2F,
            url[colon + 2] == 0x2F
        else { return [] }
        var host = Array(url[(colon + 3)...].prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 })
        if let at = host.lastIndex(of: 0x40) { host.removeSubrange(...at) }
        if let port = host.lastIndex(of: 0x3A), !host.contains(0x5D) { host.removeSubrange(port...) }
        guard host.count <= 253 else { return [] }
        // Names only: what is none shows up nowhere.
        guard host.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !"<>\"'`|\\".utf8.contains($0) }) else { return [] }
        host = host.map(lower)
        return host.starts(with: "www.".utf8) ? Array(host.dropFirst(4)) : host
    }

    @inline(__always)
    mutating func language(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> UInt16 {
        if hit.language.count < 2 { return 0 }
        // The primary subtag of the first language is what reports show.
        let from = Int(hit.language.start)
        var to = from
        while to < Int(hit.language.end), to - from < 4, lower(buffer[to]) &- 0x61 < 26 { to += 1 }
        guard to - from == 2 || to - from == 3 else { return 0 }
        let key = lower(buffer.packed(from, to))
        let mixed = key &* 0x9E37_79B9_7F4A_7C15
        if let known = languages.find(mixed) { return known }
        let text = (from..<to).map { lower(buffer[$0]) }
        let number = UInt16(truncatingIfNeeded: texts[TextTable.Kind.language.rawValue - 1].number(text))
        languages.insert(mixed, number)
        return number
    }

    mutating func variant(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> UInt16 {
        if hit.variant.isEmpty { return 0 }
        let text = hit.decoded(hit.variant, in: buffer).prefix(64)
        return UInt16(truncatingIfNeeded: texts[TextTable.Kind.variant.rawValue - 1].number(Array(text)))
    }

    mutating func place(_ address: Address) -> UInt32 {
        // Places are the same within a /24 or /48 in all databases that may be shipped to users.
        let network = address.truncated
        let key = (network.high ^ network.low &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        if let known = places.find(key) { return known }
        let text = geography?.place(address) ?? []
        let number = texts[TextTable.Kind.place.rawValue - 1].number(text)
        places.insert(key, number)
        return number
    }

    @inline(__always)
    func origin(_ hit: Hit, _ buffer: borrowing Span<UInt8>, _ link: Int32) -> Origin {
        if hit.query.count >= codeMark.count, !codeMark.isEmpty, hasMark(hit, buffer) { return .code }
        var hasCapital = false
        for i in hit.path.range {
            let byte = buffer[i]
            if byte &- 0x61 < 26 { return links.isMarked[Int(link)] ? .click : .unmarked }
            if byte &- 0x41 < 26 { hasCapital = true }
        }
        if hasCapital { return .code }
        return links.isMarked[Int(link)] ? .click : .unmarked
    }

    private func hasMark(_ hit: Hit, _ buffer: borrowing Span<UInt8>) -> Bool {
        var at = Int(hit.query.start)
        let end = Int(hit.query.end)
        while at < end {
            var next = at
            while next < end, buffer[next] != 0x26 { next += 1 }
            if next - at == codeMark.count {
                var i = 0
                while i < codeMark.count, lower(buffer[at + i]) == codeMark[i] { i += 1 }
                if i == codeMark.count { return true }
            }
            at = next + 1
        }
        return false
    }
}
