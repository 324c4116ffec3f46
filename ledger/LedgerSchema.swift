/// The SQL of this folder, compiled into the program.
public enum LedgerSchema {
    /// The migrations in order: the first makes the tables, each further one changes them.
    public static var migrations: [String] {
        [PackageResources.schema_1_sql, PackageResources.schema_2_sql].map { String(decoding: $0, as: UTF8.self) }
    }
}
