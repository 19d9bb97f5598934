import Base
import CMailroom

/// Places: a message in the folder under a reference, with its flags.
extension FolderCommit {
    struct Existing {
        let id: Int64
        /// Nil: skipped.
        let message: Int64?
        let flags: FlagSet
        let stable: String?
        /// The youngest wish that concerns it.
        let wish: Int64?
        /// It is wished away: not shown and not counted.
        let leaving: Bool

        fileprivate init(_ row: Row) {
            id = row.int(0)
            message = row.optionalInt(1)
            flags = FlagSet(bits: row.int(2), keywords: row.optionalText(3))
            stable = row.optionalText(4)
            wish = row.optionalInt(5)
            leaving = row.bool(6)
        }
    }

    func find(_ ref: String) throws(Failure) -> Existing? {
        try db.first(
            "SELECT id, message, bits, flags, stable, wish, leaving FROM place WHERE folder = ? AND ref = ?", folder,
            ref
        ) { (row) throws(Failure) in Existing(row) }
    }

    /// A place of the message in this folder that has no reference: after a reset, or because it waits for one.
    private func voidPlace(of message: Int64) throws(Failure) -> Existing? {
        try db.first(
            """
            SELECT id, message, bits, flags, stable, wish, leaving FROM place INDEXED BY place_message
            WHERE message = ? AND folder = ? AND ref IS NULL ORDER BY id
            """, message, folder
        ) { (row) throws(Failure) in Existing(row) }
    }

    /// Puts a message that was stored a moment ago into the folder.
    mutating func placeNew(
        _ ref: String, message: Int64, date: Int64, flags: FlagSet, stable: String?
    ) throws(Failure) {
        try db.run(
            "INSERT OR IGNORE INTO place(id, folder, ref, message, bits, flags, stable) VALUES(?, ?, ?, ?, ?, ?, ?)",
            PlaceID.make(folder: folder, number: nextPlace), folder, ref, message, flags.bits, flags.keywordText,
            stable)
        guard db.changedRows == 0 else {
            nextPlace += 1
            counts.came(date)
            counts.add(Presence(places: 1, seen: flags.isSeen), after: Presence(), inFolder: true)
            return
        }
        try place(ref, message: message, flags: flags, stable: stable, isTold: true)
    }

    /// Puts a message into the folder under a reference. The reference may be there already: of the same message, of
    /// another one, or skipped before.
    /// - Parameters:
    ///   - historical: where this is the message's first place in the account: it is not new mail of the account.
    ///   - isTold: the feed says already that the message was added.
    mutating func place(
        _ ref: String, message: Int64, flags: FlagSet, stable: String?, historical: Bool = true, isTold: Bool = false
    ) throws(Failure) {
        let existing = try find(ref)
        if let existing, existing.message == message {
            if let stable, stable != existing.stable {
                try db.run("UPDATE place SET stable = ? WHERE id = ?", stable, existing.id)
            }
            return try set(existing, flags)
        }
        if let existing {
            try remove(existing)
            // A header alone, of what has now come whole and was stored already.
            if hasPartial, let old = existing.message,
                try db.exists("SELECT 1 FROM message WHERE id = ? AND partial = 1", old)
            {
                try transaction.drown(old, account: account, erase: false)
            }
        }
        let before = try transaction.presence(of: message, in: account)
        let isFirst = before.places == 0 ? try isNewcomer(message) : false
        if hasVoidPlaces, let void = try voidPlace(of: message) {
            try db.run(
                "UPDATE place SET ref = ?, stable = coalesce(?, stable) WHERE id = ?", ref, stable, void.id)
            try set(void, flags)
            if void.wish != nil { try adopted(void.id) }
            return
        }
        try db.run(
            "INSERT INTO place(id, folder, ref, message, bits, flags, stable) VALUES(?, ?, ?, ?, ?, ?, ?)",
            newPlaceID(), folder, ref, message, flags.bits, flags.keywordText, stable)
        counts.came(try transaction.date(of: message))
        counts.messages += 1
        counts.unseen += flags.isSeen ? 0 : 1
        counts.add(try transaction.presence(of: message, in: account), after: before, inFolder: false)
        try transaction.revoice(message)
        if isTold { return }
        if isFirst {
            transaction.change("message", message, account: account, "added", historical ? "historical" : "new")
        } else {
            transaction.change("message", message, account: account, "changed", "place")
        }
    }

    /// Whether the account has never had the message, or has given it up: it has no place in it, and was not adrift, which
    /// it is no more.
    private func isNewcomer(_ message: Int64) throws(Failure) -> Bool {
        if try transaction.comeAshore(message, account: account) { return false }
        return try !transaction.isPlaced(message, in: account)
    }

    /// Gives a place the flags that the server says it has.
    mutating func set(_ place: Existing, _ flags: FlagSet) throws(Failure) {
        let flags = place.wish == nil ? flags : try shown(flags, at: place.id)
        guard place.flags != flags else { return }
        let seenMoved = place.flags.isSeen != flags.isSeen && !place.leaving
        guard let message = place.message else {
            return try db.run(
                "UPDATE place SET bits = ?, flags = ? WHERE id = ?", flags.bits, flags.keywordText, place.id)
        }
        let before = seenMoved ? try transaction.presence(of: message, in: account) : Presence()
        try db.run("UPDATE place SET bits = ?, flags = ? WHERE id = ?", flags.bits, flags.keywordText, place.id)
        if seenMoved {
            counts.unseen += flags.isSeen ? -1 : 1
            counts.add(try transaction.presence(of: message, in: account), after: before, inFolder: false)
        }
        if (place.flags.bits ^ flags.bits) & FlagSet.draft != 0 { try transaction.revoice(message) }
        guard !place.leaving else { return }
        counts.flags += 1
        transaction.change("message", message, account: account, "changed", "flags")
    }

    mutating func remove(_ place: Existing) throws(Failure) {
        try transaction.removePlace(place.id, account: account, counts: &counts, erase: false)
    }
}
