/// The address that a password opens: the link's path, a slash, and the capability that its page derived from the
/// password, 32 hex digits.
enum PasswordPath {
    /// How many digits the capability has: 128 bits.
    static let digits = 32

    /// What stands before the last slash of a folded path, and the capability behind it.
    static func split(_ key: [UInt8]) -> (prefix: ArraySlice<UInt8>, token: String)? {
        guard key.count > digits + 1 else { return nil }
        let token = key[(key.count - digits)...]
        guard key[key.count - digits - 1] == UInt8(ascii: "/"), token.allSatisfy({ hexValue($0) != nil }) else {
            return nil
        }
        return (key[..<(key.count - digits - 1)], String(decoding: token, as: UTF8.self))
    }
}
