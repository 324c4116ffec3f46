extension ManifestLanguage {
    static let reports = SchemaRecord(
        "`reports`",
        [
            .later("logs", .oneOrMore(.any), "Access logs."),
            SchemaKey("geo", .text(.any), "Database of places (.mmdb).", use: .deployment),
            .later("keep", .text(.any), "How long."),
            .later("daily", .record(report), "A report each day."),
            .later("weekly", .record(report), "A report each week."),
            .later("monthly", .record(report), "A report each month."),
        ])

    static let report = SchemaRecord(
        "a report",
        [
            .later("formats", .oneOrMore(.any), "File formats."),
            .later("funnel", .list(.text(.any)), "Steps to success."),
            .later("to", .oneOrMore(.any), "Who gets it."),
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
                        ])), "Shopify."),
            .later(
                "hubspot",
                .record(
                    SchemaRecord(
                        "`hubspot`",
                        [
                            token, .later("contacts", .text(.any), "Folder of contacts."),
                            .later("scans", .text(.any), "Name of the event."),
                        ])), "HubSpot."),
            .later(
                "ga4",
                .record(
                    SchemaRecord(
                        "`ga4`",
                        [
                            .later("id", .text(.any), "Measurement id."),
                            .later("secret", .text(.any), "API secret.", use: .secret),
                            .later("scans", .text(.any), "Name of the event."),
                        ])), "Google Analytics 4."),
            .later(
                "sendgrid",
                .record(
                    SchemaRecord("`sendgrid`", [token, .later("from", .text(.any), "Sender.")])), "SendGrid."),
        ],
        prefixed: (
            "hook:",
            .record(
                SchemaRecord(
                    "a hook",
                    [
                        .later("to", .text(.any), "Address.", use: .deployment),
                        .later("secret", .text(.any), "Signs what is sent.", use: .secret),
                        .later("events", .oneOrMore(.any), "What is told."),
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
