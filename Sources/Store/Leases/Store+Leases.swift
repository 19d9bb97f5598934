import Base
import CMailroom

/// Leases: which process works on an account (docs/store.md).
extension Store {
    /// Takes the account's lease, where nobody has it, whoever had it is dead, or it expired and the write deadline has
    /// passed as well. With it go the jobs that the holder has on the account: they are queued again, or fail, as for a
    /// dead process. It need not survive a power cut: no process does.
    /// - Returns: nil: a live process (this one, too) has it.
    package func acquireLease(_ account: Int64) throws(Failure) -> Lease? {
        let owner = try ownerID()
        // Most often somebody has it: seen without waiting for the right to write.
        if try isLeased(account) { return nil }
        return try write(.normal) { (transaction) throws(Failure) -> Lease? in
            let db = transaction.db
            guard try db.exists("SELECT 1 FROM account WHERE id = ? AND erasing = 0", account) else {
                throw .notFound("account \(account)")
            }
            let now = Clock.boot()
            let there = try LeaseRow.load(db, account)
            if let there, isHeld(there, now) { return nil }
            if let holder = there?.owner, holder != owner { try transaction.settleJobs(of: holder, on: account) }
            let epoch = (there?.epoch ?? 0) &+ 1
            try db.run(
                """
                INSERT OR REPLACE INTO lease(account, owner, epoch, boot, expires, deadline, void)
                VALUES(?, ?, ?, ?, ?, ?, 0)
                """, account, owner, epoch, bootID, now &+ leaseMs, writeDeadlineMs)
            return Lease(account: account, owner: owner, epoch: epoch)
        }
    }

    /// - Throws: `MR_E_BUSY` where the lease is lost (`Failure.isLeaseLost`).
    package func renewLease(_ lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            try transaction.db.run(
                "UPDATE lease SET expires = ? WHERE account = ?", Clock.boot() &+ leaseMs, lease.account)
        }
    }

    /// Gives the lease back; one that is lost already is left alone.
    package func releaseLease(_ lease: Lease) {
        _ = try? write(.normal) { (transaction) throws(Failure) in
            // A lease made void (void = 1) has counted its epoch up, but still names its holder.
            try transaction.db.run(
                """
                UPDATE lease SET owner = NULL, expires = 0
                WHERE account = ? AND owner = ? AND epoch = ? + void
                """, lease.account, lease.owner, lease.epoch)
        }
    }

    /// How long the lease lasts from now.
    /// - Throws: `MR_E_BUSY` where it is lost.
    package func leaseRemainingMs(_ lease: Lease) throws(Failure) -> Int64 {
        try read { (db) throws(Failure) in try Transaction.remaining(of: lease, db, bootID) }
    }

    /// Whether a live process has the account's lease now, this one or another.
    package func isLeased(_ account: Int64) throws(Failure) -> Bool {
        let there = try read { (db) throws(Failure) in try LeaseRow.load(db, account) }
        return there.map { isHeld($0, Clock.boot()) } ?? false
    }

    private func isHeld(_ lease: LeaseRow, _ now: Int64) -> Bool {
        guard let holder = lease.owner, lease.boot == bootID, now < lease.expires &+ lease.deadline else {
            return false
        }
        return run.isAlive(holder)
    }

    /// The id of this process, with its locked file.
    func ownerID() throws(Failure) -> String {
        try checkFork()
        return try run.owner()
    }
}

/// One row of the table `lease`.
private struct LeaseRow {
    let owner: String?
    let epoch: Int64
    let boot: String
    let expires: Int64
    let deadline: Int64

    static func load(_ db: Connection, _ account: Int64) throws(Failure) -> LeaseRow? {
        try db.first("SELECT owner, epoch, boot, expires, deadline FROM lease WHERE account = ?", account) {
            (row) throws(Failure) in
            LeaseRow(
                owner: row.optionalText(0), epoch: row.int(1), boot: row.text(2), expires: row.int(3),
                deadline: row.int(4))
        }
    }
}

extension Transaction {
    /// - Throws: `MR_E_BUSY` where the lease is another's by now, or has expired.
    func require(_ lease: Lease) throws(Failure) {
        _ = try Transaction.remaining(of: lease, db, store.bootID)
    }

    func require(_ lease: Lease, for account: Int64) throws(Failure) {
        guard lease.account == account else {
            throw Failure(MR_E_INTERNAL, "the lease is of account \(lease.account), not of \(account)")
        }
        try require(lease)
    }

    static func remaining(of lease: Lease, _ db: Connection, _ boot: String) throws(Failure) -> Int64 {
        let expires = try db.int(
            "SELECT expires FROM lease WHERE account = ? AND owner = ? AND epoch = ? AND boot = ? AND void = 0",
            lease.account, lease.owner, lease.epoch, boot)
        let rest = (expires ?? 0) &- Clock.boot()
        guard expires != nil, rest > 0 else {
            var failure = Failure(MR_E_BUSY, "lease lost: another process may work on account \(lease.account) now")
            failure.account = lease.account
            failure.code = Failure.leaseLostCode
            throw failure
        }
        return rest
    }

    /// Makes the account's lease void: whoever has it can write nothing more.
    func voidLease(of account: Int64) throws(Failure) {
        try db.run("UPDATE lease SET epoch = epoch + 1, void = 1 WHERE account = ? AND void = 0", account)
    }
}

extension Failure {
    fileprivate static let leaseLostCode = "lease_lost"

    /// True where the work has lost its lease. Any other `MR_E_BUSY` of the store is another process that kept it busy for
    /// too long: the lease still holds.
    package var isLeaseLost: Bool { result == Int32(MR_E_BUSY) && code == Failure.leaseLostCode }
}
