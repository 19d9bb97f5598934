import Base
import CMailroom

/// The work of one commit on one folder.
struct FolderCommit {
    let transaction: Transaction
    let db: Connection
    let folder: Int64
    let account: Int64
    var nextPlace: Int64
    /// Whether there are places without a reference.
    var hasVoidPlaces: Bool
    var complete: Bool
    var counts = FolderCounts()
    /// Whether the header alone is stored of any message.
    let hasPartial: Bool
    /// Whether anything was ever sent from this store.
    let hasSends: Bool
    /// Whether anybody was ever erased.
    private let hasErased: Bool
    let role: String?

    /// How many void places go within the transaction of a commit.
    static let voidSlice: Int64 = 300

    /// - Throws: `MR_E_NOT_FOUND` where the folder is not the account's, or is gone.
    init(_ transaction: Transaction, folder: Int64, account: Int64) throws(Failure) {
        self.transaction = transaction
        db = transaction.db
        self.folder = folder
        self.account = account
        let row = try db.first(
            """
            SELECT next_place, void_places, complete, EXISTS (SELECT 1 FROM message WHERE partial = 1),
              EXISTS (SELECT 1 FROM send), EXISTS (SELECT 1 FROM erased) FROM folder
            WHERE id = ? AND account = ? AND leaving = 0
            """, folder, account
        ) { (row) throws(Failure) in (row.int(0), row.bool(1), row.bool(2), row.bool(3), row.bool(4), row.bool(5)) }
        guard let row else { throw .notFound("folder \(folder) of account \(account)") }
        (nextPlace, hasVoidPlaces, complete, hasPartial, hasSends, hasErased) = row
        role = try transaction.role(of: folder)
        transaction.store.memory.expect(epoch: try transaction.loadCounters().addressEpoch)
    }

    mutating func apply(_ item: PreparedItem) throws(Failure) {
        switch item {
        case .message(let message): try add(message)
        case .other(.message(let message)): try add(PreparedMessage(message))
        case .other(.flags(let ref, let flags)):
            if let place = try find(ref) { try set(place, FlagSet(flags)) }
        case .other(.gone(let ref)):
            if let place = try find(ref) { try remove(place) }
        case .other(.reset): break  // done before the transaction began
        case .other(.known(let ref, let flags, let message, let stable)):
            guard try db.exists("SELECT 1 FROM message WHERE id = ?", message) else {
                throw .notFound("message \(message)")
            }
            try place(ref, message: message, flags: FlagSet(flags), stable: stable)
        case .other(.skipped(let ref, let flags, let size, let date, let reason, let stable)):
            _ = try skip(ref, FlagSet(flags), Skipped(size: size, date: date, reason: reason), stable: stable)
        case .other(.leftOut(let message)): try leaveOut(message)
        case .other(.refused(let ref, let flags, let size, let date, let text)):
            try quarantine(ref, FlagSet(flags), size: size, date: date, text: text)
        }
    }

    /// Stores the cursor and the counts.
    /// - Returns: true where void places are left that go in transactions of their own.
    mutating func finish(_ batch: SyncBatch) throws(Failure) -> Bool {
        if batch.complete { complete = true }
        var more = false
        if complete, hasVoidPlaces { more = try dropVoidPlaces() }
        try db.run(
            """
            UPDATE folder SET next_place = ?, void_places = ?, complete = ?, cursor = coalesce(?, cursor),
              server_messages = coalesce(?, server_messages) WHERE id = ?
            """, nextPlace, hasVoidPlaces, complete, batch.cursor, batch.serverMessages, folder)
        try transaction.apply(counts, folder: folder, account: account)
        return more
    }

    mutating func newPlaceID() -> Int64 {
        defer { nextPlace += 1 }
        return PlaceID.make(folder: folder, number: nextPlace)
    }

    // MARK: messages

    private mutating func add(_ message: PreparedMessage) throws(Failure) {
        let incoming = message.incoming
        guard incoming.summary.identity.count == 32 else {
            throw Failure(MR_E_INTERNAL, "the identity of a message is not 32 bytes")
        }
        if hasErased, try leaveErased(message) { return }
        if incoming.whole != nil { return try addHeader(message) }
        let there = try db.int("SELECT id FROM message WHERE identity = ?", message.identity)
        if let there {
            if try transaction.addBody(of: message, to: there) {
                transaction.change("message", there, account: account, "changed", "body")
            }
            try place(
                incoming.ref, message: there, flags: message.flags, stable: incoming.stable,
                historical: incoming.historical)
            return try noteEcho(there, message)
        }
        if hasPartial, try complete(by: message) { return }
        let id = try transaction.insert(message, account: account, role: role, hasSends: hasSends)
        // Told before the place is made: what has been stored a moment ago has not changed.
        transaction.change("message", id, account: account, "added", incoming.historical ? "historical" : "new")
        try placeNew(
            incoming.ref, message: id, date: incoming.summary.date, flags: message.flags, stable: incoming.stable)
        try noteEcho(id, message)
        try noteReport(id, message)
    }

    /// Somebody may have been erased since the sync that brings the message began.
    /// - Returns: false where nobody was who has part in it.
    private mutating func leaveErased(_ message: PreparedMessage) throws(Failure) -> Bool {
        let company = try db.int("SELECT company FROM account WHERE id = ?", account)
        guard try Erasure.isAny(of: Set(message.participants.map(\.key)), company: company, db) else { return false }
        let incoming = message.incoming
        let reason = LeftOut.Reason.erased.rawValue
        _ = try skip(
            incoming.ref, message.flags, Skipped(size: incoming.size, date: incoming.internalDate, reason: reason),
            stable: incoming.stable)
        if case .staged(let body) = incoming.body,
            try db.exists("SELECT 1 FROM body WHERE id = ? AND holders <= 0", body)
        {
            try transaction.dropBody(body)
        }
        return true
    }

    /// What a message says about one that was sent from here.
    private func noteReport(_ id: Int64, _ message: PreparedMessage) throws(Failure) {
        guard let report = message.incoming.summary.report else { return }
        try transaction.take(report, message: id, at: message.incoming.internalDate, account: account)
    }

    /// A message of which the header alone was fetched.
    private mutating func addHeader(_ message: PreparedMessage) throws(Failure) {
        let incoming = message.incoming
        if let place = try find(incoming.ref), place.message != nil { return try set(place, message.flags) }
        var there = try db.int("SELECT id FROM message WHERE identity = ?", message.identity)
        if there == nil, let id = incoming.summary.messageID {
            there = try Store.lookup(
                db, account: account, messageID: id, size: incoming.size, receivedAt: incoming.internalDate,
                withBody: true)
        }
        if let there {
            return try place(
                incoming.ref, message: there, flags: message.flags, stable: incoming.stable,
                historical: incoming.historical)
        }
        let id = try transaction.insert(message, account: account, role: role, hasSends: hasSends)
        transaction.change("message", id, account: account, "added", incoming.historical ? "historical" : "new")
        try placeNew(
            incoming.ref, message: id, date: incoming.summary.date, flags: message.flags, stable: incoming.stable)
        try noteEcho(id, message)
        try noteReport(id, message)
    }

    /// Where the header of this very message is stored already, it gets its body.
    /// - Returns: false where it is a new message.
    private mutating func complete(by message: PreparedMessage) throws(Failure) -> Bool {
        let incoming = message.incoming
        var partial = try db.int(
            """
            SELECT m.id FROM place p JOIN message m ON m.id = p.message
            WHERE p.folder = ? AND p.ref = ? AND m.partial = 1
            """, folder, incoming.ref)
        if partial == nil, let key = message.key {
            partial = try db.int(
                """
                SELECT m.id FROM message m WHERE m.message_key = ? AND m.partial = 1 AND m.message_id = ?
                AND m.size = ? AND m.received_at = ? AND EXISTS (SELECT 1 FROM place p JOIN folder f ON f.id = p.folder
                  WHERE p.message = m.id AND f.account = ?)
                """, key, incoming.summary.messageID, incoming.size, incoming.internalDate, account)
        }
        // Where other accounts show the same header, their bodies may still differ.
        guard let partial,
            try !db.exists(
                """
                SELECT 1 FROM place p JOIN folder f ON f.id = p.folder WHERE p.message = ? AND f.account <> ?
                """, partial, account)
        else { return false }
        try transaction.complete(partial, with: message)
        counts.came(incoming.summary.date)
        transaction.change("message", partial, account: account, "changed", "body")
        try place(incoming.ref, message: partial, flags: message.flags, stable: incoming.stable)
        try noteReport(partial, message)
        return true
    }
}
