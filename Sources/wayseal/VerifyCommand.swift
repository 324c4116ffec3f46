import ArgumentParser
import Glibc
import Ledger
import Support
import Transfer
import TransparencyLog
import Verification

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check certificates, codes on paper, builds and logs; offline unless a URL or --rpc is given.",
        discussion: """
            A thing is a certificate's PDF, PNG or SVG, its .wayseal.json or .tlog-proof; a picture, photo or PDF with \
            codes in it; a folder of all these; a log ('checkpoint' and 'tile/'); a SHA256SUMS.note; a sealed document \
            with its .wayseal.json beside it; a certificate's URL; the number of a certificate or the slug of a link of \
            the manifest here; or with --mirror a CSV of index[,field,salt,value].

            Whom to trust is said by --trust, --key or --issuer; where a manifest is, by its key; of a URL, by its host and \
            that host's DNS together. Codes on paper are compared \
            with the manifest, or with --host. No answer is one word: what is not proven is said as well.

            Examples:
              wayseal verify SOM-26-0001.pdf --key "$(wayseal keys show)"
              wayseal verify press-proof.pdf
              wayseal verify photos/ --host go.example.org --csv
              wayseal verify https://go.example.org/certificates/SOM-26-0001
            """)

    @Argument(help: "Files, folders, URLs, numbers or slugs.") var things: [String]
    @Option(help: ArgumentHelp("Whom to trust: a c2sp.org/tlog-policy file.", valueName: "file")) var trust: String?
    @Option(help: ArgumentHelp("The log's key, instead of a policy.", valueName: "vkey")) var key: [String] = []
    @Flag(help: "Trust the key that a bundle or a host names; the answer says that nothing vouches for it.")
    var firstUse = false
    @Option(
        help: ArgumentHelp(
            "Trust the keys on which this host's did.json and its DNS agree; asks both.", valueName: "host"))
    var issuer: String?
    @Option(help: ArgumentHelp("Ask this DNS server instead of the machine's.", valueName: "address[:port]"))
    var resolver: String?
    @Option(help: ArgumentHelp("A value the record must disclose.", valueName: "field=value")) var expect: [String] = []
    @Option(help: ArgumentHelp("The entry that a .tlog-proof is about.", valueName: "file")) var entry: String?
    @Option(help: ArgumentHelp("A copy of the log, for CSV files.", valueName: "dir")) var mirror: String?
    @Option(help: ArgumentHelp("Codes may lead to this host; may be given again.", valueName: "host"))
    var host: [String] = []
    @Option(help: ArgumentHelp("Ask for a status not older than this.", valueName: "seconds")) var statusAge: Int?
    @Option(help: ArgumentHelp("What the issuer says about its keys: a copy of log/keys.json.", valueName: "file"))
    var keys: String?
    @OptionGroup(title: "Manifest") var manifest: ManifestLinks
    @OptionGroup(title: "Anchors") var anchors: AnchorTrustOptions
    @Flag(help: "Print JSON Lines instead of text.") var json = false
    @Flag(help: "Print CSV instead of text: file,page,x,y,what,verdict,detail.") var csv = false

    func validate() throws {
        if let resolver, NameLookup.Server(resolver) == nil {
            throw ValidationError("--resolver is an IPv4 address, with or without a port")
        }
        if json && csv { throw ValidationError("--json and --csv exclude each other") }
    }

    func run() async throws {
        var expected: [String: String] = [:]
        for pair in expect {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Failure(.usage, "'\(pair)' is not field=value") }
            expected[String(parts[0])] = String(parts[1])
        }
        let report = VerifyReport(form: json ? .json : csv ? .csv : .text)
        let site = try manifest.site()
        let trusted = try VerifyTrust(self, site: site)
        let verification = VerifyThing(
            trust: trusted, now: Int(time(nil)), anchors: anchors, known: KnownCodes(site: site, hosts: host),
            expected: expected, entry: entry, mirror: mirror, report: report)
        var allHold = true
        report.begin()
        for thing in things { allHold = try await verification.verify(thing) && allHold }
        if !allHold { throw ExitStatus.checkFailed }
    }
}
