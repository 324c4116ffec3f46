public import QRCode

/// Draws symbols with half-block characters, two rows of modules to a line of text.
public enum TerminalWriter {
    /// How dark and light come about on the terminal.
    public enum Style: Sendable, CaseIterable {
        /// Black and white set by ANSI escape sequences: right on every terminal with 256 colours.
        case colour
        /// Without escape sequences, for light text on a dark ground: blocks are the light modules.
        case plainOnDark
        /// Without escape sequences, for dark text on a light ground: blocks are the dark modules.
        case plainOnLight
    }

    /// The lines, each with its line end.
    /// - Parameters:
    ///   - symbol: what to draw.
    ///   - style: see ``Style``; a terminal that shows no colours does not tell its ground, so that the caller has to
    ///     know.
    ///   - quietZone: in modules; `nil` for what the kind of symbol needs (4, Micro QR 2).
    public static func text(
        _ symbol: Symbol, style: Style, quietZone: Int? = nil
    ) throws(CodeFileError) -> String {
        let quietZone = quietZone ?? symbol.quietZone
        guard quietZone >= 0 else { throw .negativeQuietZone(quietZone) }
        let range = -quietZone..<symbol.size + quietZone
        func isDark(_ x: Int, _ y: Int) -> Bool {
            x >= 0 && y >= 0 && x < symbol.size && y < symbol.size && symbol[x, y]
        }
        var text = ""
        for y in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            // Colours 16 and 231 are black and white in the fixed part of the palette, which themes leave alone.
            if style == .colour { text += "\u{1B}[38;5;16;48;5;231m" }
            for x in range {
                // With an odd number of rows the quiet zone gets one more at the bottom.
                let (upper, lower) = (isDark(x, y), isDark(x, y + 1))
                let (inkAbove, inkBelow) = style == .plainOnDark ? (!upper, !lower) : (upper, lower)
                switch (inkAbove, inkBelow) {
                case (true, true): text += "█"
                case (true, false): text += "▀"
                case (false, true): text += "▄"
                case (false, false): text += " "
                }
            }
            if style == .colour { text += "\u{1B}[0m" }
            text += "\n"
        }
        return text
    }
}
