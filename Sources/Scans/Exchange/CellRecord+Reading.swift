/// Reading the lines back. They come from files and from a server: anything may stand in them, `nil` is all that happens.

extension CellRecord {
    /// What ``line`` wrote.
    init?(line: ArraySlice<UInt8>) {
        var row = RowReader(bytes: line)
        guard let day = row.day(), let source = row.text(), let sequence = row.number(), let host = row.text(),
            let path = row.text(), let scans = row.number32(), let uniques = row.number32(),
            let late = row.number32(), let last = row.number32(), let dimensions = row.texts(),
            let texts = row.texts(), let valueScans = row.numbers(), let valueUniques = row.numbers(),
            let excluded = row.exclusions(), let visitors = row.numbers(),
            dimensions.count == texts.count, texts.count == valueScans.count, texts.count == valueUniques.count
        else { return nil }
        var values: [Value] = []
        for i in dimensions.indices {
            guard let dimension = Dimension.allCases.first(where: { $0.name == dimensions[i] }),
                let scans = UInt32(exactly: valueScans[i]), let uniques = UInt32(exactly: valueUniques[i])
            else { return nil }
            values.append(Value(dimension: dimension, text: texts[i], scans: scans, uniques: uniques))
        }
        self.init(
            day: day, source: source, sequence: sequence, host: host, path: path, scans: scans, uniques: uniques,
            late: late, last: last, values: values, excluded: excluded.map { UInt32(clamping: $0) },
            visitors: visitors)
        // Version 1 ends here.
        if row.isAtEnd { return }
        guard let variants = row.texts(), let funnels = row.texts(), let steps = row.numbers(), let goals = row.texts(),
            let exact = row.numbers(), let counts = row.numbers(), let ids = row.numbers(),
            let clickVariants = row.texts(), let people = row.numbers(), let times = row.numbers(), row.isAtEnd,
            Set([variants.count, funnels.count, steps.count, goals.count, exact.count, counts.count]).count == 1,
            Set([ids.count, clickVariants.count, people.count, times.count]).count == 1
        else { return nil }
        for i in variants.indices {
            guard let step = UInt32(exactly: steps[i]), let count = UInt32(exactly: counts[i]) else { return nil }
            reaches.append(
                Reach(
                    variant: variants[i], funnel: funnels[i], step: step, goal: goals[i], isExact: exact[i] == 1,
                    count: count))
        }
        for i in ids.indices {
            guard let time = UInt32(exactly: times[i]) else { return nil }
            clicks.append(Click(id: ids[i], variant: clickVariants[i], person: people[i], time: time))
        }
    }
}

extension DayRecord {
    /// What ``line`` wrote.
    init?(line: ArraySlice<UInt8>) {
        var row = RowReader(bytes: line)
        guard let day = row.day(), let source = row.text(), let sequence = row.number(), let zone = row.text(),
            let isClosed = row.number(), let requests = row.count(), let visitors = row.count(),
            let anonymous = row.count(), let late = row.count(), let skewed = row.count(),
            let excluded = row.exclusions(), let attribution = row.text()
        else { return nil }
        self.init(
            day: day, source: source, sequence: sequence, zone: zone, isClosed: isClosed == 1, requests: requests,
            visitors: visitors, anonymous: anonymous, late: late, skewed: skewed, excluded: excluded,
            attribution: attribution)
        if row.isAtEnd { return }
        guard let ids = row.numbers(), let goals = row.texts(), let times = row.numbers(), row.isAtEnd,
            ids.count == goals.count, ids.count == times.count
        else { return nil }
        for i in ids.indices {
            guard let time = UInt32(exactly: times[i]) else { return nil }
            returns.append(Return(id: ids[i], goal: goals[i], time: time))
        }
    }
}

private struct RowReader {
    private let bytes: ArraySlice<UInt8>
    private var at: Int

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    var isAtEnd: Bool { at > bytes.endIndex }

    /// The bytes of the next column, still escaped.
    private mutating func column() -> ArraySlice<UInt8>? {
        guard at <= bytes.endIndex else { return nil }
        let end = bytes[at...].firstIndex(of: 0x09) ?? bytes.endIndex
        defer { at = end + 1 }
        return bytes[at..<end]
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 20 else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            guard byte &- 0x30 < 10 else { return nil }
            let (product, a) = value.multipliedReportingOverflow(by: 10)
            let (sum, b) = product.addingReportingOverflow(UInt64(byte &- 0x30))
            guard !a, !b else { return nil }
            value = sum
        }
        return value
    }

    mutating func number() -> UInt64? { column().flatMap(Self.number) }
    mutating func number32() -> UInt32? { number().flatMap { UInt32(exactly: $0) } }
    /// A number that can be added to others of its kind.
    mutating func count() -> Int? { number().flatMap { $0 < 1 << 48 ? Int($0) : nil } }

    mutating func day() -> Int? {
        column().flatMap { CivilDay(iso: String(decoding: $0, as: UTF8.self))?.number }
    }

    mutating func text() -> String? {
        guard let column = column() else { return nil }
        var at = column.startIndex
        return Self.text(column, &at, until: nil)
    }

    /// Unescapes up to `until`, which is left, or to the end.
    private static func text(_ bytes: ArraySlice<UInt8>, _ at: inout Int, until: UInt8?) -> String? {
        var out: [UInt8] = []
        while at < bytes.endIndex {
            let byte = bytes[at]
            if byte == until { return String(decoding: out, as: UTF8.self) }
            at += 1
            guard byte == UInt8(ascii: "\\") else {
                out.append(byte)
                continue
            }
            guard at < bytes.endIndex else { return nil }
            switch bytes[at] {
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "0"): out.append(0x00)
            default: out.append(bytes[at])
            }
            at += 1
        }
        return until == nil ? String(decoding: out, as: UTF8.self) : nil
    }

    /// What stands between the brackets.
    private mutating func list() -> ArraySlice<UInt8>? {
        guard let column = column(), column.count >= 2, column.first == UInt8(ascii: "["),
            column.last == UInt8(ascii: "]")
        else { return nil }
        return column.dropFirst().dropLast()
    }

    mutating func numbers() -> [UInt64]? {
        guard let list = list() else { return nil }
        if list.isEmpty { return [] }
        var numbers: [UInt64] = []
        for part in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let number = Self.number(part) else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    mutating func texts() -> [String]? {
        guard let list = list() else { return nil }
        var texts: [String] = []
        var at = list.startIndex
        while at < list.endIndex {
            guard list[at] == UInt8(ascii: "'") else { return nil }
            at += 1
            guard let text = Self.text(list, &at, until: UInt8(ascii: "'")) else { return nil }
            texts.append(text)
            at += 1
            if at == list.endIndex { return texts }
            guard list[at] == UInt8(ascii: ",") else { return nil }
            at += 1
            if at == list.endIndex { return nil }
        }
        return texts
    }

    mutating func exclusions() -> [Int]? {
        guard let names = texts(), let counts = numbers(), names.count == counts.count else { return nil }
        var excluded = [Int](repeating: 0, count: Exclusion.count)
        for (name, count) in zip(names, counts) {
            guard count < 1 << 48,
                let exclusion = Exclusion.allCases.first(where: { $0.name == name && $0 != .none })
            else { return nil }
            excluded[Int(exclusion.rawValue)] += Int(count)
        }
        return excluded
    }
}
