import Base

extension Store {
    /// Renews all leases that this process has, in one transaction: thousands cost little more than one.
    /// - Parameter leases: those that the caller believes to have.
    /// - Returns: those of them that are lost: void, expired, or another's.
    /// - Throws: where the store could not be written now; nothing is known to be lost then.
    package func renewLeases(_ leases: [Lease]) throws(Failure) -> [Lease] {
        guard !leases.isEmpty else { return [] }
        let owner = try ownerID()
        let kept = try write(.normal) { (transaction) throws(Failure) -> [Int64: Int64] in
            let now = Clock.boot()
            let rows = try transaction.db.all(
                "SELECT account, epoch FROM lease WHERE owner = ? AND boot = ? AND void = 0 AND expires > ?", owner,
                bootID, now
            ) { (row) throws(Failure) in (row.int(0), row.int(1)) }
            try transaction.db.run(
                "UPDATE lease SET expires = ? WHERE owner = ? AND boot = ? AND void = 0 AND expires > ?",
                now &+ leaseMs, owner, bootID, now)
            return Dictionary(rows) { first, _ in first }
        }
        return leases.filter { $0.owner != owner || kept[$0.account] != $0.epoch }
    }
}
