public import Support

/// Every kind of problem that compiling redirects can meet.
public enum RedirectCodes {
    /// All of them, for `wayseal explain` and for the documentation.
    public static let all: [DiagnosticCode] =
        [
            sameAddress, reservedPath, unreachableSlug, targetTooLong, caddyBytes, caddySize,
            caddyPrivacy, listenConflict, unusablePath, acmePort, policyTooLarge,
        ] + policies

    /// Two slugs that the servers cannot tell apart.
    public static let sameAddress = DiagnosticCode(
        "same-address", "two slugs are one address to the servers",
        """
        A server decodes a path before it looks it up: it turns %XX into bytes, makes two slashes one, and does
        not tell upper from lower case. Two slugs that become the same path cannot lead to two places.

            menu/de → https://example.org/de
            Menu//DE → https://example.org/other      # the same address

        Reading a manifest finds this before (`duplicate-slug`, `bad-slug`); only a table that is built in code
        comes this far. Rename one of them.
        """)

    /// A slug beneath `/.well-known/`.
    public static let reservedPath = DiagnosticCode(
        "reserved-path", "a slug lies in a reserved place",
        """
        Paths that begin with `.well-known/` belong to protocols (RFC 8615): certificates are issued through
        `/.well-known/acme-challenge/`. A link there would break them, so wayseal keeps that place free. Beneath
        `_wayseal/` lie the pages that links with policies show.

        Reading a manifest finds this before (`reserved-slug`); only a table that is built in code comes this
        far. Choose another slug.
        """)

    /// A slug that no request can ever ask for.
    public static let unreachableSlug = DiagnosticCode(
        "unreachable-slug", "no request can reach a slug",
        """
        Browsers and servers resolve `.` and `..` in a path before they look it up, and refuse a NUL byte
        (%00). A slug that holds one of them would never be found.

        Reading a manifest finds this before (`bad-slug`); only a table that is built in code comes this far.
        Choose another slug.
        """)

    /// A target that does not fit into one nginx parameter.
    public static let targetTooLong = DiagnosticCode(
        "target-too-long", "a target is too long for nginx",
        """
        nginx reads its configuration through a buffer of 4096 bytes and refuses a longer parameter with
        `too long parameter`. wayseal keeps targets below 4000 bytes as written.

        Shorten the target, or serve the domain with Caddy alone (`server: caddy`).
        """)

    /// A slug whose bytes Caddy's JSON cannot hold.
    public static let caddyBytes = DiagnosticCode(
        "caddy-slug-bytes", "Caddy cannot match a slug that is not UTF-8",
        """
        Caddy's configuration is JSON, and JSON is UTF-8: a slug such as `caf%E9` (Latin-1) decodes to bytes
        that cannot be written there. nginx has no such limit.

        Reading a manifest finds this before, for every server (`invalid-utf8`); only a table that is built in
        code comes this far. Write the slug in UTF-8 (`caf%C3%A9`), or serve the domain with nginx alone (`server: nginx`).
        """)

    /// A policy that does not fit into one nginx parameter.
    public static let policyTooLarge = DiagnosticCode(
        "policy-too-large", "a link's policy is too large for nginx",
        """
        nginx reads its configuration through a buffer of 4096 bytes and refuses a longer parameter. wayseal writes
        the conditions of a link's rules, without their targets, into one parameter of at most 3900 bytes: about a
        hundred rules with one condition each.

        Use fewer rules, or fewer windows, devices or languages in them; a fence can hold any number of countries.
        """)

    /// More links than Caddy carries well.
    public static let caddySize = DiagnosticCode(
        "caddy-many-links", "many links are slow to load in Caddy",
        """
        Caddy keeps its routes as JSON objects and searches tables row by row. Up to 50,000 links a redirect
        costs little more than a bare one; with 100,000 links starting and reloading takes 5 to 10 seconds
        and 0.5 GB, with a million a minute and 3 to 5 GB. The answers stay right.

        Serve such a domain with nginx (`server: nginx`).
        """)

    /// `privacy: full` that Caddy cannot log for single links.
    public static let caddyPrivacy = DiagnosticCode(
        "caddy-privacy", "Caddy logs a truncated address for single links with privacy full",
        """
        Caddy chooses how a visitor's address is logged by host, not by link. When only some links of a
        domain have `privacy: full`, Caddy logs the truncated address (/24, /48) for all of them: the careful
        side. nginx does it link by link.

        Give all links of the domain `privacy: full`, move those that need it to a domain of their own, or
        serve the domain with nginx.
        """)

    /// One address that should speak plain HTTP and TLS.
    public static let listenConflict = DiagnosticCode(
        "listen-conflict", "one address cannot speak HTTP and HTTPS",
        """
        An address and port speak either plain HTTP or TLS. Two domains share an address, but one of them
        wants `tls: off` there and the other a certificate. Without `listen:` a domain speaks HTTP on port 80
        (8080 in a trial) and HTTPS on 443 (8443); with it, ports 80 and 8080 speak HTTP if the domain lists
        another port for HTTPS.

        Give one of them another port.
        """)

    /// nginx without plain HTTP, for which certbot's webroot method can't work.
    public static let acmePort = DiagnosticCode(
        "acme-needs-port-80", "certificates by ACME need plain HTTP, and nginx gets no port for it",
        """
        With `tls: acme` certbot proves that the host is yours through a file that the issuer fetches by plain
        HTTP from port 80 (RFC 8555, section 8.3). A `listen:` without 80 or 8080 leaves nginx no place to
        answer from, so no certificate is issued and the placeholder stays.

            domains:
              go.example.org: { listen: [8443] }        # nobody speaks plain HTTP

        Add the port (`listen: [80, 8443]`; 8080 when something in front passes port 80 on), or bring a
        certificate of your own (`tls: { certificate: …, key: … }`). Caddy is not concerned: it opens port 80
        for this by itself.
        """)

    /// A path that a server's configuration cannot hold literally.
    public static let unusablePath = DiagnosticCode(
        "unusable-path", "a path cannot stand in a server's configuration",
        """
        nginx and Caddy give a meaning to some characters of a path: `$` and `{` begin a variable, `*`, `?`
        and `[` are patterns, quotes and backslashes escape. wayseal writes paths literally, so these
        characters, and control bytes, are refused in `--root`, `--state` and certificate paths.

        Rename the directory or file.
        """)
}
