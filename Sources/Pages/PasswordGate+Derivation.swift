// Unsafe: hands text to GLib and takes its result over.
import CGLib
public import Site
import Support

extension Policy.PasswordGate {
    /// What a password can't be.
    public enum PasswordProblem: Error, Equatable, Sendable {
        /// No characters, or none that count.
        case empty
        /// Over 1,024 bytes.
        case tooLong
        /// Something that no keyboard of a visitor sends: line ends and other control characters.
        case controlCharacter
        /// Fewer rounds or less salt than ``init(parsing:)`` takes.
        case parameters
    }

    /// The gate of a password: what the page of a protected link derives from it in the browser
    /// (`site-templates/password.js`): PBKDF2-HMAC-SHA-256 over its NFKC form in UTF-8, 128 bits.
    /// - Parameters:
    ///   - salt: 16 to 64 random bytes.
    ///   - iterations: rounds; ``allowedIterations``.
    public init(password: String, salt: [UInt8], iterations: Int) throws(PasswordProblem) {
        guard password.utf8.count <= 1024 else { throw .tooLong }
        guard !password.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .controlCharacter }
        let normalized = Self.normalized(password)
        guard !normalized.isEmpty else { throw .empty }
        guard Self.allowedIterations.contains(iterations), (16...64).contains(salt.count),
            let token = PBKDF2.derive(password: normalized, salt: salt, rounds: iterations, length: 16)
        else { throw .parameters }
        self.init(iterations: iterations, salt: Hex.encode(salt), token: Hex.encode(token))
    }

    private static func normalized(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress, let result = wayseal_nfkc(start, characters.count) else {
                    return []
                }
                defer { g_free(result) }
                return Array(String(cString: result).utf8)
            }
        }
    }
}
