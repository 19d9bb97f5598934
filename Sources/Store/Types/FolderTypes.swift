/// One folder of one account, with what the sync of it needs.
package struct FolderRow: Sendable {
    package var id: Int64
    package var account: Int64
    /// The full name in UTF-8.
    package var path: String
    /// The provider's own spelling.
    package var native: [UInt8]
    package var delimiter: String?
    /// What it is for: as the user says, else as the server says, unless the user gave that role to another folder. Nil: none.
    package var role: String?
    package var selectable: Bool
    /// Where the provider left off; empty at first.
    package var cursor: [UInt8]
    /// True once the first sync has reached the oldest message.
    package var complete: Bool
    /// When it was last known to be equal to the server.
    package var syncedAt: Int64?
    package var messages: Int64
    package var serverMessages: Int64?
    /// The server's own name of it, which outlives a rename.
    package var stable: String?
    /// What the server said of its contents before its last whole sync, and until when an equal answer is believed
    /// (nil: for ever).
    package var status: [UInt8]?
    package var statusUntil: Int64?
    /// personal, other or shared (RFC 2342).
    package var namespace: String
    /// The user's rights (RFC 4314), where known.
    package var rights: String?
    /// Whether it is kept up to date: as chosen; by default where it is in the personal namespace.
    package var synced: Bool
    /// push, interval or manual, as chosen; nil: by default.
    package var mode: String?
    package var intervalMs: Int64?
    /// Mail received before that is not kept; nil: all is.
    package var sinceMs: Int64?
    /// When it is to be looked at next; nil: at once.
    package var nextSync: Int64?
    /// How it is watched now: idle, notify, or not (nil).
    package var push: String?
    /// How often in a row the server has refused it, and its words.
    package var refusals: Int64
    package var refused: String?
    /// True: the next sync believes no counters and compares everything.
    package var walk: Bool
}

/// That a folder is equal to the server, for `setFoldersSynced`.
package struct FolderSynced: Sendable {
    package var folder: Int64
    package var at: Int64
    /// As listed before that sync; nil: the server said nothing.
    package var status: [UInt8]?
    package var statusUntil: Int64?
    /// Nil: at once; `Int64.max`: only when it is asked for.
    package var nextSync: Int64?

    package init(folder: Int64, at: Int64, status: [UInt8]? = nil, statusUntil: Int64? = nil, nextSync: Int64? = nil) {
        self.folder = folder
        self.at = at
        self.status = status
        self.statusUntil = statusUntil
        self.nextSync = nextSync
    }
}

/// What the user chooses for a folder. Nil keeps what is there; a nil within (`.some(nil)`) goes back to the default.
package struct FolderChanges: Sendable {
    /// One of `FolderChanges.roles`; empty: none.
    package var role: String??
    package var sync: Bool??
    /// One of `FolderChanges.modes`.
    package var mode: String??
    package var intervalMs: Int64??
    package var since: Int64??

    package static let roles = ["inbox", "sent", "drafts", "trash", "junk", "archive", "all", "flagged"]
    package static let modes = ["push", "interval", "manual"]

    package init() {}
}

/// What is kept of a mailbox.
package struct PolicyRow: Sendable, Equatable {
    package var id: Int64
    package var account: Int64
    /// One of `PolicyRow.kinds`.
    package var keep: String
    /// Mail received before that is not kept; nil: all is.
    package var since: Int64?
    /// Of larger messages (in bytes) only that they are there is kept; nil: no limit.
    package var maxSize: Int64?

    package static let kinds = ["all", "headers", "contacts"]
}

/// What `updatePolicy` changes: nil keeps what is there, `.some(nil)` removes the limit.
package struct PolicyChanges: Sendable {
    package var keep: String?
    package var since: Int64??
    package var maxSize: Int64??

    package init() {}
}

/// A message that the server has and did not give.
package struct QuarantineRow: Sendable {
    /// The id of its place.
    package var place: Int64
    package var folder: Int64
    package var ref: String
    package var size: Int64
    package var tries: Int64
    package var nextTry: Int64
    package var reason: String
}
