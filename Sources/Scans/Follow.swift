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
            let result = glob(pattern, GLOB_ERR, nil, &found)
            // A folder that may not be looked into: the pattern stays, so that opening it says so.
            if result == GLOB_ABORTED, isClosed(pattern) { paths.append(pattern) }
            guard result == 0 || result == GLOB_ABORTED else { continue }
            for i in 0..<Int(found.gl_pathc) {
                if let path = found.gl_pathv[i] { paths.append(String(cString: path)) }
            }
        }
        var seen: Set<String> = []
        return paths.filter { seen.insert($0).inserted }
    }

    /// Whether the folder in which a pattern begins is there and closed to us.
    private static func isClosed(_ pattern: String) -> Bool {
        let start = pattern.prefix { !"*?[".contains($0) }
        let folder = start.lastIndex(of: "/").map { String(start[...$0]) } ?? "."
        return access(folder, R_OK | X_OK) != 0 && errno == EACCES
    }
}

extension Ingestion {
    /// Follows logs: takes in what is new every `interval` milliseconds until `shouldStop`; patterns are expanded
    /// anew each time, so that rotated and new logs are found. `round` is called after each round, when what it read is
    /// committed: the place to write the live report.
    ///
    /// Stopping is clean at any time, also by force: what was committed is whole, the rest is read again.
    public mutating func follow(
        _ patterns: [String], goals: [String] = [], interval: Int = 500, clock: () -> Int64, shouldStop: () -> Bool,
        round: (IngestSummary) throws(IngestError) -> Void
    ) throws(IngestError) {
        while !shouldStop() {
            setNow(clock())
            let summary = try ingest(
                LogPaths.expand(patterns), goals: LogPaths.expand(goals), shouldStop: shouldStop)
            try round(summary)
            var left = interval
            while left > 0, !shouldStop() {
                usleep(UInt32(min(left, 100)) * 1000)
                left -= 100
            }
        }
    }
}
