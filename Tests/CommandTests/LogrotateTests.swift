import Foundation
import Testing

/// Debian's logrotate, as it is, around `ingest` and `follow`: each line once.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"), .timeLimit(.minutes(5)))
struct LogrotateTests {
    /// Ways to rotate that are found in the wild, and whether a server may go on writing to the renamed log.
    static let ways: [(words: String, writesOn: Bool)] = [
        ("create", true), ("copytruncate", false), ("create\n compress", false),
        ("create\n compress\n delaycompress", true), ("copytruncate\n compress", false),
        ("create\n dateext\n dateformat -%Y%m%d-%s\n compress\n delaycompress", true),
        ("copytruncate\n dateext\n dateformat -%Y%m%d-%s\n compress", false), ("nocreate\n olddir old", true),
    ]

    private static let script = """
        set -e
        wayseal scans generate --host go.example.org --path /menu --path /shop --lines 6000 --seed 9 --from "$(date -d yesterday +%F)" \\
          --days 1 --output whole.log
        for path in menu shop; do echo "  $path: https://www.example/$path"; done |
          cat "$REPO/fixtures/smallest/wayseal.yaml" - > wayseal.yaml
        wayseal scans ingest --database whole.db whole.log > /dev/null
        mkdir logs logs/old; chmod 755 logs logs/old
        printf '%s/logs/access.log {\\n rotate 50\\n missingok\\n %s\\n}\\n' "$PWD" "$WAY" > rotate.conf
        chmod 644 rotate.conf
        rotate() { logrotate -f -s "$PWD/state" rotate.conf; }
        # What comes between the rotations: bytes from $at on, in the middle of a line now and then; a server writes whole
        # lines before it changes its file.
        at=0
        part() { tail -c +$((at + 1)) whole.log | head -c $1 >> "$2"; at=$((at + $1)); }
        lines() { part $1 "$2"; part $(tail -c +$((at + 1)) whole.log | head -n 1 | wc -c) "$2"; }
        size=$(stat -c %s whole.log)
        """

    private static let between = """
        for round in 1 2 3 4; do
          part $((size / 20)) logs/access.log; READ
          lines $((size / 25)) logs/access.log; inode=$(stat -c %i logs/access.log)
          rotate
          case $WAY in *dateext*) sleep 1.1;; esac # files are named by the second
          if [ $WRITESON = 1 ]; then lines $((size / 60)) "$(find logs -inum $inode)"; READ; fi
          part 777 logs/access.log
          READ
        done
        part $size logs/access.log; READ
        """

    private func judge(_ shell: Shell, _ way: (words: String, writesOn: Bool), _ body: String) throws {
        let result = try shell.run(
            Self.script + "\n" + body,
            environment: ["WAY": way.words, "WRITESON": way.writesOn ? "1" : "0"])
        #expect(result.status == 0, "\(way.words): \(result.output)")
        let query = "'SELECT day, path, scans, uniques FROM scans ORDER BY 1, 2'"
        let ours = try shell.run("wayseal scans query --database counts.db \(query)")
        let theirs = try shell.run("wayseal scans query --database whole.db \(query)")
        #expect(ours == theirs && ours.output.split(separator: "\n").count == 3, "\(way.words): \(result.output)")
        let lines = "SELECT requests FROM days ORDER BY day"
        #expect(
            try shell.run("wayseal scans query --database counts.db '\(lines)'")
                == shell.run("wayseal scans query --database whole.db '\(lines)'"))
        #expect(try shell.run("ls logs logs/old | grep -c access.log").output != "1\n")
    }

    @Test(
        "what is ingested now and then, between rotations, is what one run over the whole log counts",
        arguments: ways.indices)
    func ingest(index: Int) throws {
        let shell = try Shell()
        defer { shell.clean() }
        let read = "wayseal scans ingest --database counts.db 'logs/access.log*' 'logs/old/*'"
        try judge(shell, Self.ways[index], Self.between.replacing("READ", with: read))
    }

    @Test(
        "who follows a log through its rotations counts what one run over the whole log counts",
        arguments: [0, 1, 3, 5]
    )
    func follow(index: Int) throws {
        let shell = try Shell()
        defer { shell.clean() }
        let body = """
            wayseal scans follow --database counts.db 'logs/access.log*' 'logs/old/*' > said 2>&1 &
            pid=$!
            \(Self.between.replacing("READ", with: "sleep 0.$((at % 7))"))
            sleep 2; kill -TERM $pid; wait $pid; cat said
            """
        try judge(shell, Self.ways[index], body)
    }
}
