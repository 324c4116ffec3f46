import Support
public import TransparencyLog

/// `SHA256SUMS` and the signed note over it.
public enum HashManifest {
    /// The note's text: a line that says what is signed, and a line that `sha256sum -c` checks.
    ///
    ///     wayseal/sha256sums@v1
    ///     5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  SHA256SUMS
    public static func noteText(sums: [UInt8]) -> String {
        "wayseal/sha256sums@v1\n\(Hex.encode(SHA256.hash(sums)))  SHA256SUMS\n"
    }

    /// Why a note is not accepted for a `SHA256SUMS`; `nil` when it is.
    public static func problem(note: [UInt8], sums: [UInt8], key: VerifierKey) -> String? {
        guard let note = SignedNote(note) else { return "SHA256SUMS.note is not a signed note" }
        guard note.isSigned(by: key) else { return "SHA256SUMS.note has no valid signature by \(key.name)" }
        guard note.text == noteText(sums: sums) else { return "SHA256SUMS is not the file that was signed" }
        return nil
    }
}
