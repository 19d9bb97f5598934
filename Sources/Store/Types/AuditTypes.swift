/// One message as a server lists it, for the audit.
package struct AuditItem: Sendable {
    package var ref: String
    package var flags: [String]
    /// Without angle brackets; nil: the server was not asked.
    package var messageID: String?
    package var stable: String?

    package init(
        ref: String, flags: [String], messageID: String? = nil, stable: String? = nil
    ) {
        self.ref = ref
        self.flags = flags
        self.messageID = messageID
        self.stable = stable
    }
}

/// What differs between a server and the store.
package struct AuditDifference: Sendable, Equatable {
    package enum What: String, Sendable {
        /// The server has it, the store does not; also where the store has another message under its reference.
        case missing
        /// The store has it, the server does not.
        case extra
        /// Both have it, with other flags.
        case flags
    }

    package var what: What
    package var ref: String
    /// Of the server where it told it, else the store's.
    package var messageID: String?
    package var serverFlags: [String]
    package var storeFlags: [String]

    package init(what: What, ref: String, messageID: String?, serverFlags: [String], storeFlags: [String]) {
        self.what = what
        self.ref = ref
        self.messageID = messageID
        self.serverFlags = serverFlags
        self.storeFlags = storeFlags
    }
}

/// What an audit has counted in one folder.
package struct AuditCounts: Sendable, Equatable {
    /// What the server listed.
    package var server: Int64 = 0
    /// Of that: messages stored, with their header at least.
    package var stored: Int64 = 0
    package var missing: Int64 = 0
    package var flags: Int64 = 0
    /// Not kept by a rule: neither stored nor missing.
    package var skipped: Int64 = 0
    package var quarantined: Int64 = 0
    /// What the store has beyond the server's list.
    package var extra: Int64 = 0

    package init() {}
}
