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

    /// A logo's file is not one.
    public static let badLogo = DiagnosticCode(
        "bad-logo", "a logo can't be used",
        """
        Logos are PNG or SVG. They come from anywhere, so they are looked at before anything is unpacked: at most 4 MB,
        4,096 pixels on a side, one picture. An SVG is drawn from its shapes alone: one with scripts, entities, references
        to other files or text (whose look depends on fonts) is refused; turn text into paths. JPEG has no
        transparency and, in CMYK, no colours that a screen knows: save it as PNG.
        """)

    /// A logo hides too much.
    public static let logoTooLarge = DiagnosticCode(
        "logo-too-large", "a logo hides more than error correction makes up for",
        """
        A logo hides modules, and error correction restores them, but only so many in each block. What is counted are the
        codewords that have a hidden module: in no block may they use up more than half of the error correction, since the
        other half is for dirt, scratches and bad light. The level is raised up to H first, then the symbol grows; if
        that is not enough, make the logo smaller (size: 18%), its margin narrower (margin: 0), or the address shorter.
        """)

    /// A design is too small for its print or its distance.
    public static let designSize = DiagnosticCode(
        "design-size", "a code would be hard to scan at its printed size",
        """
        `print` is the width of the whole picture on paper, its quiet zone and frame included. The width of a module
        follows from it: phones read 0.33 mm and more, good cameras 0.17 mm. A printer needs three dots to a module; with
        `dpi` the pictures have whole dots. A code is read from ten times its width: who says `distance: 30cm` is told when
        it is too small for that.
        """)

    /// An image for art is none.
    public static let badArt = DiagnosticCode(
        "bad-art", "an image can't be shown in a code",
        """
        Images for art are PNG or JPEG, with at most 50 million pixels. The middle square is shown. A blend is repaired until
        readers bear it; where they don't at any strength, the image has too much contrast in itself, or the symbol is too
        small for it: take `style: qart`, which every image bears, or a higher `version`. `freedom: fragment` hides digits
        behind a # and needs an address without one.
        """)

    /// A design scans too badly.
    public static let poorScore = DiagnosticCode(
        "poor-score", "a design scans worse than is asked for",
        """
        Before codes leave the build, each design is judged as it is printed, with its frame, by one code of each version
        that its codes have: how much of a plain code's margin against blur, distance, noise, pale light and tilt it keeps,
        and grades in the manner of ISO/IEC 15415. Where zxing or zbar fails at a bad print (four pixels a module, blurred
        by 0.3 modules, at 60 % of its contrast), no more than 54 points are left. 55 are asked for, or what `score` says:

            codes: { score: 70 }                                # for all designs
            designs:
              poster: { modules: dots, score: 40 }              # for screens and large print only

        What is weakest stands below the error, with the knob to turn. 'wayseal check --print' shows the points of all
        designs, and docs/will-it-scan.md what they mean.
        """)

    /// A code does not say what it should.
    public static let unreadCode = DiagnosticCode(
        "unread-code", "a code can't be read back",
        """
        Each code is read from its modules before it leaves the build, and must say its address byte for byte. That one does
        not is a fault of this program: please report it, with the address.
        """)

    /// All codes of this room.
    public static let all = [
        badLock, reservedSlug, codeTooLong, codePathClash, badLogo, logoTooLarge, designSize, badArt, poorScore,
        unreadCode, tokens,
    ]
}
