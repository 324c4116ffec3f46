import Site
public import Support

/// How one link differs from what was built before.
public struct LinkChange: Equatable, Sendable {
    /// Kind of difference.
    public enum Kind: String, CaseIterable, Sendable {
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
    public var key: String { (after ?? before)?.key ?? "" }
    /// What was built last, if anything.
    public var before: LinkLock.Entry?
    /// What would be built now, if anything.
    public var after: LinkLock.Entry?
    /// Why a removed slug may be used again.
    public var reason: String?
}

/// The difference between a lock and a site, and the lock that a build of the site leaves.
public struct LockUpdate: Sendable {
    /// The new file's bytes.
    public internal(set) var bytes: [UInt8] = []
    /// Live links without any difference.
    public internal(set) var unchanged = 0
    /// Slugs that were removed before and stay reserved.
    public internal(set) var reserved = 0
    /// Removed slugs that the manifest gives to a new target without `reuse:`.
    public private(set) var diagnostics: [Diagnostic] = []
    let before: LinkLock
    private var notes: [Note] = []
    private var counts = [Int](repeating: 0, count: LinkChange.Kind.allCases.count)

    /// A change as two stretches of bytes: a first build may have a million of them.
    private struct Note: Sendable {
        var kind: LinkChange.Kind
        var old: Range<Int>?
        var new: Range<Int>?
    }

    private var reasons: [Int: String] = [:]

    init(before: LinkLock) { self.before = before }

    /// How many changes there are.
    public var changeCount: Int { notes.count }

    /// How many changes of a kind there are.
    public func count(of kind: LinkChange.Kind) -> Int {
        LinkChange.Kind.allCases.firstIndex(of: kind).map { counts[$0] } ?? 0
    }

    /// What differs, in the order of the keys; each is put into words when it is asked for.
    public var changes: some RandomAccessCollection<LinkChange> {
        notes.indices.lazy.map { index in
            let note = notes[index]
            return LinkChange(
                kind: note.kind, before: note.old.flatMap { LinkLock.Entry(before.bytes[$0]) },
                after: note.new.flatMap { LinkLock.Entry(bytes[$0]) }, reason: reasons[index])
        }
    }

    /// The changes of one kind, or of all other kinds.
    public func changes(of kind: LinkChange.Kind, isInverted: Bool = false) -> some Sequence<LinkChange> {
        zip(notes, changes).lazy.filter { ($0.0.kind == kind) != isInverted }.map(\.1)
    }

    mutating func note(_ kind: LinkChange.Kind, old: Range<Int>?, new: Range<Int>?) {
        notes.append(Note(kind: kind, old: old, new: new))
        if let index = LinkChange.Kind.allCases.firstIndex(of: kind) { counts[index] += 1 }
    }

    mutating func note(isLive: Bool, isSameTarget: Bool, old: Range<Int>, new: Range<Int>, link: Link) {
        switch (isLive, isSameTarget) {
        case (true, true): note(.changed, old: old, new: new)
        case (true, false): note(.retargeted, old: old, new: new)
        case (false, true): note(.restored, old: old, new: new)
        case (false, false):
            if let reason = link.reuse {
                reasons[notes.count] = reason
            } else if let entry = LinkLock.Entry(before.bytes[old]) {
                diagnostics.append(
                    .error(
                        BuildCodes.reservedSlug, at: link.range,
                        "'\(entry.key)' was removed before, it can't lead to a new target",
                        notes: [.init("it led to \(entry.target)")],
                        help: "choose another slug, or say why old prints may lead here: "
                            + "reuse: \"no print of it is left\""))
            }
            note(.reused, old: old, new: new)
        }
    }
}
