import Base
import CMailroom

/// The work of one commit on one folder.
struct FolderCommit {
    let transaction: Transaction
    let db: Connection
    let folder: Int64
    let account: Int64
    private var nextPlace: Int64
    private var hasVoidPlaces: Bool
    private var complete: Bool
    private var counts = FolderCounts()

    /// - Throws: `MR_E_NOT_FOUND` where the folder is not the account's, or is gone.
    init(_ transaction: Transaction, folder: Int64, account: Int64) throws(Failure) {
        self.transaction = transaction
        db = transaction.db
        self.folder = folder
        self.account = account
        let row = try db.first(
            "SELECT next_place, void_places, complete FROM folder WHERE id = ? AND account = ? AND leaving = 0", folder,
            account
        ) { (row) throws(Failure) in (row.int(0), row.bool(1), row.bool(2)) }
        guard let row else { throw .notFound("folder \(folder) of account \(account)") }
        (nextPlace, hasVoidPlaces, complete) = row
        transaction.store.memory.expect(epoch: try transaction.loadCounters().addressEpoch)
    }

    mutating func apply(_ item: PreparedItem) throws(Failure) {
        switch item {
        case .message(let message): try add(message)
        case .other(.flags(let ref, let flags)): try setFlags(ref, FlagSet(flags))
        case .other(.gone(let ref)): try remove(ref)
        case .other(.reset): try reset()
        case .other(.known(let ref, let flags, let message)):
            guard try db.exists("SELECT 1 FROM message WHERE id = ?", message) else {
                throw .notFound("message \(message)")
            }
            try place(ref, message: message, flags: FlagSet(flags), isNew: false)
        case .other(.skipped(let ref, let size, let date, let reason)):
            var packer = Packer()
            packer.int(size)
            packer.int(date)
            packer.text(reason)
            try db.run(
                "INSERT OR IGNORE INTO place(id, folder, ref, message, bits, flags, skipped) VALUES(?, ?, ?, NULL, 0, NULL, ?)",
                newPlaceID(), folder, ref, packer.bytes)
        case .other(.message(let message)): try add(PreparedMessage(message))
        }
    }

    /// Stores the cursor and the counts.
    mutating func finish(_ batch: SyncBatch) throws(Failure) {
        if batch.complete {
            if hasVoidPlaces { try dropVoidPlaces() }
            complete = true
        }
        try db.run(
            """
            UPDATE folder SET next_place = ?, void_places = ?, complete = ?, cursor = coalesce(?, cursor),
              server_messages = coalesce(?, server_messages) WHERE id = ?
            """, nextPlace, hasVoidPlaces, complete, batch.cursor, batch.serverMessages, folder)
        try transaction.apply(counts, folder: folder, account: account)
    }

    private mutating func newPlaceID() -> Int64 {
        defer { nextPlace += 1 }
        return PlaceID.make(folder: folder, number: nextPlace)
    }

    // MARK: messages

    private mutating func add(_ message: PreparedMessage) throws(Failure) {
        guard message.incoming.summary.identity.count == 32 else {
            throw Failure(MR_E_INTERNAL, "the identity of a message is not 32 bytes")
        }
        let there = try db.int("SELECT id FROM message WHERE identity = ?", message.incoming.summary.identity)
        if let there {
            try transaction.addBody(of: message, to: there)
            try place(message.incoming.ref, message: there, flags: message.flags, isNew: false)
        } else {
            let id = try transaction.insert(message)
            try place(message.incoming.ref, message: id, flags: message.flags, isNew: true)
            transaction.change(
                "message", id, account: account, "added", message.incoming.historical ? "historical" : "new")
        }
    }

    /// Puts a message into the folder under a reference.
    private mutating func place(
        _ ref: String, message: Int64, flags: FlagSet, isNew: Bool
    ) throws(Failure) {
        if isNew {
            try db.run(
                "INSERT OR IGNORE INTO place(id, folder, ref, message, bits, flags) VALUES(?, ?, ?, ?, ?, ?)",
                PlaceID.make(folder: folder, number: nextPlace), folder, ref, message, flags.bits, flags.keywordText)
            if db.changedRows > 0 {
                nextPlace += 1
                counts.add(Presence(places: 1, seen: flags.isSeen), after: Presence(), inFolder: true)
                return
            }
        }
        // The reference may be there already: of the same message, of another one, or skipped before.
        let existing = try find(ref)
        if let existing, existing.message == message { return try set(existing, flags) }
        if let existing {
            try transaction.removePlace(
                existing.id, message: existing.message, account: account, counts: &counts, erase: false)
        }
        let before = try transaction.presence(of: message, in: account)
        let void = hasVoidPlaces ? try voidPlace(of: message) : nil
        if let void {
            // After a reset: the message was in this folder under another reference. It is the same place still.
            try db.run(
                "UPDATE place SET ref = ?, bits = ?, flags = ? WHERE id = ?", ref, flags.bits, flags.keywordText,
                void.id)
            counts.unseen += (flags.isSeen ? 0 : 1) - (void.flags.isSeen ? 0 : 1)
            if void.flags != flags { transaction.change("message", message, account: account, "changed", "flags") }
        } else {
            try db.run(
                "INSERT INTO place(id, folder, ref, message, bits, flags) VALUES(?, ?, ?, ?, ?, ?)", newPlaceID(),
                folder,
                ref, message, flags.bits, flags.keywordText)
            counts.messages += 1
            counts.unseen += flags.isSeen ? 0 : 1
            if !isNew { transaction.change("message", message, account: account, "changed", "place") }
        }
        counts.add(try transaction.presence(of: message, in: account), after: before, inFolder: false)
    }

    private struct Existing {
        let id: Int64
        let message: Int64?
        let flags: FlagSet
    }

    private func find(_ ref: String) throws(Failure) -> Existing? {
        try db.first("SELECT id, message, bits, flags FROM place WHERE folder = ? AND ref = ?", folder, ref) {
            (row) throws(Failure) in
            Existing(
                id: row.int(0), message: row.optionalInt(1),
                flags: FlagSet(bits: row.int(2), keywords: row.optionalText(3)))
        }
    }

    private func voidPlace(of message: Int64) throws(Failure) -> Existing? {
        try db.first(
            "SELECT id, message, bits, flags FROM place WHERE message = ? AND folder = ? AND ref IS NULL", message,
            folder
        ) { (row) throws(Failure) in
            Existing(
                id: row.int(0), message: row.optionalInt(1),
                flags: FlagSet(bits: row.int(2), keywords: row.optionalText(3)))
        }
    }

    // MARK: flags and removal

    private mutating func setFlags(_ ref: String, _ flags: FlagSet) throws(Failure) {
        guard let existing = try find(ref) else { return }
        try set(existing, flags)
    }

    private mutating func set(_ place: Existing, _ flags: FlagSet) throws(Failure) {
        guard place.flags != flags, let message = place.message else { return }
        let seenMoved = place.flags.isSeen != flags.isSeen
        let before = seenMoved ? try transaction.presence(of: message, in: account) : Presence()
        try db.run("UPDATE place SET bits = ?, flags = ? WHERE id = ?", flags.bits, flags.keywordText, place.id)
        if seenMoved {
            counts.unseen += flags.isSeen ? -1 : 1
            counts.add(try transaction.presence(of: message, in: account), after: before, inFolder: false)
        }
        transaction.change("message", message, account: account, "changed", "flags")
    }

    private mutating func remove(_ ref: String) throws(Failure) {
        guard let existing = try find(ref) else { return }
        try transaction.removePlace(
            existing.id, message: existing.message, account: account, counts: &counts, erase: false)
    }

    /// The references are void; the places stay until the folder is complete again, so that messages that are still
    /// there neither vanish nor are fetched anew.
    private mutating func reset() throws(Failure) {
        try db.run(
            "DELETE FROM place WHERE id BETWEEN ? AND ? AND message IS NULL", PlaceID.first(folder),
            PlaceID.last(folder))
        try db.run(
            "UPDATE place SET ref = NULL WHERE id BETWEEN ? AND ?", PlaceID.first(folder), PlaceID.last(folder))
        hasVoidPlaces = true
        complete = false
    }

    private mutating func dropVoidPlaces() throws(Failure) {
        let void = try db.all(
            "SELECT id, message FROM place WHERE id BETWEEN ? AND ? AND ref IS NULL", PlaceID.first(folder),
            PlaceID.last(folder)
        ) { (row) throws(Failure) in (row.int(0), row.optionalInt(1)) }
        for (place, message) in void {
            try transaction.removePlace(place, message: message, account: account, counts: &counts, erase: false)
        }
        hasVoidPlaces = false
    }
}
