/// Salts, one a day.
protocol SaltSource {
    /// The salt of a local day, made when there is none.
    mutating func salt(day: Int) throws(IngestError) -> SipHash
}

/// A day that takes lines.
struct OpenDay {
    let day: Int
    let salt: SipHash
    /// The day was counted before: what comes is late.
    let isClosed: Bool
    var events: [Event] = []
    /// Requests left out, each as link << 4 | exclusion.
    var left: [UInt32] = []
    /// Scans whose id went along to the target.
    var tracked: [TrackedScan] = []
    var requests = 0
    var skewed = 0
    var late = 0
    var excluded = [Int](repeating: 0, count: Exclusion.count)
    var pending: Int { events.count + left.count / 8 }

    init(day: Int, salt: SipHash, isClosed: Bool) {
        self.day = day
        self.salt = salt
        self.isClosed = isClosed
    }
}
