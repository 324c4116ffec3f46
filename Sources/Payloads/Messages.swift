import Support

/// Mail, messages, places, events.
extension Form {
    /// RFC 6068.
    mutating func mail() -> String {
        let to = mailAddresses("to")
        title = to.first ?? ""
        var headers: [String] = []
        for name in ["cc", "bcc"] {
            let addresses = mailAddresses(name)
            if !addresses.isEmpty { headers.append(name + "=" + Self.addressList(addresses)) }
        }
        if to.isEmpty, headers.isEmpty, values["to"] == nil {
            refuse(nil, "'to' is missing", "write to: anna@example.org")
        }
        let subject = text("subject")
        if !subject.isEmpty { headers.append("subject=" + Self.percent(subject)) }
        // §5: line breaks of a body are %0D%0A.
        let body = text("body").split(separator: "\n", omittingEmptySubsequences: false).map {
            Self.percent(String($0))
        }
        if body.count > 1 || body.first?.isEmpty == false { headers.append("body=" + body.joined(separator: "%0D%0A")) }
        return "mailto:" + Self.addressList(to) + (headers.isEmpty ? "" : "?" + headers.joined(separator: "&"))
    }

    /// §2: '@' of an address stands as it is, and '+' is no blank.
    private static func addressList(_ addresses: [String]) -> String {
        addresses.map { percent($0, also: "@+!$*'") }.joined(separator: ",")
    }

    mutating func message() -> String {
        let number = phone("number", required: true)
        title = number
        let text = text("text")
        if choice("format", ["SMSTO", "sms"]) == "sms" {
            // RFC 5724 §2.2.
            let body = text.split(separator: "\n", omittingEmptySubsequences: false).map { Self.percent(String($0)) }
            return "sms:" + number + (text.isEmpty ? "" : "?body=" + body.joined(separator: "%0D%0A"))
        }
        // All that follows the second colon is the message.
        return "SMSTO:" + number + (text.isEmpty ? "" : ":" + text)
    }

    mutating func chat() -> String {
        let number = phone("number", required: true)
        title = number
        if !number.isEmpty, !number.hasPrefix("+") {
            refuse("number", "the number has no country", "write it as from abroad: +43 664 1234567")
        }
        let text = text("text")
        return "https://wa.me/" + number.drop { $0 == "+" } + (text.isEmpty ? "" : "?text=" + Self.percent(text))
    }

    /// RFC 5870.
    mutating func place() -> String {
        var parts = list("at")
        if parts.count == 1 { parts = parts[0].split(separator: ",").map { Self.trimmed(String($0)) } }
        guard parts.count == 2 else {
            refuse(
                values["at"] == nil ? nil : "at", "a place needs latitude and longitude", "write 48.2082, 16.3738")
            return ""
        }
        let latitude = decimal(parts[0], "at", 90)
        var longitude = decimal(parts[1], "at", 180)
        // §3.4.2: at the poles there is no longitude; the antimeridian has one name.
        if latitude == "90" || latitude == "-90" { longitude = "0" }
        if longitude == "-180" { longitude = "180" }
        title = "\(latitude), \(longitude)"
        var out = "geo:\(latitude),\(longitude)"
        let altitude = text("altitude")
        if !altitude.isEmpty { out += "," + decimal(altitude, "altitude", 100_000) }
        let accuracy = text("accuracy")
        if !accuracy.isEmpty {
            let metres = decimal(accuracy, "accuracy", 10_000_000)
            if metres.hasPrefix("-") { refuse("accuracy", "\(Self.quoted(accuracy)) is less than nothing") }
            out += ";u=" + metres
        }
        return out
    }

    /// A decimal number without needless zeros.
    private mutating func decimal(_ written: String, _ name: String, _ most: Int) -> String {
        let isNegative = written.hasPrefix("-")
        let digits = written.hasPrefix("-") || written.hasPrefix("+") ? written.dropFirst() : written[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ Self.isDigits($0) }), digits.utf8.count <= 24,
            let whole = Int(parts[0]),
            whole < most || whole == most && (parts.count == 1 || parts[1].allSatisfy { $0 == "0" })
        else {
            refuse(name, "\(Self.quoted(written)) is no number from -\(most) to \(most)")
            return "0"
        }
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        let number = "\(whole)" + (fraction.isEmpty ? "" : "." + fraction)
        return isNegative && number != "0" ? "-" + number : number
    }

    // MARK: Events

    private struct Moment {
        /// `20270918` or `20270918T170000` or `20270918T150000Z`.
        var text: String
        var isDay: Bool
        /// Zone and all: both ends of an event are written in one way.
        var isUTC: Bool
    }

    /// RFC 5545: a calendar with one event. UID and DTSTAMP, which it must have, come from the event itself, so that the same
    /// event is always the same code, and who scans it twice has it once.
    mutating func event() -> String {
        title = text("title", required: true)
        let start = moment("start", required: true)
        var end = moment("end")
        if let first = start, let last = end {
            if first.isDay != last.isDay || first.isUTC != last.isUTC {
                refuse(
                    "end", "'start' and 'end' are not written in one way",
                    "give both a time, or neither; both a zone, or neither")
            } else if last.text < first.text || last.text == first.text && !first.isDay {
                refuse("end", "the event ends before it begins")
            }
            // §3.6.1: DTEND is the day after.
            if last.isDay, let next = Self.dayAfter(last.text) { end?.text = next }
        }
        let place = text("place")
        let more = text("text")
        let address = webAddress("url")
        guard let start else { return "" }
        var lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//wayseal//EN", "BEGIN:VEVENT"]
        let key = [title, start.text, end?.text ?? "", place, more, address].joined(separator: "\n")
        lines.append("UID:" + Hex.encode(SHA256.hash(Array(key.utf8))[..<8]) + "@wayseal")
        lines.append("DTSTAMP:" + (start.isUTC ? start.text : start.text.prefix(8) + "T000000Z"))
        lines.append((start.isDay ? "DTSTART;VALUE=DATE:" : "DTSTART:") + start.text)
        if let end { lines.append((end.isDay ? "DTEND;VALUE=DATE:" : "DTEND:") + end.text) }
        // §3.3.11 has the escapes of vCards.
        lines.append("SUMMARY:" + Self.escaped(title))
        if !place.isEmpty { lines.append("LOCATION:" + Self.escaped(place)) }
        if !more.isEmpty { lines.append("DESCRIPTION:" + Self.escaped(more)) }
        if !address.isEmpty { lines.append("URL:" + address) }
        lines += ["END:VEVENT", "END:VCALENDAR"]
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// `2027-09-18`, `2027-09-18T17:00`, with seconds, with `Z`.
    private mutating func moment(_ name: String, required: Bool = false) -> Moment? {
        let written = text(name, required: required)
        if written.isEmpty { return nil }
        let halves = written.split(separator: "T", omittingEmptySubsequences: false).map(String.init)
        if let date = Self.date(halves[0]), halves.count <= 2 {
            let day = date.year + date.month + date.day
            if halves.count == 1 { return Moment(text: day, isDay: true, isUTC: false) }
            let isUTC = halves[1].hasSuffix("Z")
            var clock = (isUTC ? String(halves[1].dropLast()) : halves[1]).split(separator: ":").map(String.init)
            if clock.count == 2 { clock.append("00") }
            let isClock =
                clock.count == 3 && clock.allSatisfy { $0.utf8.count == 2 && Self.isDigits($0) }
                && clock[0] < "24" && clock[1] < "60" && clock[2] < "60"
            if isClock {
                return Moment(text: day + "T" + clock.joined() + (isUTC ? "Z" : ""), isDay: false, isUTC: isUTC)
            }
        }
        refuse(
            name, "\(Self.quoted(written)) is neither a day nor a time",
            "write 2027-09-18, 2027-09-18T17:00, or with Z for UTC")
        return nil
    }

    private static func dayAfter(_ day: String) -> String? {
        guard let year = Int(day.prefix(4)), let month = Int(day.dropFirst(4).prefix(2)), let last = Int(day.suffix(2))
        else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        for (y, m, d) in [(year, month, last + 1), (year, month + 1, 1), (year + 1, 1, 1)] {
            if let next = date("\(y)-\(two(m))-\(two(d))") {
                return next.year + next.month + next.day
            }
        }
        return nil
    }
}
