public import Support

/// Every kind of problem that an SVG file can have.
public enum SVGCodes {
    /// All of them, for `wayseal explain`.
    public static let all = [syntax, value, active, unsupported, limit, approximate]

    /// Not XML, or not SVG.
    public static let syntax = DiagnosticCode(
        "svg-syntax", "a file is not well-formed SVG",
        """
        SVG is XML: every element is closed, every attribute is quoted, and the outermost element is `<svg>` of the
        namespace http://www.w3.org/2000/svg with a `viewBox` or a width and a height.

            <svg viewBox="0 0 10 10"><circle r="5"></svg>                                        <!-- not closed -->
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle r="5"/></svg>
        """)

    /// A value that can't be read.
    public static let value = DiagnosticCode(
        "svg-value", "a value in an SVG file can't be read",
        """
        A browser passes over values that it doesn't understand, and the picture looks wrong without a word. Before
        something is printed ten thousand times, wayseal says so instead: a path with a letter too much, a colour that
        does not exist, a reference to an id that nothing has.

            <circle cx="5" cy="5" r="4" fill="#12345"/>     <!-- five digits -->
            <circle cx="5" cy="5" r="4" fill="#123456"/>
        """)

    /// Scripts, and what leads out of the file.
    public static let active = DiagnosticCode(
        "svg-active", "an SVG file has scripts or leads outside",
        """
        A logo is a picture, and pictures may come from strangers. Scripts, event attributes (`onload`), foreign objects,
        DTDs that define entities, style sheets elsewhere and references that are not `#id` are refused, also where a
        browser would not follow them. References within the file (`href="#mark"`, `url(#sunset)`) are fine.

        Export the file as "plain SVG" (Inkscape) or "SVG 1.1" without editing abilities (Illustrator).
        """)

    /// What is not drawn.
    public static let unsupported = DiagnosticCode(
        "svg-unsupported", "an SVG file needs something that is not drawn",
        """
        Drawn are paths and basic shapes, groups, transforms, fills, strokes with dashes, linear and radial gradients,
        `use`, classes, and in templates text. Filters, masks, patterns, markers, animations and embedded pictures are not:
        they have no true counterpart on every printing press, and leaving them out would change the picture silently.

        Before exporting, turn effects into shapes ("Expand", "Object to path", "Flatten"), and text of a logo into paths.
        """)

    /// Too much.
    public static let limit = DiagnosticCode(
        "svg-limit", "an SVG file is too large",
        """
        A file has at most 4 MB, 64 levels of elements, 50,000 elements and 500,000 points after all `use` are
        followed; numbers are at most ten million. Logos and labels have a thousandth of that; files that have more are
        photographs traced point by point, or bombs.
        """)

    /// Drawn, but not exactly.
    public static let approximate = DiagnosticCode(
        "svg-approximate", "something in an SVG file is drawn only nearly as it is",
        """
        A radial gradient that is stretched to an ellipse, or whose focus is not in the middle, is drawn as circles around
        the middle. The opacity of a group is given to each shape in it: where they overlap, the lower one shines
        through. A look at the picture tells whether that matters.
        """)
}
