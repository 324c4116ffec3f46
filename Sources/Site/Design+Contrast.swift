extension Design {
    /// What is wrong with its colours.
    public struct ContrastProblem: Equatable, Sendable {
        /// Readers fail; else they fail in bad light only.
        public let isError: Bool
        /// What is wrong: lower case, no full stop.
        public let summary: String
        /// What to do.
        public let help: String
    }

    /// What readers can't tell apart: below a contrast of 2.5 : 1 they fail, below 4 : 1 in bad light. `nil`: nothing, or
    /// the paper is transparent and nobody says what it lies on. Contrast is that of WCAG 2.2, of the worst pair of colours.
    public var contrastProblem: ContrastProblem? {
        let papers = (paper == .none ? ground.map { [$0] } ?? [] : paper.colours).map(\.luminance)
        guard let darkest = papers.min(), let lightest = papers.max() else { return nil }
        var warning: ContrastProblem?
        for (name, paint) in [("the ink", ink), ("the eyes' ink", frameInk), ("the eyes' ball-ink", ballInk)] {
            let inks = (paint?.colours ?? []).map(\.luminance)
            guard let least = inks.min(), let most = inks.max() else { continue }
            let darkOnLight = (darkest + 0.05) / (most + 0.05)
            let lightOnDark = (least + 0.05) / (lightest + 0.05)
            let (ratio, reversed) = isInverted ? (lightOnDark, darkOnLight) : (darkOnLight, lightOnDark)
            if reversed >= 2 {
                return ContrastProblem(
                    isError: true,
                    summary: isInverted
                        ? "\(name) is darker than the paper, though it says inverted"
                        : "\(name) is lighter than the paper: many readers can't read that",
                    help: isInverted
                        ? "remove 'inverted', or exchange the colours"
                        : "exchange the colours; if it must be so, say that it is inverted")
            }
            guard ratio < 4 else { continue }
            let tenths = Int((max(1, ratio) * 10).rounded(.down))
            let contrast = "\(tenths / 10).\(tenths % 10) : 1"
            if ratio < 2.5 {
                return ContrastProblem(
                    isError: true, summary: "\(name) can't be told from the paper: their contrast is \(contrast)",
                    help: "take a darker ink or a lighter paper: 4 : 1 is good, below 2.5 : 1 readers fail")
            }
            warning =
                warning
                ?? ContrastProblem(
                    isError: false, summary: "\(name) has little contrast with the paper: \(contrast)",
                    help: "4 : 1 is good; in bad light cameras see half of it")
        }
        return warning
    }
}
