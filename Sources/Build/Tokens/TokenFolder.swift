import Glibc
import Support

/// The tokens of one link on disk. A token is an empty file; it lies in exactly one place:
///
///     ID/0001         open: a scan that is left; nginx deletes it when it is used
///     ID.kept/0002    kept back: not given out yet, or taken back
///     (nowhere)       used
///
///     ID.issued       how many there ever were: a token's number is never above it, and each number is made once
///     ID.extra        how many more (or less) than the manifest says: 'tokens topup' and 'tokens revoke'
///     ID.open         scans are counted by the log, not yet by tokens (limits above 1,000)
///     ID.counted      how many of those there were
///
/// Moving is rename(2), so a kill at any moment leaves every token in one place. New tokens are made in `ID.kept`, then
/// `ID.issued` is written, then they move to `ID`: those in `ID.kept` above the number in `ID.issued` were never valid, and
/// are thrown away. So there are never more scans than were issued, and a run that was killed loses none.
struct TokenFolder {
    /// Index of the link, for errors.
    let link: Int
    /// `STATE/tokens/HOST/ID`.
    let path: String
    /// Tokens that ever were valid.
    private(set) var issued: Int
    /// Tokens that were made and are not valid yet.
    private(set) var made = 0
    /// More or less than the manifest's limit.
    private(set) var extra: Int
    /// Scans that were counted by the log while there were no tokens.
    private(set) var counted: Int
    /// Whether scans are counted by the log now.
    private(set) var isOpen: Bool
    /// Whether the folder was ever used.
    private(set) var isNew: Bool
    /// Names of open and of kept tokens.
    private(set) var open: [String]
    private(set) var kept: [String]
    /// Names of tokens that a killed run made and that were never valid.
    private var litter: [String] = []

    /// Tokens that were given out and are not there any more.
    var taken: Int { max(0, given - open.count) }
    /// Tokens that were given out.
    var given: Int { issued + made - kept.count }
    /// Whether a killed run left something, or the name is missing that nginx looks for.
    var isUntidy: Bool { !litter.isEmpty || open.first.map { $0 != Self.name(1) } ?? false }

    private var keptPath: String { path + ".kept" }

    init(link: Int, path: String) throws(TokenError) {
        self.link = link
        self.path = path
        issued = 0
        extra = 0
        counted = 0
        isOpen = false
        isNew = true
        open = []
        kept = []
        if let number = try Self.number(path + ".issued", link) {
            isNew = false
            issued = max(0, number)
        }
        extra = try Self.number(path + ".extra", link) ?? 0
        counted = try Self.number(path + ".counted", link) ?? 0
        do throws(FileError) {
            isOpen = try Files.status(path + ".open") != nil
            open = try Files.names(in: path).filter { Self.index($0) != nil }
            for name in try Files.names(in: keptPath) {
                guard let index = Self.index(name) else { continue }
                if index > issued { litter.append(name) } else { kept.append(name) }
            }
        } catch {
            throw .file(error, link: link)
        }
    }

    /// A file with a number; `nil` if there is none.
    private static func number(_ path: String, _ link: Int) throws(TokenError) -> Int? {
        do throws(FileError) {
            guard try Files.status(path, followLinks: false) != nil else { return nil }
            let text = String(decoding: try Files.read(path, limit: 64), as: UTF8.self)
            guard text.hasSuffix("\n"), let number = Int(text.dropLast()) else {
                throw FileError("read", path, code: EBADMSG)
            }
            return number
        } catch {
            throw error.code == EBADMSG ? .damaged(path: path, link: link) : .file(error, link: link)
        }
    }

    /// A token's number; other names are none of ours.
    private static func index(_ name: String) -> Int? {
        guard name.utf8.count >= 4, name.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        return Int(name)
    }

    private static func name(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    // MARK: Steps, in this order; between them the file system is synchronized

    /// Throws away what a killed run made and never issued, and takes `count` open tokens back.
    mutating func retract(_ count: Int) throws(FileError) {
        for name in litter { try Files.remove(keptPath + "/" + name) }
        litter = []
        guard count > 0, !open.isEmpty else { return }
        try Files.makeDirectory(keptPath, mode: 0o700)
        var left = count
        for name in open.reversed() where left > 0 {
            let other = freeName(name, in: kept)
            // A token that a visitor takes at this moment is not there any more: it is used.
            guard try move(path + "/" + name, keptPath + "/" + other) else { continue }
            open.removeAll { $0 == name }
            kept.append(other)
            left -= 1
        }
    }

    /// Makes `count` new tokens that are not valid yet.
    mutating func make(_ count: Int) throws(FileError) {
        guard count > 0 else { return }
        try Files.makeDirectory(keptPath, mode: 0o700)
        for number in issued + 1...issued + count {
            let name = Self.name(number)
            try Files.create(keptPath + "/" + name, [])
            kept.append(name)
            made += 1
        }
    }

    /// Writes how many tokens there are: from now on those that were made are valid.
    mutating func issue() throws(FileError) {
        if made > 0 || isNew { try write(".issued", issued + made) }
        issued += made
        made = 0
        isNew = false
    }

    /// Writes how many scans the log has counted.
    mutating func note(counted number: Int) throws(FileError) {
        if number != counted { try write(".counted", number) }
        counted = number
    }

    /// Writes the difference to the manifest's limit.
    mutating func note(extra number: Int) throws(FileError) {
        if number != extra { try write(".extra", number) }
        extra = number
    }

    /// Gives `count` kept tokens to visitors.
    mutating func give(_ count: Int, _ access: TokenStore.Access) throws(FileError) {
        var left = count
        if try Files.status(path) == nil {
            if count > 0, count == kept.count {
                // All at once.
                try access.apply(to: keptPath)
                try Files.rename(keptPath, to: path)
                (open, kept) = (kept.sorted(), [])
                left = 0
            } else {
                try Files.makeDirectory(path)
            }
        }
        if try access.differs(at: path) { try access.apply(to: path) }
        for name in kept.sorted().prefix(left) {
            let other = freeName(name, in: open)
            guard try move(keptPath + "/" + name, path + "/" + other) else { continue }
            kept.removeAll { $0 == name }
            open.append(other)
        }
        open.sort()
        // For a single scan nginx looks for this very name.
        let first = Self.name(1)
        if let name = open.first, name != first, try move(path + "/" + name, path + "/" + first) {
            open[0] = first
        }
    }

    /// Whether the log counts, or tokens.
    mutating func setOpen(_ value: Bool) throws(FileError) {
        if value == isOpen { return }
        if value { try Files.create(path + ".open", []) } else { try Files.remove(path + ".open") }
        isOpen = value
    }

    private func write(_ suffix: String, _ number: Int) throws(FileError) {
        let aside = path + suffix + ".new"
        try Files.remove(aside)
        try Files.create(aside, Array("\(number)\n".utf8))
        try Files.rename(aside, to: path + suffix)
    }

    /// rename(2); false if there was nothing.
    private func move(_ from: String, _ to: String) throws(FileError) -> Bool {
        do throws(FileError) {
            try Files.rename(from, to: to)
            return true
        } catch {
            if error.code == ENOENT, try Files.status(from) == nil { return false }
            throw error
        }
    }

    /// `name`, or a number that no token of `names` has: a token must never replace another.
    private func freeName(_ name: String, in names: [String]) -> String {
        if !names.contains(name) { return name }
        return (1...max(1, issued)).lazy.map(Self.name).first { !names.contains($0) } ?? name
    }
}
