internal import Glibc

/// The statistics of A/B tests: what a report says about two proportions.
public enum ProportionTest {
    /// Counts of one variant.
    public struct Arm: Sendable, Equatable {
        /// Visitors.
        public var n: Int
        /// How many of them reached the goal, at most ``n``.
        public var conversions: Int
        /// A variant; what is out of range is clamped.
        public init(n: Int, conversions: Int) {
            self.n = max(0, n)
            self.conversions = min(max(0, conversions), max(0, n))
        }
        /// `conversions / n`, 0 without visitors.
        public var rate: Double { n == 0 ? 0 : Double(conversions) / Double(n) }
    }

    /// The pooled two-proportion z of `b` against `a`, and its two-sided p; 0 and 1 when nothing can be said.
    public static func z(_ a: Arm, _ b: Arm) -> (z: Double, p: Double) {
        guard a.n > 0, b.n > 0 else { return (0, 1) }
        let pooled = Double(a.conversions + b.conversions) / Double(a.n + b.n)
        let variance = pooled * (1 - pooled) * (1 / Double(a.n) + 1 / Double(b.n))
        guard variance > 0 else { return (0, 1) }
        let z = (b.rate - a.rate) / variance.squareRoot()
        return (z, erfc(abs(z) / 2.0.squareRoot()))
    }

    /// The Wilson score interval at 95 % (Wilson 1927).
    public static func wilson(_ arm: Arm) -> (low: Double, high: Double) {
        guard arm.n > 0 else { return (0, 1) }
        let z = 1.959963984540054
        let n = Double(arm.n)
        let center = (arm.rate + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (arm.rate * (1 - arm.rate) / n + z * z / (4 * n * n)).squareRoot()
        return (max(0, center - half), min(1, center + half))
    }

    /// The two-sided p of Fisher's exact test: the sum of all tables as unlikely as this one, or more.
    /// - Complexity: O(conversions).
    public static func fisher(_ a: Arm, _ b: Arm) -> Double {
        guard a.n > 0, b.n > 0 else { return 1 }
        let successes = a.conversions + b.conversions
        let low = max(0, successes - b.n)
        let high = min(a.n, successes)
        let all = logChoose(a.n + b.n, successes)
        func log(_ k: Int) -> Double { logChoose(a.n, k) + logChoose(b.n, successes - k) - all }
        let observed = log(a.conversions)
        var p = 0.0
        for k in low...high where log(k) <= observed + 1e-7 { p += exp(log(k)) }
        return min(1, p)
    }

    /// The probability that `b` is better than `a`, both with Beta(1,1) priors: by integrating over the rate of `a`.
    ///
    /// Simpson's rule over ±9 standard deviations of a's posterior, with the incomplete beta function for b.
    public static func probabilityBetter(_ a: Arm, _ b: Arm) -> Double {
        let (alphaA, betaA) = (Double(a.conversions + 1), Double(a.n - a.conversions + 1))
        let (alphaB, betaB) = (Double(b.conversions + 1), Double(b.n - b.conversions + 1))
        let mean = alphaA / (alphaA + betaA)
        let deviation = (alphaA * betaA / ((alphaA + betaA) * (alphaA + betaA) * (alphaA + betaA + 1))).squareRoot()
        let low = max(0, mean - 9 * deviation)
        let high = min(1, mean + 9 * deviation)
        let steps = 2000
        let width = (high - low) / Double(steps)
        let constant = lgamma(alphaA + betaA) - lgamma(alphaA) - lgamma(betaA)
        var sum = 0.0
        for i in 0...steps {
            let x = low + Double(i) * width
            let density: Double
            if x <= 0 {
                density = alphaA == 1 ? exp(constant) : 0
            } else if x >= 1 {
                density = betaA == 1 ? exp(constant) : 0
            } else {
                density = exp(constant + (alphaA - 1) * Glibc.log(x) + (betaA - 1) * log1p(-x))
            }
            let weight = i == 0 || i == steps ? 1.0 : i % 2 == 1 ? 4.0 : 2.0
            sum += weight * density * (1 - incompleteBeta(x, alphaB, betaB))
        }
        return min(1, max(0, sum * width / 3))
    }

    /// The p of the χ² test that the counts have these shares: below 0.01 the split itself is broken.
    public static func sampleRatio(_ counts: [Int], weights: [Double]) -> Double? {
        let total = Double(counts.reduce(0, +))
        let sum = weights.reduce(0, +)
        guard counts.count == weights.count, counts.count >= 2, total > 0, sum > 0, weights.allSatisfy({ $0 > 0 })
        else {
            return nil
        }
        var statistic = 0.0
        for (count, weight) in zip(counts, weights) {
            let expected = total * weight / sum
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
        }
        return upperGamma(Double(counts.count - 1) / 2, statistic / 2)
    }

    /// The comparison of variants as a report shows it. The first is the one the others are compared with.
    public static func experiment(
        name: String, goal: String, arms: [(name: String, arm: Arm, weight: Double)], plannedN: Int? = nil
    ) -> ScanReport.Experiment {
        let sum = arms.reduce(0) { $0 + $1.weight }
        let variants = arms.enumerated().map { index, entry in
            let interval = wilson(entry.arm)
            var comparison: ScanReport.Experiment.Comparison?
            if index > 0, let first = arms.first?.arm {
                let (z, p) = z(first, entry.arm)
                let pooled = Double(first.conversions + entry.arm.conversions) / Double(max(1, first.n + entry.arm.n))
                let least = min(pooled, 1 - pooled) * Double(min(first.n, entry.arm.n))
                comparison = .init(
                    z: z, p: p, fisher: least < 5 || first.n + entry.arm.n < 100_000 ? fisher(first, entry.arm) : nil,
                    probabilityBetter: probabilityBetter(first, entry.arm))
            }
            return ScanReport.Experiment.Variant(
                name: entry.name, n: entry.arm.n, conversions: entry.arm.conversions, rate: entry.arm.rate,
                low: interval.low, high: interval.high, weight: sum > 0 ? entry.weight / sum : 0, comparison: comparison
            )
        }
        let n = arms.reduce(0) { $0 + $1.arm.n }
        return ScanReport.Experiment(
            name: name, goal: goal, variants: variants,
            sampleRatioP: sampleRatio(arms.map(\.arm.n), weights: arms.map(\.weight)), plannedN: plannedN,
            isPeeking: plannedN.map { n < $0 } ?? true)
    }

    private static func logChoose(_ n: Int, _ k: Int) -> Double {
        lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
    }

    /// The regularised incomplete beta function by its continued fraction (Lentz; DLMF 8.17.22).
    private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let front =
            exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * Glibc.log(x) + b * log1p(-x)) / a
        let tiny = 1e-300
        var c = 1.0
        var d = 1 - (a + b) * x / (a + 1)
        if abs(d) < tiny { d = tiny }
        d = 1 / d
        var result = d
        for i in 1..<10_000 {
            let m = Double(i)
            var term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 + term * d
            c = 1 + term / c
            if abs(d) < tiny { d = tiny }
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            result *= d * c
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 + term * d
            c = 1 + term / c
            if abs(d) < tiny { d = tiny }
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            result *= d * c
            if abs(d * c - 1) < 1e-14 { break }
        }
        return front * result
    }

    /// The regularised upper incomplete gamma function (DLMF 8.11.4 and 8.9.2).
    private static func upperGamma(_ a: Double, _ x: Double) -> Double {
        if x <= 0 { return 1 }
        let front = exp(a * Glibc.log(x) - x - lgamma(a))
        if x < a + 1 {
            var term = 1 / a
            var sum = term
            for i in 1..<1000 {
                term *= x / (a + Double(i))
                sum += term
                if term < sum * 1e-16 { break }
            }
            return max(0, 1 - front * sum)
        }
        var b = x + 1 - a
        var c = 1e300
        var d = 1 / b
        var result = d
        for i in 1..<1000 {
            let n = -Double(i) * (Double(i) - a)
            b += 2
            d = n * d + b
            if abs(d) < 1e-300 { d = 1e-300 }
            c = b + n / c
            if abs(c) < 1e-300 { c = 1e-300 }
            d = 1 / d
            result *= d * c
            if abs(d * c - 1) < 1e-15 { break }
        }
        return front * result
    }
}
