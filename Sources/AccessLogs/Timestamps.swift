/// Times of logs as seconds since 1970. The last hour is remembered: most lines cost six digits.
struct Timestamps: Sendable {
    private var dayKey: UInt64 = 0
    private var hourKey: UInt64 = 0
    private var zoneKey: UInt64 = 0
    private var base: Int64 = 0

    /// `10/Oct/2000:13:55:36 -0700` at `at`; the caller has checked that 26 bytes are there.
    @inline(__always)
    mutating func common(_ line: borrowing Span<UInt8>, _ at: Int) -> Int64? {
        // dd/Mon/y, yyyy:HH (overlapping), and the zone.
        let day = line.word(at)
        let hour = line.word(at + 6)
        let zone = line.word(at + 18)
        guard line[at + 14] == 0x3A, line[at + 17] == 0x3A, line[at + 20] == 0x20 else { return nil }
        let minute = digits2(line, at + 15)
        let second = digits2(line, at + 18)
        guard minute < 60, second < 61 else { return nil }
        if day == dayKey, hour == hourKey, zone >> 16 == zoneKey {
            return base + Int64(minute * 60 + second)
        }
        guard let fresh = Self.commonHour(line, at) else { return nil }
        dayKey = day
        hourKey = hour
        zoneKey = zone >> 16
        base = fresh
        return base + Int64(minute * 60 + second)
    }

    private static func commonHour(_ line: borrowing Span<UInt8>, _ at: Int) -> Int64? {
        guard line[at + 2] == 0x2F, line[at + 6] == 0x2F, line[at + 11] == 0x3A else { return nil }
        let day = digits2(line, at)
        let hour = digits2(line, at + 12)
        let year = digits2(line, at + 7) * 100 + digits2(line, at + 9)
        let month: Int
        switch UInt32(line[at + 3]) << 16 | UInt32(line[at + 4]) << 8 | UInt32(line[at + 5]) {
        case 0x4A_616E: month = 1
        case 0x46_6562: month = 2
        case 0x4D_6172: month = 3
        case 0x41_7072: month = 4
        case 0x4D_6179: month = 5
        case 0x4A_756E: month = 6
        case 0x4A_756C: month = 7
        case 0x41_7567: month = 8
        case 0x53_6570: month = 9
        case 0x4F_6374: month = 10
        case 0x4E_6F76: month = 11
        case 0x44_6563: month = 12
        default: return nil
        }
        let zoneHours = digits2(line, at + 22)
        let zoneMinutes = digits2(line, at + 24)
        let sign: Int
        switch line[at + 21] {
        case 0x2B: sign = -1
        case 0x2D: sign = 1
        default: return nil
        }
        guard day >= 1, day <= daysIn(month, year), hour < 24, year <= 9999, zoneHours <= 15, zoneMinutes < 60
        else { return nil }
        return days(year, month, day) * 86400 + Int64(hour * 3600 + sign * (zoneHours * 3600 + zoneMinutes * 60))
    }

    /// `2000-10-10` and `13:55:36`, UTC, each at its place.
    static func dateAndTime(_ line: borrowing Span<UInt8>, date: Field, time: Field) -> Int64? {
        guard date.count == 10, time.count >= 8 else { return nil }
        let d = Int(date.start)
        let t = Int(time.start)
        guard line[d + 4] == 0x2D, line[d + 7] == 0x2D, line[t + 2] == 0x3A, line[t + 5] == 0x3A else { return nil }
        let year = digits2(line, d) * 100 + digits2(line, d + 2)
        let month = digits2(line, d + 5)
        let day = digits2(line, d + 8)
        let hour = digits2(line, t)
        let minute = digits2(line, t + 3)
        let second = digits2(line, t + 6)
        guard year <= 9999, month >= 1, month <= 12, day >= 1, day <= daysIn(month, year), hour < 24, minute < 60,
            second < 61
        else { return nil }
        return days(year, month, day) * 86400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// RFC 3339: `2000-10-10T13:55:36.123Z`, `…+02:00`.
    static func rfc3339(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Int64? {
        guard to - from >= 20, line[from + 10] == 0x54 || line[from + 10] == 0x20,
            let local = dateAndTime(
                line, date: Field(from, from + 10), time: Field(from + 11, from + 19))
        else { return nil }
        var i = from + 19
        if line[i] == 0x2E {
            i += 1
            while i < to, line[i] &- 0x30 < 10 { i += 1 }
        }
        guard i < to else { return nil }
        if line[i] == 0x5A { return i + 1 == to ? local : nil }
        guard line[i] == 0x2B || line[i] == 0x2D, to - i >= 5 else { return nil }
        let hours = digits2(line, i + 1)
        let minutes = digits2(line, to - 2)
        guard hours <= 15, minutes < 60 else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60)
        return line[i] == 0x2B ? local - offset : local + offset
    }

    /// `1732377917.123`, whole seconds kept; also `1.7323779e9`, as Caddy may write it.
    static func epoch(_ line: borrowing Span<UInt8>, _ from: Int, _ to: Int) -> Int64? {
        var value: Int64 = 0
        var i = from
        while i < to, line[i] &- 0x30 < 10, i - from < 12 {
            value = value * 10 + Int64(line[i] &- 0x30)
            i += 1
        }
        guard i > from else { return nil }
        if i == to { return value }
        guard line[i] == 0x2E else { return nil }
        i += 1
        var mantissa = value
        var places = 0
        while i < to, line[i] &- 0x30 < 10 {
            // Only `d.ddde9` needs them: twelve digits and nine more would overflow.
            if value < 10, places < 9 {
                mantissa = mantissa * 10 + Int64(line[i] &- 0x30)
                places += 1
            }
            i += 1
        }
        if i == to { return value }
        guard line[i] | 0x20 == 0x65, value < 10 else { return nil }
        i += 1
        if i < to, line[i] == 0x2B { i += 1 }
        guard to - i == 1 || to - i == 2 else { return nil }
        var exponent = 0
        while i < to, line[i] &- 0x30 < 10 {
            exponent = exponent * 10 + Int(line[i] &- 0x30)
            i += 1
        }
        guard i == to, exponent >= places || exponent == 9, exponent <= 11 else { return nil }
        while places < exponent {
            mantissa *= 10
            places += 1
        }
        while places > exponent {
            mantissa /= 10
            places -= 1
        }
        return mantissa
    }

    /// Days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    private static func daysIn(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}

/// Two digits; something above 99 when they are none.
@inline(__always)
private func digits2(_ line: borrowing Span<UInt8>, _ at: Int) -> Int {
    let a = line[at] &- 0x30
    let b = line[at + 1] &- 0x30
    return a < 10 && b < 10 ? Int(a) * 10 + Int(b) : 1_000_000
}
