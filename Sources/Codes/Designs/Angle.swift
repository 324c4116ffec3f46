internal import Glibc

/// Angles on paper.
enum Angle {
    /// Where an angle points: 0 to the right, 90 downwards. Rounded to a millionth, so that every machine's answer is the
    /// same.
    static func direction(degrees: Double) -> (x: Double, y: Double) {
        let radians = degrees * Double.pi / 180
        func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
        return (rounded(cos(radians)), rounded(sin(radians)))
    }
}
