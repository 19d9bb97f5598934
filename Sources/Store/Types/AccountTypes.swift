import Base

/// What a new account is made of.
package struct AccountValues: Sendable {
    package var address: String
    /// The provider's scheme.
    package var provider: String
    package var userKey: String?
    package var company: Int64?
    package var displayName: String?
    package var receives = true
    package var sends = true
    package var settings: [String: String] = [:]
    /// Stored encrypted; not empty: the store needs its key.
    package var secrets: [String: [UInt8]] = [:]

    package init(address: String, provider: String) {
        self.address = address
        self.provider = provider
    }
}

/// What `updateAccount` changes of the account itself: nil keeps what is there.
package struct AccountChanges: Sendable {
    package var userKey: String?
    package var company: Int64?
    package var displayName: String?
    package var receives: Bool?
    package var sends: Bool?

    package init() {}
}

/// One account as the engine works with it. Secrets are read one by one with `secret(account:name:)`.
package struct AccountRow: Sendable {
    package var id: Int64
    package var address: String
    package var provider: String
    package var userKey: String?
    package var company: Int64?
    package var displayName: String?
    package var receives: Bool
    package var sends: Bool
    package var settings: [String: String]
    package var health: Health
    package var createdAt: Int64
    /// When the last sync of the whole account ended well.
    package var lastSync: Int64?
    /// When the worker looks at it next; nil: at once.
    package var nextSync: Int64?
    /// idle, first_sync, syncing or waiting.
    package var activity: String
    /// True while an erasure has begun and not ended.
    package var erasing: Bool
}

/// The state of an account as the settings page shows it (design, section 9), and the facts behind it.
/// Times are milliseconds since 1970.
package struct Health: Sendable, Equatable {
    /// enabled, pending, error, connection_issue or disconnected.
    package var state = "enabled"
    package var since: Int64 = 0
    package var reason: String?
    package var cause: String?
    package var failureClass: String?
    package var advice: String?
    package var serverText: String?
    /// ok, failing or none.
    package var syncHealth = "none"
    package var sendHealth = "none"
    /// When the row of failures began that made the state what it is; nil while all is well.
    package var firstErrorAt: Int64?
    package var lastSuccess: Int64?
    package var lastAttempt: Int64?
    /// When it is tried again; nil in a failed state: only reconnecting helps.
    package var nextAttempt: Int64?
    /// Failures in a row.
    package var attempts: Int64 = 0
    /// Since when nobody has confirmed that the mailbox is in step.
    package var staleSince: Int64?
    /// worker.none or sync.stale; nil while it is in step.
    package var staleCause: String?

    package init() {}
}

/// The right to work on one account, until it expires or is taken away.
package struct Lease: Sendable, Equatable {
    package let account: Int64
    /// The process that has it.
    package let owner: String
    /// Counted up at every change of hands, so that a lease of the past is recognised.
    package let epoch: Int64
}
