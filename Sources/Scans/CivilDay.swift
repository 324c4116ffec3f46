/// A day of the calendar, without a time zone.
internal import Support

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
///
/// Which instants belong to it is decided by the zone the report names; here it is only a number that sorts.
public struct CivilDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01, negative before.
    public var number: Int

    /// The day `number` days after 1970-01-01.
    public init(number: Int) { self.number = number }

    /// The day of a date; `nil` when there is no such date. `month` and `day` count from 1.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        number = CivilTime.days(year: year, month: month, day: day)
        guard self.day == day, self.month == month else { return nil }
    }

    /// The day written `2024-02-29`; `nil` for anything else, also for 2023-02-29.
    public init?(iso text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The year.
    public var year: Int { civil.year }
    /// The month, 1 to 12.
    public var month: Int { civil.month }
    /// The day of the month, from 1.
    public var day: Int { civil.day }
    /// The day of the week, 0 Monday to 6 Sunday (ISO 8601 order).
    public var weekday: Int { ((number + 3) % 7 + 7) % 7 }
    /// `2024-02-29`.
    public var description: String {
        let (year, month, day) = civil
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    /// The day `days` later.
    public func advanced(by days: Int) -> CivilDay { CivilDay(number: number + days) }

    /// Earlier comes first.
    public static func < (a: CivilDay, b: CivilDay) -> Bool { a.number < b.number }

    private var civil: (year: Int, month: Int, day: Int) { CivilTime.date(ofDay: number) }
}
