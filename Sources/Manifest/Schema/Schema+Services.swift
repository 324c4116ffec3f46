import Site

extension ManifestLanguage {
    static let reports = SchemaRecord(
        "`reports`",
        [
            SchemaKey("logs", .oneOrMore(.any), "Access logs, as paths and patterns.", use: .deployment),
            SchemaKey(
                "goals", .oneOrMore(.any), "Logs of the sites that links lead to; only goals are looked for in them.",
                use: .deployment),
            SchemaKey("geo", .text(.any), "Database of places (.mmdb).", use: .deployment),
            SchemaKey("keep", .text(.any), "How long counts are kept: 400d."),
            SchemaKey("count", .record(counting), "What counts as a scan."),
            SchemaKey("smtp", .text(.any), "The mail server: smtps://mail.example.org.", use: .deployment),
            SchemaKey("from", .text(.any), "The sender of reports.", use: .deployment),
            SchemaKey("daily", .record(report), "A report each day."),
            SchemaKey("weekly", .record(report), "A report each week."),
            SchemaKey("monthly", .record(report), "A report each month."),
        ])

    /// The names are those of `CountingRules`; a test holds the two together.
    static let counting = SchemaRecord(
        "`count`",
        [
            SchemaKey("repeat", .text(.any), "Seconds in which a second opening by the same visitor is none; 10s."),
            SchemaKey("rate", .text(.any), "Openings a minute above which a visitor is no person; 30."),
            SchemaKey("enumeration", .text(.any), "Links in ten minutes above which a visitor is no person; 20."),
            SchemaKey("burst", .text(.any), "Links in five seconds from which on a visitor is a scanner; 3."),
            SchemaKey("traps", .text(.any), "Whether who asks for /.env and the like is no person; true."),
            SchemaKey("prefetch", .text(.any), "Whether what browsers load ahead counts; false."),
            SchemaKey("head", .text(.any), "Whether HEAD counts; false."),
            SchemaKey("agents", .oneOrMore(.any), "Kinds of programs that count as people; none."),
            SchemaKey("statuses", .oneOrMore(.any), "Statuses of an answer that make a scan."),
            SchemaKey(
                "opt-out", .text(.any),
                "What becomes of scans with Sec-GPC or DNT; anonymous."),
            SchemaKey(
                "addresses", .text(.any), "cut: addresses are cut to /24 and /48 before anything else."),
            SchemaKey("open", .text(.any), "How long after its end a day takes late lines; 48h."),
            SchemaKey("goal", .text(.any), "How long after a scan a goal counts for it; 30m."),
            SchemaKey("session", .text(.any), "The pause that ends a visitor's way through a funnel; 30m."),
            SchemaKey("click", .text(.any), "How long a click id may come back; 30d."),
            SchemaKey("fold", .text(.any), "Places with fewer unique scans become 'other'; 5."),
        ])

    static let report = SchemaRecord(
        "a report",
        [
            SchemaKey(
                "formats", .oneOrMore(.choice(["html", "pdf", "xlsx", "csv", "json"])), "File formats; html and pdf."),
            SchemaKey("funnel", .list(.text(.any)), "Steps to success: scan, then pages."),
            SchemaKey("to", .oneOrMore(.any), "Who gets it by mail: mailto:anna@example.org.", use: .deployment),
        ])

    static let place = SchemaRecord(
        "a place to publish",
        [
            .later("to", .text(.any), "Address.", use: .deployment),
            .later("reload", .text(.any), "Command afterwards.", use: .deployment),
            .later("endpoint", .text(.any), "Address of the S3 service.", use: .deployment),
            .later("key", .text(.any), "Access key.", use: .secret),
            .later("secret", .text(.any), "Secret key.", use: .secret),
        ])

    private static let token = SchemaKey.later("token", .text(.any), "Access token.", use: .secret)

    static let integrations = SchemaRecord(
        "`integrations`",
        [
            .later(
                "shopify",
                .record(
                    SchemaRecord(
                        "`shopify`",
                        [
                            .later("store", .text(.any), "Name of the store."), token,
                            .later(
                                "products",
                                .record(
                                    SchemaRecord(
                                        "`products`",
                                        [
                                            .later(
                                                "path", .text(.any), "Path of each product, with {handle}."),
                                            .later("design", .text(.any), "Design of the codes."),
                                        ])), "A code for each product."),
                        ])), "Products of a Shopify store."),
            .later(
                "hubspot",
                .record(
                    SchemaRecord(
                        "`hubspot`",
                        [
                            token, .later("contacts", .text(.any), "Folder of contacts."),
                            .later("scans", .text(.any), "Name of the event."),
                        ])), "Contacts and scans in HubSpot."),
            .later(
                "ga4",
                .record(
                    SchemaRecord(
                        "`ga4`",
                        [
                            .later("id", .text(.any), "Measurement id."),
                            .later("secret", .text(.any), "API secret.", use: .secret),
                            .later("scans", .text(.any), "Name of the event."),
                        ])), "Scans in Google Analytics 4."),
            .later(
                "sendgrid",
                .record(
                    SchemaRecord("`sendgrid`", [token, .later("from", .text(.any), "Sender.")])), "Mail by SendGrid."),
        ],
        prefixed: (
            "hook:",
            .record(
                SchemaRecord(
                    "a hook",
                    [
                        SchemaKey("to", .text(.any), "Its address: https://….", use: .deployment),
                        SchemaKey("secret", .text(.any), "Signs what is sent: whsec_….", use: .secret),
                        SchemaKey(
                            "events", .oneOrMore(.choice(Hook.Event.allCases.map(\.rawValue))), "What it is told."),
                    ]))
        ))

    static let plan = SchemaRecord(
        "a plan",
        [
            .later("codes", .text(.any), "Codes included."),
            .later("scans", .text(.any), "Scans included."),
            .later("price", .text(.any), "Price."),
            .later("over", .text(.any), "Price of more."),
        ])

    static let tenant = SchemaRecord(
        "a tenant",
        [
            .later("file", .text(.any), "The tenant's manifest."),
            .later("plan", .text(.any), "The tenant's plan."),
            .later("brand", .text(.any), "The tenant's brand."),
            .later("invoice", .text(.any), "Who gets the invoice."),
        ])
}
