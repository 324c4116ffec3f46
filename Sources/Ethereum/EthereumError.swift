/// What can be wrong with a key, a transaction, a header or a proof.
public enum EthereumError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not RLP, or not in its one canonical form; the text says what.
    case encoding(String)
    /// Not an address; the text says what.
    case address(String)
    /// A secret key out of range, or a signature that no key can have made.
    case key(String)
    /// Not a keystore this program can open; the text says what.
    case keystore(String)
    /// The passphrase does not open the keystore.
    case wrongPassphrase
    /// Not a transaction of type 2; the text says what.
    case transaction(String)
    /// Not a block header; the text says what.
    case header(String)
    /// A trie proof that does not prove; the text says why.
    case proof(String)
    /// Not an anchor bundle, or one whose parts contradict each other; the text says what.
    case bundle(String)

    /// For people: lower case, no full stop.
    public var description: String {
        switch self {
        case .encoding(let what): "malformed RLP: \(what)"
        case .address(let what): "not an address: \(what)"
        case .key(let what), .keystore(let what): what
        case .wrongPassphrase: "the passphrase does not open the keystore"
        case .transaction(let what): "not a transaction: \(what)"
        case .header(let what): "not a block header: \(what)"
        case .proof(let what): "the state proof does not hold: \(what)"
        case .bundle(let what): "the anchor bundle does not hold: \(what)"
        }
    }
}
