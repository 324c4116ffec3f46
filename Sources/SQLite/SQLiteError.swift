internal import CSQLite

/// SQLite refused; equal by code.
public struct SQLiteError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A result code of SQLite (sqlite.org/rescode.html). Matched with `~=`, a primary code also matches its
    /// extended ones: `case .constraint` catches every kind of violated constraint.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number.
        public let rawValue: Int32
        /// From the number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// Another connection holds the lock, longer than the busy timeout.
        public static let busy = Code(rawValue: SQLITE_BUSY)
        /// A constraint or a trigger refused the change.
        public static let constraint = Code(rawValue: SQLITE_CONSTRAINT)
        /// `RAISE(ABORT, …)` in a trigger.
        public static let trigger = Code(rawValue: SQLITE_CONSTRAINT | 7 << 8)
        /// The disk is full.
        public static let full = Code(rawValue: SQLITE_FULL)
        /// Reading or writing failed.
        public static let inputOutput = Code(rawValue: SQLITE_IOERR)
        /// The file can't be opened.
        public static let cantOpen = Code(rawValue: SQLITE_CANTOPEN)
        /// The file is damaged.
        public static let corrupt = Code(rawValue: SQLITE_CORRUPT)
        /// The file is no database.
        public static let notADatabase = Code(rawValue: SQLITE_NOTADB)
        /// The file can't be written.
        public static let readOnly = Code(rawValue: SQLITE_READONLY)
        /// The file was made by a newer version of this program; not a code of SQLite.
        public static let newerSchema = Code(rawValue: -1)
        /// Wrong use: bad SQL, a missing table, a wrong parameter.
        public static let misuse = Code(rawValue: SQLITE_ERROR)

        /// The code without its extension.
        public var primary: Code { rawValue < 0 ? self : Code(rawValue: rawValue & 0xFF) }

        /// Whether `code` is `pattern`, or an extended code of it.
        public static func ~= (pattern: Code, code: Code) -> Bool { pattern == code || pattern == code.primary }
    }

    /// The extended result code.
    public let code: Code
    /// SQLite's words.
    public let message: String
    /// The statement, if one was run.
    public let sql: String?

    init(code: Code, message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    /// For people; the statement is left out, it would say nothing to them.
    public var description: String { message }

    /// Errors are equal when their codes are.
    public static func == (a: SQLiteError, b: SQLiteError) -> Bool { a.code == b.code }
}
