/// What a POSIX `TZ` string says (IEEE 1003.1 §8.3, with the wider times of RFC 8536 §3.3.1): an offset, and perhaps a
/// second one for a part of every year.
struct ZoneRule {
    /// Seconds east of UTC outside of summer.
    let standard: Int64
    /// The same in summer, and when that begins and ends each year.
    let summer: (offset: Int64, start: Day, end: Day)?

    /// A day of every year with a time of the clock that shows before the change.
    struct Day {
        enum Form {
            /// 1 … 365; 29 February is not counted.
            case julian(Int)
            /// 0 … 365.
            case zeroBased(Int)
            /// Month 1 … 12, week 1 … 5 (5: the last), weekday 0 … 6 (0: Sunday).
            case week(month: Int, week: Int, day: Int)
        }
        var form: Form
        var seconds: Int64

        /// Seconds since 1970-01-01T00:00:00 of the clock before the change.
        func local(in year: Int) -> Int64 {
            let first = CivilTime.days(year: year, month: 1, day: 1)
            switch form {
            case .zeroBased(let n): return Int64(first + n) * 86_400 + seconds
            case .julian(let n):
                let isLeap = CivilTime.days(year: year + 1, month: 1, day: 1) - first == 366
                return Int64(first + n - 1 + (isLeap && n >= 60 ? 1 : 0)) * 86_400 + seconds
            case .week(let month, let week, let day):
                let start = CivilTime.days(year: year, month: month, day: 1)
                let next = CivilTime.days(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
                // 1970-01-01 was a Thursday (4 if Sunday is 0).
                var date = start + (day - (start + 4) % 7 + 7) % 7 + 7 * (week - 1)
                while date >= next { date -= 7 }
                return Int64(date) * 86_400 + seconds
            }
        }
    }

    /// The two changes of one year (1970 or later), if there are any: instant, and offset from then on.
    func transitions(in year: Int) -> [(time: Int64, offset: Int64)] {
        guard let summer else { return [] }
        return [
            (summer.start.local(in: year) - standard, summer.offset),
            (summer.end.local(in: year) - summer.offset, standard),
        ]
    }

    /// Reads `CET-1CEST,M3.5.0,M10.5.0/3`; `nil` for anything else. Rules must be written out.
    init?(_ text: ArraySlice<UInt8>) {
        var text = text
        func take(_ byte: Unicode.Scalar) -> Bool {
            guard text.first == UInt8(ascii: byte) else { return false }
            text.removeFirst()
            return true
        }
        func number(_ range: ClosedRange<Int>) -> Int? {
            var value = 0
            var digits = 0
            while let byte = text.first, byte &- 0x30 < 10, digits < 4 {
                value = value * 10 + Int(byte - 0x30)
                digits += 1
                text.removeFirst()
            }
            return digits > 0 && range.contains(value) ? value : nil
        }
        func name() -> Bool {
            if take("<") {
                while let byte = text.first, byte != UInt8(ascii: ">") {
                    guard byte > 0x20, byte < 0x7F else { return false }
                    text.removeFirst()
                }
                return take(">")
            }
            let length = text.prefix { ($0 | 0x20) &- 0x61 < 26 }.count
            text.removeFirst(length)
            return length >= 3
        }
        /// `[+-]hh[:mm[:ss]]` in seconds.
        func time(hours: Int) -> Int64? {
            let sign: Int64 = take("-") ? -1 : 1
            if sign == 1 { _ = take("+") }
            guard var total = number(0...hours).map({ Int64($0) * 3600 }) else { return nil }
            if take(":") {
                guard let minutes = number(0...59) else { return nil }
                total += Int64(minutes) * 60
                if take(":") {
                    guard let seconds = number(0...59) else { return nil }
                    total += Int64(seconds)
                }
            }
            return sign * total
        }
        func day() -> Day? {
            guard take(",") else { return nil }
            let form: Day.Form
            if take("M") {
                guard let month = number(1...12), take("."), let week = number(1...5), take("."),
                    let day = number(0...6)
                else { return nil }
                form = .week(month: month, week: week, day: day)
            } else if take("J") {
                guard let n = number(1...365) else { return nil }
                form = .julian(n)
            } else {
                guard let n = number(0...365) else { return nil }
                form = .zeroBased(n)
            }
            guard take("/") else { return Day(form: form, seconds: 7200) }
            return time(hours: 167).map { Day(form: form, seconds: $0) }
        }
        // POSIX counts west of Greenwich.
        guard name(), let west = time(hours: 24) else { return nil }
        standard = -west
        if text.isEmpty {
            summer = nil
            return
        }
        guard name() else { return nil }
        var offset = standard + 3600
        if text.first != UInt8(ascii: ",") {
            guard let west = time(hours: 24) else { return nil }
            offset = -west
        }
        guard let start = day(), let end = day(), text.isEmpty else { return nil }
        summer = (offset, start, end)
    }
}
