internal import Glibc
internal import Support

/// Names of logs as people write them.
public enum LogPaths {
    /// Expands `*`, `?` and `[…]`; what has none of them stays as it is, also when there is no such file.
    /// The result is sorted and holds no path twice.
    public static func expand(_ patterns: [String]) -> [String] {
        var paths: [String] = []
        for pattern in patterns {
            guard pattern.utf8.contains(where: { "*?[".utf8.contains($0) }) else {
                paths.append(pattern)
                continue
            }
            var found = glob_t()
            defer { globfree(&found) }
            guard glob(pattern, 0, nil, &found) == 0 else { continue }
            for i in 0..<Int(found.gl_pathc) {
                if let path = found.gl_pathv[i] { paths.append(String(cString: path)) }
            }
        }
        var seen: Set<String> = []
        return paths.filter { seen.insert($0).inserted }
    }
}

extension Ingestion {
    /// Follows logs: takes in what is new every `interval` milliseconds until `shouldStop`; patterns are expanded
    /// anew each time, so that rotated and new logs are found. `changed` is called after each round that read lines,
    /// when they are committed: the place to write the live report.
    ///
    /// Stopping is clean at any time, also by force: what was committed is whole, the rest is read again.
    public mutating func follow(
        _ patterns: [String], goals: [String] = [], interval: Int = 1000, clock: () -> Int64, shouldStop: () -> Bool,
        changed: (IngestSummary) throws(IngestError) -> Void
    ) throws(IngestError) {
        while !shouldStop() {
            setNow(clock())
            let summary = try ingest(LogPaths.expand(patterns), goals: LogPaths.expand(goals))
            if summary.lines > 0 { try changed(summary) }
            var left = interval
            while left > 0, !shouldStop() {
                usleep(UInt32(min(left, 100)) * 1000)
                left -= 100
            }
        }
    }
}

/// Units for systemd that keep the counts current.
public enum ScanUnits {
    /// A service that follows logs, with nothing more than it needs.
    /// - Parameters: paths are written as they are after escaping for systemd.
    public static func service(binary: String, database: String, patterns: [String]) -> String {
        let words = [binary, "scans", "follow", "--database", database] + patterns
        return """
            [Unit]
            Description=wayseal: counts of scans from access logs
            After=network.target

            [Service]
            ExecStart=\(words.map(quoted).joined(separator: " "))
            Restart=on-failure
            NoNewPrivileges=yes
            ProtectSystem=strict
            ProtectHome=yes
            PrivateTmp=yes
            PrivateNetwork=yes
            ReadWritePaths=\(quoted(Files.parent(of: database)))

            [Install]
            WantedBy=multi-user.target

            """
    }

    /// A timer for a service of the same name: every hour.
    public static func timer() -> String {
        """
        [Unit]
        Description=wayseal: counts of scans, every hour

        [Timer]
        OnCalendar=hourly
        RandomizedDelaySec=120
        Persistent=yes

        [Install]
        WantedBy=timers.target

        """
    }

    /// A word of a command line (systemd.service(5), "Command lines"; systemd.unit(5), specifiers).
    static func quoted(_ word: String) -> String {
        var text = "\""
        for scalar in word.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "%": text += "%%"
            case "$": text += "$$"
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
