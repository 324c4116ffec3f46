import Scans

/// What charts share: the language, the axis, the length of texts.
enum Chart {
    /// A bar of a bar chart.
    struct Bar: Sendable, Equatable {
        var label: String
        var value: Int
        /// What stands behind the value: a share, a change.
        var detail: String = ""
        /// Drawn in the colour of less important things.
        var isMinor = false
    }

    /// Round numbers from 0 to at least `largest`, at most six of them (Heckbert, "Nice Numbers for Graph Labels", 1990).
    static func ticks(upTo largest: Int) -> [Int] {
        guard largest > 0 else { return [0, 1] }
        let raw = Double(largest) / 4
        var power = 1.0
        while power * 10 <= raw { power *= 10 }
        let factor = [1.0, 2, 5, 10].first { $0 * power >= raw } ?? 10
        let step = max(1, Int(factor * power))
        return Array(stride(from: 0, through: (largest + step - 1) / step * step, by: step))
    }

    /// The text cut so that it takes about `width` units at `size`: words at their end, paths in their middle, since
    /// what tells them apart stands at the end.
    static func fitted(_ text: String, width: Double, size: Double = 12) -> String {
        let shown = Visible.text(text)
        if Self.width(shown, size: size) <= width { return shown }
        let isPath = shown.unicodeScalars.contains("/") && !shown.unicodeScalars.contains(" ")
        var head = Array(shown.unicodeScalars)[...]
        var tail = head.suffix(isPath ? head.count * 2 / 3 : 0)
        head = head.dropLast(tail.count)
        func joined() -> String {
            String(String.UnicodeScalarView(head)) + "…" + String(String.UnicodeScalarView(tail))
        }
        while head.count + tail.count > 3, Self.width(joined(), size: size) > width {
            if tail.count > head.count * 2 { tail = tail.dropFirst() } else { head = head.dropLast() }
        }
        return joined()
    }

    /// About how wide a text is drawn, by the widths of DejaVu Sans, which are those of a wide font.
    static func width(_ text: String, size: Double = 12) -> Double {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar {
            case "i", "j", "l", "'", "|", ".", ",", ":", ";", "!", " ", "/", "I", "-": sum + size * 0.32
            case "t", "r", "f", "(", ")": sum + size * 0.4
            case "c", "s", "z", "k": sum + size * 0.54
            case "m", "w", "M", "W", "…", "ж", "ш", "щ", "ю": sum + size * 0.92
            case "A"..."Z", "\u{410}"..."\u{42F}": sum + size * 0.68
            default: sum + size * 0.62
            }
        }
    }

    /// The step 0…6 of a value on a linear scale up to `largest`; `nil` for zero.
    static func linearStep(_ value: Int, largest: Int) -> Int? {
        guard value > 0, largest > 0 else { return nil }
        return min(6, value * 7 / (largest + 1))
    }
}
