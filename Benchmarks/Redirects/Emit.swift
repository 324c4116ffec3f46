import Glibc
import Redirects
import Site
import Support

/// Writes the configuration of a synthetic site to a directory, for `run.py` to measure; prints one line of
/// `name=value` figures. Usage: bench-redirects SHAPE COUNT SERVER DIRECTORY, shapes `random`, `gs1`, `bare`.
@main
struct Emit {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[2]), let server = Server(rawValue: arguments[3])
        else {
            print("usage: bench-redirects random|gs1 COUNT nginx|caddy DIRECTORY")
            exit(2)
        }
        var domain = Domain(host: "go.example.org")
        domain.servers = [server]
        domain.tls = .off
        var random = SplitMix(state: 7)
        var links: [Link] = []
        links.reserveCapacity(count)
        for i in 0..<count {
            let slug = arguments[1] == "gs1" ? gs1(i, &random) : base32(&random, i)
            links.append(Link(slug: slug, target: "https://www.example.com/products/view?item=\(i)&utm_source=qr"))
        }
        let site = Site(domains: [domain], links: links)
        let clock = ContinuousClock()
        var table: RouteTable?
        let tableTime = clock.measure { table = RouteTable(site: site) }
        guard let table else { exit(1) }
        let deployment = Deployment(trialState: "../state", accessLog: false)
        var emission = Emission()
        let emitTime = clock.measure {
            emission =
                server == .nginx
                ? NginxEmitter(deployment: deployment).emit(table)
                : CaddyEmitter(deployment: deployment).emit(table)
        }
        write(emission.files, to: arguments[4])
        let step = max(1, count / 5000)
        let sample = stride(from: 0, to: count, by: step).map { "/" + links[$0].slug }
        write([OutputFile(path: "paths.txt", text: sample.joined(separator: "\n") + "\n")], to: arguments[4])
        let bytes = emission.files.reduce(0) { $0 + $1.bytes.count }
        print("table_s=\(seconds(tableTime)) emit_s=\(seconds(emitTime)) bytes=\(bytes) files=\(emission.files.count)")
    }

    /// Seven letters and digits that no other link has.
    static func base32(_ random: inout SplitMix, _ i: Int) -> String {
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
    static func gs1(_ i: Int, _ random: inout SplitMix) -> String { "01/09506000134352/10/L2024/21/\(1_000_000 + i)" }

    static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return "\(Double(seconds) + Double(attoseconds) / 1e18)"
    }

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

/// A small generator with a fixed seed.
struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
