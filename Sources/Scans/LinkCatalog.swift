internal import CBytes
public import Site

/// The links that are counted: those of a manifest, or whatever a log shows to be redirects.
public struct LinkCatalog: Sendable {
    /// One link.
    public struct Entry: Sendable, Equatable {
        /// Domain in small letters; empty when the log does not say.
        public var host: String
        /// Path with its leading slash, in small letters; ends in `/*` for a wildcard.
        public var path: String
        /// Title for people; may be empty.
        public var title: String
        /// Tags.
        public var tags: [String]
        /// Folder, the part of the path before its last slash; empty: none.
        public var folder: String
        /// Batch.
        public var batch: String?
        /// What may be read about its visitors.
        public var privacy: Link.Privacy
        /// Its printed code can be told from its typed address (upper case, or a mark in the query).
        public var isMarked: Bool
        /// The page that counts as success: see ``Goal``.
        public var goal: String?
        /// How many visitors the comparison of its variants is planned for.
        public var planned: Int?
        /// Its redirect passes the request's id on, so that goals are tied to scans exactly.
        public var isTracked = false
        /// A scan is a POST: a page with a button stands before it.
        public var takesPost = false
        /// Its variants with their shares, when it has several targets.
        public var variants: [(name: String, weight: Double)] = []
        /// How many scans it is good for, however that is kept; `nil`: any number.
        public var limit: Int?
        /// How many scans it is good for, and the marker under the state folder that tells servers when they are used
        /// up; `nil`: no limit, or none that is kept this way.
        public var softLimit: (scans: Int, marker: String)?

        /// A link.
        public init(
            host: String, path: String, title: String = "", tags: [String] = [], folder: String = "",
            batch: String? = nil, privacy: Link.Privacy = .full, isMarked: Bool = false
        ) {
            self.host = host
            self.path = path
            self.title = title
            self.tags = tags
            self.folder = folder
            self.batch = batch
            self.privacy = privacy
            self.isMarked = isMarked
        }

        /// Equal when everything but the variants is, and those by name and share.
        public static func == (a: Entry, b: Entry) -> Bool {
            a.host == b.host && a.path == b.path && a.title == b.title && a.tags == b.tags && a.folder == b.folder
                && a.batch == b.batch && a.privacy == b.privacy && a.isMarked == b.isMarked && a.goal == b.goal
                && a.planned == b.planned && a.isTracked == b.isTracked && a.takesPost == b.takesPost
                && a.limit == b.limit && a.softLimit?.scans == b.softLimit?.scans
                && a.softLimit?.marker == b.softLimit?.marker
                && a.variants.elementsEqual(b.variants) { $0.name == $1.name && $0.weight == $1.weight }
        }

        /// `go.example/ab`: the name of the link in logs and in the database.
        public var key: String { host + path }
    }

    /// Which paths are links.
    public enum Scope: Sendable {
        /// Those that are in the catalogue.
        case known
        /// Every path that was answered with a redirect, too.
        case discover
    }

    /// Which paths are links.
    public let scope: Scope
    /// The links known before.
    public let entries: [Entry]
    /// Funnels: the pages behind the scan, in order.
    public let funnels: [[String]]

    /// A catalogue of links.
    public init(scope: Scope = .known, entries: [Entry] = [], funnels: [[String]] = []) {
        self.scope = scope
        self.entries = entries
        self.funnels = funnels
    }

    /// The variants of a split by name and share; the rest of the visitors, who get the link's own target, are `to`.
    private static func variants(of policy: Policy) -> [(name: String, weight: Double)] {
        guard !policy.variants.isEmpty else { return [] }
        var all = policy.variants.map { (name: $0.name, weight: Double($0.weight)) }
        let rest = 10_000 - policy.variants.reduce(0) { $0 + $1.weight }
        if rest > 0 { all.insert(("to", Double(rest)), at: 0) }
        return all
    }

    /// The pages of all goals and funnels, none twice.
    var pages: [String] {
        var seen: Set<String> = []
        return (entries.compactMap(\.goal) + funnels.joined()).filter { seen.insert($0).inserted }
    }

    /// The links of a site.
    /// - Parameter denyMarker: where the marker of a link with a soft limit goes; `nil`: it has none.
    public init(site: Site, denyMarker: (Link) -> String? = { _ in nil }) {
        var batch = site.batches[...]
        self.init(
            entries: site.links.enumerated().map { index, link in
                let path = "/" + lowercased(link.slug)
                let slash = link.slug.utf8.lastIndex(of: UInt8(ascii: "/"))
                var entry = Entry(
                    host: site.domains[Int(link.domain)].host, path: path, tags: link.tags,
                    folder: slash.map { String(link.slug[..<$0]) } ?? "", privacy: link.privacy,
                    isMarked: link.dense)
                entry.goal = site.goals[index]?.page
                entry.planned = site.goals[index]?.planned
                entry.isTracked = link.options.contains(.clickID)
                while let first = batch.first, index >= first.links.upperBound { batch.removeFirst() }
                if let first = batch.first, first.links.contains(index) { entry.batch = first.name }
                if link.policy >= 0 {
                    let policy = site.policies[Int(link.policy)]
                    entry.variants = Self.variants(of: policy)
                    entry.takesPost = policy.limit?.confirm ?? false
                    entry.limit = policy.limit?.scans
                    if let limit = policy.limit, let marker = denyMarker(link) {
                        entry.softLimit = (limit.scans, marker)
                    }
                }
                return entry
            }, funnels: site.reports.funnels)
    }
}

/// ASCII letters made small.
func lowercased(_ text: String) -> String { String(decoding: text.utf8.map(lower), as: UTF8.self) }

/// Link keys by number, found by the bytes of a request without a `String`.
///
/// Numbers are those of the database, dense from 0, and never change.
struct LinkTable: Sendable {
    private let hash: ByteHash
    private(set) var keys: [String] = []
    private(set) var privacy: [Link.Privacy] = []
    private(set) var isMarked: [Bool] = []
    private(set) var isTracked: [Bool] = []
    private(set) var takesPost: [Bool] = []
    private var hosts: [[UInt8]] = []
    private var slots: [Slot] = []
    private var used = 0
    private var arena: [UInt8] = []
    private var hasWildcards = false
    /// More links than this are not discovered: paths are made by strangers.
    static let discoveryLimit = 1_000_000

    /// 16 bytes: the table is read once a line, and what is not in the processor's cache costs most.
    private struct Slot {
        var hash: UInt32 = 0
        var link: Int32 = -1
        var start: UInt32 = 0
        var count: UInt16 = 0
        /// Host << 1, and 1 for a wildcard.
        var kind: UInt16 = 0
    }

    init(hash: ByteHash) {
        self.hash = hash
        slots = Array(repeating: Slot(), count: 1024)
    }

    var count: Int { keys.count }

    /// Adds a link as the next number.
    mutating func append(
        host: String, path: String, privacy: Link.Privacy, isMarked: Bool, isTracked: Bool = false,
        takesPost: Bool = false
    ) {
        let link = Int32(keys.count)
        keys.append(host + path)
        self.privacy.append(privacy)
        self.isMarked.append(isMarked)
        self.isTracked.append(isTracked)
        self.takesPost.append(takesPost)
        let isWildcard = path.utf8.last == UInt8(ascii: "*") && path.hasSuffix("/*")
        hasWildcards = hasWildcards || isWildcard
        let bytes = Array((isWildcard ? path.dropLast() : path[...]).utf8).map(lower)
        let hostNumber = host.isEmpty ? 0 : number(ofHost: Array(host.utf8).map(lower))
        insert(bytes, host: hostNumber, link: link, isWildcard: isWildcard)
        // A log without hosts finds the link of the first domain that has the path.
        if hostNumber != 0 { insert(bytes, host: 0, link: link, isWildcard: isWildcard) }
    }

    private mutating func number(ofHost host: [UInt8]) -> Int32 {
        if let index = hosts.firstIndex(of: host) { return Int32(index + 1) }
        hosts.append(host)
        return Int32(hosts.count)
    }

    private mutating func insert(_ path: [UInt8], host: Int32, link: Int32, isWildcard: Bool) {
        guard path.count <= Int(UInt16.max), host < 32768 else { return }
        let h = slotHash(path.span, 0, path.count, host)
        guard find(path.span, 0, path.count, host, h, isWildcard: isWildcard) < 0 else { return }
        if (used + 1) * 2 > slots.count { grow() }
        let start = arena.count
        arena.append(contentsOf: path)
        place(
            Slot(
                hash: UInt32(truncatingIfNeeded: h), link: link, start: UInt32(start), count: UInt16(path.count),
                kind: UInt16(host) << 1 | (isWildcard ? 1 : 0)))
    }

    private mutating func place(_ slot: Slot) {
        var at = Int(truncatingIfNeeded: slot.hash) & (slots.count - 1)
        while slots[at].link >= 0 { at = (at + 1) & (slots.count - 1) }
        slots[at] = slot
        used += 1
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        used = 0
        for slot in old where slot.link >= 0 { place(slot) }
    }

    @inline(__always)
    func slotHash(_ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ host: Int32) -> UInt64 {
        hash.folded(bytes, from, to) &+ UInt64(UInt32(bitPattern: host)) &* 0x9E37_79B9_7F4A_7C15
    }

    @inline(__always)
    private func find(
        _ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ host: Int32, _ h: UInt64, isWildcard: Bool
    ) -> Int32 {
        guard to - from <= Int(UInt16.max) else { return -1 }
        let short = UInt32(truncatingIfNeeded: h)
        let kind = UInt16(truncatingIfNeeded: host) << 1 | (isWildcard ? 1 : 0)
        let count = UInt16(truncatingIfNeeded: to - from)
        var at = Int(short) & (slots.count - 1)
        while true {
            let slot = slots[at]
            if slot.link < 0 { return -1 }
            if slot.hash == short, slot.kind == kind, slot.count == count, isSame(bytes, from, to, Int(slot.start)) {
                return slot.link
            }
            at = (at + 1) & (slots.count - 1)
        }
    }

    /// Whether `from..<to` with small letters is what the arena has at `start`.
    @inline(__always)
    private func isSame(_ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ start: Int) -> Bool {
        let known = arena.span
        var i = from
        var j = start
        while i < to {
            let next = min(i + 8, to)
            if lower(bytes.packed(i, next)) != known.packed(j, j + next - i) { return false }
            j += next - i
            i = next
        }
        return true
    }

    /// The number of a host, 0 when the request names none, −1 for one without links.
    @inline(__always)
    func hostNumber(_ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Int32 {
        // A port is no part of the name.
        var end = to
        if end > from, bytes[end - 1] &- 0x30 < 10 {
            var i = end - 1
            while i > from, bytes[i] &- 0x30 < 10 { i -= 1 }
            if bytes[i] == 0x3A { end = i }
        }
        guard end > from else { return 0 }
        for index in 0..<hosts.count where hosts[index].count == end - from {
            var i = 0
            while i < end - from, hosts[index][i] == lower(bytes[from + i]) { i += 1 }
            if i == end - from { return Int32(index + 1) }
        }
        return -1
    }

    /// Asks for the memory of a slot before it is needed.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        let at = Int(UInt32(truncatingIfNeeded: hash)) & (slots.count - 1)
        slots.withUnsafeBufferPointer { wayseal_prefetch($0.baseAddress.map { $0 + at }) }
    }

    /// The link at a path, or −1.
    func link(_ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int, host: Int32) -> Int32 {
        link(bytes, from, to, host: host, hash: slotHash(bytes, from, to, host))
    }

    /// As above; `hash` is ``slotHash(_:_:_:_:)``.
    @inline(__always)
    func link(_ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int, host: Int32, hash: UInt64) -> Int32 {
        guard host >= 0, to > from else { return -1 }
        let found = find(bytes, from, to, host, hash, isWildcard: false)
        if found >= 0 || !hasWildcards { return found }
        return wildcard(bytes, from, to, host)
    }

    private func wildcard(_ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ host: Int32) -> Int32 {
        var end = min(to, from + 2048)
        while end > from {
            if bytes[end - 1] == 0x2F {
                let link = find(bytes, from, end, host, slotHash(bytes, from, end, host), isWildcard: true)
                if link >= 0 { return link }
            }
            end -= 1
        }
        return -1
    }
}

/// A path as the manifest writes it: what may stand as it is does, all else as `%XX`.
func normalizedPath(_ bytes: [UInt8], isDecoded: Bool) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    let digits = Array("0123456789ABCDEF".utf8)
    func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
    func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
    func isPathByte(_ byte: UInt8) -> Bool {
        isUnreserved(byte) || "!$&'()*+,;=:@/".utf8.contains(byte)
    }
    var i = 0
    while i < bytes.count {
        let byte = bytes[i]
        if !isDecoded, byte == 0x25, i + 2 < bytes.count, let high = value(bytes[i + 1]), let low = value(bytes[i + 2])
        {
            let decoded = high << 4 | low
            if isUnreserved(decoded) {
                out.append(decoded)
            } else {
                out += [0x25, digits[Int(high)], digits[Int(low)]]
            }
            i += 3
            continue
        }
        if isPathByte(byte) { out.append(byte) } else { out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        i += 1
    }
    return out
}
