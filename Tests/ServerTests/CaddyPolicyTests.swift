import Foundation
import Redirects
import Site
import Support
import Testing

@Suite(.serialized, .enabled(if: serversAreWanted))
struct `Policies on a real Caddy` {
    @Test func `answer thousands of random requests as the simulator says`() throws {
        var comparison = PolicyComparison(server: .caddy)
        for seed in 0..<8 {
            try comparison.run(seed: UInt64(seed), links: seed % 4 == 3 ? 1_500 : 150, requests: 2_600)
        }
        comparison.expectVariety()
    }
}
