import Site
import Support

/// The shell scripts beside nginx's configuration: certificates until the first is issued, and certbot.
struct NginxScripts {
    let site: Site
    let hosts: [Domain]
    let deployment: Deployment

    /// None if no domain speaks TLS.
    func files() -> [OutputFile] {
        let secure = hosts.filter { $0.tls != .off }
        guard !secure.isEmpty else { return [] }
        var files = [
            OutputFile(
                path: "nginx/placeholder-certificates.sh", text: placeholders(secure.map(\.host)), mode: 0o755
            )
        ]
        let automatic = secure.filter { $0.tls == .acme }.map(\.host)
        if !automatic.isEmpty {
            files.append(OutputFile(path: "nginx/certbot.sh", text: certbot(automatic), mode: 0o755))
        }
        return files
    }

    /// `text` as one word of a POSIX shell.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// What nginx's systemd unit needs for the socket through which tokens are taken: a folder that only root and nginx's
    /// workers may enter, made anew with each start, so that no socket of a killed nginx is in the way.
    func socketFolder() -> String {
        let folder = deployment.tokenSocket.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        // systemd makes folders under /run; another place is the operator's.
        let isUnderRun = folder.hasPrefix("/run/")
        let making = isUnderRun ? "RuntimeDirectory=\(folder.dropFirst(5))\nRuntimeDirectoryMode=0750\n" : ""
        return """
            # For nginx's systemd unit; www-data is the group of Debian's workers. As root:
            #   install -D -m 644 \(deployment.root)/nginx/tokens.service.conf /etc/systemd/system/nginx.service.d/wayseal.conf
            #   systemctl daemon-reload && systemctl restart nginx
            [Service]
            \(making)ExecStartPre=/bin/chgrp www-data \(folder)

            """
    }

    private func placeholders(_ hosts: [String]) -> String {
        """
        #!/bin/sh
        # Self-signed certificates for hosts that have none yet, so that nginx can start.
        # Usage: placeholder-certificates.sh [STATE]    (default \(deployment.state))
        # What exists is never touched.
        set -eu
        umask 077
        state=${1:-\(Self.quoted(deployment.state))}
        for host in \\
        \(hosts.map { "  \($0)" }.joined(separator: " \\\n"))
        do
          directory=$state/certificates/$host
          if [ -e "$directory/fullchain.pem" ] && [ -e "$directory/privkey.pem" ]; then continue; fi
          mkdir -p "$directory"
          chmod 755 "$state/certificates" "$directory"
          openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \\
            -subj /CN=wayseal-placeholder -addext "subjectAltName=DNS:$host" \\
            -keyout "$directory/privkey.pem" -out "$directory/fullchain.pem" 2>/dev/null
          chmod 644 "$directory/fullchain.pem"
        done

        """
    }

    private func certbot(_ hosts: [String]) -> String {
        let script = deployment.root + "/nginx/certbot.sh"
        let account =
            site.contactMail.map { "--email \(Self.quoted($0))" } ?? "--register-unsafely-without-email"
        return """
            #!/bin/sh
            # Certificates from Let's Encrypt, one a host, by certbot's webroot method. Run as root, with nginx
            # running; renewals then come by certbot's own timer and call this script with "deploy".
            set -eu
            umask 077
            state=\(Self.quoted(deployment.state))
            hosts=\(Self.quoted(hosts.joined(separator: " ")))

            if [ "${1:-}" = deploy ]; then
              # certbot's deploy hook: copy the new lineage to where nginx reads it, then reload.
              for host in $RENEWED_DOMAINS; do
                case " $hosts " in *" $host "*) ;; *) continue ;; esac
                directory=$state/certificates/$host
                mkdir -p "$directory"
                install -m 600 "$RENEWED_LINEAGE/privkey.pem" "$directory/privkey.pem.new"
                install -m 644 "$RENEWED_LINEAGE/fullchain.pem" "$directory/fullchain.pem.new"
                mv -f "$directory/privkey.pem.new" "$directory/privkey.pem"
                mv -f "$directory/fullchain.pem.new" "$directory/fullchain.pem"
              done
              nginx -t -q && nginx -s reload
              exit
            fi

            mkdir -p "$state/acme"
            chmod 755 "$state/acme"
            for host in $hosts; do
              certbot certonly --non-interactive --agree-tos \(account) \\
                --webroot --webroot-path "$state/acme" --cert-name "$host" --domain "$host" \\
                --keep-until-expiring --deploy-hook \(Self.quoted(Self.quoted(script) + " deploy"))
            done

            """
    }
}
