public import Support

extension ManifestCodes {
    static let batches = [batchTemplate, batchHeader, batchRow, batchSize, tableConverted]

    static let batchTemplate = define(
        "batch-template", "a template of a batch can't be used",
        """
        `path` and `to` of a batch are texts with places that each row fills: {serial} is the cell of a column, {n} the row's
        number, {n:06} the same in six digits, {id} an id that nobody can guess (80 bits; {id:26} has 130). A cell is escaped
        for its place: it can't leave its part of the path, nor its parameter of the target. So no column can be a part of the
        scheme or the host; where each row has an address of its own, one column holds the whole of it: to: "{url}".
        """,
        bad: "path: /01/{gtin/21/{serial}", mended: "path: /01/{gtin}/21/{serial}")
    /// A table was converted before it was read.
    public static let tableConverted = define(
        "table-converted", "a table is not in UTF-8, and was converted",
        """
        Tables are UTF-8. UTF-16 and Windows-1252 (of which Latin-1 is a part) are converted as they are read; what a sign means
        is a guess then. Look at letters outside of ASCII, or save the table as "CSV UTF-8".
        """)
    static let batchHeader = define(
        "batch-header", "the header of a batch's table can't be used",
        """
        The first row names the columns, each once. Those that the batch's templates name must be there; others may.
        """,
        bad: "gtin,gtin\n09506000134352,1", mended: "gtin,serial\n09506000134352,1")
    /// A row can't be made into a code.
    public static let batchRow = define(
        "batch-row", "a row of a batch can't be made into a code",
        """
        Every column that `path` uses must be filled in, since the code would be another one without it. Nothing is made until
        every row is right, and no row is left out.
        """,
        bad: "gtin,serial\n09506000134352,", mended: "gtin,serial\n09506000134352,1")
    /// The table has another number of rows than the manifest says.
    public static let batchSize = define(
        "batch-size", "a batch's table has another number of rows than the manifest says",
        """
        `rows` says how many codes are expected. A table that was cut short on its way, or sent twice in one file, is found
        before anything is printed. Rows without anything in them don't count; the header doesn't either.
        """)
}
