import Ethereum
import Support
import Testing

@testable import Anchoring

/// A contract with the interface and the storage of EAS (mapping at slot 2, Solidity's layout), assembled by hand. It is
/// not EAS: what it shows is that calls, layout and proofs are right on a real EVM for a contract of that shape.
@Suite("A contract with the storage of EAS", .enabled(if: judgesAreAsked))
struct EASLayoutTests {
    let setting: ChainSetting
    init() throws { setting = try ChainSetting() }

    /// Runtime code: `timestamp(bytes32)`, `getTimestamp(bytes32)`, and the revert of a value that is there already.
    private static var runtime: [UInt8] {
        let selectors = ["timestamp(bytes32)", "getTimestamp(bytes32)", "AlreadyTimestamped()"].map {
            TimestampInterface.selector($0)
        }
        // keccak(value ‖ 2): memory 0 … 63
        let slot: [UInt8] = [0x60, 4, 0x35, 0x60, 0, 0x52, 0x60, 2, 0x60, 0x20, 0x52, 0x60, 0x40, 0x60, 0, 0x20]
        let answer: [UInt8] = [0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xF3]
        func head(_ store: UInt8, _ get: UInt8) -> [UInt8] {
            [0x60, 0, 0x35, 0x60, 0xE0, 0x1C, 0x80, 0x63] + selectors[0] + [0x14, 0x60, store, 0x57, 0x63]
                + selectors[1]
                + [0x14, 0x60, get, 0x57, 0x60, 0, 0x60, 0, 0xFD]
        }
        let store = UInt8(head(0, 0).count)
        func storing(_ refuse: UInt8) -> [UInt8] {
            // JUMPDEST POP slot DUP1 SLOAD refuse JUMPI TIMESTAMP SWAP1 SSTORE TIMESTAMP answer
            [0x5B, 0x50] + slot + [0x80, 0x54, 0x60, refuse, 0x57, 0x42, 0x90, 0x55, 0x42] + answer
        }
        let get = store + UInt8(storing(0).count)
        let getting: [UInt8] = [0x5B] + slot + [0x54] + answer
        let refuse = get + UInt8(getting.count)
        let refusing: [UInt8] = [0x5B, 0x63] + selectors[2] + [0x60, 0, 0x52, 0x60, 4, 0x60, 0x1C, 0xFD]
        return head(store, get) + storing(refuse) + getting + refusing
    }

    /// Puts it on the chain.
    private func deploy() throws -> Address {
        let code = Self.runtime
        let length = UInt8(code.count)
        // CODECOPY the runtime code behind these twelve bytes, RETURN it.
        let creation: [UInt8] = [0x60, length, 0x60, 12, 0x60, 0, 0x39, 0x60, length, 0x60, 0, 0xF3]
        let key = try AnchorKey(secret: ChainSetting.deployer)
        let client = ChainClient(url: setting.chain.url)
        let nonce = try client.nonce(key.address, .latest)
        let transaction = Transaction(
            chainID: 31337, nonce: nonce, maxPriorityFeePerGas: 1_000_000_000, maxFeePerGas: 50_000_000_000,
            gasLimit: 300_000, to: nil, input: creation + code)
        try client.send(transaction.signed(by: key))
        try setting.chain.mine(4)
        let address = key.address.created(nonce: nonce)
        #expect(try client.code(address) == code)
        return address
    }

    @Test("is anchored into, proven offline by its layout, and a value that is there already is not paid for")
    func layout() throws {
        let contract = try deploy()
        let hash = Bytes32.keccak(Self.runtime)
        let value = Bytes32.keccak([7])
        guard
            case .final(let proven, let path, _?) = try setting.anchor(
                value, setting.policy(.eas(contract, codeHash: hash)))
        else {
            Issue.record("not final")
            return
        }
        #expect(try setting.paid() == 1)
        let bundle = try Files.read(path)
        let trust = AnchorTrust(chains: [31337], codeHashes: [hash])
        #expect(try trust.proven(bundle, value: value).time == proven.time)
        // Our own contract's layout gives another slot: its proof must not pass for this one.
        #expect(TimestampLayout.eas.storageKey(value) != TimestampLayout.timestamper.storageKey(value))
        #expect(throws: EthereumError.self) {
            try AnchorTrust(chains: [31337], codeHashes: [AnchorPolicy.timestamperCodeHash]).proven(
                bundle, value: value)
        }
        // Somebody else's value, found there: no second payment.
        let again = try setting.anchor(value, setting.policy(.eas(contract, codeHash: hash)), folder: "other")
        guard case .final(_, _, nil) = again else {
            Issue.record("paid for what was there: \(again)")
            return
        }
        #expect(try setting.paid() == 1)
    }
}
