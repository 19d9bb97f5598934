import Base
import CMailroom

/// One step of the schema, forward only. A migration that has been in a release is never edited: a new one follows.
struct Migration: Sendable {
    /// The `user_version` that it leads to; the first is 1.
    let version: Int64
    let sql: String
    /// What takes more than SQL, in the same transaction.
    var then: (@Sendable (Connection) throws(Failure) -> Void)?

    /// 'MrSt': what marks a SQLite file as a store (PRAGMA application_id).
    static let applicationID: Int64 = 0x4d72_5374

    static let all: [Migration] = [accounts, mail, sends, sync, queue, people, conversations, health]
    static let newest = Int64(all.count)

    enum State: Equatable {
        case empty
        case store(version: Int64)
    }

    /// What the file is.
    /// - Throws: `MR_E_STORE` where it is another program's database, or of a newer library.
    static func state(of db: Connection) throws(Failure) -> State {
        let application = try db.int("PRAGMA application_id") ?? 0
        let version = try db.int("PRAGMA user_version") ?? 0
        if application == 0, version == 0, try (db.int("SELECT count(*) FROM sqlite_master") ?? 0) == 0 {
            return .empty
        }
        guard application == applicationID else {
            throw Failure(MR_E_STORE, "the file is a database of another program, not a Mailroom store")
        }
        guard version <= newest else {
            throw Failure(
                MR_E_STORE,
                "the store is of version \(version), made by a newer Mailroom; this one knows \(newest)")
        }
        return .store(version: version)
    }

    /// Brings the file to `target`, each step in one durable transaction with its version number.
    /// Another process may do the same at the same time.
    static func run(on db: Connection, upTo target: Int64 = newest) throws(Failure) {
        if try state(of: db) == .empty {
            // Most messages with their headers fit into a page of 8 KiB; it must be set before anything is stored.
            try db.execute("PRAGMA page_size=8192")
            try db.execute("PRAGMA journal_mode=WAL")
        }
        for migration in all where migration.version <= target {
            try db.begin(durable: true)
            do throws(Failure) {
                let there: Int64 = if case .store(let version) = try state(of: db) { version } else { 0 }
                if there < migration.version {
                    try db.execute(migration.sql)
                    if let then = migration.then { try then(db) }
                    try db.execute("PRAGMA application_id=\(applicationID)")
                    try db.execute("PRAGMA user_version=\(migration.version)")
                }
                try db.commit()
            } catch {
                db.rollback()
                throw error
            }
        }
    }
}
