import Site

extension ManifestLanguage {
    static let design = SchemaRecord(
        "a design",
        [
            SchemaKey("extends", .text(.any), "The design to begin with."),
            SchemaKey("ink", .either(.any, .record(paint)), "Colour of the dark modules, in quotes; or a gradient."),
            SchemaKey("paper", .either(.any, .record(paint)), "Colour of the light modules; none: transparent."),
            SchemaKey(
                "ground", .either(.any, .record(colour)),
                "What a code with transparent paper is printed on: judged with it, never drawn."),
            SchemaKey("modules", .text(.choice(Design.Modules.allCases.map(\.rawValue))), "Form of the modules."),
            SchemaKey(
                "eyes", .either(.choice(Design.EyeFrame.allCases.map(\.rawValue)), .record(eyes)),
                "Form of the finder patterns."),
            SchemaKey("logo", .either(.any, .record(logo)), "An image in the middle (PNG or SVG), or none."),
            SchemaKey(
                "frame", .either(.choice(["none"] + Design.Frame.Shape.allCases.map(\.rawValue)), .record(frame)),
                "What is around the code, with words that say what it is good for."),
            SchemaKey("inverted", .text(.boolean), "Light on dark, which many readers can't read."),
            SchemaKey("ecc", .text(.choice(["L", "M", "Q", "H"])), "Error correction at least; a logo may raise it."),
            SchemaKey("quiet-zone", .text(.integer(0...64)), "Light margin in modules."),
            SchemaKey("print", .text(.any), "Printed width of the whole picture: 20mm."),
            SchemaKey("dpi", .text(.integer(72...2400)), "Dots per inch of PNG with `print`; 300 by default."),
            SchemaKey("distance", .text(.any), "How far away people stand who scan it: 30cm."),
            SchemaKey("score", .text(.integer(0...100)), "Points its codes need at least; the site's by default."),
            SchemaKey("art", .either(.choice(["none"]), .record(art)), "An image that the code shows, or none."),
            .later(
                "prompt", .text(.any), "Words for an image that is generated.",
                instead: "no image is generated yet, so bring one of your own: art: { image: photo.jpg }"),
            .later(
                "seed", .text(.any), "Seed of an image that is generated.",
                instead: "an image of your own has it in its art: { image: photo.jpg, seed: 7 }"),
        ])

    static let art = SchemaRecord(
        "`art`",
        [
            SchemaKey("image", .text(.any), "The image, PNG or JPEG; its middle square is taken."),
            SchemaKey(
                "style", .text(.choice(Design.Art.Style.allCases.map(\.rawValue))), "How it is shown; blend by default."
            ),
            SchemaKey(
                "freedom", .text(.choice(Design.Art.Freedom.allCases.map(\.rawValue))),
                "Which bits of the symbol are chosen for it; pad by default."),
            SchemaKey("budget", .text(.any), "Share of the error correction that is spent on it: 30%."),
            SchemaKey(
                "strength", .text(.any), "How strongly the modules show: 60%; as little as readers bear by default."),
            SchemaKey("centre", .text(.any), "Side of the middle of a module that shows: 56%."),
            SchemaKey("version", .text(.integer(1...40)), "Version of the symbol at least: more modules, more image."),
            SchemaKey("seed", .text(.integer(0...1_000_000_000)), "Decides between equals; 1 by default."),
        ])

    static let paint = SchemaRecord(
        "a paint",
        colourKeys + [
            SchemaKey("linear", .list(.either(.any, .record(stop))), "Colours of a gradient along a line."),
            SchemaKey("radial", .list(.either(.any, .record(stop))), "Colours of a gradient from the middle outwards."),
            SchemaKey(
                "angle", .text(.integer(-360...360)), "Direction of the line in degrees: 0 to the right, 90 downwards."),
        ])

    static let stop = SchemaRecord(
        "a colour", colourKeys + [SchemaKey("at", .text(.any), "Its place in the gradient: 30%.")])

    static let colour = SchemaRecord("a colour", colourKeys)

    private static let colourKeys = [
        SchemaKey("rgb", .text(.any), "The colour on screens, in quotes: \"#5b0f1f\"."),
        SchemaKey("cmyk", .list(.text(.integer(0...100))), "Its parts in print, in percent: [0, 90, 60, 50]."),
        SchemaKey("spot", .text(.any), "Name of the spot colour that prints it: PANTONE 188 C."),
    ]

    static let eyes = SchemaRecord(
        "`eyes`",
        [
            SchemaKey("frame", .text(.choice(Design.EyeFrame.allCases.map(\.rawValue))), "Form of their frames."),
            SchemaKey("ball", .text(.choice(Design.EyeBall.allCases.map(\.rawValue))), "Form of their balls."),
            SchemaKey("ink", .either(.any, .record(paint)), "Paint of the frames; the modules' without it."),
            SchemaKey("ball-ink", .either(.any, .record(paint)), "Paint of the balls; the frames' without it."),
        ])

    static let logo = SchemaRecord(
        "`logo`",
        [
            SchemaKey("file", .text(.any), "PNG or SVG."),
            SchemaKey("size", .text(.any), "Its longer side as a part of the code's: 22%."),
            SchemaKey("margin", .text(.any), "Room around it, in modules: 0.5."),
            SchemaKey("clear", .text(.boolean), "Whether modules under it are left out; true by default."),
        ])

    static let frame = SchemaRecord(
        "`frame`",
        [
            SchemaKey("shape", .text(.choice(Design.Frame.Shape.allCases.map(\.rawValue))), "Its form."),
            SchemaKey("text", .text(.any), "The call to action: Scan me."),
            SchemaKey("colour", .either(.any, .record(colour)), "Colour of lines and bands; the ink's without it."),
            SchemaKey("text-colour", .either(.any, .record(colour)), "Colour of the text."),
        ])
}
