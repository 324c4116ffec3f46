/// Points in time as text.
public enum Timestamp {
    /// RFC 3339 in UTC: `2026-11-26T19:00:10Z`. `seconds` since 1970, of the years 0 to 9999.
    public static func text(_ seconds: Int) -> String {
        let day = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let second = seconds - day * 86_400
        // Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days: years begin in March.
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * ofYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func digits(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(ofYear - (153 * march + 2) / 5 + 1, 2))"
            + "T\(digits(second / 3600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))Z"
    }

    /// Seconds since 1970 of what ``text(_:)`` writes; `nil` for anything else.
    public static func seconds(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 20 else { return nil }
        func number(_ places: Range<Int>) -> Int {
            bytes[places].reduce(0) { $0 < 0 || !(0x30...0x39 ~= $1) ? -1 : $0 * 10 + Int($1 - 0x30) }
        }
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        let time = [number(11..<13), number(14..<16), number(17..<19)]
        guard year >= 0, 1...12 ~= month, 1...31 ~= day, time.allSatisfy({ 0...59 ~= $0 }) else { return nil }
        // The same source, days_from_civil.
        let shifted = year - (month <= 2 ? 1 : 0)
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
        let seconds = days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
        return self.text(seconds) == text ? seconds : nil
    }
}
