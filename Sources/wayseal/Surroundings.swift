import Glibc

/// What the rooms below are given of the machine, since they may not ask.
enum Surroundings {
    /// That many bytes from the system's random numbers.
    static let random: @Sendable (Int) -> [UInt8] = { count in
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            var word: UInt64 = generator.next()
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Who is at work, for the ledger's private notes: what the user says, whom a CI works for, or the login.
    static var author: String? {
        for name in ["WAYSEAL_AUTHOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "CI_COMMIT_AUTHOR"] {
            if let value = getenv(name), value.pointee != 0 { return String(cString: value) }
        }
        return getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) }
    }
}
