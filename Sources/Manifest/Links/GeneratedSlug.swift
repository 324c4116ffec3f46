import Support

/// Slugs for rows that name none: Crockford's base32 in lower case, from what the link is, not from where it stands.
///
/// The bits are those of SHA-256 over HOST, a NUL byte, and the target as normalised (without `utm` of the manifest); for the
/// second and later rows with the same host and target a further NUL and their number (1, 2, …) in decimal follow. The first
/// forty bits, most significant first, become eight characters. If another link has that address, five bits more are taken
/// until it is free. So a row keeps its slug whatever happens to other rows; only rows that are equal in host and target
/// depend on each other.
struct GeneratedSlug {
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    static let shortest = 8
    static let longest = 25

    /// The first 128 bits of the digest.
    let high: UInt64
    let low: UInt64

    init(host: String, target: Span<UInt8>, occurrence: UInt32) {
        var message = Array(host.utf8)
        message.append(0)
        for index in 0..<target.count { message.append(target[index]) }
        if occurrence > 0 {
            message.append(0)
            message += String(occurrence).utf8
        }
        let digest = SHA256.hash(message)
        high = digest[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = digest[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The first `count` characters, at most ``longest``.
    func text(_ count: Int) -> [UInt8] {
        var high = high
        var low = low
        var out: [UInt8] = []
        for _ in 0..<min(count, Self.longest) {
            out.append(Self.alphabet[Int(high >> 59)])
            high = high << 5 | low >> 59
            low <<= 5
        }
        return out
    }
}
