/// Instants as people and programs write them.
public enum Instant {
    /// Seconds since 1970-01-01 UTC of `1732377917`, `1732377917.5` or an RFC 3339 time; `nil` when it is neither.
    public static func seconds(_ text: [UInt8]) -> Int64? {
        let span = text.span
        return Timestamps.epoch(span, 0, text.count) ?? Timestamps.rfc3339(span, 0, text.count)
    }
}
