public import Support

extension RedirectCodes {
    static let policies = [caddyExactLimit, caddySoftLimit, caddyRate, caddyNetworks, expired, zoneHorizon]

    /// `enforce: exact` on Caddy.
    public static let caddyExactLimit = DiagnosticCode(
        "caddy-exact-limit", "Caddy can't count scans exactly",
        """
        nginx takes a token, a file that can be deleted only once, for every scan. Stock Caddy has nothing of the kind: what
        is counted in its memory is lost when it reloads. `enforce: exact` promises that nobody comes through after the
        last scan, so it is refused there rather than broken quietly.

        For example:

            domains: { go.example.org: { server: caddy } }
            links:
              vip: { to: https://example.org/vip, once: true, enforce: exact }

        Mended:

            domains: { go.example.org: { server: nginx } }
            links:
              vip: { to: https://example.org/vip, once: true, enforce: exact }
        """)

    /// A limit on Caddy that says nothing of how it is enforced.
    public static let caddySoftLimit = DiagnosticCode(
        "caddy-soft-limit", "a limit on Caddy lets some visitors through after the last scan",
        """
        On Caddy `wayseal scans follow` reads the access log and closes the link when enough scans are in it. That takes up
        to a second, and who comes meanwhile gets through. If that is enough, say so with `enforce: soft`; for tickets
        serve the domain with nginx.

        For example:

            domains: { go.example.org: { server: caddy } }
            links:
              flash: { to: https://example.org/flash, limit: 100 scans, confirm: false }

        Mended:

            domains: { go.example.org: { server: caddy } }
            links:
              flash: { to: https://example.org/flash, limit: 100 scans, confirm: false, enforce: soft }
        """)

    /// A rate on Caddy.
    public static let caddyRate = DiagnosticCode(
        "caddy-rate", "stock Caddy has no rate limit",
        """
        Rate limits are a module of their own for Caddy, and wayseal compiles for the servers that distributions ship.
        nginx has had them built in since 2006.

        For example:

            domains: { go.example.org: { server: caddy } }
            links:
              api: { to: https://example.org/api, rate: 30/minute }

        Mended:

            domains: { go.example.org: { server: nginx } }
            links:
              api: { to: https://example.org/api, rate: 30/minute }
        """)

    /// More networks than Caddy can look through.
    public static let caddyNetworks = DiagnosticCode(
        "caddy-many-networks", "the places of links on Caddy have too many networks",
        """
        Caddy has no table of addresses, only lists that it compares one network after the other. wayseal lays them out as
        a tree, so that a scan is fast, but each network costs about a kilobyte of memory and Caddy starts slowly with very
        many: a large country has tens of thousands. nginx finds an address among 200,000 ranges in a microsecond.

        Serve the domain with nginx (`server: nginx`), or choose smaller places.
        """)

    /// Something whose time is over.
    public static let expired = DiagnosticCode(
        "expired", "a link or rule is over",
        """
        Its `until` is in the past: visitors get the page that says so, or what `gone` names. That may be what you want, so
        it is a warning, and only `wayseal check` looks at the clock: builds are the same whenever they are made.

        For example:

            links:
              sale: { to: https://example.org/sale, until: 2024-01-01 }

        Mended:

            links:
              sale: { to: https://example.org/sale, until: 2099-01-01 }
        """)

    /// Compiled zone tables that end soon.
    public static let zoneHorizon = DiagnosticCode(
        "zone-horizon", "the tables of summer time end soon",
        """
        nginx knows no time zones: wayseal writes the changes between summer and winter time into its configuration, for
        the years 2026 to 2037, the same in every build of this release. From 2038 on hours would be read in winter time.
        A newer release has newer tables.
        """)
}
