import Base
import CMailroom

extension Store {
    /// Stores what the user chose for a folder; its next sync is due at once. A role leaves the folder that had been given
    /// it before. A folder that is not synced any more keeps what it has.
    /// - Throws: `MR_E_INVALID` naming the field; `MR_E_NOT_FOUND`.
    package func updateFolder(_ id: Int64, _ changes: FolderChanges) throws(Failure) {
        if case .some(.some(let role)) = changes.role, !role.isEmpty, !FolderChanges.roles.contains(role) {
            throw .invalid("role", "'\(role)' is none of \(FolderChanges.roles.joined(separator: ", "))")
        }
        if case .some(.some(let mode)) = changes.mode, !FolderChanges.modes.contains(mode) {
            throw .invalid("mode", "'\(mode)' is none of \(FolderChanges.modes.joined(separator: ", "))")
        }
        if case .some(.some(let interval)) = changes.intervalMs, interval < 1_000 {
            throw .invalid("interval_ms", "is below a second")
        }
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            let account = try db.int("SELECT account FROM folder WHERE id = ? AND leaving = 0", id)
            guard let account else { throw .notFound("folder \(id)") }
            if let role = changes.role {
                if let role, !role.isEmpty {
                    try db.run("UPDATE folder SET role_set = NULL WHERE account = ? AND role_set = ?", account, role)
                }
                try db.run("UPDATE folder SET role_set = ? WHERE id = ?", role, id)
            }
            if let sync = changes.sync { try db.run("UPDATE folder SET sync_set = ? WHERE id = ?", sync, id) }
            if let mode = changes.mode { try db.run("UPDATE folder SET mode_set = ? WHERE id = ?", mode, id) }
            if let interval = changes.intervalMs {
                try db.run("UPDATE folder SET interval_set = ? WHERE id = ?", interval, id)
            }
            if let since = changes.since {
                // Which of the two is wider depends on the policy; a limit set where there was none never is.
                let had = try db.exists("SELECT 1 FROM folder WHERE id = ? AND since_set IS NOT NULL", id)
                let policy = try db.exists(
                    "SELECT 1 FROM policy WHERE account = ? AND since IS NOT NULL", account)
                try db.run("UPDATE folder SET since_set = ? WHERE id = ?", since, id)
                if had || policy { try transaction.askAnew(folder: id) }
            }
            try db.run("UPDATE folder SET next_sync = NULL WHERE id = ?", id)
            try db.run("UPDATE account SET next_sync = NULL WHERE id = ?", account)
            transaction.change("folder", id, account: account, "changed", "settings")
        }
        if changes.role != nil { try revoice(folder: id) }
    }
}

extension Transaction {
    /// What was not kept by a rule may be kept now: the provider forgets where it left off, so that it asks for every
    /// message anew. What is stored is not fetched again.
    func askAnew(folder: Int64) throws(Failure) {
        try db.run("UPDATE folder SET cursor = x'', status = NULL, next_sync = NULL WHERE id = ?", folder)
    }

    /// The same for all folders of an account.
    func askAnew(account: Int64) throws(Failure) {
        try db.run("UPDATE folder SET cursor = x'', status = NULL, next_sync = NULL WHERE account = ?", account)
        try db.run("UPDATE account SET next_sync = NULL WHERE id = ?", account)
    }
}
