import Site
import Support

/// A policy as far as one can read it without the link it belongs to: targets are not normalised yet.
struct PolicyDraft {
    /// A URL with its place.
    struct Target {
        var text: String
        var place: TextPlace
    }

    struct Rule {
        var conditions: [Condition]
        var target: Target
        var range: SourceRange
    }

    struct Variant {
        var name: String
        var target: Target
        var weight: Int
        var range: SourceRange
    }

    /// Everything but the targets.
    var policy = Policy()
    var rules: [Rule] = []
    var variants: [Variant] = []
    var gone: Target?
    var image: Target?
    /// Whether the variants take all visitors, so that no target of the link's own is needed.
    var takesEveryone: Bool { !variants.isEmpty && variants.reduce(0) { $0 + $1.weight } == 10_000 }

    /// Where `key` stands, or the first of its keys.
    func range(of keys: String...) -> SourceRange? {
        keys.lazy.compactMap { policy.ranges[$0] }.first
            ?? policy.ranges.values.min { ($0.file, $0.start) < ($1.file, $1.start) }
    }
}

/// What the flat keys of a policy say, as YAML and tables both have them.
struct PolicyScalars {
    /// Values of a key with their places; one for a single value.
    typealias Values = [(text: String, place: TextPlace)]

    let instants: InstantText

    /// `hours` and `days`, together. `nil` when neither stands there or one is wrong.
    func windows(_ hours: Values, _ days: Values, _ sink: inout DiagnosticSink) -> [WeekWindow]? {
        if hours.isEmpty, days.isEmpty { return nil }
        var spans: [TimeText.Span] = []
        var named: Set<Int> = []
        var isGood = true
        func take(_ place: TextPlace, _ read: () throws(TextProblem) -> Void) {
            do throws(TextProblem) {
                try read()
            } catch {
                isGood = false
                sink.add(error, at: place.range(of: error.bytes))
            }
        }
        for (text, place) in hours { take(place) { () throws(TextProblem) in spans.append(try TimeText.span(text)) } }
        for (text, place) in days {
            take(place) { () throws(TextProblem) in named.formUnion(try TimeText.days(text)) }
        }
        return isGood ? TimeText.windows(spans, on: days.isEmpty ? Set(0..<7) : named) : nil
    }

    /// `from` and `until`. `nil` when neither stands there or one is wrong.
    func life(
        _ from: (text: String, place: TextPlace)?, _ until: (text: String, place: TextPlace)?,
        _ sink: inout DiagnosticSink
    ) -> (from: Int64?, until: Int64?)? {
        var isGood = from != nil || until != nil
        func read(_ value: (text: String, place: TextPlace)?, _ reading: ZoneTable.Reading) -> Int64? {
            guard let value else { return nil }
            do throws(TextProblem) {
                return try instants.instant(value.text, reading)
            } catch {
                isGood = false
                sink.add(error, at: value.place.range(of: error.bytes))
                return nil
            }
        }
        let begin = read(from, .first)
        let end = read(until, .last)
        if let begin, let end, let until, begin >= end {
            isGood = false
            sink.add(
                .error(
                    ManifestCodes.datesReversed, at: until.place.range,
                    "'until' is not after 'from'",
                    notes: from.map { [Diagnostic.Note("'from' is here", at: $0.place.range)] } ?? [],
                    help: begin == end ? "'until' is the first moment after: for one day write the next day" : nil))
        }
        return isGood ? (begin, end) : nil
    }
}

extension PolicyDraft {
    /// Keys that say the same in YAML and in a table.
    static let flatKeys = [
        "from", "until", "hours", "days", "limit", "once", "confirm", "enforce", "only", "gone", "rate",
    ]
    /// Those of them that take several values.
    static let flatLists: Set<String> = ["hours", "days", "only"]

    /// Takes the flat keys in.
    /// - Parameter isChecked: words were held against the schema: what is wrong with them was reported.
    mutating func readFlat(
        _ values: [String: PolicyScalars.Values], _ scalars: PolicyScalars, _ places: inout PlaceTable,
        isChecked: Bool, _ sink: inout DiagnosticSink
    ) {
        for (key, list) in values { policy.ranges[key] = list.first?.place.range }
        if let life = scalars.life(values["from"]?.first, values["until"]?.first, &sink) {
            (policy.from, policy.until) = life
        }
        if let windows = scalars.windows(values["hours"] ?? [], values["days"] ?? [], &sink) {
            policy.hours = TimeText.isAlways(windows) ? [] : windows
        }
        readLimit(values, isChecked: isChecked, &sink)
        for (text, place) in values["only"] ?? [] {
            Self.report(place, &sink) { () throws(TextProblem) in
                if let number = try places.only(text, at: place.range), !policy.places.contains(number) {
                    policy.places.append(number)
                }
            }
        }
        if let (text, place) = values["rate"]?.first {
            Self.report(place, &sink) { () throws(TextProblem) in policy.rate = try PolicyText.rate(text) }
        }
        if let (text, place) = values["gone"]?.first { gone = Target(text: text, place: place) }
    }

    /// What is wrong with a value is reported at its place.
    static func report(_ place: TextPlace, _ sink: inout DiagnosticSink, _ read: () throws(TextProblem) -> Void) {
        do throws(TextProblem) {
            try read()
        } catch {
            sink.add(error, at: place.range(of: error.bytes))
        }
    }

    private mutating func readLimit(
        _ values: [String: PolicyScalars.Values], isChecked: Bool, _ sink: inout DiagnosticSink
    ) {
        func boolean(_ key: String) -> Bool? {
            guard let (text, place) = values[key]?.first else { return nil }
            if text == "true" || !isChecked && text == "TRUE" { return true }
            if text == "false" || !isChecked && text == "FALSE" { return false }
            if !isChecked { sink.add(BooleanText.problem(with: text), at: place.range) }
            return nil
        }
        let once = boolean("once")
        let confirm = boolean("confirm")
        var enforcement: Policy.ScanLimit.Enforcement?
        if let (text, place) = values["enforce"]?.first {
            enforcement = Policy.ScanLimit.Enforcement(rawValue: text)
            if enforcement == nil, !isChecked {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: place.range, "\(Bytes.quoted(text)) is not one of exact, soft"))
            }
        }
        var scans: Int?
        if let (text, place) = values["limit"]?.first {
            if once == true, let other = values["once"]?.first {
                sink.add(
                    .error(
                        ManifestCodes.conflictingKeys, at: place.range, "'limit' and 'once' both stand here",
                        notes: [Diagnostic.Note("'once' is here", at: other.place.range)],
                        help: "once: true is limit: 1 scan with a button before it; keep one of them"))
            }
            Self.report(place, &sink) { () throws(TextProblem) in scans = try PolicyText.limit(text) }
        } else if once == true {
            scans = 1
        } else {
            for key in ["confirm", "enforce"] {
                guard let place = values[key]?.first?.place else { continue }
                sink.add(
                    .error(
                        ManifestCodes.badLimit, at: place.range,
                        "'\(key)' says how scans are counted, but nothing counts",
                        help: "add limit: 100 scans or once: true"))
            }
        }
        guard let scans else { return }
        policy.limit = Policy.ScanLimit(scans: scans, enforcement: enforcement, confirm: confirm ?? (once == true))
        if let (text, place) = values["limit"]?.first, once != true, values["confirm"] == nil {
            _ = text
            sink.add(.warning, ManifestCodes.limitWithoutConfirm, at: place.range) {
                .warning(
                    ManifestCodes.limitWithoutConfirm, at: place.range,
                    "messengers that show previews of this link use up scans",
                    help: "confirm: true counts a scan only when a button is pressed; confirm: false leaves it so")
            }
        }
    }
}
