import Support

extension ManifestCodes {
    static let designs = [unknownDesign, designCycle, designColour, designContrast, designLength]

    static let unknownDesign = define(
        "unknown-design", "a design is used and nowhere described",
        "Designs are described under `designs`, and used by their names in `extends`, in `defaults` and in links.",
        bad:
            "domains: { go.example.org: {} }\ndesigns: { house: { modules: rounded } }\nlinks: { a: { to: https://example.org/, design: hause } }",
        mended:
            "domains: { go.example.org: {} }\ndesigns: { house: { modules: rounded } }\nlinks: { a: { to: https://example.org/, design: house } }"
    )
    static let designCycle = define(
        "design-cycle", "a design extends itself",
        "What a design does not say it takes from the one it extends. That must end somewhere.",
        bad: "designs:\n  house: { extends: label }\n  label: { extends: house }",
        mended: "designs:\n  house: { modules: rounded }\n  label: { extends: house }")
    static let designColour = define(
        "design-colour", "a colour can't be used",
        """
        A colour is written in quotes, because # begins a comment in YAML: "#5b0f1f", "#fff", or a name such as black, navy,
        maroon. For print it may say its parts and its spot colour: { rgb: "#5b0f1f", cmyk: [0, 90, 60, 50], spot: PANTONE 188 C }.
        A gradient has two colours or more: { linear: ["#b01030", "#201060"], angle: 45 } or { radial: [navy, teal] }.
        """,
        bad: "designs: { house: { ink: \"5b0f1f\" } }", mended: "designs: { house: { ink: \"#5b0f1f\" } }")
    static let designContrast = define(
        "design-contrast", "the colours of a design can't be told apart",
        """
        Readers tell dark from light, not red from green. The contrast is that of the least dark ink with the least light
        paper, as in WCAG: from 1 : 1 to 21 : 1. Below 2.5 : 1 a design is refused, below 4 : 1 there is a warning. Light
        modules on dark paper are read by few; who wants them writes `inverted: true`.
        """,
        bad: "designs: { house: { ink: \"#e08090\", paper: \"#ffffff\" } }",
        mended: "designs: { house: { ink: \"#5b0f1f\", paper: \"#ffffff\" } }")
    static let designLength = define(
        "design-length", "a length can't be used",
        "Lengths have a unit: mm, cm, m or in.",
        bad: "designs: { label: { print: 12 } }", mended: "designs: { label: { print: 12mm } }")
}
