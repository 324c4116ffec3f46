import Support

/// Targets: absolute URLs, normalised so that only RFC 3986 characters reach a server's configuration.
struct TargetText: Sendable {
    static let limit = 3_900
    /// Schemes that are allowed without being named.
    static let builtInSchemes = ["https", "http", "mailto", "tel", "sms", "geo"]
    /// Schemes that can't be allowed: they run or show what the manifest says under the name of the page before.
    static let forbiddenSchemes = [
        "javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem",
    ]

    /// App schemes that the manifest allows, lower case.
    var appSchemes: Set<String> = []

    /// Where the parts of a normalised target lie.
    struct Parts: Equatable {
        /// http or https.
        var isWeb = false
        /// The host; empty for other schemes.
        var host = 0..<0
        /// A port that is not the scheme's own follows.
        var hasPort = false
        /// Where path, query (`?`) and fragment (`#`) begin; the latter two at the end when absent.
        var path = 0
        var query = 0
        var fragment = 0
    }

    /// The parts of a target that is in normal form already, as nearly all are: one pass without allocation.
    static func normalParts(_ text: Span<UInt8>) -> Parts? {
        guard text.count <= limit, let start = webAuthority(text) else { return nil }
        var parts = Parts(isWeb: true)
        var index = start
        var label = 0
        var allDigits = true
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "/") { break }
            guard ASCIISet.host.contains(byte) else { return nil }
            if byte == UInt8(ascii: ".") {
                guard label > 0, index + 1 < text.count, text[index + 1] != UInt8(ascii: "/") else {
                    return nil
                }
                label = 0
                allDigits = true
            } else {
                label += 1
                allDigits = allDigits && byte <= 0x39 && byte >= 0x30
                guard label <= 63 else { return nil }
            }
            index += 1
        }
        guard index > start, index - start <= 253, label > 0, !allDigits, index < text.count else {
            return nil
        }
        parts.host = start..<index
        parts.path = index
        skip(.path, text, &index)
        parts.query = index
        if index < text.count, text[index] == UInt8(ascii: "?") {
            index += 1
            skip(.query, text, &index)
        }
        parts.fragment = index
        if index < text.count, text[index] == UInt8(ascii: "#") {
            index += 1
            skip(.query, text, &index)
        }
        return index == text.count ? parts : nil
    }

    /// Passes over characters of a set and escapes in upper case.
    @inline(__always)
    private static func skip(_ set: ASCIISet, _ text: Span<UInt8>, _ index: inout Int) {
        while index < text.count {
            if set.contains(text[index]) {
                index += 1
            } else if text[index] == UInt8(ascii: "%"), index + 2 < text.count, isUpperHex(text[index + 1]),
                isUpperHex(text[index + 2])
            {
                index += 3
            } else {
                return
            }
        }
    }

    private static func isUpperHex(_ byte: UInt8) -> Bool { byte < 0x60 && ASCIISet.hexDigits.contains(byte) }

    @inline(__always)
    private static func webAuthority(_ text: Span<UInt8>) -> Int? {
        guard text.count > 8, text[0] == 0x68, text[1] == 0x74, text[2] == 0x74, text[3] == 0x70 else {
            return nil
        }
        let colon = text[4] == 0x73 ? 5 : 4
        guard text[colon] == 0x3A, text[colon + 1] == 0x2F, text[colon + 2] == 0x2F else { return nil }
        return colon + 3
    }

    /// Appends the normal form of `text` to `out`, which must be empty: RFC 3986 §6.2.2 (case, percent-encoding) and §6.2.3
    /// (empty path, default port). Idempotent.
    func normalize(_ text: Span<UInt8>, into out: inout [UInt8]) throws(TextProblem) -> Parts {
        guard text.count <= Self.limit * 3 else { throw Self.tooLong(text.count) }
        try Self.refuseControls(text)
        let scheme = try readScheme(text)
        out.append(contentsOf: scheme.utf8)
        out.append(UInt8(ascii: ":"))
        let rest = scheme.utf8.count + 1
        var parts = Parts()
        let tail: Int
        if scheme == "https" || scheme == "http" {
            (parts, tail) = try appendAuthority(text, from: rest, scheme: scheme, to: &out)
        } else {
            try Self.checkOpaque(text, from: rest, scheme: scheme)
            parts.path = out.count
            tail = rest
        }
        Self.appendTail(text, from: tail, to: &out, &parts)
        if out.count > Self.limit { throw Self.tooLong(out.count) }
        return parts
    }

    static func tooLong(_ count: Int) -> TextProblem {
        TextProblem(ManifestCodes.targetTooLong, "the target has \(count) bytes, \(limit) are possible")
    }

    private static func refuseControls(_ text: Span<UInt8>) throws(TextProblem) {
        var index = 0
        while index < text.count {
            let step = UTF8Scalars.step(text, at: index)
            let place = index..<(index + step.length)
            guard let scalar = step.scalar else {
                throw TextProblem(ManifestCodes.invalidUTF8, "a target must be UTF-8", at: place)
            }
            if scalar.value < 0x20 || scalar.value == 0x7F || (0x80...0x9F).contains(scalar.value) {
                throw TextProblem(
                    ManifestCodes.controlCharacter, "a target can't hold \(Bytes.name(text, at: index))",
                    at: place)
            }
            index += step.length
        }
    }

    private func readScheme(_ text: Span<UInt8>) throws(TextProblem) -> String {
        var end = 0
        while end < text.count, ASCIISet.scheme.contains(text[end]) { end += 1 }
        let isLetter =
            text.count > 0 && ASCIISet.word.contains(text[0]) && text[0] > 0x39
            && text[0] != UInt8(ascii: "_")
        let followedByPort = end + 1 < text.count && text[end + 1] >= 0x30 && text[end + 1] <= 0x39
        var name: [UInt8] = []
        for index in 0..<end { name.append(Bytes.lower(text[index])) }
        let scheme = String(decoding: name, as: UTF8.self)
        let isKnown = Self.builtInSchemes.contains(scheme) || appSchemes.contains(scheme)
        let looksLikeHost = !isKnown && followedByPort && (scheme.contains(".") || scheme == "localhost")
        guard isLetter, end < text.count, text[end] == UInt8(ascii: ":"), !looksLikeHost else {
            let isHost = isLetter && (scheme.contains(".") || looksLikeHost)
            let shown = Bytes.quoted(text)
            throw TextProblem(
                ManifestCodes.badTarget,
                text.isEmpty ? "the target is empty" : "\(shown) is not an absolute URL",
                help: isHost
                    ? "write https://\(shown.dropFirst().dropLast())"
                    : "a target begins with its scheme: https://example.org/page")
        }
        if isKnown { return scheme }
        let place = 0..<end
        if Self.forbiddenSchemes.contains(scheme) {
            throw TextProblem(
                ManifestCodes.targetScheme,
                "a \(scheme): target would run or show what it holds under the name of your domain", at: place
            )
        }
        let near = SpellingSuggestion.nearest(to: scheme, among: Self.builtInSchemes)
        throw TextProblem(
            ManifestCodes.targetScheme, "the scheme '\(scheme)' is not allowed", at: place,
            help: near.map { "did you mean '\($0)'?" }
                ?? "if it is an app's scheme, allow it with schemes: [\(scheme)]")
    }

    private func appendAuthority(
        _ text: Span<UInt8>, from start: Int, scheme: String, to out: inout [UInt8]
    ) throws(TextProblem) -> (Parts, Int) {
        guard start + 1 < text.count, text[start] == UInt8(ascii: "/"), text[start + 1] == UInt8(ascii: "/")
        else {
            throw TextProblem(
                ManifestCodes.badTarget, "'\(scheme):' must be followed by '//' and a host",
                help: "write \(scheme)://HOST/…")
        }
        out.append(contentsOf: "//".utf8)
        let from = start + 2
        var end = from
        while end < text.count, text[end] != UInt8(ascii: "/"), text[end] != UInt8(ascii: "?"),
            text[end] != UInt8(ascii: "#")
        {
            if text[end] == UInt8(ascii: "\\") {
                throw TextProblem(
                    ManifestCodes.targetHost, "a host can't hold a backslash: browsers read it as a slash",
                    at: end..<(end + 1))
            }
            end += 1
        }
        var hostEnd = end
        for index in from..<end {
            if text[index] == UInt8(ascii: "@") {
                throw TextProblem(
                    ManifestCodes.targetUserinfo, "a target can't carry a user name or password",
                    at: from..<(index + 1),
                    help: "remove everything up to the '@'")
            }
            if text[index] == UInt8(ascii: ":"), hostEnd == end,
                !(text[from] == UInt8(ascii: "[") && !Self.closes(text, from, index))
            {
                hostEnd = index
            }
        }
        var parts = Parts(isWeb: true)
        let hostStart = out.count
        do throws(TextProblem) {
            _ = try HostName.appendTargetHost(text.extracting(from..<hostEnd), to: &out)
        } catch {
            var problem = error
            problem.bytes =
                problem.bytes.map { $0.lowerBound + from..<$0.upperBound + from } ?? from..<max(hostEnd, from)
            throw problem
        }
        parts.host = hostStart..<out.count
        if hostEnd < end { parts.hasPort = try Self.appendPort(text, hostEnd + 1, end, scheme, to: &out) }
        parts.path = out.count
        if end == text.count || text[end] != UInt8(ascii: "/") { out.append(UInt8(ascii: "/")) }
        return (parts, end)
    }

    private static func closes(_ text: Span<UInt8>, _ from: Int, _ index: Int) -> Bool {
        for at in from..<index where text[at] == UInt8(ascii: "]") { return true }
        return false
    }

    private static func appendPort(
        _ text: Span<UInt8>, _ start: Int, _ end: Int, _ scheme: String, to out: inout [UInt8]
    ) throws(TextProblem) -> Bool {
        var port = 0
        for index in start..<end {
            let byte = text[index]
            guard byte >= 0x30, byte <= 0x39 else { port = 1 << 20; break }
            port = min(1 << 20, port * 10 + Int(byte - 0x30))
        }
        if start == end { return false }
        guard port >= 1, port <= 65_535 else {
            throw TextProblem(ManifestCodes.targetHost, "a port is a number from 1 to 65535", at: start..<end)
        }
        if port == (scheme == "https" ? 443 : 80) { return false }
        out.append(contentsOf: ":\(port)".utf8)
        return true
    }

    private static func checkOpaque(_ text: Span<UInt8>, from start: Int, scheme: String) throws(TextProblem)
    {
        var hasAt = false
        var digits = 0
        for index in start..<text.count {
            hasAt = hasAt || text[index] == UInt8(ascii: "@")
            if text[index] >= 0x30, text[index] <= 0x39 { digits += 1 }
        }
        let isQuery = start < text.count && text[start] == UInt8(ascii: "?")
        if start == text.count {
            throw TextProblem(
                ManifestCodes.badTarget, "'\(scheme):' leads nowhere: nothing follows the scheme")
        }
        if scheme == "mailto", !hasAt, !isQuery {
            throw TextProblem(
                ManifestCodes.badTarget, "a mailto: target needs an address",
                help: "write mailto:anna@example.org")
        }
        if scheme == "tel" || scheme == "sms" || scheme == "geo", digits == 0, !isQuery {
            throw TextProblem(ManifestCodes.badTarget, "a \(scheme): target needs a number")
        }
    }

    private static func appendTail(
        _ text: Span<UInt8>, from start: Int, to out: inout [UInt8], _ parts: inout Parts
    ) {
        var query: Int?
        var fragment: Int?
        var index = start
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                // A percent sign that begins no escape stands for itself.
                if index + 1 < text.count, let high = Bytes.hexValue(text[index]),
                    let low = Bytes.hexValue(text[index + 1])
                {
                    Bytes.appendEncoded(high << 4 | low, to: &out)
                    index += 2
                } else {
                    out.append(contentsOf: "%25".utf8)
                }
                continue
            }
            if byte == UInt8(ascii: "?"), fragment == nil, query == nil { query = out.count }
            if byte == UInt8(ascii: "#"), fragment == nil {
                fragment = out.count
                out.append(byte)
            } else if ASCIISet.query.contains(byte) {
                out.append(byte)
            } else {
                Bytes.appendEncoded(byte, to: &out)
            }
        }
        parts.fragment = fragment ?? out.count
        parts.query = query ?? parts.fragment
    }
}
