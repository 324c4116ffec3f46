extension ManifestLanguage {
    static let link = SchemaRecord(
        "a link",
        [
            SchemaKey("to", .text(.url), "Where the link leads."),
            SchemaKey("redirect", .text(redirect), "Status of the redirect."),
            SchemaKey("query", .text(query), "pass: the visitor's query is appended to the target's."),
            SchemaKey("utm", .record(utm), "UTM parameters appended to the target."),
            SchemaKey(
                "suffix", .text(.boolean), "A wildcard appends what follows its prefix to the target's path."),
            SchemaKey("domain", .text(.any), "The domain, if it is not the default one."),
            SchemaKey("noindex", .text(.boolean), "Ask search engines not to list the link."),
            SchemaKey("dense", .text(.boolean), "Print the address in upper case, for a smaller code."),
            SchemaKey("tags", .oneOrMore(.any), "Labels for filters and reports."),
            SchemaKey("privacy", .text(privacy), "What the access log keeps of visitors."),
            SchemaKey("reuse", .text(.any), "Why a slug that was removed before may be used again."),
            .later("when", .list(.record(rule)), "Other targets by time, device, language or country."),
            .later(
                "split", .table(SchemaTable("`split`", "VARIANT", .text(.url))), "Several targets by weight."),
            .later("goal", .text(.any), "The page that counts as success."),
            .later("design", .text(.any), "The design of the code."),
            .later("from", .text(.any), "Not before this time."),
            .later("until", .text(.any), "Not from this time on."),
            .later("gone", .text(.url), "Where visitors go afterwards."),
            .later("limit", .text(.any), "How many scans."),
            .later("password", .text(.any), "Hash of the password.", use: .secret),
            .later("only", .oneOrMore(.any), "The fence that visitors must be in."),
            .later("once", .text(.boolean), "Works once."),
            .later("enforce", .text(.choice(["exact", "approximate"])), "How exact limits must be."),
            .later("confirm", .text(.boolean), "A button before the scan counts."),
            .later("vcard", .text(.any), "A contact file."),
            .later("wifi", .record(wifi), "A Wi-Fi network."),
            .later("page", .text(.any), "A page described by a file."),
            .later("profile", .text(.any), "The rules that the page follows."),
        ])

    /// Keys of which a link needs one to lead anywhere.
    static let destinations = ["to", "split", "vcard", "wifi", "page"]

    static let rule = SchemaRecord(
        "a `when` rule",
        [
            .later("to", .text(.url), "Where the rule leads."),
            .later("hours", .oneOrMore(.any), "Times of day."),
            .later("days", .oneOrMore(.any), "Days of the week."),
            .later("from", .text(.any), "Not before."),
            .later("until", .text(.any), "Not from then on."),
            .later("device", .oneOrMore(.any), "Device of the visitor."),
            .later("language", .oneOrMore(.any), "Language of the visitor."),
            .later("country", .oneOrMore(.any), "Country of the visitor."),
            .later("only", .oneOrMore(.any), "Fence of the visitor."),
        ])

    static let wifi = SchemaRecord(
        "`wifi`",
        [
            .later("ssid", .text(.any), "Name of the network."),
            .later("password", .text(.any), "Its password.", use: .secret),
            .later("security", .text(.any), "WPA by default."),
            .later("hidden", .text(.boolean), "The network does not announce itself."),
        ])

    static let design = SchemaRecord(
        "a design",
        [
            .later("extends", .text(.any), "The design to begin with."),
            .later("ink", .text(.any), "Colour of the dark modules."),
            .later("paper", .text(.any), "Colour of the light modules."),
            .later("modules", .text(.any), "Form of the modules."),
            .later("eyes", .text(.any), "Form of the finder patterns."),
            .later("logo", .text(.any), "An image in the middle, or none."),
            .later("print", .text(.any), "Printed width."),
            .later("ecc", .text(.any), "Error correction."),
            .later("prompt", .text(.any), "Words for generated art."),
            .later("seed", .text(.any), "Seed of generated art."),
        ])

    static let fence = SchemaRecord(
        "a fence",
        [
            .later("country", .oneOrMore(.any), "Countries."),
            .later("near", .list(.text(.any)), "Latitude and longitude."),
            .later("within", .text(.any), "Radius."),
        ])

    static let product = SchemaRecord(
        "a product",
        [
            .later("name", .text(.any), "Name of the product."),
            .later("default", .text(.url), "Where its code leads."),
            .later("domain", .text(.any), "Its domain."),
            .later("design", .text(.any), "Design of its codes."),
        ]
            + [
                "pip", "certificationInfo", "epil", "hasRetailers", "instructions", "recipeInfo",
                "nutritionalInfo", "allergenInfo",
                "ingredientsInfo", "sustainabilityInfo", "traceability", "recallStatus", "safetyInfo",
                "support", "promotion",
            ].map {
                .later(
                    $0, .either(.url, .table(SchemaTable("`\($0)`", "LANGUAGE", .text(.url)))),
                    "GS1 link type gs1:\($0).")
            })

    static let batch = SchemaRecord(
        "a batch",
        [
            .later("data", .text(.any), "The table."),
            .later("rows", .text(.any), "Rows it must have."),
            .later("path", .text(.any), "Path of each code, with {columns}."),
            .later("domain", .text(.any), "The domain."),
            .later("to", .text(.url), "Where each code leads, with {columns}."),
            .later("design", .text(.any), "Design of the codes."),
            .later("seal", .text(.boolean), "Codes with a proof of their own."),
            .later("sheet", .record(sheet), "Printed sheets."),
            .later("done", .oneOrMore(.any), "Whom to tell."),
        ])

    static let sheet = SchemaRecord(
        "`sheet`",
        [
            .later("template", .text(.any), "The label."),
            .later("page", .text(.any), "Paper size."),
            .later("grid", .text(.any), "Columns and rows."),
        ])

    static let certificate = SchemaRecord(
        "a certificate",
        [
            SchemaKey("data", .text(.any), "The table: CSV, a certificate a row."),
            SchemaKey("id", .text(.any), "Number of each certificate, such as DIP-26-{n:04}."),
            SchemaKey("title", .text(.any), "What the certificate is called."),
            SchemaKey("page", .text(.any), "Template of its page (mustache)."),
            SchemaKey("paper", .text(.any), "Template of its PDF."),
            SchemaKey("hide", .oneOrMore(.any), "Columns that are committed to and never published."),
            SchemaKey("revoked", .text(.any), "Table of revoked certificates: id, reason."),
        ])
}
