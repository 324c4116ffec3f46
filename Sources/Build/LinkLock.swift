public import Site
public import Support

/// `wayseal.lock`: every link that was ever built, one line each, sorted, made to be committed.
///
///     wayseal-lock 1
///     live go.example.org/hello 302 - https://example.org/
///     gone go.example.org/old 302 q https://example.org/old
///
/// The fields: whether the last build had the link; host and lower-case slug; status; letters for options
/// (`q` query passed, `s` suffix forwarded, `d` printed in upper case, `-` none), and behind a colon the fingerprint of
/// the link's policy, if it has one; target (of a link that only has variants, the first one's; of one whose code holds a
/// payload, `code:KIND:FINGERPRINT`). A line never leaves the
/// file, so that a slug on an old print is never given to something else by accident.
public struct LinkLock: Sendable {
    /// The bytes of the file; empty before the first build.
    public let bytes: [UInt8]
    /// The lines after the header, in the order of their keys.
    let lines: [Line]

    static let header = "wayseal-lock 1\n"

    /// Where a line and its key lie in the bytes. Both states have four letters, so a key begins at the sixth byte.
    struct Line {
        var start: Int
        var keyEnd: Int
        var end: Int
        static let keyOffset = 5
    }

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
        var lines: [Line] = []
        var start = 0
        var hasMarkers = false
        while start < bytes.count {
            let next = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            // Version control may have written the line ends of another system.
            let end = next > start && bytes[next - 1] == 0x0D ? next - 1 : next
            defer { start = next + 1 }
            if start == 0 {
                if let problem = problem(ofHeader: bytes[..<end]) {
                    diagnostics.append(
                        .error(
                            BuildCodes.badLock, at: SourceRange(file: file, start: 0, length: UInt32(end)),
                            problem.text,
                            help: problem.help))
                    break
                }
            } else if ["<<<<<<<", "=======", ">>>>>>>"].contains(where: { bytes[start..<end].starts(with: $0.utf8) }) {
                if hasMarkers { continue }
                hasMarkers = true
                diagnostics.append(
                    .error(
                        BuildCodes.badLock,
                        at: SourceRange(file: file, start: UInt32(start), length: UInt32(end - start)),
                        "the lock has unresolved merge markers",
                        help: "remove the marker lines and keep the lines of both sides; their order does not matter"))
            } else if let keyEnd = Entry.keyEnd(bytes[start..<end]) {
                lines.append(Line(start: start, keyEnd: keyEnd, end: end))
            } else {
                diagnostics.append(
                    .error(
                        BuildCodes.badLock,
                        at: SourceRange(file: file, start: UInt32(start), length: UInt32(end - start)),
                        "this line of the lock can't be read", help: "restore wayseal.lock from version control"))
            }
        }
        if bytes.isEmpty {
            diagnostics.append(
                .error(
                    BuildCodes.badLock, at: SourceRange(file: file, start: 0, length: 0), "the lock is empty",
                    help: "restore wayseal.lock from version control: an empty one protects no slug"))
        }
        return (LinkLock(bytes: bytes, lines: lines), diagnostics)
    }

    /// What is wrong with the first line, and what to do.
    private static func problem(ofHeader line: ArraySlice<UInt8>) -> (text: String, help: String)? {
        if line.elementsEqual(header.utf8.dropLast()) { return nil }
        if line.starts(with: "wayseal-lock ".utf8) {
            return ("the lock was written by another version of wayseal", "use that version or a newer one")
        }
        return ("the lock does not begin with 'wayseal-lock 1'", "restore wayseal.lock from version control")
    }

    init(bytes: [UInt8], lines: [Line]) {
        self.bytes = bytes
        let key = { (line: Line) in bytes[line.start + Line.keyOffset..<line.keyEnd] }
        var isSorted = true
        for index in lines.indices.dropFirst() where Self.order(key(lines[index - 1]), key(lines[index])) >= 0 {
            isSorted = false
            break
        }
        if isSorted {
            self.lines = lines
            return
        }
        // After a merge one slug may have the lines of both sides: a live one is kept before a gone one, and of two
        // equals the later.
        let isGone = { (line: Line) in bytes[line.start] == UInt8(ascii: "g") }
        var merged: [Line] = []
        for line in lines.enumerated().sorted(by: { a, b in
            let order = Self.order(key(a.element), key(b.element))
            if order != 0 { return order < 0 }
            return isGone(a.element) == isGone(b.element) ? a.offset < b.offset : isGone(a.element)
        }).map(\.element) {
            if let last = merged.last, Self.order(key(last), key(line)) == 0 { merged.removeLast() }
            merged.append(line)
        }
        self.lines = merged
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

        /// Status and options as the file writes them: `302 -`.
        public var state: String { "\(redirect) \(options)" }

        /// Reads a line that ``keyEnd(_:)`` has accepted.
        init?(_ line: ArraySlice<UInt8>) {
            let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count == 5, let redirect = UInt16(fields[2]) else { return nil }
            isLive = fields[0] == "live"
            key = fields[1]
            self.redirect = redirect
            options = fields[3]
            target = fields[4]
        }

        /// Where the key of a well-formed line ends; `nil` for any other line. Makes no text: a lock may have a
        /// million lines.
        static func keyEnd(_ line: ArraySlice<UInt8>) -> Int? {
            guard line.starts(with: "live ".utf8) || line.starts(with: "gone ".utf8) else { return nil }
            var ends: [3 of Int] = .init(repeating: 0)
            var fields = 0
            var previous = line.startIndex + Line.keyOffset - 1
            for index in line.startIndex + Line.keyOffset..<line.endIndex where line[index] == 0x20 {
                guard fields < 3, index > previous + 1 else { return nil }
                ends[fields] = index
                fields += 1
                previous = index
            }
            guard fields == 3, line.endIndex > previous + 1,
                line[line.startIndex..<ends[0]].contains(UInt8(ascii: "/"))
            else { return nil }
            let status = line[ends[0] + 1..<ends[1]].reduce(0) { $0 * 10 + Int($1 &- 0x30) }
            guard ends[1] - ends[0] == 4, status < 1000, Link.Redirect(rawValue: UInt16(status)) != nil else {
                return nil
            }
            return ends[0]
        }
    }

    /// −1, 0 or 1 as `a` is before, equal to or after `b`.
    static func order(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
        var i = a.startIndex
        var j = b.startIndex
        while i < a.endIndex, j < b.endIndex {
            if a[i] != b[j] { return a[i] < b[j] ? -1 : 1 }
            i += 1
            j += 1
        }
        return i < a.endIndex ? 1 : j < b.endIndex ? -1 : 0
    }

    /// Host and lower-case slug of a link.
    private static func appendKey(_ host: String, _ slug: String, to out: inout [UInt8]) {
        out.append(contentsOf: host.utf8)
        out.append(UInt8(ascii: "/"))
        for byte in slug.utf8 { out.append(byte &- 0x41 < 26 ? byte | 0x20 : byte) }
    }

    /// ` 302 - `: what stands between key and target, for each combination of status, options and policy.
    private static func middle(_ redirect: Link.Redirect, _ options: Link.Options, _ policy: String?) -> [UInt8] {
        var letters = ""
        if options.contains(.passQuery) { letters += "q" }
        if options.contains(.forwardSuffix) { letters += "s" }
        if options.contains(.dense) { letters += "d" }
        return Array(" \(redirect.rawValue) \(letters.isEmpty ? "-" : letters)\(policy.map { ":" + $0 } ?? "") ".utf8)
    }

    /// The lock after a build of `site`, and how the site differs from this lock.
    /// O(n log n) in the number of links; no text is made for links that did not change.
    public func updated(by site: Site) -> LockUpdate {
        let links = site.links
        let hosts = site.domains.map(\.host)
        var keys = ByteStrings()
        keys.reserve(count: links.count, size: links.count * 32)
        for index in links.indices {
            keys.append { Self.appendKey(hosts[Int(links[index].domain)], links[index].slug, to: &$0) }
        }

        var update = LockUpdate(before: self)
        var out = Array(Self.header.utf8)
        out.reserveCapacity(bytes.count + links.count * 96)
        var old = 0
        func passOld() {
            let line = lines[old]
            if bytes[line.start] == UInt8(ascii: "l") {
                update.note(.removed, old: line.start..<line.end, new: nil)
                out.append(contentsOf: "gone".utf8)
                out.append(contentsOf: bytes[line.start + 4..<line.end])
            } else {
                out.append(contentsOf: bytes[line.start..<line.end])
                update.reserved += 1
            }
            out.append(0x0A)
            old += 1
        }
        var middles: [UInt64: [UInt8]] = [:]
        for index in keys.sortedIndices().lazy.map(Int.init) {
            let key = keys[index]
            let (redirect, options) = (links[index].redirect, links[index].options)
            let policy = site.policy(of: links[index])
            let shape =
                UInt64(UInt32(bitPattern: links[index].policy)) << 32 | UInt64(redirect.rawValue) << 8
                | UInt64(options.rawValue)
            var before: Line?
            while old < lines.count {
                let order = Self.order(bytes[lines[old].start + Line.keyOffset..<lines[old].keyEnd], key)
                if order < 0 {
                    passOld()
                } else {
                    if order == 0 {
                        before = lines[old]
                        old += 1
                    }
                    break
                }
            }
            let start = out.count
            out.append(contentsOf: "live ".utf8)
            out.append(contentsOf: key)
            if middles[shape] == nil {
                middles[shape] = Self.middle(redirect, options, policy.map(site.fingerprint))
            }
            if let middle = middles[shape] { out.append(contentsOf: middle) }
            let targetStart = out.count
            let target = links[index].target
            let stand = target.isEmpty ? policy?.variants.first?.target ?? site.payload(of: links[index])?.mark : target
            out.append(contentsOf: (stand ?? "-").utf8)
            if let before {
                let line = bytes[before.start..<before.end]
                if Self.order(line, out[start...]) == 0 {
                    update.unchanged += 1
                } else {
                    let target = out[targetStart...]
                    let isSameTarget =
                        line.count > target.count && Self.order(line.suffix(target.count), target) == 0
                        && line[line.endIndex - target.count - 1] == 0x20
                    update.note(
                        isLive: line.first == UInt8(ascii: "l"), isSameTarget: isSameTarget,
                        old: before.start..<before.end, new: start..<out.count, link: links[index])
                }
            } else {
                update.note(.added, old: nil, new: start..<out.count)
            }
            out.append(0x0A)
        }
        while old < lines.count { passOld() }
        update.bytes = out
        return update
    }
}
