public import TransparencyLog

/// What is to be recorded; the ledger gives it its place, its predecessor and its salts.
public struct Draft: Hashable, Sendable {
    /// Kind of entry.
    public var kind: LedgerEntry.Kind
    /// What it is about, as the field `slug`: `go.example.org/hello`, a certificate's id. Committed to, never published.
    /// Entries of one kind and slug form a chain of versions.
    public var slug: String?
    /// Further values that are committed to, by field.
    public var hidden: [String: String]
    /// Values anyone may read, by field.
    public var open: [String: String]
    /// Number of the entry that it speaks about.
    public var of: Int?
    /// Who did it; kept privately, not committed to.
    public var author: String?
    /// Further private notes by name, not committed to.
    public var notes: [String: String] = [:]

    /// A record.
    public init(
        _ kind: LedgerEntry.Kind, slug: String? = nil, hidden: [String: String] = [:], open: [String: String] = [:],
        of: Int? = nil, author: String? = nil
    ) {
        self.kind = kind
        self.slug = slug
        self.hidden = hidden
        self.open = open
        self.of = of
        self.author = author
    }

    /// The open field of a `build` that holds the digest of everything that it wrote.
    public static let filesField = "files"

    /// A build: `files` is the digest of what it wrote (``BuildDigest``).
    public static func build(files: String) -> Draft { Draft(.build, open: [filesField: files]) }

    /// A code that says `url`.
    public static func code(_ slug: String, url: String, author: String? = nil) -> Draft {
        Draft(.code, slug: slug, hidden: ["url": url], author: author)
    }

    /// A link that leads to `target` from now on; `redirect` are status and options as the lock writes them.
    public static func link(_ slug: String, target: String, redirect: String, author: String? = nil) -> Draft {
        Draft(.link, slug: slug, hidden: ["redirect": redirect, "target": target], author: author)
    }

    /// A link that is removed: its slug stays reserved for ever.
    public static func removal(_ slug: String, author: String? = nil) -> Draft {
        Draft(.link, slug: slug, hidden: ["target": ""], author: author)
    }
}
