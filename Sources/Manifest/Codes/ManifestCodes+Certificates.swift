import Support

extension ManifestCodes {
    static let certificates = [certificateID, certificateHeader, certificateRow, duplicateCertificate]

    static let certificateID = define(
        "certificate-id", "a pattern of certificates' numbers can't be used",
        """
        A number is a part of a URL and a file's name: letters, digits, '-' and '_'. In it stand {n}, the row's number,
        {n:04}, the same in four digits, or the name of a column in braces; at least one of them, so that no two rows have
        the same number. Rows that are numbered by {n} must stay where they are: append new ones at the end.
        """,
        bad:
            "certificates:\n  diploma: { data: data/graduates.csv, id: \"DIP 26/{n:04}\" }\nlinks: { a: https://example.org/ }\nledger: { key: \"${file:secrets/ledger.key}\" }",
        mended:
            "certificates:\n  diploma: { data: data/graduates.csv, id: \"DIP-26-{n:04}\" }\nlinks: { a: https://example.org/ }\nledger: { key: \"${file:secrets/ledger.key}\" }"
    )
    static let certificateHeader = define(
        "certificate-header", "the header of a table of certificates can't be used",
        """
        The first row names the columns, each once. Those that `id` and `hide` of the manifest name must be there: a
        misspelled column in `hide` would otherwise be published.
        """,
        bad: "name,name\nZoë,A", mended: "name,grade\nZoë,A")
    static let certificateRow = define(
        "certificate-row", "a row of a table of certificates can't be issued",
        """
        The number that `id` makes of the row must consist of letters, digits, '-' and '_', and every column that it uses
        must be filled in. Cells have at most 4,096 bytes. Nothing is issued until every row is right.
        """,
        bad: "serial,name\nA 1,Zoë", mended: "serial,name\nA-1,Zoë")
    static let duplicateCertificate = define(
        "duplicate-certificate", "two rows have the same number",
        "Numbers are compared without regard to case, because files are on some disks.",
        bad: "serial,name\nA-1,Zoë\na-1,Ann", mended: "serial,name\nA-1,Zoë\nA-2,Ann")
}
