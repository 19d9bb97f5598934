import Base

extension FolderRow {
    /// The role that counts, of the folder `f`: what the user set, else the server's, unless the user gave that role to
    /// another folder of the account.
    static let role = """
        CASE WHEN f.role_set IS NOT NULL THEN nullif(f.role_set, '')
          WHEN EXISTS (SELECT 1 FROM folder o WHERE o.account = f.account AND o.role_set = f.role AND o.leaving = 0)
          THEN NULL ELSE nullif(f.role, '') END
        """

    static let synced = "coalesce(f.sync_set, f.namespace = 'personal')"

    static let columns = """
        f.id, f.account, f.path, f.native, f.delimiter, \(role), f.selectable, f.cursor, f.complete, f.synced_at,
        f.messages, f.server_messages, f.stable, f.status, f.status_until, f.namespace, f.rights, \(synced), f.mode_set,
        f.interval_set, f.since_set, f.next_sync, f.push, f.refusals, f.refused, f.walk
        """

    init(_ row: Row) {
        self.init(
            id: row.int(0), account: row.int(1), path: row.text(2), native: row.bytes(3),
            delimiter: row.optionalText(4), role: row.optionalText(5), selectable: row.bool(6), cursor: row.bytes(7),
            complete: row.bool(8), syncedAt: row.optionalInt(9), messages: row.int(10),
            serverMessages: row.optionalInt(11), stable: row.optionalText(12), status: row.optionalBytes(13),
            statusUntil: row.optionalInt(14), namespace: row.text(15), rights: row.optionalText(16),
            synced: row.bool(17), mode: row.optionalText(18), intervalMs: row.optionalInt(19),
            sinceMs: row.optionalInt(20), nextSync: row.optionalInt(21), push: row.optionalText(22),
            refusals: row.int(23), refused: row.optionalText(24), walk: row.bool(25))
    }

    /// The folders of an account that are not being removed, in any order.
    static func load(_ db: Connection, account: Int64) throws(Failure) -> [FolderRow] {
        try db.all(
            composed: "SELECT \(columns) FROM folder f WHERE f.account = ? AND f.leaving = 0", [.int(account)]
        ) { (row) throws(Failure) in FolderRow(row) }
    }
}
