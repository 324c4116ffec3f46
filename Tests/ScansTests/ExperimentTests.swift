// swift-format-ignore-file: LineLength
import Scans
import Testing

@Suite struct ExperimentTests {
    typealias Arm = ProportionTest.Arm

    @Test(
        "two proportions are compared as scipy does",
        arguments: [
            (Arm(n: 1000, conversions: 50), Arm(n: 1000, conversions: 70), 1.883109, 0.059686, 0.073232, 0.9698),
            (Arm(n: 2400, conversions: 120), Arm(n: 2350, conversions: 165), 2.932776, 0.003359, 0.004013, 0.9983),
            (Arm(n: 100, conversions: 5), Arm(n: 100, conversions: 9), 1.108548, 0.267625, 0.406764, 0.0),
        ])
    func vectors(a: Arm, b: Arm, z: Double, p: Double, fisher: Double, better: Double) {
        let result = ProportionTest.z(a, b)
        #expect(abs(result.z - z) < 1e-6 && abs(result.p - p) < 1e-6)
        #expect(abs(ProportionTest.fisher(a, b) - fisher) < 1e-6)
        if better > 0 { #expect(abs(ProportionTest.probabilityBetter(a, b) - better) < 5e-4) }
        #expect(abs(ProportionTest.probabilityBetter(a, b) + ProportionTest.probabilityBetter(b, a) - 1) < 1e-6)
    }

    @Test("Wilson's interval and the sample ratio are those of the design")
    func others() throws {
        let a = ProportionTest.wilson(Arm(n: 1000, conversions: 50))
        let b = ProportionTest.wilson(Arm(n: 1000, conversions: 70))
        #expect(abs(a.low - 0.038130) < 1e-6 && abs(a.high - 0.065314) < 1e-6)
        #expect(abs(b.low - 0.055776) < 1e-6 && abs(b.high - 0.087515) < 1e-6)
        let ratio = try #require(ProportionTest.sampleRatio([5120, 4880], weights: [1, 1]))
        #expect(abs(ratio - 0.01640) < 1e-5)
        #expect(ProportionTest.sampleRatio([0, 0], weights: [1, 1]) == nil)
        let three = try #require(ProportionTest.sampleRatio([100, 100, 100], weights: [1, 1, 1]))
        #expect(abs(three - 1) < 1e-12)
    }

    @Test("nothing to compare is said as such, and looking too early is")
    func edges() {
        #expect(ProportionTest.z(Arm(n: 0, conversions: 0), Arm(n: 5, conversions: 1)) == (0, 1))
        #expect(ProportionTest.fisher(Arm(n: 10, conversions: 0), Arm(n: 10, conversions: 0)) == 1)
        #expect(
            abs(ProportionTest.probabilityBetter(Arm(n: 0, conversions: 0), Arm(n: 0, conversions: 0)) - 0.5) < 1e-6)
        let experiment = ProportionTest.experiment(
            name: "x", goal: "buy",
            arms: [("a", Arm(n: 1000, conversions: 50), 1), ("b", Arm(n: 1000, conversions: 70), 1)], plannedN: 5000)
        #expect(experiment.isPeeking && experiment.variants[0].comparison == nil)
        #expect(experiment.variants[1].comparison?.fisher != nil && experiment.sampleRatioP == 1)
    }
}
