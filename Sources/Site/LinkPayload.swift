/// What a code holds by itself: a contact, a network, a payment. It works with nothing running, and nobody counts its scans.
public struct LinkPayload: Equatable, Sendable {
    /// Its kind, as the manifest's key names it: `vcard`.
    public var kind: String
    /// What the code holds. Secret if ``isSecret``: then it stands in the image and nowhere else.
    public var text: String
    /// What it is called, for people. Never secret; perhaps empty.
    public var title: String
    /// Whether a secret is in the text: then the image lies in `private/`.
    public var isSecret: Bool
    /// Eight hex digits that change with what is no secret in it.
    public var fingerprint: String
    /// The code must have error correction level M.
    public var isLevelM: Bool
    /// The largest version of the code.
    public var maximumVersion: Int
    /// A Swiss cross stands in the middle of the code, which is 46 mm wide.
    public var isSwiss: Bool

    /// A payload.
    public init(
        kind: String, text: String, title: String = "", isSecret: Bool = false, fingerprint: String = "",
        isLevelM: Bool = false, maximumVersion: Int = 40, isSwiss: Bool = false
    ) {
        self.kind = kind
        self.text = text
        self.title = title
        self.isSecret = isSecret
        self.fingerprint = fingerprint
        self.isLevelM = isLevelM
        self.maximumVersion = maximumVersion
        self.isSwiss = isSwiss
    }

    /// What stands for a target in the lock and the ledger: `code:wifi:1b2c3d4e`.
    public var mark: String { "code:\(kind):\(fingerprint)" }
}
