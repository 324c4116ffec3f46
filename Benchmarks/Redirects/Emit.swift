import Glibc
import Redirects
import Site
import Support

/// Writes the configuration of a synthetic site to a directory, for `run.py` to measure; prints one line of
/// `name=value` figures. Usage: bench-redirects SHAPE COUNT SERVER DIRECTORY, shapes `random`, `gs1`, `policies` (a
/// fifth of the links has one), `places` (one link by place, COUNT ranges of addresses), `hours` (the same link by hour),
/// `limits` (`/one` and `/hundred`), `until:SECONDS` (`/flips` ends at that Unix time).
@main
struct Emit {
    static func main() {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == "draws", let count = Int(arguments[2]) { return draws(count) }
        guard arguments.count == 5, let count = Int(arguments[2]), let server = Server(rawValue: arguments[3])
        else {
            print("usage: bench-redirects SHAPE COUNT nginx|caddy DIRECTORY")
            exit(2)
        }
        var domain = Domain(host: "go.example.org")
        domain.servers = [server]
        domain.tls = .off
        let site = site(shape: arguments[1], count: count, domain: domain)
        let links = site.links
        let start = cpuSeconds()
        let table = RouteTable(site: site)
        let tableDone = cpuSeconds()
        let deployment = Deployment(trialState: "../state", accessLog: false)
        let emission =
            server == .nginx
            ? NginxEmitter(deployment: deployment).emit(table)
            : CaddyEmitter(deployment: deployment).emit(table)
        let emitDone = cpuSeconds()
        write(emission.files, to: arguments[4])
        // 50,000 paths in an order that jumps about.
        let sample = (0..<min(links.count, 50_000)).map { "/" + links[$0 * 7_919 % links.count].slug }
        write([OutputFile(path: "paths.txt", text: sample.joined(separator: "\n") + "\n")], to: arguments[4])
        let bytes = emission.files.reduce(0) { $0 + $1.bytes.count }
        print(
            "table_s=\(tableDone - start) emit_s=\(emitDone - tableDone) bytes=\(bytes) "
                + "files=\(emission.files.count)")
    }

    static func site(shape: String, count: Int, domain: Domain) -> Site {
        if let policies = PolicyShapes.site(shape: shape, count: count, domain: domain) { return policies }
        var links: [Link] = []
        links.reserveCapacity(count)
        for i in 0..<count {
            links.append(Link(slug: shape == "gs1" ? gs1(i) : base32(i), target: target(i)))
        }
        return Site(domains: [domain], links: links)
    }

    /// Draws `count` visitors over splits with random weights; prints how far the shares are from the weights, in standard
    /// deviations, the worst of all variants, and how many visitors changed their variant when they came again.
    static func draws(_ count: Int) {
        var state: UInt64 = 42
        func random(_ n: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(n))
        }
        var domain = Domain(host: "go.example.org")
        domain.tls = .off
        let here = SourceRange(file: 0, start: 0, length: 0)
        var worst = 0.0
        var moved = 0
        let visitors = 10_000
        for table in 0..<(count / visitors) {
            var policy = Policy()
            var left = 10_000
            for name in ["a", "b", "c"] {
                let weight = 1 + random(left - 3)
                left -= weight
                policy.variants.append(
                    Policy.Variant(name: name, target: "https://\(name).example/", weight: weight, range: here))
                if left < 10 { break }
            }
            var site = Site(domains: [domain])
            site.policies = [policy]
            var link = Link(slug: "split\(table)", target: target(0))
            link.policy = 0
            site.links = [link]
            let simulator = Simulator(RouteTable(site: site))
            var counts: [String: Int] = [:]
            for _ in 0..<visitors {
                var request = Simulator.Request(scheme: .http, host: "go.example.org", target: "/split\(table)")
                request.address = VisitorAddress(v4: UInt32(truncatingIfNeeded: random(1 << 31) << 1 | random(2)))
                request.userAgent = Array("Mozilla/5.0 (iPhone; CPU iPhone OS 17_\(random(9)) like Mac OS X)".utf8)
                let variant = simulator.answer(request).variant ?? ""
                counts[variant, default: 0] += 1
                if simulator.answer(request).variant != variant { moved += 1 }
            }
            for variant in policy.variants {
                let p = Double(variant.weight) / 10_000
                let sigma = (p * (1 - p) * Double(visitors)).squareRoot()
                worst = max(worst, abs(Double(counts[variant.name, default: 0]) - p * Double(visitors)) / sigma)
            }
        }
        print("worst_sigma=\(worst) moved=\(moved)")
    }

    static func target(_ i: Int) -> String { "https://www.example.com/products/view?item=\(i)&utm_source=qr" }

    /// Seven letters and digits that no other link has.
    static func base32(_ i: Int) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        // A permutation of 35 bits: distinct for distinct i.
        var value = (UInt64(i) &* 0x5_851F_42D5 &+ 0x3_1415_9265) & 0x7_FFFF_FFFF
        var bytes: [UInt8] = []
        for _ in 0..<7 {
            bytes.append(alphabet[Int(value & 31)])
            value >>= 5
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A GS1 Digital Link: one product and lot, a million serials.
    static func gs1(_ i: Int) -> String {
        "01/09506000134352/10/L2024/21/\(1_000_000 + i)"
    }

    /// CPU time of this process: the emitters have one thread, and other work on the machine doesn't count.
    static func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    static func write(_ files: [OutputFile], to directory: String) {
        for file in files {
            var path = directory
            for part in file.path.split(separator: "/").dropLast() {
                path += "/" + part
                mkdir(path, 0o755)
            }
            guard let stream = fopen(directory + "/" + file.path, "w") else { exit(4) }
            fwrite(file.bytes, 1, file.bytes.count, stream)
            fclose(stream)
        }
    }
}
