import Site
import Support

// The tables of one domain's links with policies: from a path to the record of its policy, and from what the record chose
// to a target. Targets behind passwords go into a file of their own.
extension NginxTables {
    /// The record of an exact link, and of a link whose path stands before what its password became.
    mutating func emitGates() {
        guard routes.hasGatedExact else { return }
        let keys = routes.exact
        let records = records
        let gated = (0..<Int32(keys.count)).filter { records[Int(keys.links[Int($0)])] != nil }
        let value = { (row: Int32) in
            Value.text(NginxText.escapedValue(records[Int(keys.links[Int(row)])]?.text ?? ""))
        }
        main.line()
        main.line("# path -> record of its policy")
        guard hasPasswords else {
            emit("gate", keys: keys, rows: gated, source: "$uri", value)
            return
        }
        emit("plaingate", keys: keys, rows: gated, source: "$uri", value)
        let secret = gated.filter { row in
            records[Int(keys.links[Int(row)])]?.gates.contains(NginxRecord.Gate.password.rawValue) ?? false
        }
        emit("opengate", keys: keys, rows: secret, source: "$wayseal_opens", value)
        main.line("map \(plainGate) \(gate) {")
        main.line("default \(plainGate);", 1)
        main.line("\"\" \(variable("opengate"));", 1)
        main.line("}")
        variables += 1
    }

    /// The record that holds: the exact link's, else the wildcard's.
    mutating func emitRecord() {
        guard isGated else { return }
        let exactRecord = routes.hasGatedExact ? gate : "\"\""
        main.line("map \(routes.hasGatedWildcards ? wildcard : "\"\"") \(variable("wildrecord")) {")
        main.line("default \"\";", 1)
        main.line("\"~^\\* (?<wayseal_wild_rest>.*)$\" $wayseal_wild_rest;", 1)
        main.line("}")
        main.line("map \(exactRecord) \(record) {")
        main.line("default \(exactRecord);", 1)
        main.line("\"\" \(variable("wildrecord"));", 1)
        main.line("}")
        variables += 3
    }

    /// Choice and id → status and target, and the variants' names. Targets behind a password stand in the private file,
    /// with what the password became.
    mutating func emitTargets() {
        guard isGated else { return }
        let site = table.site
        var open = ValueTable()
        var secret = ValueTable()
        var names = ValueTable()
        var tokens = ValueTable()
        var gone = ValueTable()
        for i in routes.gated {
            guard let record = records[i], let policy = site.policy(of: site.links[i]) else { continue }
            let link = site.links[i]
            let depth = link.isWildcard ? DomainRoutes.depth(of: Array(RouteTable.logID(of: link).utf8)[...]) : 0
            let status = link.redirect == .found ? nil : link.redirect.rawValue
            for (number, target) in record.list.targets.enumerated() {
                let key = "\(number)\(record.id)"
                let value = Value.chosen(target.url, link: i, depth: depth, status: status)
                if policy.password == nil { open.add(key, link: i, value) } else { secret.add(key, link: i, value) }
                if !target.variant.isEmpty { names.add(key, link: i, .text(target.variant)) }
            }
            if let url = policy.gone { gone.add(record.id, link: i, .text(NginxText.escapedValue(url))) }
            if let gate = policy.password { tokens.add("\(record.id)/\(gate.token)", link: i, .text("1")) }
        }
        let source = "\"/$wayseal_outcome$wayseal_id\""
        main.line()
        main.line("# what a policy chose, and the link's id -> target, with its status unless that is 302")
        emit(hasPasswords ? "open" : "chosen", open, source: source)
        main.line("map \(chosen) \(destination) {")
        main.line("default \(chosen);", 1)
        main.line("\"~^30[1378] (?<wayseal_to_rest>.+)$\" $wayseal_to_rest;", 1)
        main.line("}")
        variables += 2
        if hasGone {
            main.line("# where visitors go instead")
            emit("gone", gone, source: "/$wayseal_id")
        }
        if hasVariants {
            main.line("# the names of variants")
            emit("variant", names, source: source)
        }
        guard hasPasswords else { return }
        main.line("map \(variable("open")) \(chosen) {")
        main.line("default \(variable("open"));", 1)
        main.line("\"\" \(variable("secret"));", 1)
        main.line("}")
        variables += 2
        secrets.line(
            "# \(domain.host): targets behind passwords, and what the passwords became. Keep this file private.")
        conceal("secret", secret, source: source)
        conceal("right", tokens, source: "\"/$wayseal_id/$wayseal_token\"")
    }

    /// Keys with the value of each.
    private struct ValueTable {
        private(set) var keys = KeyTable()
        private(set) var values: [Value] = []
        var rows: [Int32] { Array(0..<Int32(values.count)) }

        /// Adds `/key`, unless it is there.
        mutating func add(_ key: String, link: Int, _ value: Value) {
            let outcome = keys.insert(link: link) { out in
                out += Array("/\(key)".utf8)
                return nil
            }
            if case .added = outcome { values.append(value) }
        }
    }

    private mutating func emit(_ kind: String, _ table: ValueTable, source: String) {
        emit(kind, keys: table.keys, rows: table.rows, source: source) { table.values[Int($0)] }
    }

    /// The same into the private file.
    private mutating func conceal(_ kind: String, _ table: ValueTable, source: String) {
        let block = block(variable(kind), keys: table.keys, rows: table.rows[...], source: source) {
            table.values[Int($0)]
        }
        count(rows: table.values.count)
        secrets.append(block.bytes)
    }

    /// The variable that is `1` if the path ends with what the link's password became.
    var right: String { variable("right") }
}
