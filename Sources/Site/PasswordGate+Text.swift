extension Policy.PasswordGate {
    /// What a password gate's text begins with.
    static let mark = "wayseal-password"

    /// Why a text is no password gate. Never tells the text itself: it is a secret.
    public enum Problem: Error, Equatable, Sendable {
        /// It does not begin with `wayseal-password:`; perhaps the password itself.
        case notDerived
        /// A version that this program doesn't know.
        case unknownVersion
        /// Its parts are not what they must be.
        case malformed

        /// In words, to follow "the value of 'password'".
        public var words: String {
            switch self {
            case .notDerived: "is not what `wayseal password` prints"
            case .unknownVersion: "was made by a newer wayseal"
            case .malformed: "is damaged: `wayseal password` prints it in one line"
            }
        }
    }

    /// Rounds of PBKDF2 that ``parsing`` takes: fewer make guessing cheap, more keep a phone busy for minutes.
    public static let allowedIterations = 100_000...10_000_000

    /// Reads `wayseal-password:1:ITERATIONS:SALT:TOKEN`: 16 to 64 bytes of salt and 16 bytes of token, both in lower-case
    /// hex.
    public init(parsing text: String) throws(Problem) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.first.map(String.init) == Self.mark else { throw .notDerived }
        guard parts.count >= 2, parts[1] == "1" else { throw parts.count < 2 ? .malformed : .unknownVersion }
        guard parts.count == 5, parts[2].utf8.first != UInt8(ascii: "0"),
            parts[2].utf8.allSatisfy({ $0 &- 0x30 < 10 }), let iterations = Int(parts[2]),
            Self.allowedIterations.contains(iterations),
            (32...128).contains(parts[3].utf8.count), parts[3].utf8.count % 2 == 0,
            parts[3].utf8.allSatisfy(Self.isHex),
            parts[4].utf8.count == 32, parts[4].utf8.allSatisfy(Self.isHex)
        else { throw .malformed }
        self.init(iterations: iterations, salt: String(parts[3]), token: String(parts[4]))
    }

    /// What ``init(parsing:)`` reads. Secret.
    public var text: String { "\(Self.mark):1:\(iterations):\(salt):\(token)" }

    private static func isHex(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || byte &- 0x61 < 6 }
}
