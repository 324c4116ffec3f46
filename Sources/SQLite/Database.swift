/// SQLite through libsqlite3: a connection, its statements and its transactions as values with one owner.
///
/// The room knows no table. Hot loops keep a ``Statement``; everything else goes through ``Database/run(_:_:)`` and
/// ``Database/query(_:_:_:)``, which keep prepared statements with the connection.
internal import CSQLite

/// A value that is bound to a parameter.
public enum SQLiteValue: Equatable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    /// NULL.
    case null
    /// A 64-bit integer.
    case integer(Int)
    /// A floating-point number.
    case real(Double)
    /// Text, stored as UTF-8; may hold NUL.
    case text(String)
    /// Bytes.
    case blob([UInt8])

    /// `5`.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// `"five"`.
    public init(stringLiteral value: String) { self = .text(value) }
    /// `nil`.
    public init(nilLiteral: ()) { self = .null }
    /// Text, or NULL for `nil`.
    public init(_ text: String?) { self = text.map(SQLiteValue.text) ?? .null }
    /// An integer, or NULL for `nil`.
    public init(_ integer: Int?) { self = integer.map(SQLiteValue.integer) ?? .null }
    /// Bytes, or NULL for `nil`.
    public init(_ bytes: [UInt8]?) { self = bytes.map(SQLiteValue.blob) ?? .null }
}

/// libsqlite3's connection and the statements that wait for their next use. Shared by the owners of one connection,
/// so that none of them can outlive it.
@safe final class Connection {
    let handle: OpaquePointer
    var idle: [String: Idle] = [:]

    /// A prepared statement that nobody uses.
    @safe struct Idle {
        let statement: OpaquePointer
    }

    init(handle: OpaquePointer) { unsafe self.handle = handle }

    deinit {
        for prepared in idle.values { unsafe sqlite3_finalize(prepared.statement) }
        unsafe sqlite3_close_v2(handle)
    }

    func error(_ code: Int32, sql: String? = nil) -> SQLiteError {
        unsafe SQLiteError(
            code: .init(rawValue: code), message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }

    func prepare(_ sql: String, persistent: Bool) throws(SQLiteError) -> OpaquePointer {
        if let ready = idle.removeValue(forKey: sql) { return unsafe ready.statement }
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            handle, sql, -1, persistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0, &statement, nil)
        guard code == SQLITE_OK else { throw error(code, sql: sql) }
        guard let statement = unsafe statement else {
            throw SQLiteError(code: .misuse, message: "the SQL holds no statement", sql: sql)
        }
        return unsafe statement
    }

    func execute(_ script: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, script, nil, nil, nil)
        if code != SQLITE_OK { throw error(code, sql: script) }
    }
}

/// A connection to one database file, closed when it goes out of scope. Not for two threads at once.
public struct Database: ~Copyable {
    let connection: Connection

    /// What may be done.
    public enum Access: Sendable {
        /// Read and write; the file is made when there is none.
        case create
        /// Read and write an existing file.
        case readWrite
        /// Read an existing file.
        case readOnly
    }

    /// Opens `path` (`:memory:` for one that lives no longer than this value).
    ///
    /// Writers use the write-ahead log with `synchronous=FULL`: a committed transaction survives a power failure, and
    /// readers never wait for a writer. Foreign keys are enforced, and SQL inside a hostile file can't act.
    /// - Parameters:
    ///   - busyTimeout: how long to wait for another writer, in milliseconds.
    ///   - pageSize: bytes of a page of a file that is made, a power of two from 512 to 65536. Such a file can give back
    ///     pages that became free (`PRAGMA incremental_vacuum`). `nil`: SQLite's page, and free pages stay. Neither can
    ///     be changed once the file is in its journal mode.
    public init(
        path: String, access: Access = .create, busyTimeout: Int = 5000, pageSize: Int? = nil
    ) throws(SQLiteError) {
        let flags =
            switch access {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        var handle: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let handle = unsafe handle else { throw SQLiteError(code: .cantOpen, message: "out of memory") }
        let connection = unsafe Connection(handle: handle)
        guard code == SQLITE_OK else {
            let error = connection.error(code)
            throw SQLiteError(code: error.code, message: "\(path): \(error.message)")
        }
        unsafe sqlite3_busy_timeout(handle, Int32(clamping: busyTimeout))
        guard unsafe wayseal_sqlite_defend(handle) == SQLITE_OK else { throw connection.error(SQLITE_ERROR) }
        try connection.execute("PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;")
        if access != .readOnly {
            if let pageSize {
                try connection.execute("PRAGMA page_size=\(pageSize); PRAGMA auto_vacuum=INCREMENTAL;")
            }
            try connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        }
        self.connection = connection
    }

    /// Runs a script of statements without parameters.
    public borrowing func execute(_ script: String) throws(SQLiteError) { try connection.execute(script) }

    /// A statement to keep, for loops: `bind`, `step`, `reset` cost no look-up.
    public borrowing func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(connection: connection, sql: sql, isKept: false)
    }

    /// Runs one statement that returns no rows. The prepared statement stays with the connection.
    /// - Returns: how many rows it changed.
    @discardableResult
    public borrowing func run(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) -> Int {
        let statement = try Statement(connection: connection, sql: sql, isKept: true)
        try statement.bind(values)
        while try statement.step() {}
        return unsafe Int(sqlite3_changes(connection.handle))
    }

    /// Runs one query and calls `row` for each row. The prepared statement stays with the connection.
    public borrowing func query(
        _ sql: String, _ values: SQLiteValue..., row: (borrowing Statement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        let statement = try Statement(connection: connection, sql: sql, isKept: true)
        try statement.bind(values)
        while try statement.step() { try row(statement) }
    }

    /// What `row` makes of the first row of a query; `nil` when there is none.
    public borrowing func first<Value>(
        _ sql: String, _ values: SQLiteValue..., row: (borrowing Statement) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value? {
        let statement = try Statement(connection: connection, sql: sql, isKept: true)
        try statement.bind(values)
        return try statement.step() ? try row(statement) : nil
    }

    /// The rowid of the last row that was inserted.
    public borrowing func lastInsertedRow() -> Int { unsafe Int(sqlite3_last_insert_rowid(connection.handle)) }

    /// Begins a transaction; without ``Transaction/commit()`` it is rolled back.
    public borrowing func begin(_ kind: Transaction.Kind = .immediate) throws(SQLiteError) -> Transaction {
        try Transaction(connection: connection, kind: kind)
    }

    /// Brings the tables to the newest version: runs those of `scripts` that the file has not seen, in one transaction.
    /// How many have been run is kept in `user_version`; a file that has seen more throws `newerSchema`.
    public borrowing func migrate(_ scripts: [String]) throws(SQLiteError) {
        guard try version() != scripts.count else { return }
        let transaction = try begin()
        let seen = try version()
        guard seen <= scripts.count else {
            throw SQLiteError(
                code: .newerSchema,
                message: "the database has version \(seen), this program knows versions up to \(scripts.count)")
        }
        for script in scripts[seen...] { try execute(script) }
        try execute("PRAGMA user_version=\(scripts.count)")
        try transaction.commit()
    }

    private borrowing func version() throws(SQLiteError) -> Int {
        try first("PRAGMA user_version") { $0.int(0) } ?? 0
    }

    /// Copies the whole database into a new file, consistently, while others read and write (`VACUUM INTO`).
    public borrowing func copy(to path: String) throws(SQLiteError) { try run("VACUUM INTO ?", .text(path)) }
}

/// A transaction that is rolled back unless it is committed.
public struct Transaction: ~Copyable {
    /// When the lock for writing is taken.
    public enum Kind: String, Sendable {
        /// With the first write; fails there when another writer was faster.
        case deferred = "BEGIN DEFERRED"
        /// At once: what is read inside can't change before what is written. Waits as long as the busy timeout.
        case immediate = "BEGIN IMMEDIATE"
    }

    private let connection: Connection
    private var isOpen = true

    init(connection: Connection, kind: Kind) throws(SQLiteError) {
        self.connection = connection
        try connection.execute(kind.rawValue)
    }

    /// Makes everything since the beginning durable. When it throws, the transaction is rolled back.
    public consuming func commit() throws(SQLiteError) {
        try connection.execute("COMMIT")
        isOpen = false
    }

    deinit {
        if isOpen { unsafe sqlite3_exec(connection.handle, "ROLLBACK", nil, nil, nil) }
    }
}
