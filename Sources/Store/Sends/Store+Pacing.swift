import Base
import CMailroom

/// The limits that somebody set: at most one row an account, and one a server.
extension Store {
    /// Nil where nothing was set for it.
    package func pacing(_ spender: Spender) throws(Failure) -> PacingRow? {
        try read { (db) throws(Failure) in
            switch spender {
            case .account(let id):
                try db.first(
                    """
                    SELECT id, account, host, messages_minute, messages_hour, messages_day, recipients_minute,
                      recipients_hour, recipients_day, recipients_message, max_size FROM pacing WHERE account = ?
                    """, id
                ) { (row) throws(Failure) in PacingRow(row) }
            case .host(let host):
                try db.first(
                    """
                    SELECT id, account, host, messages_minute, messages_hour, messages_day, recipients_minute,
                      recipients_hour, recipients_day, recipients_message, max_size FROM pacing WHERE host = ?
                    """, host
                ) { (row) throws(Failure) in PacingRow(row) }
            }
        }
    }

    /// - Parameter row: its `id` means nothing.
    /// - Returns: the id.
    /// - Throws: `MR_E_EXISTS` where the account or the server has one; `MR_E_NOT_FOUND` where there is no such account.
    package func putPacing(_ row: PacingRow) throws(Failure) -> Int64 {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            if let account = row.account {
                guard try db.exists("SELECT 1 FROM account WHERE id = ? AND erasing = 0", account) else {
                    throw .notFound("account \(account)")
                }
            }
            if let there = try db.int("SELECT id FROM pacing WHERE account = ? OR host = ?", row.account, row.host) {
                let whose = row.account != nil ? "account's" : "server's"
                var failure = Failure(MR_E_EXISTS, "pacing \(there) is the \(whose) already")
                failure.advice = "Change pacing \(there) (mr_update), or remove it first."
                throw failure
            }
            try db.run("INSERT INTO pacing(account, host) VALUES(?, ?)", row.account, row.host)
            var made = row
            made.id = db.lastRowID
            try transaction.store(made)
            transaction.change("pacing", made.id, account: row.account, "added")
            return made.id
        }
    }

    /// - Parameter values: what is given takes the place of what is there; nil takes a limit away.
    /// - Throws: `MR_E_NOT_FOUND`.
    package func updatePacing(_ id: Int64, _ values: [PacingField: Int64?]) throws(Failure) {
        try write { (transaction) throws(Failure) in
            var row = try transaction.pacing(id)
            for (field, value) in values { row.values[field] = value }
            try transaction.store(row)
            transaction.change("pacing", id, account: row.account, "changed")
        }
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func removePacing(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let row = try transaction.pacing(id)
            try transaction.db.run("DELETE FROM pacing WHERE id = ?", id)
            transaction.change("pacing", id, account: row.account, "removed")
        }
    }
}

extension Transaction {
    fileprivate func pacing(_ id: Int64) throws(Failure) -> PacingRow {
        let found = try db.first(
            """
            SELECT id, account, host, messages_minute, messages_hour, messages_day, recipients_minute, recipients_hour,
              recipients_day, recipients_message, max_size FROM pacing WHERE id = ?
            """, id
        ) { (row) throws(Failure) in PacingRow(row) }
        guard let found else { throw .notFound("pacing \(id)") }
        return found
    }

    fileprivate func store(_ row: PacingRow) throws(Failure) {
        try db.run(
            """
            UPDATE pacing SET messages_minute = ?, messages_hour = ?, messages_day = ?, recipients_minute = ?,
              recipients_hour = ?, recipients_day = ?, recipients_message = ?, max_size = ? WHERE id = ?
            """, row.values[.messagesMinute], row.values[.messagesHour], row.values[.messagesDay],
            row.values[.recipientsMinute], row.values[.recipientsHour], row.values[.recipientsDay],
            row.values[.recipientsMessage], row.values[.maxSize], row.id)
    }
}

extension PacingRow {
    /// Reads the columns in the order of the fields, from `first` on.
    fileprivate init(_ row: Row, from first: Int32 = 0) {
        var values: [PacingField: Int64] = [:]
        for (index, field) in PacingField.allCases.enumerated() {
            values[field] = row.optionalInt(first + 3 + Int32(index))
        }
        self.init(
            id: row.int(first), account: row.optionalInt(first + 1), host: row.optionalText(first + 2), values: values)
    }
}

extension KindTable {
    static let pacing = KindTable(
        from: "pacing g",
        select: """
            g.id, g.account, g.host, g.messages_minute, g.messages_hour, g.messages_day, g.recipients_minute,
            g.recipients_hour, g.recipients_day, g.recipients_message, g.max_size
            """,
        id: "g.id", visible: "1",
        rules: ["id": .column("g.id"), "account": .column("g.account"), "host": .column("g.host")].merging(
            owner("g.account")
        ) { one, _ in one },
        orders: ["id": "g.id"],
        record: { (row, _, _) throws(Failure) in
            let pacing = PacingRow(row, from: 2)
            var record = Record()
            record.set("id", pacing.id)
            record.set("account", pacing.account)
            record.set("host", pacing.host)
            for field in PacingField.allCases { record.set(field.rawValue, pacing.values[field]) }
            return record
        })
}
