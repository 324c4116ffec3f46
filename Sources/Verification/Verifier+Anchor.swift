public import Ethereum

extension Verifier {
    /// What a chain's nodes are asked about an anchor, and how many must confirm it.
    public struct AnchorWitnesses: Sendable {
        /// Asks the nodes.
        public var ask: @Sendable (ProvenAnchor) -> ChainConfirmation
        /// How many must confirm.
        public var needed: Int

        /// Nodes, of which `needed` must confirm; at least one.
        public init(needed: Int, ask: @escaping @Sendable (ProvenAnchor) -> ChainConfirmation) {
            self.needed = max(1, needed)
            self.ask = ask
        }
    }

    /// The time that a proof gives by itself, in seconds since 1970.
    public static func anchorTime(_ trust: AnchorTrust) -> @Sendable ([UInt8], [UInt8]) -> Int? {
        { proof, value in
            guard let value = Bytes32(value), let anchor = try? trust.proven(proof, value: value) else { return nil }
            return Int(clamping: anchor.time)
        }
    }

    /// A check of anchors on chains of Ethereum's kind.
    ///
    /// The proof alone shows that *some* block carries the value; anybody can make up a block. It holds only when the block
    /// is pinned or enough nodes confirm it, and it fails when a node that answers knows better. With neither it stays
    /// unknown, or fails where an anchor is needed.
    public static func anchorCheck(
        _ trust: AnchorTrust, witnesses: AnchorWitnesses? = nil, isNeeded: Bool = false
    ) -> AnchorCheck {
        { proof, value in
            guard let value = Bytes32(value) else { return .fails("the value is no SHA-256") }
            let anchor: ProvenAnchor
            do { anchor = try trust.proven(proof, value: value) } catch { return .fails("\(error)") }
            let what =
                "existed before \(anchor.time) (seconds since 1970), by block \(anchor.blockNumber) of chain \(anchor.chainID)"
            if trust.isPinned(anchor) { return .holds("\(what); the block is pinned") }
            guard let witnesses else {
                let text = "\(what); internally valid, chain not consulted"
                return isNeeded ? .fails(text) : .unknown(text)
            }
            let answer = witnesses.ask(anchor)
            if answer.contradicting > 0 {
                return .fails(
                    "\(answer.contradicting) node(s) do not have block \(anchor.blockNumber), \(anchor.blockHash), as final"
                )
            }
            guard answer.confirming >= witnesses.needed else {
                let text = "\(what); confirmed by \(answer.confirming) node(s), where \(witnesses.needed) are needed"
                return isNeeded ? .fails(text) : .unknown(text)
            }
            return .holds("\(what); confirmed by \(answer.confirming) node(s)")
        }
    }
}
