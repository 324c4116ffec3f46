public import Scans

/// Which days a report covers when it is asked for in words.
public enum ReportPeriod {
    /// A stretch of the calendar that is over.
    public enum Span: String, Sendable {
        /// Yesterday.
        case daily
        /// The last week, Monday to Sunday.
        case weekly
        /// The last month.
        case monthly
    }

    /// The days to report.
    /// - Parameters:
    ///   - from: The first day asked for.
    ///   - to: The last day asked for.
    ///   - span: Asked for the last day, week or month.
    ///   - known: The days for which there is data.
    ///   - today: Today in the zone of the report.
    /// - Returns: What was asked for; without an end up to the last day known, without a beginning the 30 days up to
    ///   the end. `nil` when the days come in the wrong order, or nothing was asked and nothing is known.
    public static func choose(
        from: CivilDay?, to: CivilDay?, span: Span?, known: ScanReport.Period?, today: CivilDay
    ) -> ScanReport.Period? {
        switch span {
        case .daily?: return .init(first: today.advanced(by: -1), last: today.advanced(by: -1))
        case .weekly?:
            let monday = today.advanced(by: -today.weekday - 7)
            return .init(first: monday, last: monday.advanced(by: 6))
        case .monthly?:
            let last = today.advanced(by: -today.day)
            return .init(first: last.advanced(by: 1 - last.day), last: last)
        case nil: break
        }
        guard let last = to ?? known.map({ max($0.last, from ?? $0.last) }) ?? from else { return nil }
        let thirty = last.advanced(by: -29)
        let first = from ?? known.map { $0.first <= last ? max($0.first, thirty) : thirty } ?? thirty
        return first <= last ? .init(first: first, last: last) : nil
    }
}
