extension Migration {
    /// Rows of the log that are about a company and none of its accounts.
    static let companies = Migration(version: 9, sql: "ALTER TABLE log ADD COLUMN company INTEGER;")
}
