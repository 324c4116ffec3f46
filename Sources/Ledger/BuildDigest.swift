import Support

/// The digest of everything that a build wrote, in Go's `h1:` form (golang.org/x/mod/sumdb/dirhash).
public enum BuildDigest {
    /// `h1:` and base64 of SHA-256 over the lines of `SHA256SUMS`, which must be sorted by path as
    /// the build writes them: the file is then, byte for byte, what `h1:` hashes.
    public static func h1(sums: [UInt8]) -> String { "h1:" + Base64.encode(SHA256.hash(sums)) }
}
