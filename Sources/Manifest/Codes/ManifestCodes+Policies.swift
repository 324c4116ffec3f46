import Support

extension ManifestCodes {
    static let times = [badHours, emptyWindow, badDate, datesReversed]

    static let badHours = define(
        "bad-hours", "hours or days can't be read",
        """
        Hours are spans of 24 hours, `11:00-15:00`, alone or in a list; a span that ends before it begins goes over
        midnight and belongs to the day it begins on: `{ hours: 22:00-02:00, days: [fri] }` is Friday from 22:00 and
        Saturday until 02:00. Days are mon, tue, wed, thu, fri, sat, sun, and ranges such as mon-fri.
        """,
        bad: "links:\n  bar: { to: https://example.org/, hours: 5pm-9pm }",
        mended: "links:\n  bar: { to: https://example.org/, hours: 17:00-21:00 }")
    static let emptyWindow = define(
        "empty-window", "a span of hours in which there is no time",
        """
        A span that ends at the minute it begins could mean nothing or a whole day. For the whole day write
        00:00-24:00, or leave `hours` out.
        """,
        bad: "links:\n  bar: { to: https://example.org/, hours: 11:00-11:00 }",
        mended: "links:\n  bar: { to: https://example.org/, hours: 11:00-12:00 }")
    static let badDate = define(
        "bad-date", "a date can't be read, or does not exist",
        """
        A date is `2027-03-01`, which is the first moment of that day in the site's time zone, or a date and time,
        `2027-03-01T12:30`, with seconds if need be. Behind it may stand `Z`, an offset such as `+02:00`, or a blank and
        the name of a zone. Where clocks skip the time in spring it means the moment of the skip; where they show it
        twice in autumn, `from` means the first and `until` the second.
        """,
        bad: "links:\n  sale: { to: https://example.org/, until: 2027-02-30 }",
        mended: "links:\n  sale: { to: https://example.org/, until: 2027-03-01 }")
    static let datesReversed = define(
        "dates-reversed", "`until` is not after `from`",
        """
        `from` is the first moment of a life and `until` the first one after it, so `until` must be later. For the whole
        of March write from: 2027-03-01, until: 2027-04-01.
        """,
        bad: "links:\n  sale: { to: https://example.org/, from: 2027-04-01, until: 2027-03-01 }",
        mended: "links:\n  sale: { to: https://example.org/, from: 2027-03-01, until: 2027-04-01 }")
}

extension ManifestCodes {
    static let placesAndNetworks = [unknownCountry, unknownFence, badFence, badNetwork, wideTrust]

    static let unknownCountry = define(
        "unknown-country", "a country that does not exist",
        """
        Countries are the two letters of ISO 3166-1: AT, DE, FR; GB for the United Kingdom, GR for Greece, XK for Kosovo.
        """,
        bad: "reports: { geo: country.mmdb }\nfences: { islands: { country: [UK, IE] } }",
        mended: "reports: { geo: country.mmdb }\nfences: { islands: { country: [GB, IE] } }")
    static let unknownFence = define(
        "unknown-fence", "`only` names neither a fence nor a country",
        "A fence is declared once under `fences`, with its countries or its circle. A country is named by its two letters.",
        bad: "links:\n  cellar: { to: https://example.org/, only: celar }",
        mended:
            "reports: { geo: city.mmdb }\nfences: { cellar: { near: [48.2082, 16.3738], within: 50km } }\nlinks:\n  cellar: { to: https://example.org/, only: cellar }"
    )
    static let badFence = define(
        "bad-fence", "a fence can't be read",
        """
        A fence has `country` (one or a list), `except` (all but these), or a circle: `near: [latitude, longitude]` and
        `within: 50km`, or several of them, which must then all hold. Databases place an address within tens of
        kilometres at best, so small circles mean little.
        """,
        bad: "reports: { geo: city.mmdb }\nfences: { cellar: { near: [48.2082, 16.3738] } }",
        mended: "reports: { geo: city.mmdb }\nfences: { cellar: { near: [48.2082, 16.3738], within: 50km } }")
    static let badNetwork = define(
        "bad-network", "a network can't be read",
        """
        A network is an address and the length of its prefix, `203.0.113.0/24` or `2001:db8::/32`, or a single address.
        The bits behind the prefix are zero: 203.0.113.9/24 is probably a mistake for one of the two.
        """,
        bad:
            "links:\n  office: { to: https://example.org/, when: [{ ip: 203.0.113.9/24, to: https://example.org/in }] }",
        mended:
            "links:\n  office: { to: https://example.org/, when: [{ ip: 203.0.113.0/24, to: https://example.org/in }] }"
    )
    static let wideTrust = define(
        "wide-trust", "proxies are trusted in so large a network that visitors are in it",
        """
        A proxy in front of the server writes the visitor's address into a header, and the server believes whoever is
        under `trust`. If that is half the internet, a visitor writes the header and is in any country, under any rate.
        """,
        bad: "site: { proxies: { trust: [0.0.0.0/0] } }",
        mended: "site: { proxies: { trust: [10.0.0.0/8] } }")
}

extension ManifestCodes {
    static let policies = [
        emptyRule, unreachableRule, badSplit, badLimit, limitWithoutConfirm, wrongPassword, passwordMissing,
        passwordWildcard, passwordWithoutTLS, permanentPolicy, mixedTargets,
    ]

    static let emptyRule = define(
        "empty-rule", "a rule without a condition",
        "A rule of `when` leads elsewhere if something holds. What holds when no rule does is the link's own `to`.",
        bad: "links:\n  a: { to: https://example.org/, when: [{ to: https://example.org/b }] }",
        mended: "links:\n  a: { to: https://example.org/b }")
    static let unreachableRule = define(
        "unreachable-rule", "a rule or target that nobody gets to",
        """
        The first rule that holds wins. If an earlier one holds whenever a later one does, the later never decides:
        put the narrower first. The same is said of a rule outside the link's own life or hours, and of a target beside
        a split that takes all visitors.
        """,
        bad:
            "links:\n  a:\n    to: https://example.org/\n    when:\n      - { device: mobile, to: https://example.org/m }\n      - { device: ios, to: https://example.org/ios }",
        mended:
            "links:\n  a:\n    to: https://example.org/\n    when:\n      - { device: ios, to: https://example.org/ios }\n      - { device: mobile, to: https://example.org/m }"
    )
    static let badSplit = define(
        "bad-split", "a split whose weights or names can't be",
        """
        Each variant has a name and a target, perhaps with a weight of at most two digits behind the point:
        `offer: https://example.org/b 30%`. Variants without one share what is left equally. Weights add up to at most
        100 %; if all have one and they are less, `to` beside `split` gets the rest. A name has a-z, 0-9, `-` and `_`,
        at most 32, and is not `to`.
        """,
        bad: "links:\n  a: { split: { story: https://example.org/a 80%, offer: https://example.org/b 30% } }",
        mended: "links:\n  a: { split: { story: https://example.org/a, offer: https://example.org/b 30% } }")
    static let badLimit = define(
        "bad-limit", "a limit of scans, or a rate, can't be read",
        """
        `limit: 100 scans` counts in all, `once: true` is one scan with a button before it. `rate: 30/minute` and
        `rate: 5/second` count for each visitor's address. `confirm` and `enforce` say how a limit is counted, so they
        need one.
        """,
        bad: "links:\n  flash: { to: https://example.org/, limit: many, confirm: true }",
        mended: "links:\n  flash: { to: https://example.org/, limit: 100 scans, confirm: true }")
    static let limitWithoutConfirm = define(
        "limit-without-confirm", "previews of messengers use up scans of a limited link",
        """
        A messenger fetches every link that is sent in it to show a preview, and a virus scanner fetches those in mails:
        a code for one person is used up before the person sees it. With `confirm: true` visitors see a page with a
        button, and only pressing it counts. If scans come from print only, write `confirm: false`, and this warning is
        gone.
        """,
        bad: "links:\n  flash: { to: https://example.org/, limit: 100 scans }",
        mended: "links:\n  flash: { to: https://example.org/, limit: 100 scans, confirm: true }")
    static let wrongPassword = define(
        "wrong-password", "the secret behind `password` is not what `wayseal password` prints",
        """
        The manifest never holds the password but what is derived from it, in one line that `wayseal password` prints:
        wayseal-password:1:ROUNDS:SALT:TOKEN. Put that line into a variable or into a file under `secrets/`.
        """,
        bad: "links:\n  trade: { to: https://example.org/, password: \"none${LEDGER_KEY:-}\" }",
        mended: "links:\n  trade: { to: https://example.org/ }")
    static let passwordMissing = define(
        "password-missing", "the password's secret is not on this machine",
        """
        The manifest can be read, checked and compared without it, for example in a pull request. A build is refused,
        because the link would be open or shut for ever. `wayseal password` prints the line that belongs there.
        """,
        bad: "links:\n  trade: { to: https://example.org/, password: \"${file:secrets/none.txt}\" }",
        mended: "links:\n  trade: { to: https://example.org/ }")
    static let passwordWildcard = define(
        "password-wildcard", "a wildcard with a password",
        """
        What the password opens is an address beneath the link's own, `/slug/` and 32 digits; a wildcard answers every
        address beneath itself. Give each page a link and a password of its own.
        """,
        bad:
            "links:\n  trade/*: { to: https://example.org/, password: \"${PASSWORD:-wayseal-password:1:600000:00112233445566778899aabbccddeeff:00112233445566778899aabbccddeeff}\" }",
        mended:
            "links:\n  trade: { to: https://example.org/, password: \"${PASSWORD:-wayseal-password:1:600000:00112233445566778899aabbccddeeff:00112233445566778899aabbccddeeff}\" }"
    )
    static let passwordWithoutTLS = define(
        "password-without-tls", "a password on a domain without HTTPS",
        """
        The page that asks for the password derives a key in the visitor's browser, and browsers do that over HTTPS only
        (and on localhost). With `tls: off` it works if a proxy in front of the server speaks HTTPS.
        """,
        bad:
            "domains: { go.example.org: { tls: off } }\nlinks:\n  trade: { to: https://example.org/, password: \"${PASSWORD:-wayseal-password:1:600000:00112233445566778899aabbccddeeff:00112233445566778899aabbccddeeff}\" }",
        mended:
            "domains: { go.example.org: {} }\nlinks:\n  trade: { to: https://example.org/, password: \"${PASSWORD:-wayseal-password:1:600000:00112233445566778899aabbccddeeff:00112233445566778899aabbccddeeff}\" }"
    )
    static let permanentPolicy = define(
        "permanent-policy", "a permanent redirect on a link whose answer can change",
        """
        Browsers keep a 301 or 308 and don't ask again. A limit would not be counted, an hour not be looked at, a
        variant never change. 302 (the default) and 307 are asked for each time.
        """,
        bad: "links:\n  sale: { to: https://example.org/, until: 2099-04-01, redirect: 301 }",
        mended: "links:\n  sale: { to: https://example.org/, until: 2099-04-01, redirect: 302 }")
    static let mixedTargets = define(
        "mixed-targets", "`query: pass` or `suffix` on a link of which only some targets are web addresses",
        """
        The visitor's query and path are appended to web addresses. On mailto:, tel: and app targets they would make
        nonsense, so a link that passes them on leads to web addresses only.
        """,
        bad:
            "links:\n  call: { to: https://example.org/, query: pass, when: [{ device: mobile, to: \"tel:+431234\" }] }",
        mended: "links:\n  call: { to: https://example.org/, when: [{ device: mobile, to: \"tel:+431234\" }] }")
}
