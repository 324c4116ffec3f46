import Foundation
import Site
import Support
import TestSupport
import Testing

@testable import Build

@Suite("Tokens of scan limits")
struct TokenStoreTests {
    let state = TemporaryFolder()

    private func ticket(_ limit: Int, link: Int = 0) -> TokenStore.Ticket {
        TokenStore.Ticket(link: link, host: "go.example", id: "00000000000000a\(link)", limit: limit)
    }

    private var store: TokenStore { TokenStore(state: state.path, access: .init()) }
    private var folder: String { state.path + "/tokens/go.example/00000000000000a0" }

    private func openTokens() throws -> [String] { try Files.names(in: folder) }

    /// What nginx does with `count` scans.
    private func take(_ count: Int) throws {
        for name in try openTokens().shuffled().prefix(count) { try Files.remove(folder + "/" + name) }
    }

    private func row(_ limit: Int, _ counted: Int? = nil) throws -> [Int] {
        let counted = counted.map { [0: $0] } ?? [:]
        let row = try #require(try store.sync([ticket(limit)], counted: counted).first)
        #expect(try store.rows([ticket(limit)], counted: counted) == [row])
        return [row.total, row.used, row.left]
    }

    @Test("a limit becomes as many empty files, each once")
    func fresh() throws {
        #expect(try store.rows([ticket(3)])[0].left == 0)
        #expect(try row(3) == [3, 0, 3])
        #expect(try openTokens() == ["0001", "0002", "0003"])
        #expect(try Files.read(folder + ".issued") == Array("3\n".utf8))
        try take(2)
        #expect(try row(3) == [3, 2, 1])
        try take(1)
        #expect(try row(3) == [3, 3, 0])
        #expect(try openTokens().isEmpty)
    }

    @Test(
        "a raised limit adds what is missing, a lowered one takes back from what is left and never touches what is used"
    )
    func changes() throws {
        #expect(try row(10) == [10, 0, 10])
        try take(4)
        #expect(try row(12) == [12, 4, 8])
        #expect(try row(6) == [6, 4, 2])
        #expect(try row(3) == [3, 4, 0])
        // Four are used: of five one is left, whatever was taken back before.
        #expect(try row(5) == [5, 4, 1])
        #expect(try row(100) == [100, 4, 96])
        // Taken back ones were given again, not made anew.
        #expect(try Files.read(folder + ".issued") == Array("100\n".utf8))
    }

    @Test("topping up and revoking last until they are changed, whatever runs in between")
    func adjusted() throws {
        func change(_ change: TokenStore.Change) throws -> [Int] {
            let row = try store.sync([ticket(5)], extra: [0: change])[0]
            return [row.total, row.used, row.left]
        }
        #expect(try row(5) == [5, 0, 5])
        try take(2)
        #expect(try change(.add(10)) == [15, 2, 13])
        #expect(try row(5) == [15, 2, 13])
        #expect(try change(.revoke) == [2, 2, 0])
        #expect(try row(5) == [2, 2, 0])
        #expect(try row(6) == [3, 2, 1])
        #expect(try change(.add(4)) == [6, 2, 4])
    }

    @Test("a single scan is always the file that nginx looks for")
    func once() throws {
        #expect(try row(1) == [1, 0, 1])
        try take(1)
        let row = try store.sync([ticket(1)], extra: [0: .add(1)])[0]
        #expect(row.left == 1)
        #expect(try openTokens() == ["0001"])
    }

    @Test("above a thousand the log counts until five hundred are left; those are exact")
    func hybrid() throws {
        #expect(try row(5000) == [5000, 0, 5000])
        #expect(try Files.status(folder + ".open") != nil && openTokens().isEmpty)
        #expect(try row(5000, 3000) == [5000, 3000, 2000])
        // Without word of the log nothing changes.
        #expect(try row(5000)[1] == 3000)
        #expect(try row(5000, 4400) == [5000, 4400, 600])
        #expect(try Files.status(folder + ".open") != nil)
        #expect(try row(5000, 4600) == [5000, 4600, 400])
        #expect(try Files.status(folder + ".open") == nil && openTokens().count == 400)
        try take(100)
        // 30 scans came while the log was behind; it now has them, and 90 of the tokens.
        #expect(try row(5000, 4720) == [5000, 4720, 280])
        #expect(try row(5000, 4730) == [5000, 4730, 270])
        try take(270)
        #expect(try row(5000, 5000) == [5000, 5000, 0])
        // Raised: the log counts again.
        #expect(try row(9000, 5000) == [9000, 5000, 4000])
        #expect(try Files.status(folder + ".open") != nil)
        #expect(try row(9000, 8900) == [9000, 8900, 100])
    }

    @Test("a limit that grows over a thousand keeps what was used")
    func grows() throws {
        #expect(try row(100) == [100, 0, 100])
        try take(60)
        #expect(try row(2000) == [2000, 60, 1940])
        #expect(try Files.status(folder + ".open") != nil && openTokens().isEmpty)
        #expect(try row(2000, 1960) == [2000, 1960, 40])
        #expect(try openTokens().count == 40)
    }

    @Test("what a killed run left half done is finished or thrown away; nothing is lost, nothing too much")
    func remains() throws {
        #expect(try row(3) == [3, 0, 3])
        // Made, but not issued.
        try Files.makeDirectory(folder + ".kept")
        for name in ["0004", "0005"] { try Files.create(folder + ".kept/" + name, []) }
        #expect(try row(3) == [3, 0, 3])
        #expect(try Files.names(in: folder + ".kept").isEmpty)
        // Issued, but not given.
        for name in ["0004", "0005"] { try Files.create(folder + ".kept/" + name, []) }
        try Files.replace(folder + ".issued", Array("5\n".utf8))
        #expect(try row(5) == [5, 0, 5])
        #expect(try openTokens().count == 5)
    }

    @Test("a number that is none is never guessed at")
    func damaged() throws {
        #expect(try row(3) == [3, 0, 3])
        try Files.replace(folder + ".issued", Array("many".utf8))
        #expect(throws: TokenError.damaged(path: folder + ".issued", link: 0)) { try store.sync([ticket(3)]) }
    }

    @Test("random limits, top-ups, revocations and scans keep to the arithmetic")
    func arithmetic() throws {
        var random = SplitMix(seed: 31)
        var (used, extra, limit) = (0, 0, 5)
        for _ in 0..<300 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0: limit = Int.random(in: 1...40, using: &random)
            case 1:
                let more = Int.random(in: 1...9, using: &random)
                extra += more
                try store.sync([ticket(limit)], extra: [0: .add(more)])
            case 2 where Int.random(in: 0..<5, using: &random) == 0:
                extra = used - limit
                try store.sync([ticket(limit)], extra: [0: .revoke])
            default:
                let some = min(try openTokens().count, Int.random(in: 0...3, using: &random))
                try take(some)
                used += some
            }
            let total = max(0, limit + extra)
            let expected = [total, used, max(0, total - used)]
            #expect(try row(limit) == expected)
            #expect(try openTokens().count == expected[2])
        }
    }
}
