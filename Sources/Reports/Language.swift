/// How numbers, shares and dates are written in the languages of a report.

public import Scans

/// A language in which reports are written.
public enum Language: String, Sendable, CaseIterable {
    /// English.
    case english = "en"
    /// German.
    case german = "de"
    /// Russian.
    case russian = "ru"

    /// `12,345`, `12.345`, `12 345` (with a no-break space).
    public func number(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        // Four digits stand together in Russian and German typography.
        guard digits.count > (self == .english ? 3 : 4) else { return (value < 0 ? "−" : "") + String(digits) }
        let separator = self == .english ? "," : self == .german ? "." : "\u{A0}"
        var text = value < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += separator }
            text.append(digit)
        }
        return text
    }

    /// A number with a fixed count of decimals, rounded half away from zero; "–" when it is not finite.
    public func decimal(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
        let scaled = (value * scale).rounded()
        guard scaled.isFinite, abs(scaled) < 1e15 else { return "–" }
        let whole = Int(abs(scaled))
        let unit = Int(scale)
        var text = (scaled < 0 ? "−" : "") + number(whole / unit)
        if places > 0 {
            let fraction = String(whole % unit)
            text += self == .english ? "." : ","
            text += String(repeating: "0", count: places - fraction.utf8.count) + fraction
        }
        return text
    }

    /// A share of 0…1 as `12.3 %` (`12.3%` in English).
    public func percent(_ share: Double, places: Int = 1) -> String {
        decimal(share * 100, places: places) + (self == .english ? "%" : "\u{A0}%")
    }

    /// A change against `before` as `+12.3 %`; `nil` when there is nothing to divide by.
    public func change(from before: Int?, to now: Int) -> String? {
        guard let before, before > 0 else { return nil }
        let change = Double(now - before) / Double(before)
        // A tenfold growth is not told in percent.
        let text = percent(change, places: abs(change) >= 10 ? 0 : 1)
        return change > 0 ? "+" + text : text
    }

    /// `3 March 2026`, `3. März 2026`, `3 марта 2026`.
    public func date(_ day: CivilDay) -> String {
        dayAndMonth(day, names: longMonths) + " " + String(day.year)
    }

    /// `3 Mar`, `3. Mär`, `3 мар`: for axes.
    public func shortDate(_ day: CivilDay) -> String { dayAndMonth(day, names: shortMonths) }

    /// `1 – 31 March 2026`, shortened where months or years agree.
    public func period(_ period: ScanReport.Period) -> String {
        let (first, last) = (period.first, period.last)
        if first == last { return date(first) }
        if first.year != last.year { return date(first) + " – " + date(last) }
        if first.month != last.month { return dayAndMonth(first, names: longMonths) + " – " + date(last) }
        return String(first.day) + (self == .german ? "." : "") + " – " + date(last)
    }

    /// Monday to Sunday, two or three letters.
    public var weekdays: [String] {
        switch self {
        case .english: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        case .german: ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]
        case .russian: ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"]
        }
    }

    private func dayAndMonth(_ day: CivilDay, names: [String]) -> String {
        String(day.day) + (self == .german ? ". " : " ") + names[day.month - 1]
    }

    private var longMonths: [String] {
        switch self {
        case .english:
            [
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December",
            ]
        case .german:
            [
                "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
                "November", "Dezember",
            ]
        case .russian:
            [
                "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября",
                "ноября", "декабря",
            ]
        }
    }

    private var shortMonths: [String] {
        switch self {
        case .english: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        case .german: ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
        case .russian: ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
        }
    }
}
