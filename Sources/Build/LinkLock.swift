public import Site
public import Support

/// `wayseal.lock`: every link that was ever built, one line each, sorted, made to be committed.
///
///     wayseal-lock 1
///     live go.example.org/hello 302 - https://example.org/
///     gone go.example.org/old 302 q https://example.org/old
///
/// The fields: whether the last build had the link; host and lower-case slug; status; letters for options
/// (`q` query passed, `s` suffix forwarded, `d` printed in upper case, `-` none); target. A line never leaves
/// the file, so that a slug on an old print is never given to something else by accident.
public struct LinkLock: Sendable {
    /// The bytes of the file; empty before the first build.
    public let bytes: [UInt8]
    private let lines: [Range<Int>]

    static let header = "wayseal-lock 1\n"

    /// No build yet.
    public init() {
        bytes = []
        lines = []
    }

    /// Reads the file's bytes. Lines in any order are accepted (a merge may have moved them).
    /// - Parameter file: the file's number in the source map that the diagnostics refer to.
    /// - Returns: the lock, and what is wrong with it; lines that can't be read are never dropped silently.
    public static func read(_ bytes: [UInt8], file: Int32) -> (lock: LinkLock, diagnostics: [Diagnostic]) {
        var diagnostics: [Diagnostic] = []
        var lines: [Range<Int>] = []
        var start = 0
        var number = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            number += 1
            let range = SourceRange(file: file, start: UInt32(start), length: UInt32(end - start))
            if number == 1 {
                if !bytes[start..<end].elementsEqual(header.utf8.dropLast()) {
                    diagnostics.append(
                        .error(
                            BuildCodes.badLock, at: range, "the lock does not begin with 'wayseal-lock 1'",
                            help: "restore wayseal.lock from version control"))
                    break
                }
            } else if Entry(bytes[start..<end]) == nil {
                diagnostics.append(
                    .error(
                        BuildCodes.badLock, at: range, "this line of the lock can't be read",
                        help: "restore wayseal.lock from version control; merge markers must be resolved"))
            } else {
                lines.append(start..<end)
            }
            start = end + 1
        }
        return (LinkLock(bytes: bytes, lines: lines), diagnostics)
    }

    private init(bytes: [UInt8], lines: [Range<Int>]) {
        self.bytes = bytes
        let key = { (line: Range<Int>) in bytes[line].split(separator: 0x20, maxSplits: 2)[1] }
        let isSorted = zip(lines, lines.dropFirst()).allSatisfy { a, b in
            Self.order(key(a), key(b)) <= 0
        }
        self.lines =
            isSorted
            ? lines : lines.sorted { key($0).lexicographicallyPrecedes(key($1)) }
    }

    /// How many lines, live and gone.
    public var count: Int { lines.count }

    /// The state that a link had when it was last built.
    public struct Entry: Equatable, Sendable {
        /// Whether the last build had it.
        public var isLive: Bool
        /// Host and lower-case slug, `go.example.org/hello`.
        public var key: String
        /// Status of the redirect.
        public var redirect: UInt16
        /// Letters of ``LinkLock``.
        public var options: String
        /// Target.
        public var target: String

        init?(_ line: ArraySlice<UInt8>) {
            let fields = line.split(separator: 0x20, omittingEmptySubsequences: false)
            guard fields.count == 5, !fields.contains(where: \.isEmpty),
                let redirect = UInt16(String(decoding: fields[2], as: UTF8.self)),
                Link.Redirect(rawValue: redirect) != nil, fields[1].contains(UInt8(ascii: "/"))
            else { return nil }
            switch String(decoding: fields[0], as: UTF8.self) {
            case "live": isLive = true
            case "gone": isLive = false
            default: return nil
            }
            key = String(decoding: fields[1], as: UTF8.self)
            self.redirect = redirect
            options = String(decoding: fields[3], as: UTF8.self)
            target = String(decoding: fields[4], as: UTF8.self)
        }
    }

    /// −1, 0 or 1 as `a` is before, equal to or after `b`.
    private static func order(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
        if a.elementsEqual(b) { return 0 }
        return a.lexicographicallyPrecedes(b) ? -1 : 1
    }

    /// Host and lower-case slug of a link.
    private static func appendKey(of link: Link, in site: Site, to out: inout [UInt8]) {
        out += site.domains[Int(link.domain)].host.utf8
        out.append(UInt8(ascii: "/"))
        for byte in link.slug.utf8 { out.append(byte &- 0x41 < 26 ? byte | 0x20 : byte) }
    }

    private static func appendLine(key: ArraySlice<UInt8>, link: Link, to out: inout [UInt8]) {
        out += "live ".utf8
        out += key
        out += " \(link.redirect.rawValue) ".utf8
        out += options(of: link).utf8
        out.append(0x20)
        out += link.target.utf8
    }

    private static func options(of link: Link) -> String {
        var letters = ""
        if link.options.contains(.passQuery) { letters += "q" }
        if link.options.contains(.forwardSuffix) { letters += "s" }
        if link.options.contains(.dense) { letters += "d" }
        return letters.isEmpty ? "-" : letters
    }

    /// The lock after a build of `site`, and how the site differs from this lock.
    /// O(n log n) in the number of links; no text is made for links that did not change.
    public func updated(by site: Site) -> LockUpdate {
        var keys = ByteStrings()
        keys.reserve(count: site.links.count, size: site.links.count * 40)
        for link in site.links { keys.append { Self.appendKey(of: link, in: site, to: &$0) } }

        var update = LockUpdate()
        var out = Array(Self.header.utf8)
        out.reserveCapacity(bytes.count + site.links.count * 8)
        var old = 0
        func passOld() {
            let line = bytes[lines[old]]
            if line.first == UInt8(ascii: "l"), let entry = Entry(line) {
                update.changes.append(LinkChange(kind: .removed, key: entry.key, before: entry))
                out += "gone".utf8
                out += line.dropFirst(4)
            } else {
                out += line
                update.reserved += 1
            }
            out.append(0x0A)
            old += 1
        }
        var line: [UInt8] = []
        for index in keys.sortedIndices() {
            let link = site.links[Int(index)]
            let key = keys[Int(index)]
            line.removeAll(keepingCapacity: true)
            Self.appendLine(key: key, link: link, to: &line)
            var before: ArraySlice<UInt8>?
            while old < lines.count {
                let candidate = bytes[lines[old]]
                let order = Self.order(candidate[(candidate.startIndex + 5)...].prefix { $0 != 0x20 }, key)
                if order < 0 {
                    passOld()
                } else {
                    if order == 0 {
                        before = candidate
                        old += 1
                    }
                    break
                }
            }
            out += line
            out.append(0x0A)
            if let before, before.elementsEqual(line) {
                update.unchanged += 1
            } else {
                update.note(
                    key: String(decoding: key, as: UTF8.self), before: before.flatMap(Entry.init),
                    after: Entry(line[...]), index: Int(index), link: link)
            }
        }
        while old < lines.count { passOld() }
        update.bytes = out
        return update
    }
}
