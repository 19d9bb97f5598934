import Base
import CMailroom

/// What is kept of an account's mail: at most one policy an account.
extension Store {
    /// Nil where everything is kept.
    package func policy(_ account: Int64) throws(Failure) -> PolicyRow? {
        try read { (db) throws(Failure) in
            try db.first("SELECT id, account, keep, since, max_size FROM policy WHERE account = ?", account) {
                (row) throws(Failure) in PolicyRow(row)
            }
        }
    }

    /// - Parameter policy: its `id` means nothing.
    /// - Returns: the id.
    /// - Throws: `MR_E_EXISTS` where the account has one; `MR_E_NOT_FOUND` where there is no such account;
    ///   `MR_E_INVALID` naming the field.
    package func putPolicy(_ policy: PolicyRow) throws(Failure) -> Int64 {
        try policy.check()
        return try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard try db.exists("SELECT 1 FROM account WHERE id = ? AND erasing = 0", policy.account) else {
                throw .notFound("account \(policy.account)")
            }
            if let there = try db.int("SELECT id FROM policy WHERE account = ?", policy.account) {
                throw Failure(MR_E_EXISTS, "policy \(there) is the account's already")
            }
            try db.run(
                "INSERT INTO policy(account, keep, since, max_size) VALUES(?, ?, ?, ?)", policy.account, policy.keep,
                policy.since, policy.maxSize)
            let id = db.lastRowID
            transaction.change("policy", id, account: policy.account, "added")
            return id
        }
    }

    /// - Throws: `MR_E_NOT_FOUND`; `MR_E_INVALID` naming the field.
    package func updatePolicy(_ id: Int64, _ changes: PolicyChanges) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            let found = try db.first("SELECT id, account, keep, since, max_size FROM policy WHERE id = ?", id) {
                (row) throws(Failure) in PolicyRow(row)
            }
            guard var policy = found else { throw .notFound("policy \(id)") }
            let before = policy
            if let keep = changes.keep { policy.keep = keep }
            if let since = changes.since { policy.since = since }
            if let maxSize = changes.maxSize { policy.maxSize = maxSize }
            try policy.check()
            if policy == before { return }
            try db.run(
                "UPDATE policy SET keep = ?, since = ?, max_size = ? WHERE id = ?", policy.keep, policy.since,
                policy.maxSize, id)
            if policy.isWider(than: before) { try transaction.askAnew(account: policy.account) }
            transaction.change("policy", id, account: policy.account, "changed")
        }
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func removePolicy(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard let account = try db.int("SELECT account FROM policy WHERE id = ?", id) else {
                throw .notFound("policy \(id)")
            }
            try db.run("DELETE FROM policy WHERE id = ?", id)
            try transaction.askAnew(account: account)
            transaction.change("policy", id, account: account, "removed")
        }
    }
}

extension PolicyRow {
    package init(account: Int64, keep: String, since: Int64? = nil, maxSize: Int64? = nil) {
        self.init(id: 0, account: account, keep: keep, since: since, maxSize: maxSize)
    }

    fileprivate init(_ row: Row) {
        self.init(
            id: row.int(0), account: row.int(1), keep: row.text(2), since: row.optionalInt(3),
            maxSize: row.optionalInt(4))
    }

    /// Whether something is kept by this policy that is not kept by the other: what was left out is to be asked about anew.
    /// Where a policy only narrows, what is stored stays, and nothing needs to be asked.
    func isWider(than other: PolicyRow) -> Bool {
        let isSooner = other.since.map { (since ?? .min) < $0 } ?? false
        let isLarger = other.maxSize.map { (maxSize ?? .max) > $0 } ?? false
        return isSooner || isLarger || keep != other.keep && other.keep != "all"
    }

    fileprivate func check() throws(Failure) {
        guard PolicyRow.kinds.contains(keep) else {
            throw .invalid("keep", "'\(keep)' is none of \(PolicyRow.kinds.joined(separator: ", "))")
        }
        if let maxSize, maxSize <= 0 { throw .invalid("max_size", "is not above 0") }
    }
}

extension KindTable {
    static let policy = KindTable(
        from: "policy y", select: "y.account, y.keep, y.since, y.max_size", id: "y.id", visible: "1",
        rules: ["id": .column("y.id"), "account": .column("y.account")].merging(owner("y.account")) { one, _ in one },
        orders: ["id": "y.id"],
        record: { (row, _, _) throws(Failure) in
            var record = Record()
            record.set("id", row.int(1))
            record.set("account", row.int(2))
            record.set("keep", row.text(3))
            record.set("since", row.optionalInt(4))
            record.set("max_size", row.optionalInt(5))
            return record
        })
}
