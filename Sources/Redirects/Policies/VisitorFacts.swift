import Site

/// What a list of decisions can know of a request.
struct VisitorFacts {
    /// Unix time in seconds.
    let now: Int64
    /// Weekday (0 is Monday) and minute of the day, in the site's zone.
    let local: (day: Int, minute: Int)
    /// `ios`, `android`, `windows`, `macos`, `linux`, or empty.
    let system: String
    /// `mobile`, `desktop`, or empty.
    let form: String
    /// A browser's name, or empty.
    let browser: String
    /// `fetcher`, `robot`, or empty.
    let program: String
    /// Up to three subtags, lower case; or empty.
    let language: String
    /// The places that the visitor's address is in.
    let places: Set<Int>
    /// The query's parameters as sent, split at `&`.
    let parameters: [ArraySlice<UInt8>]
    /// 0 … 9,999.
    let bucket: Int

    /// The facts of `request`, of which `query` is the query, at a link with this id (``LinkIdentity``).
    init(_ request: Simulator.Request, query: [UInt8], link id: String, site: Site) {
        now = request.now
        local = site.zone.local(at: request.now)
        let agent = AgentPatterns.beginning(of: request.userAgent, request.server).map(folded)
        system = AgentPatterns.value(AgentPatterns.system, of: agent)
        form = AgentPatterns.value(AgentPatterns.form, of: agent)
        browser = AgentPatterns.value(AgentPatterns.browser, of: agent)
        program = AgentPatterns.value(AgentPatterns.program, of: agent)
        language = AcceptLanguage.preferred(request.acceptLanguage, byWeight: request.server == .nginx)
        let address = request.address
        places =
            request.places ?? Set(site.places.indices.filter { address.isIn(site.places[$0].addresses) })
        parameters = query.split(separator: UInt8(ascii: "&"))
        bucket =
            request.bucket ?? VisitorBucket.number(address: address.text, agent: request.userAgent, link: id)
    }

    /// Whether one test holds.
    func passes(_ test: DecisionList.Test) -> Bool {
        switch test {
        case .before(let instant): now < instant
        case .notBefore(let instant): now >= instant
        case .hours(let windows, let inside):
            inside == windows.contains { $0.day == local.day && $0.from <= local.minute && local.minute < $0.to }
        case .device(let devices): devices.contains { $0.rawValue == system || $0.rawValue == form }
        case .browser(let browsers): browsers.contains { $0.rawValue == browser }
        case .language(let ranges): ranges.contains { language == $0 || language.hasPrefix($0 + "-") }
        case .place(let list, let inside): inside == list.contains { places.contains($0) }
        case .query(let name, let value):
            parameters.contains { parameter in
                if let value { return parameter.elementsEqual("\(name)=\(value)".utf8) }
                return parameter.elementsEqual(name.utf8) || parameter.starts(with: "\(name)=".utf8)
            }
        case .bucket(let below): bucket < below
        case .robot: program == "robot"
        case .fetcher: program == "fetcher"
        }
    }
}

/// A visitor's address.
public struct VisitorAddress: Equatable, Sendable {
    /// As nginx writes it: IPv4 dotted, IPv6 compressed (RFC 5952).
    public let text: String
    private let number: UInt128
    private let isV4: Bool

    /// An IPv4 address in host order.
    public init(v4: UInt32) {
        text = IPText.v4(v4)
        number = UInt128(v4)
        isV4 = true
    }

    /// An IPv6 address in host order.
    public init(v6: UInt128) {
        number = v6
        isV4 = false
        text = IPText.v6(v6)
    }

    func isIn(_ ranges: AddressRanges) -> Bool {
        isV4 ? ranges.contains(v4: UInt32(truncatingIfNeeded: number)) : ranges.contains(v6: number)
    }
}
