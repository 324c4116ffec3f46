import Site

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
            SchemaKey("when", .list(.record(rule)), "Other targets by time, device, language or place."),
            SchemaKey(
                "split", .table(SchemaTable("`split`", "VARIANT", .text(.url))),
                "Several targets by weight: https://example.org/b 30%."),
            SchemaKey("goal", .either(.any, .record(goal)), "The page that counts as success."),
            SchemaKey(
                "qid", .text(.boolean), "Pass the id of the request on to the target, to tie goals to scans exactly."),
            SchemaKey(
                "design", .either(.any, .record(design)), "The design of the code: its name, or what differs from one."),
            SchemaKey("from", .text(.any), "The first moment of the link's life: 2027-03-01 or 2027-03-01T12:30."),
            SchemaKey("until", .text(.any), "The first moment after the link's life."),
            SchemaKey("hours", .oneOrMore(.any), "Opening hours: 11:00-15:00."),
            SchemaKey("days", .oneOrMore(.any), "Opening days: mon-fri, sat."),
            SchemaKey("gone", .text(.url), "Where visitors go who came too early, too late, or from elsewhere."),
            SchemaKey("limit", .text(.any), "How many scans: 100 scans."),
            SchemaKey("once", .text(.boolean), "Works once, with a button before it."),
            SchemaKey("enforce", .text(.choice(["exact", "soft"])), "How strictly the limit is kept."),
            SchemaKey("confirm", .text(.boolean), "A button before a scan counts."),
            SchemaKey(
                "password", .text(.any), "What `wayseal password` printed, as ${file:…} or ${NAME}.", use: .secret),
            SchemaKey("only", .oneOrMore(.any), "Fences or countries that visitors must be in."),
            SchemaKey("rate", .text(.any), "How often one address may come: 30/minute, 5/second."),
            SchemaKey("bots", .text(.choice(["refuse", "allow"])), "Whether crawlers get an answer."),
            SchemaKey("preview", .record(preview), "What messengers show of the link."),
            .later("page", .text(.any), "A page described by a file."),
            .later("profile", .text(.any), "The rules that the page follows."),
        ] + payloadKeys)

    /// Keys of which a link needs one to lead anywhere.
    static let destinations = ["to", "split", "page"] + payloadKeys.map(\.name)

    static let rule = SchemaRecord(
        "a `when` rule",
        [
            SchemaKey("to", .text(.url), "Where the rule leads."),
            SchemaKey("hours", .oneOrMore(.any), "Times of day: 11:00-15:00."),
            SchemaKey("days", .oneOrMore(.any), "Days of the week: mon-fri, sat."),
            SchemaKey("from", .text(.any), "The first moment."),
            SchemaKey("until", .text(.any), "The first moment after."),
            SchemaKey("device", .oneOrMore(device), "Device of the visitor."),
            SchemaKey("browser", .oneOrMore(browser), "Browser of the visitor."),
            SchemaKey("language", .oneOrMore(.any), "Language that the visitor wants most."),
            SchemaKey("country", .oneOrMore(.any), "Country of the visitor, in two letters."),
            SchemaKey("ip", .oneOrMore(.any), "Networks of the visitor: 203.0.113.0/24."),
            SchemaKey(
                "query", .either(.any, .table(SchemaTable("`query`", "PARAMETER", .text(.any)))),
                "A parameter that the address has, alone or with its value."),
            SchemaKey("only", .oneOrMore(.any), "Fences or countries of the visitor."),
        ])

    static let device = SchemaText.choice(Device.allCases.map(\.rawValue))
    static let browser = SchemaText.choice(Browser.allCases.map(\.rawValue))

    static let preview = SchemaRecord(
        "`preview`",
        [
            SchemaKey("title", .text(.any), "Title."),
            SchemaKey("text", .text(.any), "A sentence."),
            SchemaKey("image", .text(.url), "Address of a picture."),
        ])

    static let goal = SchemaRecord(
        "a goal",
        [
            SchemaKey("page", .text(.any), "A path, or a URL without a query; * at its end stands for anything."),
            SchemaKey(
                "planned", .text(.integer(1...1_000_000_000)),
                "How many visitors the comparison of the link's variants is planned for."),
        ])

    static let fence = SchemaRecord(
        "a fence",
        [
            SchemaKey("country", .oneOrMore(.any), "Countries, in two letters."),
            SchemaKey("except", .oneOrMore(.any), "Countries that are left out."),
            SchemaKey("near", .list(.text(.any)), "Latitude and longitude."),
            SchemaKey("within", .text(.any), "Radius of the circle: 50km."),
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
            SchemaKey("data", .text(.any), "The table: a code a row."),
            SchemaKey("rows", .text(.integer(1...1_000_000_000)), "Rows it must have."),
            SchemaKey("path", .text(.any), "Slug of each code, with {columns}, {n:06} or {id}."),
            SchemaKey("domain", .text(.any), "The domain, if it is not the default one."),
            SchemaKey("to", .text(.url), "Where each code leads, with {columns}, {n:06} or {id}."),
            SchemaKey("redirect", .text(redirect), "Status of the redirects."),
            SchemaKey("query", .text(query), "pass: the visitor's query is appended to the target's."),
            SchemaKey("utm", .record(utm), "UTM parameters appended to the targets."),
            SchemaKey("noindex", .text(.boolean), "Ask search engines not to list the links."),
            SchemaKey("dense", .text(.boolean), "Print addresses in upper case, for smaller codes."),
            SchemaKey("tags", .oneOrMore(.any), "Labels for filters and reports."),
            SchemaKey("privacy", .text(privacy), "What the access log keeps of visitors."),
            SchemaKey("design", .text(.any), "Design of the codes: a name, or a {column} of names."),
            SchemaKey(
                "images", .text(.choice(CodeBatch.Images.allCases.map(\.rawValue))),
                "What the images become; one zip by default."),
            SchemaKey(
                "formats", .oneOrMore(.choice(CodeSettings.Format.allCases.map(\.rawValue))),
                "Image formats; png by default."),
            SchemaKey("key", .text(.any), "The secret behind {id}, as ${file:…} or ${NAME}.", use: .secret),
            SchemaKey("seal", .text(.boolean), "Record the list of the codes in the ledger."),
            SchemaKey("sheet", .record(sheet), "Printed sheets of labels."),
            SchemaKey("done", .oneOrMore(.any), "Whom to tell: mailto:anna@example.org, hook:NAME.", use: .deployment),
        ])

    static let sheet = SchemaRecord(
        "`sheet`",
        [
            SchemaKey("template", .text(.any), "The label, an SVG file; the code alone without it."),
            SchemaKey("page", .text(.any), "A4, Letter, 320x450mm, or label for one label a page."),
            SchemaKey("grid", .text(.any), "A product such as L7160, or columns x rows."),
            SchemaKey("label", .text(.any), "Size of one label: 50x30mm."),
            SchemaKey("margin", .text(.any), "Margins of the page: one to four lengths."),
            SchemaKey("gap", .text(.any), "Between labels: one length, or across and down."),
            SchemaKey("bleed", .text(.any), "How far pictures go over the cut."),
            SchemaKey(
                "marks", .oneOrMore(.choice(SheetSettings.Mark.allCases.map(\.rawValue))),
                "What is printed beside the labels."),
            SchemaKey(
                "order", .text(.choice(SheetSettings.Order.allCases.map(\.rawValue))),
                "Which label the next row fills; rows by default."),
            SchemaKey("pile", .text(.integer(1...1_000)), "Sheets of a pile that is cut at once."),
            SchemaKey("font", .text(.any), "A TrueType font; DejaVu Sans by default."),
            SchemaKey("bold-font", .text(.any), "Its bold face."),
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
