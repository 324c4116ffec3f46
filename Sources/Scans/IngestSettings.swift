public import AccessLogs
public import SQLite
public import Support

/// Logs could not be taken in.
public enum IngestError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file of ours.
    case file(FileError)
    /// A log.
    case log(LogStreamError)
    /// The database.
    case database(SQLiteError)
    /// The database of places.
    case geography(GeographyError)
    /// No line of the first ones is of a known format.
    case unknownFormat(path: String)
    /// No such time zone.
    case zone(String)
    /// The file of a salt is none.
    case salt(path: String)
    /// The database was made for another zone: its days are others.
    case otherZone(stored: String, asked: String)
    /// A day of the database cannot be read.
    case damaged(String)

    /// What a step of several rooms threw, as an error of this one.
    init(_ error: any Error) {
        self =
            switch error {
            case let error as IngestError: error
            case let error as SQLiteError: .database(error)
            default: .damaged("\(error)")
            }
    }

    /// For people.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .log(let error): error.description
        case .database(let error): error.description
        case .geography(let error): error.description
        case .unknownFormat(let path): "\(path) is no log in a known format"
        case .zone(let name): "there is no time zone \(name)"
        case .salt(let path): "\(path) is no salt"
        case .otherZone(let stored, let asked): "the database counts days in \(stored), not in \(asked)"
        case .damaged(let what): "the database is damaged: \(what)"
        }
    }
}

/// How logs are taken in. What is random, the clock and the environment come from here.
public struct IngestSettings: Sendable {
    /// The database of counts, made when there is none.
    public var database: String
    /// Which links are counted.
    public var catalog: LinkCatalog
    /// What counts.
    public var rules = ScanRules()
    /// IANA name of the zone in which days are counted.
    public var zone = "UTC"
    /// A `.mmdb` file; `nil`: no places.
    public var geography: String?
    /// How User-Agents are told apart.
    public var agentRules = AgentRules.builtIn
    /// The format, when it is not to be detected.
    public var format: LogFormat?
    /// Now, seconds since 1970-01-01 UTC.
    public var now: Int64
    /// Random words for salts and hash seeds.
    public var random: @Sendable () -> UInt64
    /// Keep the hashes of the visitors of closed days, so that machines that count one site can find those they share.
    public var sharesVisitors = false
    /// Where salts lie that several machines or processes share; they are then not destroyed by us. `nil`: beside the
    /// database, and destroyed with their day.
    public var salts: String?
    /// After how many events in memory a transaction is made.
    public var commitEvery = 50_000
    /// Whether what was read is stored on a second thread while reading goes on. The result is the same.
    public var storesAside = false
    /// Events of one day that are counted at once: days of more are counted in parts, and come to the same.
    var eventsInMemory = 128_000

    /// Settings with the defaults.
    public init(database: String, catalog: LinkCatalog, now: Int64, random: @escaping @Sendable () -> UInt64) {
        self.database = database
        self.catalog = catalog
        self.now = now
        self.random = random
    }
}

/// What a run did.
public struct IngestSummary: Sendable, Equatable {
    /// Lines read, the malformed ones included; blank lines and directives are none.
    public var lines = 0
    /// Bytes read, unpacked.
    public var bytes = 0
    /// Lines that are none of their format, by reason.
    public var malformed: [Malformation: Int] = [:]
    /// Logs that had something new.
    public var logs = 0
    /// Logs that had been read before, to their end.
    public var unchanged = 0
    /// Logs that could not be read (the others were), with the reason.
    public var failures: [String] = []
    /// User-Agents that were classified anew.
    public var classified = 0
    /// Days that were closed.
    public var closedDays = 0

    /// Nothing yet.
    public init() {}
    /// All malformed lines.
    public var malformedLines: Int { malformed.values.reduce(0, +) }
}

extension IngestSummary {
    static func name(ofReason number: Int) -> String {
        Malformation(rawValue: UInt8(truncatingIfNeeded: number))?.name ?? "unknown"
    }
}

extension IngestSummary: CustomStringConvertible {
    /// `120000 lines of 3 logs, 12 malformed, 2 days closed`
    public var description: String {
        "\(lines) lines of \(logs) logs, \(malformedLines) malformed, \(closedDays) days closed"
    }
}

extension IngestSettings {
    /// Adds the patterns of a `crawler-user-agents.json`.
    public mutating func addCrawlers(path: String) throws(IngestError) {
        let bytes: [UInt8]
        do { bytes = try Files.read(path, limit: 16 << 20) } catch { throw .file(error) }
        guard agentRules.add(crawlerUserAgents: bytes) != nil else { throw .unknownFormat(path: path) }
    }

    /// Adds the names of uap-core's `regexes.yaml`.
    public mutating func addFamilies(path: String) throws(IngestError) {
        let bytes: [UInt8]
        do { bytes = try Files.read(path, limit: 16 << 20) } catch { throw .file(error) }
        guard agentRules.add(uapCore: bytes) != nil else { throw .unknownFormat(path: path) }
    }
}
