/// Dates of the proleptic Gregorian calendar as numbers.
public enum CivilTime {
    /// Days from 1970-01-01 to a date, negative before. The day may be beyond its month's end.
    ///
    /// Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
    public static func days(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date of a number of days since 1970-01-01: civil_from_days of the same page.
    public static func date(ofDay number: Int) -> (year: Int, month: Int, day: Int) {
        let z = number + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    static func year(ofDay number: Int64) -> Int { date(ofDay: Int(number)).year }

    /// Seconds from 1970-01-01T00:00:00 to a date and time of one clock; `nil` when there is no such date or time.
    /// `year` 1 … 9999; `second` 0 … 59.
    public static func seconds(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
    ) -> Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        let number = days(year: year, month: month, day: day)
        guard date(ofDay: number) == (year, month, day) else { return nil }
        return Int64(number) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }
}
