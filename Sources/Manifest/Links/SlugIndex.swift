import Site

/// Which link has which address: open addressing over (hash, link number), 8 bytes a slot, at most three quarters full.
///
/// The hash is seeded anew in every run (`Hasher`), so that nobody can write a manifest that makes it slow; only lookups
/// depend on it, never their order.
struct SlugIndex {
    private var slots: [UInt64]
    private var count = 0
    private var folded: [UInt8] = []

    init(capacity: Int) {
        var size = 64
        while size * 3 < capacity * 4 { size *= 2 }
        slots = [UInt64](repeating: 0, count: size)
    }

    /// Makes room for `more` entries.
    mutating func reserve(_ more: Int) {
        while slots.count * 3 < (count + more) * 4 { grow() }
    }

    /// The link with this address, case of ASCII letters ignored.
    mutating func find(domain: UInt16, _ slug: [UInt8], _ links: [Link]) -> Int? {
        // In two steps: the hash leaves its folded bytes in `self` for the comparison.
        let hash = hash(domain, slug)
        return find(hash, domain, links)
    }

    /// The slug is the one that was hashed last.
    private func find(_ hash: UInt32, _ domain: UInt16, _ links: [Link]) -> Int? {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place] != 0 {
            if UInt32(truncatingIfNeeded: slots[place] >> 32) == hash {
                let link = Int(UInt32(truncatingIfNeeded: slots[place])) - 1
                if links[link].domain == domain, equals(links[link].slug) { return link }
            }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Enters link number `link`, unless another has its address: then that one's number comes back.
    mutating func insert(domain: UInt16, _ slug: [UInt8], link: Int, _ links: [Link]) -> Int? {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let hash = hash(domain, slug)
        if let other = find(hash, domain, links) { return other }
        store(UInt64(hash) << 32 | UInt64(UInt32(link + 1)), hash)
        count += 1
        return nil
    }

    private mutating func store(_ slot: UInt64, _ hash: UInt32) {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        for slot in old where slot != 0 { store(slot, UInt32(truncatingIfNeeded: slot >> 32)) }
    }

    private mutating func hash(_ domain: UInt16, _ slug: [UInt8]) -> UInt32 {
        folded.removeAll(keepingCapacity: true)
        for index in 0..<slug.count { folded.append(Bytes.lower(slug[index])) }
        var hasher = Hasher()
        hasher.combine(domain)
        unsafe folded.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    private func equals(_ slug: String) -> Bool {
        slug.utf8.count == folded.count && slug.utf8.elementsEqual(folded) { Bytes.lower($0) == $1 }
    }
}

/// Which domain a target's host is, if any: most are none, and that is answered by the length alone or one hash.
struct HostIndex {
    private var byHash: [Int: [Int]] = [:]
    private var lengths: Set<Int> = []
    private let hosts: [[UInt8]]

    init(_ domains: [Domain]) {
        hosts = domains.map { Array($0.host.utf8) }
        for (index, host) in hosts.enumerated() {
            lengths.insert(host.count)
            byHash[Self.hash(host.span), default: []].append(index)
        }
    }

    func find(_ host: Span<UInt8>) -> Int? {
        guard lengths.contains(host.count), let candidates = byHash[Self.hash(host)] else { return nil }
        for index in candidates where Self.equals(hosts[index], host) { return index }
        return nil
    }

    private static func equals(_ known: [UInt8], _ host: Span<UInt8>) -> Bool {
        guard known.count == host.count else { return false }
        for at in 0..<known.count where known[at] != host[at] { return false }
        return true
    }

    private static func hash(_ bytes: Span<UInt8>) -> Int {
        var hasher = Hasher()
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
