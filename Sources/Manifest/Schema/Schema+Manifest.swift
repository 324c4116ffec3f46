/// The keys of a manifest.
enum ManifestLanguage {
    static let root = SchemaRecord(
        "the manifest",
        [
            SchemaKey("wayseal", .text(.any), "Version of the manifest's language: 1."),
            SchemaKey("site", .record(site), "What holds for the whole site."),
            SchemaKey(
                "include", .oneOrMore(.any),
                "Further files, by name or pattern: .yaml, .yml, .csv, .jsonl, .ndjson."),
            SchemaKey(
                "servers", .oneOrMore(server), "Servers to compile for; both by default.", use: .deployment),
            SchemaKey(
                "schemes", .oneOrMore(.any),
                "App schemes that targets may use besides https, http, mailto, tel, sms, geo."),
            SchemaKey(
                "domains", .table(SchemaTable("the domains", "HOST", .record(domain))),
                "Host names that serve short links."),
            SchemaKey("defaults", .record(defaults), "What links take when they don't say otherwise."),
            SchemaKey("codes", .record(codes), "Images made of each link's QR code."),
            SchemaKey("designs", .table(SchemaTable("the designs", "NAME", .record(design))), "How codes look."),
            SchemaKey(
                "fences", .table(SchemaTable("the fences", "NAME", .record(fence))),
                "Places that links can be bound to."),
            SchemaKey(
                "links", .table(SchemaTable("the links", "SLUG", .either(.url, .record(link)))),
                "Slugs and where they lead."),
            .later(
                "products", .table(SchemaTable("the products", "GTIN", .record(product))),
                "GS1 Digital Link products."),
            SchemaKey(
                "batches", .table(SchemaTable("the batches", "NAME", .record(batch))),
                "Serial codes from a table."),
            SchemaKey(
                "certificates", .table(SchemaTable("the certificates", "NAME", .record(certificate))),
                "Certificates that anyone can verify, from tables."),
            SchemaKey("ledger", .record(ledger), "The signed record of what was published."),
            SchemaKey("reports", .record(reports), "Statistics from access logs."),
            .later(
                "publish", .table(SchemaTable("the places to publish", "NAME", .record(place))),
                "Where builds are sent."),
            SchemaKey(
                "integrations", .record(integrations), "Other vendors' services, and hooks that are told what happens."),
            .later(
                "plans", .table(SchemaTable("the plans", "NAME", .record(plan))),
                "What tenants may use and pay."),
            .later(
                "tenants", .table(SchemaTable("the tenants", "NAME", .record(tenant))),
                "Customers with manifests of their own."),
        ])

    /// Keys that an included file may have.
    static let includable: Set<String> = ["links", "domains", "include", "wayseal"]

    /// Where each key name exists, for "belongs to" hints: path of the mapping it stands in.
    static let places: [String: [String]] = {
        var places: [String: [String]] = [:]
        SchemaShape.record(root).forEachKey(path: "") { path, key in
            let parent = path.split(separator: ".").dropLast().joined(separator: ".")
            places[key.name, default: []].append(parent)
        }
        // Fields of payloads have the names of everyday things: whatever else has the name comes first.
        let payloads = payloadKeys.map { "links.SLUG." + $0.name }
        func isField(_ place: String) -> Bool { payloads.contains { place == $0 || place.hasPrefix($0 + ".") } }
        for (name, all) in places where all.contains(where: isField) {
            places[name] = all.filter { !isField($0) } + all.filter(isField)
        }
        return places
    }()

    /// Names of keys that are secret somewhere.
    static let secretNames: [String] = {
        var names: Set<String> = []
        SchemaShape.record(root).forEachKey(path: "") { _, key in
            if key.use == .secret { names.insert(key.name) }
        }
        return names.sorted()
    }()

    static let server = SchemaText.choice(["nginx", "caddy"])
    static let redirect = SchemaText.choice(["301", "302", "303", "307", "308"])
    static let privacy = SchemaText.choice(["none", "aggregate", "full"])
    static let query = SchemaText.choice(["pass", "drop"])

    static let site = SchemaRecord(
        "`site`",
        [
            SchemaKey("name", .text(.any), "Name of the site, on pages and reports."),
            SchemaKey("contact", .text(.any), "Mail or web address of the operator, on error pages."),
            SchemaKey(
                "timezone", .text(.any), "IANA time zone that hours and dates are read in; UTC by default."),
            SchemaKey("languages", .oneOrMore(.any), "BCP 47 tags; the first is the default."),
            SchemaKey("proxies", .record(proxies), "Proxies in front whose word on the visitor's address counts."),
        ])

    static let proxies = SchemaRecord(
        "`proxies`",
        [
            SchemaKey("trust", .oneOrMore(.any), "Networks of the proxies: 10.0.0.0/8.", use: .deployment),
            SchemaKey("header", .text(.any), "Header with the visitor's address; X-Forwarded-For.", use: .deployment),
        ])

    static let domain = SchemaRecord(
        "a domain",
        [
            SchemaKey("server", .text(server), "The one server that serves this host.", use: .deployment),
            SchemaKey(
                "servers", .oneOrMore(server), "The servers to compile this host for.", use: .deployment),
            SchemaKey(
                "tls", .either(.choice(["acme", "off"]), .record(tls)),
                "Where the certificate comes from: acme, off (plain HTTP), or the operator's files.",
                use: .deployment),
            SchemaKey(
                "listen", .oneOrMore(.any), "Address and port to listen on instead of 80 and 443.",
                use: .deployment),
            SchemaKey(
                "hsts", .text(.any), "Strict-Transport-Security: off, seconds, or a duration such as 1y.",
                use: .deployment),
            SchemaKey("home", .text(.any), "What / answers: a URL to redirect to, or an HTML file."),
            SchemaKey(
                "missing", .text(.any), "What an unknown slug answers: a URL to redirect to, or an HTML file."
            ),
            SchemaKey(
                "noindex", .text(.boolean), "Ask search engines not to list anything; true by default."),
            SchemaKey(
                "dense", .text(.boolean), "Print addresses of this host in upper case, for smaller codes."),
            .later("resolver", .text(.choice(["gs1"])), "Answer GS1 Digital Link requests."),
        ])

    static let tls = SchemaRecord(
        "`tls`",
        [
            SchemaKey(
                "certificate", .text(.any), "Absolute path of the certificate chain on the server.",
                use: .deployment),
            SchemaKey(
                "key", .text(.any), "Absolute path of the private key on the server.", use: .deployment),
        ])

    static let utm = SchemaRecord(
        "`utm`",
        ["source", "medium", "campaign", "term", "content", "id"].map {
            SchemaKey($0, .text(.any), "Value of utm_\($0).")
        })

    static let defaults = SchemaRecord(
        "`defaults`",
        [
            SchemaKey("domain", .text(.any), "The domain of links that name none."),
            SchemaKey("redirect", .text(redirect), "Status of redirects; 302 by default."),
            SchemaKey("query", .text(query), "What becomes of the visitor's query; drop by default."),
            SchemaKey("privacy", .text(privacy), "What the access log keeps; aggregate by default."),
            SchemaKey("utm", .record(utm), "UTM parameters appended to targets."),
            SchemaKey("dense", .text(.boolean), "Print addresses in upper case."),
            SchemaKey("noindex", .text(.boolean), "Ask search engines not to list the links."),
            SchemaKey("design", .text(.any), "The design of codes; plain black on white by default."),
        ])

    static let codes = SchemaRecord(
        "`codes`",
        [
            SchemaKey(
                "formats", .oneOrMore(.choice(["svg", "png", "pdf", "eps", "none"])),
                "Image formats, or none; svg, png and pdf by default."),
            SchemaKey("level", .text(.choice(["L", "M", "Q", "H"])), "Error correction; M by default."),
            SchemaKey("scale", .text(.integer(1...64)), "Pixels a module in PNG; 8 by default."),
            SchemaKey("quiet-zone", .text(.integer(0...64)), "Light margin in modules; 4 by default."),
            SchemaKey("score", .text(.integer(0...100)), "Points that designs need at least; 55 by default."),
        ])

    static let ledger = SchemaRecord(
        "`ledger`",
        [
            SchemaKey(
                "key", .text(.any), "The private key that signs, as ${file:…} or ${NAME}.", use: .secret),
            SchemaKey("host", .text(.any), "The domain that serves the log; the default domain without it."),
            SchemaKey("folder", .text(.any), "Where the ledger is kept; 'ledger' by default."),
            SchemaKey(
                "revocation", .text(.any), "The public key that may revoke, from 'wayseal keys new --role revocation'."),
            SchemaKey("anchor", .record(anchor), "Put checkpoints on a chain, by `wayseal anchor`."),
            .later("ipfs", .text(.any), "Pack records for IPFS."),
        ])

    static let anchor = SchemaRecord(
        "`anchor`",
        [
            SchemaKey(
                "chain", .text(.integer(1...9_007_199_254_740_991)),
                "Number of the chain; a node of another one is refused."),
            SchemaKey("rpc", .text(.any), "Address of a node.", use: .secret),
            SchemaKey(
                "every", .text(.choice(["build", "hour", "day", "week", "month"])),
                "How often at most; each build by default."),
            SchemaKey("contract", .text(.any), "Address of the contract; without it values are sent as call data."),
            SchemaKey("eas-code-hash", .text(.any), "The contract is EAS, and this is the hash of its code."),
            SchemaKey("key", .text(.any), "File of the anchor key; secrets/anchor.json by default."),
            SchemaKey("account", .text(.any), "The anchor key's account, to be published."),
            SchemaKey("max-fee", .text(.any), "Greatest price, gwei a unit of gas; 50 by default."),
            SchemaKey("max-cost", .text(.any), "Greatest cost of a transaction, ether; 0.01 by default."),
            SchemaKey(
                "confirmations", .text(.integer(1...1_000_000)),
                "Blocks that make one final, where the chain does not say."),
        ])
}
