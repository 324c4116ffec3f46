public import Support

/// Every kind of problem that label sheets can have.
public enum SheetCodes {
    /// All of them, for `wayseal explain`.
    public static let all = [slot, column, size, text, code, layout, font]

    /// No place for the code.
    public static let slot = DiagnosticCode(
        "label-slot", "a label's template has no place for the code",
        """
        The code is drawn into the rectangle whose id is `code`, its quiet zone included; a rectangle that is no square
        has the code in its middle. The rectangle itself is not drawn.

            <rect id="code" x="2" y="2" width="30" height="30"/>
        """)

    /// An unknown column.
    public static let column = DiagnosticCode(
        "label-column", "a label's template names a column that the table does not have",
        """
        `{{name}}` in a text of the template is filled with the cell of the column `name`. A column that does not exist
        would be an empty place on every label.

            <text x="36" y="10" font-size="3">Lot {{lot}}</text>
        """)

    /// Another size.
    public static let size = DiagnosticCode(
        "label-size", "a label's template has another size than the label",
        """
        A template whose `width` and `height` are in millimetres says how large it is meant to be. On a label of another
        size it is drawn larger or smaller, keeping its proportions, in the middle: texts and code are not the size that
        was drawn.
        """)

    /// A text that can't be set.
    public static let text = DiagnosticCode(
        "label-text", "a text of a label can't be printed",
        """
        Either it is wider than its place: give the text `data-fit="WIDTH"`, and it is set smaller when it must be, down to
        half its size. Or the font has no glyph for a character: name a TrueType font that has it (`font:`). Scripts whose
        letters join or change places, such as Arabic, Hebrew and Hindi, are not set; a label that leaves letters out or
        shows them in the wrong order is worse than none.

            <text x="36" y="10" font-size="3" data-fit="25">{{name}}</text>
        """)

    /// A code that can't be made.
    public static let code = DiagnosticCode(
        "label-code", "a row of the table has no code",
        """
        The cell that the code would say is empty, or longer than any code can hold; or the table has no rows. Nothing is
        written until every row is right.
        """)

    /// A sheet that can't be laid out.
    public static let layout = DiagnosticCode(
        "sheet-layout", "labels don't fit on the sheet",
        """
        A grid is a product by its name (`L7160`, `5160`), whose sizes are known, or columns x rows: the page without its
        margins is divided evenly, with `gap` between. Pictures that go over the edge (`bleed`) need twice that gap, and
        crop marks need 3 mm of margin more.

            sheet: { page: A4, grid: 3x7, margin: 15mm 7mm, gap: 2mm 0mm }
        """)

    /// A font that can't be used.
    public static let font = DiagnosticCode(
        "sheet-font", "a font can't be used",
        """
        Labels are set in DejaVu Sans, unless `font` names a TrueType file (.ttf), which is then embedded in part: the
        glyphs that are used. OpenType fonts with PostScript outlines (.otf), collections (.ttc) and fonts whose licence
        forbids embedding are refused.
        """)
}
