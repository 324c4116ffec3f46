/// "Did you mean …": the nearest known word.

/// Finds known words near a mistyped one.
public enum SpellingSuggestion {
    /// The candidate nearest to `word`, or `nil` when none is near enough to be meant.
    ///
    /// Case, hyphens and underscores don't count (`quiet_zone` finds `quiet-zone`). Otherwise a third of the letters may be
    /// wrong, at most 3. Ties go to the earlier candidate. O(candidates × length²), and nothing for words over 64 bytes.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let written = folded(word)
        guard !written.isEmpty else { return nil }
        var best: (distance: Int, word: String)?
        for candidate in candidates {
            let known = folded(candidate)
            if known == written { return candidate }
            let allowed = min(3, max(1, max(known.count, written.count) / 3))
            let bound = min(allowed, (best?.distance ?? 4) - 1)
            guard bound >= 0, let distance = distance(written, known, atMost: bound) else { continue }
            // A word of which nothing is left is not a misspelling.
            guard distance < min(known.count, written.count) else { continue }
            best = (distance, candidate)
        }
        return best?.word
    }

    /// Damerau–Levenshtein distance (optimal string alignment: insert, delete, replace, swap neighbours), or `nil` when it is
    /// over `limit`. O(a × b) bytes, given up early by length.
    static func distance(_ a: [UInt8], _ b: [UInt8], atMost limit: Int) -> Int? {
        guard abs(a.count - b.count) <= limit else { return nil }
        var twoAgo = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        var current = previous
        for i in 0..<a.count {
            current[0] = i + 1
            for j in 0..<b.count {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, twoAgo[j - 1] + 1) }
                current[j + 1] = cost
            }
            if (current.min() ?? 0) > limit, (previous.min() ?? 0) > limit { return nil }
            (twoAgo, previous, current) = (previous, current, twoAgo)
        }
        return previous[b.count] <= limit ? previous[b.count] : nil
    }

    private static func folded(_ word: String) -> [UInt8] {
        word.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
            .map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }
}
