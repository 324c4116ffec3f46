public import Support

/// Every kind of problem this room reports, each with what `wayseal explain` says about it.
public enum ManifestCodes {
    /// All codes, in the order of the topics: files, YAML, keys and values, domains, slugs, targets, policies, tables.
    public static let all: [DiagnosticCode] =
        files + yaml + keys + sites + slugs + targets + times + placesAndNetworks + policies + payloads + designs
        + tables
        + certificates + batches

    /// A code whose explanation ends in an example and the example mended.
    static func define(
        _ id: String, _ title: String, _ why: String, bad: String? = nil, mended: String? = nil
    ) -> DiagnosticCode {
        var text = why
        if let bad { text += "\n\nFor example:\n\n" + indented(bad) }
        if let mended { text += "\n\nMended:\n\n" + indented(mended) }
        return DiagnosticCode(id, title, text + "\n")
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n")
    }
}

extension ManifestCodes {
    static let files = [
        fileNotFound, fileUnreadable, fileNotRegular, fileTooLarge, pathOutside, symbolicLink, secretFile, includeCycle,
        includedTwice,
        includeEmpty, includeKind,
    ]

    static let fileNotFound = define(
        "file-not-found", "a file the manifest names does not exist",
        """
        Paths are read relative to the folder of the file that names them, whatever the current directory is.
        """,
        bad: "include: [links/spring.csv]      # the folder is called Links",
        mended: "include: [Links/spring.csv]")
    static let fileUnreadable = define(
        "file-unreadable", "a file can't be read",
        """
        The file exists, but the operating system refuses to open or read it: its permissions, or those of a folder
        above it, or the disk. The message carries the system's own reason.
        """)
    static let fileNotRegular = define(
        "file-not-regular", "a path names something that is not a plain file",
        """
        Folders, devices, sockets and named pipes are refused: reading a pipe could wait for ever, and a device never
        ends. Only plain files are read.
        """,
        bad: "include: [links]                 # a folder",
        mended: "include: [links/*.yaml]")
    static let fileTooLarge = define(
        "file-too-large", "a file, or what is in it, is over the limit",
        """
        YAML files may have 64 MiB, 64 levels and ten million values; CSV and JSON Lines files 2 GiB; an HTML page or a
        secret 4 MiB. Links by the hundred thousand belong in a CSV or JSON Lines file, which is read much faster.
        """)
    static let pathOutside = define(
        "path-outside", "a path leads out of the manifest's folder",
        """
        A manifest may come from a stranger's pull request. If it could name any file of the machine that builds it,
        it could publish that file. So every file lies under the folder of the main manifest, unless the person at the
        keyboard allows another place with --allow-path DIR. Whether a file outside exists is not told.
        """,
        bad: "include: [../../etc/passwd.csv]",
        mended: "include: [links/spring.csv]")
    static let symbolicLink = define(
        "symbolic-link", "a path goes through a symbolic link",
        """
        A symbolic link in a stranger's pull request may lead to any file: `page.html` could be the signing key, and be
        published. So symbolic links beneath the manifest's folder are not followed, unless they end in a folder that
        the person at the keyboard allows with --allow-path DIR. Patterns pass over folders that are links.
        """)
    static let secretFile = define(
        "secret-file", "a secret is named as a page or as a table of links",
        """
        What lies in a folder `secrets`, what `${file:…}` names and what holds a private key is never read as a page
        or as part of the manifest: it would be published, or shown in a message.
        """,
        bad: "include: [secrets/spring.csv]",
        mended: "include: [links/spring.csv]")
    static let includeCycle = define(
        "include-cycle", "a file includes itself, directly or through others",
        """
        Each file is read once. A file that includes the file that includes it can't be read in any order.
        """,
        bad: "include: [wayseal.yaml]          # in wayseal.yaml itself",
        mended: "include: [links.yaml]")
    static let includedTwice = define(
        "included-twice", "a file is included in two places",
        """
        Its links would exist twice. Patterns with wildcards pass over files that were read before; a file that is
        named literally twice is probably a mistake.
        """,
        bad: "include: [a.csv, a.csv]",
        mended: "include: [a.csv]")
    static let includeEmpty = define(
        "include-empty", "an include pattern matches no file",
        """
        A warning, because a folder may be empty on purpose. `*` and `?` don't match a slash or a leading dot; `**`
        matches any number of folders.
        """,
        bad: "include: [lniks/*.csv]",
        mended: "include: [links/*.csv]")
    static let includeKind = define(
        "include-kind", "an included file has an unknown kind",
        """
        The end of the name decides how a file is read: .yaml and .yml hold `links`, `domains` and `include`; .csv is
        a table of links with a header row, and so is the first visible sheet of .xlsx; .jsonl and .ndjson hold one JSON
        object a line.
        """,
        bad: "include: [links.ods]",
        mended: "include: [links.csv]")
}

extension ManifestCodes {
    static let yaml = [
        invalidUTF8, controlCharacter, yamlSyntax, yamlTab, yamlAlias, yamlTag, yamlDocuments, duplicateKey,
        splitURL,
        cutURL, unquotedColour, unquotedReference,
    ]

    static let invalidUTF8 = define(
        "invalid-utf8", "a file is not UTF-8",
        """
        Manifests, CSV and JSON Lines files are UTF-8, with or without a byte order mark. Spreadsheets often save
        Windows-1252 or UTF-16: choose "CSV UTF-8". With a terminal: iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv
        """)
    static let controlCharacter = define(
        "control-character", "a control or invisible character where it can do harm",
        """
        Bytes below 0x20 (but tab and line ends between values), 0x7F, and characters that hide or reorder text are
        refused. They have no place in a name or URL, and some servers and terminals act on them: a line end inside a
        target could add a header to every answer.
        """,
        bad: #"links: { a: "https://example.org/\x00" }"#,
        mended: "links: { a: https://example.org/ }")
    static let yamlSyntax = define(
        "yaml-syntax", "the file is not well-formed YAML",
        """
        The place shown is where reading stopped; the cause is there or on a line shortly before. Common causes: a
        quote or bracket that is never closed, lines of one mapping that don't begin in the same column, a key without
        `: ` (colon and space), a value that contains `: ` or begins with one of @ ` % & * ! | > and is not quoted.
        """,
        bad: "links:\n  a: https://example.org/\n   b: https://example.org/b",
        mended: "links:\n  a: https://example.org/\n  b: https://example.org/b")
    static let yamlTab = define(
        "yaml-tab", "a tab is used for indentation",
        """
        YAML indents with spaces only, because nobody agrees how wide a tab is. Most editors can be told to insert
        spaces.
        """,
        bad: "links:\n\ta: https://example.org/",
        mended: "links:\n  a: https://example.org/")
    static let yamlAlias = define(
        "yaml-alias", "anchors, aliases and merge keys are not read",
        """
        With `&name` and `*name` a few lines can stand for billions of values (an "alias bomb"), and a reviewer can't
        see what a line means without finding another. What links have in common goes into `defaults`; what designs
        have in common is inherited with `extends`.
        """,
        bad: "links:\n  a: &home https://example.org/\n  b: *home",
        mended: "links:\n  a: https://example.org/\n  b: https://example.org/")
    static let yamlTag = define(
        "yaml-tag", "YAML tags are not read",
        """
        Every value is read by what its key expects, never by YAML's types, so `!!str` and its like change nothing and
        are refused rather than ignored.
        """,
        bad: "links:\n  a: !!str https://example.org/",
        mended: "links:\n  a: https://example.org/")
    static let yamlDocuments = define(
        "yaml-documents", "a file holds several YAML documents",
        """
        A line `---` in the middle of a file begins a second document. Put it into a file of its own and name that
        under `include`.
        """,
        bad: "links: { a: https://example.org/ }\n---\nlinks: { b: https://example.org/ }",
        mended: "links: { a: https://example.org/, b: https://example.org/ }")
    static let duplicateKey = define(
        "duplicate-key", "a key stands twice in one mapping",
        """
        YAML readers differ in which of the two they keep. Here neither wins: decide.
        """,
        bad: "links:\n  a: https://example.org/1\n  a: https://example.org/2",
        mended: "links:\n  a: https://example.org/1\n  b: https://example.org/2")
    static let splitURL = define(
        "split-url", "an unquoted URL in { … } was cut at its comma",
        """
        Between braces and brackets a comma ends a value. An unquoted URL with a comma becomes a shorter URL and a key
        that nobody wrote.
        """,
        bad: "links:\n  a: { to: https://example.org/map?at=48.2,16.3 }",
        mended: "links:\n  a: { to: \"https://example.org/map?at=48.2,16.3\" }")
    static let cutURL = define(
        "cut-url", "what follows ' #' may belong to the URL",
        """
        In YAML a space and `#` begin a comment. If the text after it is part of the URL, quote the URL (and write
        the space as %20); if it is a comment, put a space after the `#`, and the warning is gone.
        """,
        bad: "links:\n  a: https://example.org/page #prices",
        mended: "links:\n  a: \"https://example.org/page#prices\"")
    static let unquotedColour = define(
        "unquoted-colour", "an unquoted colour was read as a comment",
        """
        In YAML a space and `#` begin a comment, so the value is empty, and in braces everything up to the end of the
        line is lost, the closing brace included. Quote colours.
        """,
        bad: "links:\n  a:\n    to: https://example.org/\n    tags: #5b0f1f",
        mended: "links:\n  a:\n    to: https://example.org/\n    tags: \"#5b0f1f\"")
    static let unquotedReference = define(
        "unquoted-reference", "${…} in { … } needs quotes",
        """
        Between braces and brackets, `{` and `}` belong to YAML. Quote the whole value.
        """,
        bad: "ledger: { key: ${LEDGER_KEY} }",
        mended: "ledger: { key: \"${LEDGER_KEY}\" }")
}
