import Foundation
import Testing

/// The Spark example of the docs, by a real Spark: `make spark`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SPARK_TESTS"] == "1"), .timeLimit(.minutes(10)))
struct SparkTests {
    /// The first ```python block of a page.
    static func example(_ page: String) throws -> String {
        let text = try String(contentsOf: Shell.repository.appendingPathComponent(page), encoding: .utf8)
        let block = try #require(text.firstMatch(of: /```python\n((?:.|\n)*?)\n```/))
        return String(block.1) + "\n"
    }

    @Test("what two workers count of four logs is what one run counts of all of them")
    func example() throws {
        let shell = try Shell()
        defer { shell.clean() }
        try Self.example("docs/several-servers.md").write(
            to: shell.folder.appendingPathComponent("count.py"), atomically: true, encoding: .utf8)
        // Each visitor's lines in one log; the workers' logs and ours are told apart by nothing else.
        let script = """
            set -e
            for path in menu shop tour; do echo "  $path: https://www.example/$path"; done |
              cat "$REPO/fixtures/smallest/wayseal.yaml" - > wayseal.yaml
            wayseal scans generate --host go.example.org --path /menu --path /shop --path /tour --lines 20000 --seed 4 \
              --from 2026-03-01 --days 3 --output all.log
            mkdir logs cells
            awk '{ n = 0; for (i = 1; i <= length($1); i++) n += index("0123456789abcdef.:", substr($1, i, 1)); \
              print > ("logs/web" n % 4 ".log") }' all.log
            gzip logs/web1.log
            wayseal scans ingest --database one.db all.log
            PATH="$PATH:$REPO/.build/spark/bin" PYSPARK_PYTHON="$REPO/.build/spark/bin/python" \
              SPARK_LOCAL_IP=127.0.0.1 spark-submit --master 'local[2]' --conf spark.ui.enabled=false \
              count.py wayseal.yaml logs salts cells
            ls cells
            wayseal scans merge --database all.db cells/*.cells
            """
        let made = try shell.run(script)
        #expect(made.status == 0 && made.output.contains("web1.log.gz.cells"), "\(made.output)")
        var answers: [String] = []
        for database in ["one.db", "all.db"] {
            let rows = try shell.run("wayseal scans query --database \(database)")
            let report = try shell.run(
                "wayseal report --source \(database) --from 2026-03-01 --to 2026-03-03 --csv -o - | grep -E '^(total|left-out|device|country)'"
            )
            answers.append(rows.output + report.output)
        }
        #expect(answers[0] == answers[1] && answers[0].split(separator: "\n").count > 12, "\(answers[0])")
    }
}
