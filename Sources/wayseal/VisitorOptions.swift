import ArgumentParser
import Glibc
import Manifest
import Redirects
import Site
import Support

/// Who asks, and when: what a link's policy looks at.
struct VisitorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "When, in the site's zone: 2027-03-01T12:30, or with Z or +02:00 at its end; default: now.",
            valueName: "time"))
    var at: String?
    @Option(help: ArgumentHelp("The visitor's country, in two letters.", valueName: "code"))
    var country: String?
    @Option(help: ArgumentHelp("The visitor's address.", valueName: "address"))
    var ip: String?
    @Option(help: ArgumentHelp("ios, android, mobile, desktop, windows, macos or linux.", valueName: "device"))
    var device: Device?
    @Option(
        name: .customLong("user-agent"), help: ArgumentHelp("The User-Agent, as it is sent.", valueName: "text"))
    var userAgent: String?
    @Option(help: ArgumentHelp("What the browser asks for: de, or 'de;q=0.5, en'.", valueName: "languages"))
    var language: String?
    @Option(help: ArgumentHelp("The visitor's share in a split, 0 to 9999.", valueName: "n"))
    var visitor: Int?
    @Option(help: ArgumentHelp("What the password page made of the password.", valueName: "hex"))
    var token: String?
    @Option(
        name: .customLong("scans-left"), help: ArgumentHelp("How many scans of a limit are left.", valueName: "n"))
    var scansLeft: Int?

    func validate() throws {
        if device != nil, userAgent != nil {
            throw ValidationError("--device chooses a --user-agent: give one of them")
        }
        if country != nil, ip != nil { throw ValidationError("--ip is in one country alone: give --ip or --country") }
        if let visitor, !(0...9_999).contains(visitor) { throw ValidationError("--visitor is a number from 0 to 9999") }
        if let scansLeft, scansLeft < 0 { throw ValidationError("--scans-left is a number from 0 on") }
        if let country, country.utf8.count != 2 || !country.utf8.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 }) {
            throw ValidationError("'\(country)' is no country; write two letters such as FR")
        }
        if let token, token.utf8.count != 32 || !token.utf8.allSatisfy({ $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }) {
            throw ValidationError("--token has 32 hex digits")
        }
    }

    /// Tells `request` what is known of the visitor.
    func describe(_ request: inout Simulator.Request, _ site: Site) throws(Failure) {
        request.now = try instant(site) ?? Int64(time(nil))
        if let ip {
            do throws(IPNetwork.Problem) {
                switch try IPNetwork(parsing: ip) {
                case .v4(let number, bits: 32): request.address = VisitorAddress(v4: number)
                case .v6(let number, bits: 128): request.address = VisitorAddress(v6: number)
                default: throw IPNetwork.Problem.noAddress
                }
            } catch {
                throw Failure(.usage, "'\(ip)' is no address", hint: "write 203.0.113.9 or 2001:db8::9")
            }
        }
        if let country { request.places = places(of: country.uppercased(), site) }
        if let agent = userAgent ?? device.map(Self.agent) { request.userAgent = Array(agent.utf8) }
        if let language { request.acceptLanguage = Array(language.utf8) }
        if let visitor { request.bucket = visitor }
        if let scansLeft { request.scansLeft = scansLeft }
        if let token {
            let path = request.target.prefix { $0 != UInt8(ascii: "?") }
            request.target = path + [UInt8(ascii: "/")] + token.utf8 + request.target[path.endIndex...]
        }
    }

    private func instant(_ site: Site) throws(Failure) -> Int64? {
        guard let at else { return nil }
        do throws(DateProblem) {
            return try ManifestOptions().instant(at, in: site.timezone)
        } catch {
            throw Failure(.usage, "--at: \(error.summary)", hint: error.help)
        }
    }

    /// The places that somebody in a country is in. Whether he is in a circle nobody knows: he is taken to be outside.
    private func places(of country: String, _ site: Site) -> Set<Int> {
        Set(
            site.places.indices.filter { index in
                guard case .area(let countries, let except, let near) = site.places[index].definition else {
                    return false
                }
                return near == nil && (countries.isEmpty || countries.contains(country)) && !except.contains(country)
            })
    }

    /// What the browser that comes with a device sends.
    private static func agent(_ device: Device) -> String {
        let webKit = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0"
        let blink = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"
        return switch device {
        case .ios: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) \(webKit) Mobile/15E148 Safari/604.1"
        case .android, .mobile: "Mozilla/5.0 (Linux; Android 10; K) \(blink) Mobile Safari/537.36"
        case .windows, .desktop: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(blink) Safari/537.36"
        case .macos: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) \(webKit) Safari/605.1.15"
        case .linux: "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
        }
    }
}
