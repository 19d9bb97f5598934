import Base
import CMailroom

/// What syncing and watching learn of a folder, beside its messages. Not durable: it is learned again.
extension Store {
    /// Notes that the folder is equal to the server: what it was refused for, and a walk that was due, are over.
    package func setFolderSynced(
        _ folder: Int64, at: Int64, status: [UInt8]?, statusUntil: Int64?, nextSync: Int64?, lease: Lease
    ) throws(Failure) {
        let row = FolderSynced(
            folder: folder, at: at, status: status, statusUntil: statusUntil, nextSync: nextSync)
        try setFoldersSynced([row], lease: lease)
    }

    /// The same for several folders of one account in one transaction: a hundred that are unchanged cost one.
    package func setFoldersSynced(_ folders: [FolderSynced], lease: Lease) throws(Failure) {
        guard !folders.isEmpty else { return }
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            for folder in folders {
                let before = try transaction.refusals(folder.folder, lease)
                try transaction.db.run(
                    """
                    UPDATE folder SET synced_at = ?, status = ?, status_until = ?, next_sync = ?, refusals = 0,
                      refused = NULL, walk = 0 WHERE id = ?
                    """, folder.at, folder.status, folder.statusUntil, folder.nextSync, folder.folder)
                if before > 0 {
                    transaction.change("folder", folder.folder, account: lease.account, "changed", "refused")
                }
            }
        }
    }

    /// Notes that the server refused the folder once more, with its words, and when to try again.
    /// - Returns: how often in a row by now.
    @discardableResult
    package func setFolderRefused(
        _ folder: Int64, text: String, until: Int64, lease: Lease
    ) throws(Failure) -> Int64 {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            let refusals = try transaction.refusals(folder, lease) &+ 1
            try transaction.db.run(
                "UPDATE folder SET refusals = ?, refused = ?, next_sync = ? WHERE id = ?", refusals, text, until, folder
            )
            if refusals == 1 {
                transaction.change("folder", folder, account: lease.account, "changed", "refused")
            }
            return refusals
        }
    }

    /// How each folder of the account is watched from now on, by id; the others are not.
    package func setFolderPush(_ account: Int64, _ push: [Int64: String?], lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease, for: account)
            let there = try transaction.db.all("SELECT id, push FROM folder WHERE account = ?", account) {
                (row) throws(Failure) in (id: row.int(0), push: row.optionalText(1))
            }
            for folder in there {
                let wanted = push[folder.id] ?? nil
                guard wanted != folder.push else { continue }
                try transaction.db.run("UPDATE folder SET push = ? WHERE id = ?", wanted, folder.id)
                transaction.change("folder", folder.id, account: account, "changed", "push")
            }
        }
    }

    /// Whether the next sync of the folder believes no counters. With `true` it is due at once.
    package func setFolderWalk(_ folder: Int64, _ walk: Bool, lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            _ = try transaction.refusals(folder, lease)
            try transaction.db.run(
                "UPDATE folder SET walk = ?1, next_sync = CASE WHEN ?1 THEN NULL ELSE next_sync END WHERE id = ?2",
                walk, folder)
        }
    }
}

extension Transaction {
    /// How often the folder was refused.
    /// - Throws: `MR_E_NOT_FOUND` where it is not of the lease's account.
    fileprivate func refusals(_ folder: Int64, _ lease: Lease) throws(Failure) -> Int64 {
        guard
            let refusals = try db.int(
                "SELECT refusals FROM folder WHERE id = ? AND account = ?", folder, lease.account)
        else { throw .notFound("folder \(folder) of account \(lease.account)") }
        return refusals
    }
}
