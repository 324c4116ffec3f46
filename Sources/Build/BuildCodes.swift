public import Support

/// The diagnostics of building.
public enum BuildCodes {
    /// A line of wayseal.lock can't be read.
    public static let badLock = DiagnosticCode(
        "bad-lock", "wayseal.lock can't be read",
        """
        wayseal.lock remembers every link that was ever built, so that a slug which stands on old prints is
        never given to something else by accident. It is written by 'wayseal build' and made to be committed.

        It is read strictly, since a line that is dropped silently would be a slug that is no longer
        protected. Restore the file from version control. After a merge conflict remove the marker lines and
        keep the lines of both sides: their order does not matter, and of two lines for one slug the live one
        counts.
        """)

    /// A removed slug is used again.
    public static let reservedSlug = DiagnosticCode(
        "reserved-slug", "a slug that was removed before leads to a new target",
        """
        A slug that was built once may stand on paper, brass or a bottle. Given to something else, the old
        print leads its reader to the wrong place. So a removed slug stays reserved for ever:

            links:
              menu: https://example.org/new-thing      # 'menu' was removed last year

        Give the new thing a slug of its own. If you know that no print of the old one is left, say so, and
        the reason stands in your manifest for the next reader:

            links:
              menu: { to: https://example.org/new-thing, reuse: "the 2024 menus were never printed" }

        Bringing a removed slug back with its old target is always allowed. Changing the target of a link
        that is live is the ordinary act that short links are for, and needs nothing.
        """)

    /// A payload does not fit into a symbol.
    public static let codeTooLong = DiagnosticCode(
        "code-too-long", "the address does not fit into a QR code",
        """
        A QR code of version 40 holds at most 2,953 bytes at error correction level L, 2,331 at M, 1,663 at
        Q and 1,273 at H. Codes that long can't be scanned from paper anyway: shorten the slug.
        """)

    /// Two codes would have one file.
    public static let codePathClash = DiagnosticCode(
        "code-path-clash", "two codes would be written to the same file",
        """
        Code images are written to codes/HOST/SLUG.svg. A slug such as 'a.svg/b' needs a folder where the
        image of 'a' is a file. Rename one of the two slugs.
        """)

    /// The tokens of a scan limit can't be kept.
    public static let tokens = DiagnosticCode(
        "tokens-unwritable", "the tokens of a scan limit can't be kept",
        """
        A limit that is kept exactly needs a folder on the server, with an empty file for each scan that is left:
        STATE/tokens/HOST/ID. 'wayseal tokens' must be able to write there, and so must nginx's workers, which delete a
        file with each redirect. STATE is /var/lib/wayseal unless 'build' and 'tokens' are told otherwise with --state.

            sudo install -d -m 755 /var/lib/wayseal
            sudo wayseal tokens sync --group www-data

        A file that should hold a number and does not is never guessed at: too many scans would be given out.
        """)

    /// All codes of this room.
    public static let all = [badLock, reservedSlug, codeTooLong, codePathClash, tokens]
}
