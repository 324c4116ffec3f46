public import Site

/// The code of a Swiss QR-bill (SIX Implementation Guidelines 2.3, section 6.4): 46 mm wide without its quiet zone of 5 mm, black
/// on white, with the Swiss cross of 7 mm in the middle, which lies on the modules.
public enum SwissCross {
    /// The design of a code of `size` modules.
    public static func design(size: Int) -> Design {
        // Black square with a white cross and a white edge; the arms are a sixth longer than wide.
        let cross = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 198 198"><path fill="#fff" d="M0 0h198v198H0z"/>\
            <path d="M14 14h170v170H14z"/><path fill="#fff" d="M82.5 44h33v110h-33z"/><path fill="#fff" d="M44 82.5h110v33H44z"/></svg>
            """
        var design = Design(name: "swiss-bill")
        var logo = Design.Logo(file: LogoFile(path: "swiss-cross.svg", bytes: Array(cross.utf8)))
        logo.size = 7.0 / 46
        logo.margin = 0
        logo.clears = false
        design.logo = logo
        design.level = .M
        let zone = (5 * size + 45) / 46
        design.quietZone = zone
        design.print = 46 * Double(size + 2 * zone) / Double(size)
        return design
    }
}
