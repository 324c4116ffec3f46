import Support

/// Slugs: the path of an address, in the one form in which the rest of the program knows it.
enum SlugText {
    static let limit = 400

    /// Whether the text is in normal form already, as nearly all are: one pass without allocation. `false` means only that
    /// ``normalize(_:into:)`` must look.
    static func isNormal(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0, text.count <= limit else { return false }
        var previous = UInt8(ascii: "/")
        for index in 0..<text.count {
            let byte = text[index]
            if !ASCIISet.slug.contains(byte) {
                guard byte == UInt8(ascii: "/"), previous != byte else { return false }
            } else if byte == UInt8(ascii: "."), previous == UInt8(ascii: "/") {
                // A segment that begins with a dot may be `.`, `..` or `.well-known`.
                return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: "/")
    }

    /// Appends the normal form: `%XX` only for what is no path character, in upper-case hex; no leading slash.
    /// Idempotent. Two slugs name the same path of a server exactly when their normal forms are equal but for ASCII case.
    static func normalize(_ text: Span<UInt8>, into out: inout [UInt8]) throws(TextProblem) {
        guard text.count <= limit * 9 else { throw tooLong(text.count) }
        let first = out.count
        var decoded: [UInt8] = []
        var origins: [Range<Int>] = []
        var index = text.count > 0 && text[0] == UInt8(ascii: "/") ? 1 : 0
        while index < text.count {
            let byte = text[index]
            var origin = index..<(index + 1)
            var value = byte
            if byte == UInt8(ascii: "%") {
                guard index + 2 < text.count, let high = Bytes.hexValue(text[index + 1]),
                    let low = Bytes.hexValue(text[index + 2])
                else {
                    throw TextProblem(
                        ManifestCodes.badSlug, "'%' in a slug must be followed by two hexadecimal digits",
                        at: origin,
                        help: "for a percent sign itself write %25")
                }
                origin = index..<(index + 3)
                value = high << 4 | low
                try refuseTraps(value, at: origin)
            } else {
                try refuse(text, at: index)
            }
            decoded.append(value)
            origins.append(origin)
            index = origin.upperBound
        }
        let fallback = 0..<text.count
        try checkCharacters(decoded, origins)
        try checkSegments(decoded, origins, fallback)
        for byte in decoded {
            if ASCIISet.path.contains(byte) { out.append(byte) } else { Bytes.appendEncoded(byte, to: &out) }
        }
        if out.count - first > limit { throw tooLong(out.count - first) }
    }

    private static func tooLong(_ count: Int) -> TextProblem {
        TextProblem(ManifestCodes.slugTooLong, "a slug has \(count) bytes, \(limit) are possible")
    }

    private static func refuseTraps(_ value: UInt8, at origin: Range<Int>) throws(TextProblem) {
        let why: String? =
            switch value {
            case UInt8(ascii: "/"): "%2F in a slug: servers decode it to a slash, and the path is another one"
            case UInt8(ascii: "\\"): "%5C in a slug: browsers read a backslash as a slash"
            case UInt8(ascii: "*"): "%2A in a slug: servers take a star for a wildcard"
            case 0..<0x20, 0x7F: "an encoded control character in a slug"
            default: nil
            }
        if let why { throw TextProblem(ManifestCodes.badSlug, why, at: origin) }
    }

    private static func refuse(_ text: Span<UInt8>, at index: Int) throws(TextProblem) {
        let byte = text[index]
        let place = index..<(index + 1)
        switch byte {
        case 0..<0x20, 0x7F:
            throw TextProblem(
                ManifestCodes.controlCharacter, "a slug can't hold \(Bytes.name(text, at: index))", at: place)
        case UInt8(ascii: "?"), UInt8(ascii: "#"):
            throw TextProblem(
                ManifestCodes.badSlug, "a slug ends before \(Bytes.name(text, at: index)): it is a path only",
                at: index..<text.count, help: "visitors' queries are passed on with query: pass")
        case UInt8(ascii: "\\"):
            throw TextProblem(
                ManifestCodes.badSlug, "a slug can't hold a backslash: browsers read it as a slash", at: place
            )
        default: break
        }
    }

    private static func checkCharacters(_ decoded: [UInt8], _ origins: [Range<Int>]) throws(TextProblem) {
        let span = decoded.span
        var index = 0
        while index < span.count {
            let step = UTF8Scalars.step(span, at: index)
            guard let scalar = step.scalar else {
                throw TextProblem(ManifestCodes.invalidUTF8, "a slug must be UTF-8", at: origins[index])
            }
            // Joiners are part of some scripts and of emoji; the rest only deceives.
            if UTF8Scalars.isTreacherous(scalar), scalar.value != 0x200C, scalar.value != 0x200D {
                throw TextProblem(
                    ManifestCodes.controlCharacter, "a slug can't hold \(Bytes.name(span, at: index))",
                    at: origins[index])
            }
            index += step.length
        }
    }

    private static func checkSegments(
        _ decoded: [UInt8], _ origins: [Range<Int>], _ whole: Range<Int>
    ) throws(TextProblem) {
        guard !decoded.isEmpty else {
            throw TextProblem(
                ManifestCodes.badSlug, "a slug is empty",
                help: "what / itself answers is home: under the domain")
        }
        var start = 0
        var isFirst = true
        while start <= decoded.count {
            let end = decoded[start...].firstIndex(of: UInt8(ascii: "/")) ?? decoded.count
            let segment = decoded[start..<end]
            let place =
                start < end
                ? origins[start].lowerBound..<origins[end - 1].upperBound
                : (start < origins.count ? origins[start] : whole)
            if segment.isEmpty {
                throw TextProblem(
                    ManifestCodes.badSlug,
                    end == decoded.count
                        ? "a slug can't end in a slash" : "a slug has an empty part (two slashes)", at: place)
            }
            if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
                throw TextProblem(
                    ManifestCodes.badSlug, "'.' and '..' can't be parts of a slug: clients resolve them away",
                    at: place)
            }
            if isFirst, segment.elementsEqual(".well-known".utf8, by: { Bytes.lower($0) == $1 }) {
                throw TextProblem(
                    ManifestCodes.reservedSlug, "slugs under .well-known/ are reserved (RFC 8615)", at: place)
            }
            if let star = segment.firstIndex(of: UInt8(ascii: "*")), segment.count > 1 || end < decoded.count
            {
                throw TextProblem(
                    ManifestCodes.wildcardPlace, "'*' must be the last part of a slug, alone",
                    at: origins[star],
                    help: "write docs/* for everything under docs/")
            }
            isFirst = false
            start = end + 1
        }
    }
}
