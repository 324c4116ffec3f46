import Site
public import Support

/// How one link differs from what was built before.
public struct LinkChange: Equatable, Sendable {
    /// Kind of difference.
    public enum Kind: String, Sendable {
        /// Never built before.
        case added
        /// Another target: the ordinary, everyday act.
        case retargeted
        /// Same target, another status or option.
        case changed
        /// Built before, no longer in the manifest: prints of it now lead nowhere.
        case removed
        /// Removed before, back with its old target.
        case restored
        /// Removed before, given to a new target with a reason.
        case reused
    }

    /// Kind of difference.
    public var kind: Kind
    /// Host and lower-case slug.
    public var key: String
    /// What was built last, if anything.
    public var before: LinkLock.Entry?
    /// What would be built now, if anything.
    public var after: LinkLock.Entry?
    /// Why a removed slug may be used again.
    public var reason: String?

    init(
        kind: Kind, key: String, before: LinkLock.Entry? = nil, after: LinkLock.Entry? = nil,
        reason: String? = nil
    ) {
        self.kind = kind
        self.key = key
        self.before = before
        self.after = after
        self.reason = reason
    }
}

/// The difference between a lock and a site, and the lock that a build of the site leaves.
public struct LockUpdate: Sendable {
    /// The new file's bytes.
    public var bytes: [UInt8] = []
    /// What differs, in the order of the keys.
    public var changes: [LinkChange] = []
    /// Live links without any difference.
    public var unchanged = 0
    /// Slugs that were removed before and stay reserved.
    public var reserved = 0
    /// Removed slugs that the manifest gives to a new target without `reuse:`.
    public var diagnostics: [Diagnostic] = []

    mutating func note(
        key: String, before: LinkLock.Entry?, after: LinkLock.Entry?, index: Int, link: Link
    ) {
        guard let before else {
            changes.append(LinkChange(kind: .added, key: key, after: after))
            return
        }
        let kind: LinkChange.Kind
        switch (before.isLive, before.target == link.target) {
        case (true, true): kind = .changed
        case (true, false): kind = .retargeted
        case (false, true): kind = .restored
        case (false, false):
            kind = .reused
            if link.reuse == nil {
                diagnostics.append(
                    .error(
                        BuildCodes.reservedSlug, at: link.range,
                        "'\(key)' was removed before, it can't lead to a new target",
                        notes: [.init("it led to \(before.target)")],
                        help: "choose another slug, or say why old prints may lead here: "
                            + "reuse: \"no print of it is left\""))
            }
        }
        changes.append(LinkChange(kind: kind, key: key, before: before, after: after, reason: link.reuse))
    }
}
