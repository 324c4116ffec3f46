public import Support

extension ManifestCodes {
    static let slugs = [
        badSlug, slugTooLong, reservedSlug, duplicateSlug, wildcardPlace, suffixNeedsWildcard,
        denseImpossible,
    ]

    static let badSlug = define(
        "bad-slug", "a slug can't be a path",
        """
        A slug is the path of an address: letters, digits and - . _ ~ ! $ & ' ( ) + , ; = : @ with `/` between parts.
        Other characters are percent-encoded for you. Empty parts, `.` and `..`, encoded slashes (%2F), backslashes
        (%5C) and control characters are refused, because servers and browsers resolve them to another path.
        """,
        bad: "links:\n  a//b: https://example.org/",
        mended: "links:\n  a/b: https://example.org/")
    static let slugTooLong = define(
        "slug-too-long", "a slug has over 400 bytes",
        "Bytes count after percent-encoding, where a letter like é takes six. Servers size their tables by the longest slug."
    )
    static let reservedSlug = define(
        "reserved-slug", "a slug that the web needs for itself",
        """
        Paths under /.well-known/ belong to protocols (RFC 8615): certificates could no longer be renewed. On the host
        that serves the ledger, /log, /verify and /certificates are the log's, its verification page's and its certificates'.
        """,
        bad: "links:\n  .well-known/security.txt: https://example.org/",
        mended: "links:\n  security.txt: https://example.org/")
    /// Two links have one address.
    public static let duplicateSlug = define(
        "duplicate-slug", "two links have the same address",
        """
        Within a domain, slugs are compared without regard to the case of ASCII letters (so that a code in upper case
        works) and after normalisation (so `a%2Db` is `a-b`).
        """,
        bad: "links:\n  Menu: https://example.org/1\n  menu: https://example.org/2",
        mended: "links:\n  menu: https://example.org/1\n  lunch-menu: https://example.org/2")
    static let wildcardPlace = define(
        "wildcard-place", "`*` stands where it can't",
        "A wildcard is the last part of a slug, alone: `docs/*`, or `*` for everything that no other link takes.",
        bad: "links:\n  docs-*: https://example.org/docs",
        mended: "links:\n  docs/*: https://example.org/docs")
    static let suffixNeedsWildcard = define(
        "suffix-needs-wildcard", "`suffix: true` on a slug without `/*`",
        "Forwarding the rest of the path means something only where there can be a rest.",
        bad: "links:\n  docs: { to: https://example.org/docs, suffix: true }",
        mended: "links:\n  docs/*: { to: https://example.org/docs, suffix: true }")
    static let denseImpossible = define(
        "dense-impossible", "an address can't be printed in upper case",
        """
        `dense` prints the address in the alphanumeric mode of QR codes, which takes a third less room and has only
        0-9 A-Z and the characters space $ % * + - . / : (ISO/IEC 18004 §7.4.4).
        """,
        bad: "links:\n  spring_sale: { to: https://example.org/, dense: true }",
        mended: "links:\n  spring-sale: { to: https://example.org/, dense: true }")
}

extension ManifestCodes {
    static let targets = [
        badTarget, targetScheme, targetUserinfo, targetHost, targetTooLong, targetLoop, targetChain,
        deadTarget,
        permanentRedirect, utmKept, utmImpossible, webOnly,
    ]

    static let badTarget = define(
        "bad-target", "a target is not an absolute URL",
        """
        A target is complete, with its scheme: https://example.org/page. Characters that RFC 3986 does not know are
        percent-encoded for you; control characters and line ends are refused.
        """,
        bad: "links:\n  a: example.org/page",
        mended: "links:\n  a: https://example.org/page")
    static let targetScheme = define(
        "target-scheme", "a target's scheme is not allowed",
        """
        Allowed are https, http, mailto, tel, sms, geo, and the app schemes that the manifest lists under `schemes`.
        javascript: and data: would run what the manifest says in the visitor's browser, under the name of your domain.
        """,
        bad: "links:\n  a: \"myapp://open\"",
        mended: "schemes: [myapp]\nlinks:\n  a: \"myapp://open\"")
    static let targetUserinfo = define(
        "target-userinfo", "a target carries a user name or password",
        """
        https://user:password@host/ hands the password to every visitor, and https://bank.example@evil.example/ makes
        people believe they go to the bank. Browsers have begun to refuse both.
        """,
        bad: "links:\n  a: https://anna:secret@example.org/",
        mended: "links:\n  a: https://example.org/")
    static let targetHost = define(
        "target-host", "a target's host or port can't exist",
        "A web address has a host: labels of letters, digits, hyphens; an IPv4 address; or an IPv6 address in brackets. Ports are 1 to 65535.",
        bad: "links:\n  a: https:///page",
        mended: "links:\n  a: https://example.org/page")
    static let targetTooLong = define(
        "target-too-long", "a target has over 3900 bytes",
        "nginx reads at most 4095 bytes a parameter, and many clients cut long Location headers. Bytes count after percent-encoding."
    )
    static let targetLoop = define(
        "target-loop", "a link leads back to itself",
        "The visitor's browser would go in circles and show an error. The whole circle is shown, through as many links as it takes.",
        bad:
            "domains: { go.example.org: {} }\nlinks:\n  a: https://go.example.org/b\n  b: https://go.example.org/a",
        mended:
            "domains: { go.example.org: {} }\nlinks:\n  a: https://example.org/a\n  b: https://example.org/b"
    )
    static let targetChain = define(
        "target-chain", "a link leads to another short link",
        "It works, but every visitor waits for two redirects, and the scan is counted twice. Use the other link's target.",
        bad:
            "domains: { go.example.org: {} }\nlinks:\n  a: https://go.example.org/b\n  b: https://example.org/",
        mended:
            "domains: { go.example.org: {} }\nlinks:\n  a: https://example.org/\n  b: https://example.org/")
    static let deadTarget = define(
        "dead-target", "a target on your own domain that no link answers",
        "The target's host is one of `domains`, but there is no such link, so the visitor gets the page for unknown slugs.",
        bad:
            "domains: { go.example.org: {} }\nlinks:\n  a: https://go.example.org/mneu\n  menu: https://example.org/",
        mended:
            "domains: { go.example.org: {} }\nlinks:\n  a: https://example.org/\n  menu: https://example.org/"
    )
    static let permanentRedirect = define(
        "permanent-redirect", "a printed link with a permanent redirect",
        """
        Browsers keep a 301 or 308 and don't ask again: whoever scanned the code before keeps going to the old target,
        whatever the manifest says later, and is no longer counted. The generated configuration limits it to a day
        (Cache-Control: max-age=86400), but not every cache obeys. 302 (the default) and 307 are asked for each time.
        Permanent redirects help search engines, which don't scan stickers.
        """,
        bad: "links:\n  a: { to: https://example.org/, redirect: 301 }",
        mended: "links:\n  a: { to: https://example.org/, redirect: 302 }")
    static let utmKept = define(
        "utm-kept", "a target already has a UTM parameter that would be added",
        "What the target says itself is kept, and the one of `utm` is left out.",
        bad: "links:\n  a: { to: \"https://example.org/?utm_source=web\", utm: { source: qr } }",
        mended: "links:\n  a: { to: https://example.org/, utm: { source: qr } }")
    static let utmImpossible = define(
        "utm-impossible", "UTM parameters on a target that is no web address",
        "mailto:, tel: and app targets have no query that a web analytics program would read. `defaults.utm` passes over them silently.",
        bad: "links:\n  a: { to: \"tel:+43123456\", utm: { source: qr } }",
        mended: "links:\n  a: { to: \"tel:+43123456\" }")
    static let webOnly = define(
        "web-only", "`query` or `suffix` on a target that is no web address",
        """
        mailto:, tel: and app targets are given out as they are: nothing of the visitor's address is appended to them.
        `defaults.query` passes over them silently.
        """,
        bad: "links:\n  a: { to: \"tel:+43123456\", query: pass }",
        mended: "links:\n  a: { to: \"tel:+43123456\" }")
}

extension ManifestCodes {
    static let tables = [tableHeader, tableQuote, tableCells, tableJSON, moreOfTheSame]

    static let tableHeader = define(
        "table-header", "the header row of a CSV file can't be used",
        """
        The first row names the columns: `to` is required, `slug` usual, and any of domain, redirect, query, suffix, dense,
        noindex, privacy, tags, reuse, design, from, until, hours, days, limit, once, confirm, enforce, only, gone and rate may
        follow, each once. Cells are separated by commas (RFC 4180), semicolons or tabs.
        """,
        bad: "slug,to,to\nhello,https://example.org/,https://example.org/",
        mended: "slug,to\nhello,https://example.org/")
    static let tableQuote = define(
        "table-quote", "a quote in a CSV file is not closed, or stands inside a cell",
        """
        A cell that holds a comma, a quote or a line end is quoted as a whole, and quotes inside it are doubled
        (RFC 4180 §2). When a quote is never closed, the rest of the file belongs to its cell; the place shown is where
        the quote was opened.
        """,
        bad: "slug,to\nhello,\"https://example.org/",
        mended: "slug,to\nhello,\"https://example.org/\"")
    static let tableCells = define(
        "table-cells", "a row has more or fewer cells than the header",
        "Most often a URL with a comma is not quoted, or a comma at the end is missing.",
        bad: "slug,to\nhello,https://example.org/?at=48.2,16.3",
        mended: "slug,to\nhello,\"https://example.org/?at=48.2,16.3\"")
    static let tableJSON = define(
        "table-json", "a line of a JSON Lines file is not a flat JSON object",
        """
        Each line holds one object (RFC 8259) with the keys of a link: {"slug": "hello", "to": "https://example.org/"}.
        `tags` may be a list of texts; nothing else is nested. Empty lines are passed over.
        """,
        bad: "{slug: \"hello\", to: \"https://example.org/\"}",
        mended: "{\"slug\": \"hello\", \"to\": \"https://example.org/\"}")
    /// Problems that are only counted.
    public static let moreOfTheSame = define(
        "more", "further problems of the same kind in one file",
        "After the first hundred errors (or ten warnings) of one kind in one file only their number is given."
    )
}
