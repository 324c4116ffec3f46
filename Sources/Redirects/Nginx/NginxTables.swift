// Unsafe pointers: rows are copied from the site's strings without a String in between.

import Site
import Support

/// The `map` blocks of one domain: from a path to a target, cut into pieces where there are many.
///
/// A row's value is the target itself, or a string with variables: nginx evaluates it only when the row is
/// hit. That is where policies go: a gated link's value is a variable, and plain links pay nothing for it.
struct NginxTables {
    let table: RouteTable
    let index: Int
    /// The part of this domain's variables that tells them from those of other domains.
    let name: String
    /// Every variable that was defined, for the size of nginx's own table.
    var variables = 0
    /// The largest `map` block.
    private(set) var largestMap = 0
    /// The longest string that stands as a key.
    private(set) var longestKey = 8

    var main = Text()
    private var pieces: [Text] = []
    /// What the private file of this domain holds.
    var secrets = Text()
    private let rates: [Policy.Rate]
    /// The records of the links with policies, by link.
    private(set) var records: [Int: NginxRecord] = [:]
    /// What the records ask for, taken together: there may be very many of them.
    private(set) var gatesInUse: Set<NginxRecord.Gate> = []
    /// The rates of this host's links, with their numbers.
    private(set) var ratesInUse: [(number: Int, rate: Policy.Rate)] = []
    /// Whether some link has a split.
    private(set) var hasVariants = false
    /// Whether some link has an address that takes the place of a denial's page.
    private(set) var hasGone = false
    var routes: DomainRoutes { table.domains[index] }
    var domain: Domain { table.site.domains[index] }

    /// Below 16,384 rows one block is fastest to load and to read; above, about 8,000 rows a block keep
    /// nginx's quadratic check for equal keys small without spending memory on empty buckets.
    static let aim = ShardPlan.Aim(whole: 16_384, rows: 8_192, values: 8_192)

    init(table: RouteTable, index: Int, name: String, rates: [Policy.Rate]) {
        self.table = table
        self.index = index
        self.name = name
        self.rates = rates
        var numbers: Set<Int> = []
        for i in routes.gated {
            let link = table.site.links[i]
            guard let policy = table.site.policy(of: link) else { continue }
            let record = NginxRecord(link, policy, rates: rates)
            for gate in NginxRecord.Gate.allCases where record.gates.contains(gate.rawValue) { gatesInUse.insert(gate) }
            if let number = record.rate { numbers.insert(number) }
            hasVariants = hasVariants || !policy.variants.isEmpty
            hasGone = hasGone || policy.gone != nil
            records[i] = record
        }
        ratesInUse = numbers.sorted().map { ($0, rates[$0]) }
    }

    /// A variable of this domain: `kind` has no `_`, so that no host's name can make two of them equal.
    func variable(_ kind: String) -> String { "$wayseal_\(kind)_\(name)" }

    /// The variable of the table of exact links with `status`.
    func exact(_ status: Link.Redirect) -> String { variable(String(status.rawValue)) }
    /// The variable that holds `STATUS TARGET` of the wildcard that answers.
    var wildcard: String { variable("wildcard") }
    /// The variable that is `noindex` for links that ask for it.
    var robots: String { variable("robots") }
    /// The variable with the link's id for the log.
    var link: String { variable("link") }
    /// The variable with the record of the link with a policy that answers, the deepest wildcard among them.
    var record: String { variable("record") }
    /// The variable with the record of an exact link with a policy.
    var gate: String { variable("gate") }
    /// The variable with the target that a policy chose, with its status before it unless that is 302.
    var chosen: String { variable("chosen") }
    /// ``chosen`` without the status.
    var destination: String { variable("destination") }
    /// The variable with the address that takes the place of a denial's page.
    var gone: String { variable("gone") }
    /// The variable with the chosen variant's name.
    var variant: String { variable("variant") }
    /// The same but for paths that end with what a password became.
    var plainGate: String { variable("plaingate") }
    /// The path that was asked for, without what a password became.
    private var asked: String { variable("asked") }
    /// Whether some link has a policy.
    var isGated: Bool { !records.isEmpty }
    /// Whether some link has a password.
    var hasPasswords: Bool { gatesInUse.contains(.password) }
    /// The variable with the link's privacy.
    var privacy: String { variable("privacy") }
    /// Whether single links differ from `aggregate`.
    var hasPrivacy: Bool { routes.privacyCounts[0] + routes.privacyCounts[2] > 0 }

    /// The files of this domain under `nginx/links/`.
    mutating func emit() -> [OutputFile] {
        let host = domain.host
        let count = routes.exact.count + routes.wildcards.count
        main.line("# \(host): \(count) \(count == 1 ? "link" : "links").")
        for status in routes.exactStatuses {
            let rows = rows(with: status)
            let comment =
                status == .found
                ? "path -> target" : "the same for links that answer \(status.rawValue)"
            main.line()
            main.line("# \(comment)")
            let keys = routes.exact
            emit(String(status.rawValue), keys: keys, rows: rows, source: "$uri") { row in
                .target(Int(keys.links[Int(row)]), depth: 0, status: nil)
            }
        }
        emitGates()
        emitWildcards()
        emitRecord()
        emitLog()
        emitRobots()
        emitTargets()
        var files = [OutputFile(path: "nginx/links/\(host).conf", bytes: main.bytes)]
        let width = String(pieces.count - 1).utf8.count
        for (i, piece) in pieces.enumerated() {
            let number = String(i)
            let padded = String(repeating: "0", count: width - number.utf8.count) + number
            files.append(OutputFile(path: "nginx/links/\(host)/\(padded).conf", bytes: piece.bytes))
        }
        if hasPasswords {
            files.append(OutputFile(path: "private/nginx/\(host).conf", bytes: secrets.bytes, mode: 0o600))
        }
        return files
    }

    /// Whether there is a directory of pieces to include.
    var hasPieces: Bool { !pieces.isEmpty }

    private func rows(with status: Link.Redirect) -> [Int32] {
        let all = Int32(routes.exact.count)
        if routes.exactStatuses.count == 1 && !routes.hasGatedExact { return Array(0..<all) }
        return (0..<all).filter { row in
            let link = table.site.links[Int(routes.exact.links[Int(row)])]
            return link.redirect == status && link.policy < 0
        }
    }

    // MARK: one table

    enum Value {
        /// The target of a link, with a status before it if given.
        case target(Int, depth: Int, status: UInt16?)
        /// Another target of a link, with a status before it if given.
        case chosen(String, link: Int, depth: Int, status: UInt16?)
        /// This text as it stands.
        case text(String)
    }

    /// One table as one block, or cut into blocks with a dispatching one.
    mutating func emit(
        _ kind: String, keys: KeyTable, rows: [Int32], source: String, _ value: (Int32) -> Value
    ) {
        let variable = variable(kind)
        longestKey = max(longestKey, keys.longest)
        guard let plan = ShardPlan(keys, rows: rows, aim: Self.aim) else {
            main.append(block(variable, keys: keys, rows: rows[...], source: source, value).bytes)
            count(rows: rows.count)
            return
        }
        let rest = plan.rows.last ?? []
        let (regex, names) = regex(of: plan)
        let shard = self.variable("shard\(kind)")
        variables += 1 + names.count
        main.line("map \(source) \(shard) {")
        main.line("default \"\";", 1)
        main.line("\(NginxText.quotedRegex(regex)) \"\(names.map { "$" + $0 }.joined())\";", 1)
        main.line("}")
        main.line("map \(shard) \(variable) {")
        main.line(rest.isEmpty ? "default \"\";" : "default \(self.variable("\(kind)rest"));", 1)
        for (i, values) in plan.tables.enumerated() {
            for value in values {
                main.append("  \"")
                NginxText.appendKey(plan.text(of: value)[...], to: &main)
                main.line("\" \(self.variable("\(kind)part\(i)"));")
            }
        }
        main.line("}")
        variables += 1
        largestMap = max(largestMap, plan.tables.reduce(1) { $0 + $1.count })
        for (i, rows) in plan.rows.dropLast().enumerated() {
            pieces.append(
                block(self.variable("\(kind)part\(i)"), keys: keys, rows: rows[...], source: source, value))
            count(rows: rows.count)
        }
        if !rest.isEmpty {
            pieces.append(
                block(self.variable("\(kind)rest"), keys: keys, rows: rest[...], source: source, value))
            count(rows: rest.count)
        }
    }

    mutating func count(rows: Int) {
        variables += 1
        largestMap = max(largestMap, rows)
    }

    func block(
        _ variable: String, keys: KeyTable, rows: ArraySlice<Int32>, source: String, _ value: (Int32) -> Value
    ) -> Text {
        var text = Text()
        text.reserve(rows.count * 112)
        text.line("map \(source) \(variable) {")
        text.line("default \"\";", 1)
        for row in rows {
            text.append("  \"")
            NginxText.appendKey(keys.key(Int(row)), to: &text)
            text.append("\" \"")
            append(value(row), to: &text)
            text.append("\";\n")
        }
        text.line("}")
        return text
    }

    private func append(_ value: Value, to text: inout Text) {
        switch value {
        case .text(let plain): text.append(Array(plain.utf8))
        case .target(let i, let depth, let status):
            if let status { text.append(Array("\(status) ".utf8)) }
            let link = table.site.links[i]
            if Destination.isLiteral(link) {
                link.target.withBytes { NginxText.appendValue($0, to: &text) }
                return
            }
            append(Destination(link), depth: depth, to: &text)
        case .chosen(let url, let i, let depth, let status):
            if let status { text.append(Array("\(status) ".utf8)) }
            append(Destination(table.site.links[i], target: url), depth: depth, to: &text)
        }
    }

    private func append(_ destination: Destination, depth: Int, to text: inout Text) {
        for piece in destination.pieces {
            switch piece {
            case .literal(let bytes): NginxText.appendValue(bytes, to: &text)
            case .requestID: text.append("${request_id}")
            case .suffix: text.append(Array("${wayseal_suffix_\(depth)}".utf8))
            case .query(.question): text.append("${wayseal_question_query}")
            case .query(.ampersand): text.append("${wayseal_ampersand_query}")
            case .query(.none): text.append("${args}")
            }
        }
    }

    /// The regular expression that captures a plan's positions, and the names of its groups: the same in all tables, since
    /// what they hold is used at once, and PCRE allows only 32 bytes for a name.
    private func regex(of plan: ShardPlan) -> (regex: String, names: [String]) {
        var regex = "(?s)^/"
        var names: [String] = []
        var at = 1
        var fromEnd: Int?
        func gap(_ count: Int) -> String { count == 0 ? "" : count == 1 ? "." : ".{\(count)}" }
        var open = false
        func close() { if open { regex += ")"; open = false } }
        for position in plan.positions {
            switch position {
            case .start(let k):
                if !open || k != at {
                    close()
                    regex += gap(k - at)
                    names.append("wayseal_cut\(names.count + 1)")
                    regex += "(?<\(names[names.count - 1])>"
                    open = true
                }
                regex += "."
                at = k + 1
            case .end(let k):
                if fromEnd == nil || fromEnd != k + 1 {
                    close()
                    regex += fromEnd.map { gap($0 - k - 1) } ?? ".*"
                    names.append("wayseal_cut\(names.count + 1)")
                    regex += "(?<\(names[names.count - 1])>"
                    open = true
                }
                regex += "."
                fromEnd = k
            }
        }
        close()
        if let fromEnd { regex += gap(fromEnd) + "\\z" }
        return (regex, names)
    }

    // MARK: wildcards

    /// Per depth a table from the prefix to `STATUS TARGET`; the deepest that has a row answers.
    private mutating func emitWildcards() {
        guard !routes.depths.isEmpty else { return }
        let keys = routes.wildcards
        main.line()
        main.line("# prefix -> status and target, the longest prefix first")
        var next: String?
        for depth in routes.depths.reversed() {
            let variable = variable("prefix\(depth)")
            let rows = (0..<Int32(keys.count)).filter { DomainRoutes.depth(of: keys.key(Int($0))) == depth }
            let table = table
            let records = records
            emit("prefix\(depth)", keys: keys, rows: rows, source: "$wayseal_prefix_\(depth)") { row in
                let link = Int(keys.links[Int(row)])
                // A record stands behind a star, where a status would stand.
                if let record = records[link] { return .text("* " + NginxText.escapedValue(record.text)) }
                return .target(link, depth: depth, status: table.site.links[link].redirect.rawValue)
            }
            let isLast = depth == routes.depths.first
            let result = isLast ? wildcard : self.variable("wildcard\(depth)")
            main.line("map \(variable) \(result) {")
            main.line("default \(variable);", 1)
            main.line("\"\" \(next ?? "\"\"");", 1)
            main.line("}")
            variables += 1
            next = result
        }
    }

    // MARK: what the log and the headers need

    private mutating func emitLog() {
        var found = routes.exactStatuses.map { "${\(exact($0).dropFirst())}" }.joined()
        if routes.hasGatedExact { found += "${\((hasPasswords ? plainGate : gate).dropFirst())}" }
        if hasPasswords {
            // The path without what a password became.
            main.line("map \"\(found)\" \(asked) {")
            main.line("default $uri;", 1)
            main.line("\"\" $wayseal_opens;", 1)
            main.line("}")
            variables += 1
        }
        main.line()
        main.line("# the link's id in the log: its path, for a wildcard its prefix and *")
        var next: String?
        for depth in routes.depths.reversed() {
            let variable = variable("link\(depth)")
            main.line("map \(self.variable("prefix\(depth)")) \(variable) {")
            main.line("default \"${wayseal_prefix_\(depth)}*\";", 1)
            main.line("\"\" \(next ?? "\"\"");", 1)
            main.line("}")
            variables += 1
            next = variable
        }
        if hasPasswords { found += "${\(variable("opengate").dropFirst())}" }
        main.line("map \"\(found)\" \(link) {")
        main.line("default \(hasPasswords ? asked : "$uri");", 1)
        main.line("\"\" \(next ?? "\"\"");", 1)
        main.line("}")
        variables += 1
        guard hasPrivacy else { return }
        main.line()
        main.line("# links whose privacy is not 'aggregate'")
        let site = table.site
        emitAttribute("privacy", where: { site.links[$0].privacy != .aggregate }) { link in
            site.links[link].privacy == .none ? "none" : "full"
        }
    }

    private mutating func emitRobots() {
        guard routes.hasNoindexLinks else { return }
        main.line()
        main.line("# links that search engines must not list")
        let site = table.site
        emitAttribute("robots", where: { site.links[$0].options.contains(.noindex) }) { _ in "noindex" }
    }

    /// A table from the link's id to a word, for the few links that have one.
    private mutating func emitAttribute(
        _ kind: String, where include: (Int) -> Bool, _ word: (Int) -> String
    ) {
        let exact = routes.exact
        let rows = (0..<Int32(exact.count)).filter { include(Int(exact.links[Int($0)])) }
        var ids = KeyTable(capacity: rows.count)
        for row in rows {
            _ = ids.insert(link: Int(exact.links[Int(row)])) { out in
                out += exact.key(Int(row))
                return nil
            }
        }
        for row in 0..<routes.wildcards.count where include(Int(routes.wildcards.links[row])) {
            _ = ids.insert(link: Int(routes.wildcards.links[row])) { out in
                out += routes.wildcards.key(row)
                out.append(UInt8(ascii: "*"))
                return nil
            }
        }
        emit(kind, keys: ids, rows: Array(0..<Int32(ids.count)), source: link) { row in
            .text(word(Int(ids.links[Int(row)])))
        }
    }
}
