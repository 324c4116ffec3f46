public import Ethereum
public import Support

/// Why an anchor was not made, or not yet.
public enum AnchorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The node failed.
    case chain(ChainError)
    /// A key, signature or proof failed.
    case ethereum(EthereumError)
    /// A file failed.
    case file(FileError)
    /// The node is on another chain than the one asked for.
    case wrongChain(expected: UInt64, found: UInt64)
    /// There is no contract at the address.
    case noContract(Address)
    /// The contract's code is not one we know.
    case unknownContract(Address, codeHash: Bytes32)
    /// Gas is dearer than allowed, wei a unit.
    case feeAboveCap(needed: UInt128, cap: UInt128)
    /// The transaction could cost more than allowed, wei.
    case costAboveCap(needed: UInt128, cap: UInt128)
    /// The node wants more gas than such a transaction can need.
    case gasAboveCeiling(wanted: UInt64, ceiling: UInt64)
    /// The account has too little, wei.
    case insufficientFunds(Address, needed: UInt128, has: UInt128)
    /// The account has transactions waiting that no record here knows of.
    case strangersPending(Address, count: UInt64)
    /// Another transaction took the nonce for good, and the chain can't say whether ours was ever in a block.
    case nonceTaken(UInt64, path: String)
    /// The transaction was mined and failed.
    case reverted(Bytes32)
    /// A record that is not ours or was changed; the text says what.
    case record(path: String, String)
    /// Another process anchors with this folder.
    case busy(String)
    /// The key file can be read by others; its permission bits.
    case exposedKey(path: String, mode: UInt16)
    /// Not a checkpoint.
    case noCheckpoint

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .chain(let error): "\(error)"
        case .ethereum(let error): "\(error)"
        case .file(let error): "\(error)"
        case .wrongChain(let expected, let found): "the node is on chain \(found), not on chain \(expected)"
        case .noContract(let address): "there is no contract at \(address)"
        case .unknownContract(let address, let hash):
            "the contract at \(address) is not one we know: its code hash is \(hash)"
        case .feeAboveCap(let needed, let cap):
            "gas costs \(Wei.gwei(needed)) gwei a unit now, and at most \(Wei.gwei(cap)) gwei are allowed"
        case .costAboveCap(let needed, let cap):
            "it could cost \(Wei.ether(needed)) ether, and at most \(Wei.ether(cap)) ether are allowed"
        case .gasAboveCeiling(let wanted, let ceiling):
            "the node asks for \(wanted) units of gas, where \(ceiling) must be enough"
        case .insufficientFunds(let account, let needed, let has):
            "the account \(account) has \(Wei.ether(has)) ether, and \(Wei.ether(needed)) may be needed"
        case .strangersPending(let account, let count):
            "\(count) transaction(s) of \(account) wait that no record here knows of: one of them may be this anchor"
        case .nonceTaken(let nonce, let path):
            "another transaction of the account took nonce \(nonce); remove \(path) to send this one anew"
        case .reverted(let hash): "the transaction \(hash) was mined and failed"
        case .record(let path, let what): "\(path): \(what)"
        case .busy(let folder): "another process is anchoring with \(folder)"
        case .exposedKey(let path, let mode):
            "\(path) can be read by others (mode \(String(mode, radix: 8))): chmod 600 it"
        case .noCheckpoint: "not a signed note"
        }
    }
}

/// Amounts for people.
public enum Wei {
    /// In ether, without trailing zeros.
    public static func ether(_ wei: UInt128) -> String { decimal(wei, digits: 18) }
    /// In gwei, without trailing zeros.
    public static func gwei(_ wei: UInt128) -> String { decimal(wei, digits: 9) }

    private static func decimal(_ value: UInt128, digits: Int) -> String {
        let text = String(value)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        var fraction = padded.suffix(digits)
        while fraction.last == "0" { fraction.removeLast() }
        return padded.dropLast(digits) + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// Reads an amount in units of 10^`digits` wei, such as `0.001` ether; `nil` when it is none.
    public static func parse(_ text: String, digits: Int) -> UInt128? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, !whole.isEmpty, whole.count <= 12 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || !fraction.isEmpty, fraction.count <= digits,
            (whole + fraction).utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return UInt128(whole + fraction + String(repeating: "0", count: digits - fraction.count))
    }
}
