import Glibc
import Redirects
import Site
import Support

/// Writes the configuration of a synthetic site to a directory, for `run.py` to measure; prints one line of
/// `name=value` figures. Usage: bench-redirects SHAPE COUNT SERVER DIRECTORY, shapes `random`, `gs1`, and
/// `gated`: random paths, of which a fifth have policies.
@main
struct Emit {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[2]), let server = Server(rawValue: arguments[3])
        else {
            print("usage: bench-redirects random|gs1|gated COUNT nginx|caddy DIRECTORY")
            exit(2)
        }
        var domain = Domain(host: "go.example.org")
        domain.servers = [server]
        domain.tls = .off
        var links: [Link] = []
        links.reserveCapacity(count)
        for i in 0..<count {
            let slug = arguments[1] == "gs1" ? gs1(i) : base32(i)
            links.append(
                Link(slug: slug, target: "https://www.example.com/products/view?item=\(i)&utm_source=qr"))
        }
        var site = Site(domains: [domain], links: links)
        if arguments[1] == "gated" { GatedSite.add(to: &site, server) }
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
        let sample = (0..<min(count, 50_000)).map { "/" + links[$0 * 7_919 % count].slug }
        write([OutputFile(path: "paths.txt", text: sample.joined(separator: "\n") + "\n")], to: arguments[4])
        let bytes = emission.files.reduce(0) { $0 + $1.bytes.count }
        print(
            "table_s=\(tableDone - start) emit_s=\(emitDone - tableDone) bytes=\(bytes) "
                + "files=\(emission.files.count)")
    }

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
