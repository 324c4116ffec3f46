public import Support

extension ZoneOffsets {
    /// A zone that configuration can't be compiled for.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// IANA name.
        public var zone: String
        /// The offset that is no multiple of 15 minutes, in seconds east of UTC.
        public var offset: Int64
        /// For people.
        public var description: String {
            "the zone \(zone) is \(offset) seconds from UTC at some time until 2038, not a multiple of 15 minutes"
        }
    }

    /// The offsets of `table` from ``start`` to ``end``.
    public init(_ table: ZoneTable) throws(Problem) {
        var spans: [Span] = []
        var time = Self.start
        while time < Self.end {
            let (offset, _, next) = table.offset(at: time)
            guard offset % 900 == 0 else { throw Problem(zone: table.name, offset: offset) }
            let minutes = Int(offset / 60)
            if spans.last?.minutes != minutes { spans.append(Span(from: time, minutes: minutes)) }
            time = next
        }
        self.init(spans: spans)
    }
}
