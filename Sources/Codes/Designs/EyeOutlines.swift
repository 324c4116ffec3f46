import Site

/// The finder patterns: always areas of their own, never separate modules, which readers would not find.
enum EyeOutlines {
    /// Corner of the code at which an eye is.
    enum Place: CaseIterable {
        case topLeft, topRight, bottomLeft
    }

    /// A ring of 7 modules, one module thick, to be filled by the even-odd rule; from the eye's top left corner.
    static func frame(_ shape: Design.EyeFrame, _ place: Place) -> Outline {
        var outline = Outline()
        let square = [0.0, 0, 0, 0]
        switch shape {
        case .square: ring(&outline, square, square)
        case .rounded: ring(&outline, all(2.1), all(1.15))
        case .circle: ring(&outline, all(3.5), all(2.5))
        case .squircle: ring(&outline, all(3.5), all(2.5), pull: 0.88)
        case .leaf: ring(&outline, turned([0, 2.6, 0, 2.6], place), turned([0, 1.65, 0, 1.65], place))
        case .drop: ring(&outline, turned([0, 2.6, 2.6, 2.6], place), turned([0, 1.65, 1.65, 1.65], place))
        case .petal: ring(&outline, turned([2.8, 2.8, 0, 2.8], place), turned([1.85, 1.85, 0, 1.85], place))
        case .octagon:
            // The ring is one module thick at its cut corners, too: the inner cut is 2 − √2 shorter.
            outline.octagon(0, 0, 7, cut: 2)
            outline.octagon(1, 1, 5, cut: 1.414)
        }
        return outline
    }

    /// A ball of about 3 modules for a frame, from the eye's top left corner.
    ///
    /// Readers look for dark and light as 1 : 1 : 3 : 1 : 1 along the diagonals, too: zxing allows each part three
    /// quarters of a module. A disc of 3 modules is too small for that in a square frame, the corners of a square reach
    /// too far in a round one. So discs are a little larger, and corners draw back in round frames.
    static func ball(_ shape: Design.EyeBall, in frame: Design.EyeFrame, _ place: Place) -> Outline {
        var outline = Outline()
        let isRound = [.circle, .drop, .petal, .octagon].contains(frame)
        func filled(_ side: Double, _ radii: [Double], pull: Double = Outline.kappa) {
            outline.rectangle(3.5 - side / 2, 3.5 - side / 2, side, side, radii: radii, pull: pull)
        }
        let (side, radius) = isRound ? (2.62, 1.0) : (3.0, 1.05)
        switch shape {
        case .square: filled(isRound || frame == .leaf ? 2.62 : 3, all(0))
        case .rounded: filled(3, all(0.9))
        case .circle: outline.disc(Point(3.5, 3.5), 1.65)
        case .squircle: filled(3, all(1.5), pull: 0.88)
        case .leaf: filled(side, turned([0, radius, 0, radius], place))
        case .drop: filled(side, turned([0, radius, radius, radius], place))
        case .petal: filled(side, turned([radius, radius, 0, radius], place))
        case .octagon: outline.octagon(2, 2, 3, cut: 0.62)
        case .gem:
            let cut = isRound ? 0.6 : 0.7
            let (low, high) = (3.5 - side / 2, 3.5 + side / 2)
            let corners = [
                (low, low), (high - cut, low), (high, low + cut), (high, high), (low + cut, high), (low, high - cut),
            ]
            outline.polygon(
                corners.map { Point(place == .topRight ? 7 - $0.0 : $0.0, place == .bottomLeft ? 7 - $0.1 : $0.1) })
        case .star:
            // Eight points on a circle of 1.73, notches on one of 1.42.
            let directions = [
                (1.0, 0.0), (0.923880, 0.382683), (0.707107, 0.707107), (0.382683, 0.923880), (0, 1),
                (-0.382683, 0.923880), (-0.707107, 0.707107), (-0.923880, 0.382683), (-1, 0), (-0.923880, -0.382683),
                (-0.707107, -0.707107), (-0.382683, -0.923880), (0, -1), (0.382683, -0.923880), (0.707107, -0.707107),
                (0.923880, -0.382683),
            ]
            outline.polygon(
                directions.enumerated().map { index, direction in
                    let radius = index % 2 == 0 ? 1.73 : 1.42
                    return Point(3.5 + direction.0 * radius, 3.5 + direction.1 * radius)
                })
        }
        return outline
    }

    private static func ring(
        _ outline: inout Outline, _ outer: [Double], _ inner: [Double], pull: Double = Outline.kappa
    ) {
        outline.rectangle(0, 0, 7, 7, radii: outer, pull: pull)
        outline.rectangle(1, 1, 5, 5, radii: inner, pull: pull)
    }

    private static func all(_ radius: Double) -> [Double] { [radius, radius, radius, radius] }

    /// Radii of the eye at the top left, mirrored for another place.
    private static func turned(_ radii: [Double], _ place: Place) -> [Double] {
        switch place {
        case .topLeft: radii
        case .topRight: [radii[1], radii[0], radii[3], radii[2]]
        case .bottomLeft: [radii[3], radii[2], radii[1], radii[0]]
        }
    }
}
