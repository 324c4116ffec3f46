internal import CSQLite

/// A prepared statement: parameters in, rows out. Finalised, or given back to its connection, with its owner.
///
/// Parameters count from 1, columns from 0, as in SQLite.
@safe public struct Statement: ~Copyable {
    private let connection: Connection
    private let handle: OpaquePointer
    private let sql: String
    private let isKept: Bool

    init(connection: Connection, sql: String, isKept: Bool) throws(SQLiteError) {
        unsafe handle = try connection.prepare(sql, persistent: true)
        self.connection = connection
        self.sql = sql
        self.isKept = isKept
    }

    deinit {
        guard isKept, connection.idle[sql] == nil, connection.idle.count < 64 else {
            unsafe sqlite3_finalize(handle)
            return
        }
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
        connection.idle[sql] = unsafe Connection.Idle(statement: handle)
    }

    /// Binds all parameters in order.
    public borrowing func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        let expected = unsafe Int(sqlite3_bind_parameter_count(handle))
        guard values.count == expected else {
            throw SQLiteError(
                code: .misuse, message: "\(values.count) values for \(expected) parameters", sql: sql)
        }
        for (index, value) in values.enumerated() {
            switch value {
            case .null: try bindNull(index + 1)
            case .integer(let value): try bind(index + 1, value)
            case .real(let value): try bind(index + 1, value)
            case .text(let value): try bind(index + 1, value)
            case .blob(let value): try bind(index + 1, value)
            }
        }
    }

    /// Binds an integer.
    public borrowing func bind(_ index: Int, _ value: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(handle, Int32(index), Int64(value)))
    }

    /// Binds a number; NaN becomes NULL.
    public borrowing func bind(_ index: Int, _ value: Double) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_double(handle, Int32(index), value))
    }

    /// Binds text.
    public borrowing func bind(_ index: Int, _ value: String) throws(SQLiteError) {
        var value = value
        let code = value.withUTF8 { utf8 in
            unsafe utf8.withMemoryRebound(to: CChar.self) { text in
                unsafe wayseal_sqlite_bind_text(handle, Int32(index), text.baseAddress, Int32(text.count))
            }
        }
        try check(code)
    }

    /// Binds bytes.
    public borrowing func bind(_ index: Int, _ value: [UInt8]) throws(SQLiteError) {
        try check(unsafe wayseal_sqlite_bind_blob(handle, Int32(index), value, Int32(value.count)))
    }

    /// Binds NULL.
    public borrowing func bindNull(_ index: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_null(handle, Int32(index)))
    }

    /// Goes to the next row; `false` when there is none (left).
    public borrowing func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = connection.error(code, sql: sql)
            unsafe sqlite3_reset(handle)
            throw error
        }
    }

    /// Makes it ready to run again; bound values stay.
    public borrowing func reset() { unsafe sqlite3_reset(handle) }

    /// Runs a statement without rows to its end and resets it: the hot loop of inserts.
    public borrowing func run() throws(SQLiteError) {
        while try step() {}
        reset()
    }

    /// Binds all parameters, runs to the end, resets.
    public borrowing func run(_ values: SQLiteValue...) throws(SQLiteError) {
        try bind(values)
        try run()
    }

    /// Columns of a row.
    public var columnCount: Int { unsafe Int(sqlite3_column_count(handle)) }

    /// What the statement calls a column.
    public borrowing func columnName(_ column: Int) -> String {
        unsafe sqlite3_column_name(handle, Int32(column)).map { unsafe String(cString: $0) } ?? ""
    }

    /// What a column of this row holds.
    public enum Kind: Sendable {
        /// NULL.
        case null
        /// An integer.
        case integer
        /// A floating-point number.
        case real
        /// Text.
        case text
        /// Bytes.
        case blob
    }

    /// The kind of a column of this row.
    public borrowing func kind(_ column: Int) -> Kind {
        switch unsafe sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_BLOB: .blob
        default: .text
        }
    }

    /// Whether the column of this row is NULL.
    public borrowing func isNull(_ column: Int) -> Bool {
        unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    /// The column as an integer; 0 for NULL.
    public borrowing func int(_ column: Int) -> Int { unsafe Int(sqlite3_column_int64(handle, Int32(column))) }

    /// The column as a number; 0 for NULL.
    public borrowing func double(_ column: Int) -> Double { unsafe sqlite3_column_double(handle, Int32(column)) }

    /// The column as text; empty for NULL. Malformed UTF-8 is repaired with U+FFFD.
    public borrowing func text(_ column: Int) -> String {
        guard let start = unsafe sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = unsafe Int(sqlite3_column_bytes(handle, Int32(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The column as bytes; empty for NULL.
    public borrowing func blob(_ column: Int) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, Int32(column)) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, Int32(column)))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private borrowing func check(_ code: Int32) throws(SQLiteError) {
        if code != SQLITE_OK { throw connection.error(code, sql: sql) }
    }
}
