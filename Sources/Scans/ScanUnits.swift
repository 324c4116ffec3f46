internal import Support

/// Units for systemd that keep counts and reports current.
public struct ScanUnits: Sendable {
    /// The program, an absolute path.
    public var binary: String
    /// The manifest, an absolute path.
    public var manifest: String
    /// The folder of counts and reports, under `/var/lib`.
    public var folder: String
    /// The folder that servers look into for markers.
    public var state: String
    /// Whether the follower tells hooks of links that are used up: it needs the network then.
    public var tellsHooks = false

    /// Units for these paths.
    public init(binary: String, manifest: String, folder: String, state: String) {
        self.binary = binary
        self.manifest = manifest
        self.folder = folder
        self.state = state
    }

    /// All files, by name and content.
    /// - Parameters:
    ///   - schedules: reports that the manifest asks for: `daily`, `weekly`, `monthly`.
    ///   - tokens: whether links have a limit that nginx keeps by tokens.
    public func files(schedules: [String], tokens: Bool) -> [(name: String, text: String)] {
        var files = [("wayseal-scans.service", follower), ("wayseal.sysusers.conf", users)]
        if tokens { files += [("wayseal-tokens.service", self.tokens), ("wayseal-tokens.timer", Self.tokensTimer)] }
        for schedule in schedules {
            files.append(("wayseal-\(schedule)-report.service", report(schedule)))
            files.append(("wayseal-\(schedule)-report.timer", timer(schedule)))
        }
        return files
    }

    private var database: String { folder + "/scans.db" }

    private var users: String {
        """
        # The account that reads logs (group adm, as on Debian) and nothing else.
        u wayseal - "wayseal" \(folder)
        m wayseal adm

        """
    }

    private func service(_ description: String, _ kind: [String], _ words: [String], network: Bool) -> String {
        var lines = [
            "[Unit]", "Description=\(description)", network ? "After=network-online.target" : "After=local-fs.target",
        ]
        if network { lines.append("Wants=network-online.target") }
        lines += [
            "",
            "[Service]",
        ]
        lines += kind
        lines += [
            "ExecStart=" + words.map(Self.quoted).joined(separator: " "), "User=wayseal", "SupplementaryGroups=adm",
            "StateDirectory=\(Files.name(of: folder))", "StateDirectoryMode=0750", "UMask=0022",
            "WorkingDirectory=\(Self.escaped(folder))", "NoNewPrivileges=yes", "CapabilityBoundingSet=",
            "ProtectSystem=strict", "ProtectHome=read-only", "PrivateTmp=yes", "PrivateDevices=yes",
            "ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectControlGroups=yes",
            "RestrictSUIDSGID=yes", "MemoryDenyWriteExecute=no", "SystemCallArchitectures=native",
        ]
        if !network { lines.append("PrivateNetwork=yes") }
        return lines.joined(separator: "\n") + "\n"
    }

    private var follower: String {
        service(
            "wayseal: counts of scans from access logs",
            [
                "Type=exec",
                "ExecStartPre=+/usr/bin/install -d -m 0755 -o wayseal -g wayseal \(Self.quoted(state + "/deny"))",
                "ReadWritePaths=-\(Self.escaped(state))", "Restart=on-failure", "RestartSec=5",
            ],
            [
                binary, "scans", "follow", "-f", manifest, "--database", database, "--live", folder + "/live.html",
                "--state", state,
            ], network: tellsHooks) + """

                [Install]
                WantedBy=multi-user.target

                """
    }

    /// Root's work: the folders belong to nginx's group. It may do nothing else.
    private var tokens: String {
        let command = [
            binary, "tokens", "sync", "--quiet", "-f", manifest, "--state", state, "--database", database,
        ]
        return """
            [Unit]
            Description=wayseal: the scans that are left of links with a limit
            ConditionPathExists=\(Self.escaped(database))

            [Service]
            Type=oneshot
            ExecStart=\(command.map(Self.quoted).joined(separator: " "))
            NoNewPrivileges=yes
            CapabilityBoundingSet=CAP_CHOWN CAP_FOWNER CAP_FSETID CAP_DAC_OVERRIDE
            ProtectSystem=strict
            ReadWritePaths=-\(Self.escaped(state)) -\(Self.escaped(folder))
            ProtectHome=read-only
            PrivateTmp=yes
            PrivateDevices=yes
            PrivateNetwork=yes

            """
    }

    private static let tokensTimer = """
        [Unit]
        Description=wayseal: the scans that are left, every minute

        [Timer]
        OnCalendar=minutely
        AccuracySec=1s

        [Install]
        WantedBy=timers.target

        """

    private func report(_ schedule: String) -> String {
        service(
            "wayseal: the \(schedule) report of scans",
            // WAYSEAL_SMTP_USER and WAYSEAL_SMTP_PASSWORD; root's, mode 0600.
            ["Type=oneshot", "EnvironmentFile=-/etc/wayseal/smtp.env"],
            [
                binary, "report", "--\(schedule)", "-f", manifest, "--source", database, "-o",
                folder + "/\(schedule)",
            ], network: true)
    }

    private func timer(_ schedule: String) -> String {
        let times = ["daily": "*-*-* 06:00:00", "weekly": "Mon *-*-* 06:00:00", "monthly": "*-*-01 06:00:00"]
        return """
            [Unit]
            Description=wayseal: the \(schedule) report of scans

            [Timer]
            OnCalendar=\(times[schedule] ?? schedule)
            RandomizedDelaySec=300
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

    /// A path as the value of a setting: specifiers doubled.
    private static func escaped(_ path: String) -> String {
        String(path.unicodeScalars.flatMap { $0 == "%" ? "%%" : String($0) })
    }
}
