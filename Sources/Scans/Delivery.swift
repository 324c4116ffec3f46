internal import AccessLogs

/// What was read since the last transaction: all that the next one stores.
struct Delivery: Sendable {
    /// The number of the first of ``links``.
    var firstLink = 0
    /// Links not seen before.
    var links: [(host: String, path: String)] = []
    /// Texts not seen before, with kind and number.
    var texts: [(kind: TextTable.Kind, number: Int, text: [UInt8])] = []
    /// User-Agents not seen before.
    var agents: [(hash: UInt64, entry: AgentEntry)] = []
    /// What came for each day.
    var days: [OpenDay] = []
    /// Days that get nothing more.
    var closing: Set<Int> = []
    /// Goals that came with an id.
    var reached: [ReachedGoal] = []
    /// How far logs were read, by their place in ``Ingestion/sources``.
    var sources: [(index: Int, state: SourceState)] = []
    var malformed: [Malformation: Int] = [:]
    var samples: [(reason: Malformation, text: [UInt8])] = []
    /// The time by which click ids are old; `nil`: they are not looked at.
    var sweep: Int64?
    /// Whether freed pages are given back when it is stored: nothing comes after it for now.
    var tidies = false
}

/// What comes back of a ``Delivery``.
struct Receipt: Sendable {
    /// The memory of events that were stored.
    var spare: [[Event]] = []
    /// Days that were closed: their salts can go.
    var closed: Set<Int> = []
}
