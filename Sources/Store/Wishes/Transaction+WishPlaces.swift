import Base

/// A place with what wishes make of it.
struct WishPlace {
    let id: Int64
    let account: Int64
    let folder: Int64
    /// The folder's role as it holds for the account.
    let role: String?
    let message: Int64
    let ref: String?
    let flags: FlagSet
    /// What the server has, where that is not what is shown.
    let server: FlagSet?
    let isLeaving: Bool
    let stable: String?

    /// Holds what lies in other folders as well: a message is not moved out of it.
    var isView: Bool { role == "all" || role == "flagged" }
}

/// Places that come and go by wishes, before the server knows of it.
extension Transaction {
    func wishPlace(_ id: Int64) throws(Failure) -> WishPlace? {
        try wishPlaces(where: "p.id = ?", id).first
    }

    /// The places of a message that are shown, of this account or of all.
    func shownPlaces(of message: Int64, account: Int64?) throws(Failure) -> [WishPlace] {
        try wishPlaces(where: "p.message = ? AND p.leaving = 0", message).filter {
            account == nil || $0.account == account
        }
    }

    private func wishPlaces(where condition: String, _ value: Int64) throws(Failure) -> [WishPlace] {
        try db.all(
            composed: """
                SELECT p.id, f.account, p.folder, \(FolderRow.role), p.message, p.ref, p.bits, p.flags,
                  p.server_bits, p.server_flags, p.leaving, p.stable
                FROM place p JOIN folder f ON f.id = p.folder
                WHERE \(condition) AND p.message IS NOT NULL AND f.leaving = 0 ORDER BY p.id
                """, [.int(value)]
        ) { (row) throws(Failure) in
            WishPlace(
                id: row.int(0), account: row.int(1), folder: row.int(2), role: row.optionalText(3),
                message: row.int(4), ref: row.optionalText(5),
                flags: FlagSet(bits: row.int(6), keywords: row.optionalText(7)),
                server: row.optionalInt(8).map { FlagSet(bits: $0, keywords: row.optionalText(9)) },
                isLeaving: row.bool(10), stable: row.optionalText(11))
        }
    }

    /// Hides a place, or shows it again.
    func setLeaving(_ place: WishPlace, _ leaving: Bool) throws(Failure) {
        guard place.isLeaving != leaving else { return }
        let before = try presence(of: place.message, in: place.account)
        try db.run("UPDATE place SET leaving = ? WHERE id = ?", leaving, place.id)
        var counts = FolderCounts()
        counts.messages = leaving ? -1 : 1
        counts.unseen = place.flags.isSeen ? 0 : counts.messages
        counts.add(try presence(of: place.message, in: place.account), after: before, inFolder: false)
        try apply(counts, folder: place.folder, account: place.account)
        change("message", place.message, account: place.account, "changed", "place")
        try revoice(place.message)
    }

    /// A place of a message in a folder that waits for its reference.
    func pend(
        _ message: Int64, folder: Int64, account: Int64, flags: FlagSet, stable: String?, wish: Int64
    ) throws(Failure) -> Int64 {
        let before = try presence(of: message, in: account)
        guard let number = try db.int("SELECT next_place FROM folder WHERE id = ?", folder) else {
            throw .notFound("folder \(folder)")
        }
        let id = PlaceID.make(folder: folder, number: number)
        try db.run(
            "UPDATE folder SET next_place = next_place + 1, void_places = max(void_places, ?) WHERE id = ?",
            Reset.some, folder)
        try db.run(
            "INSERT INTO place(id, folder, ref, message, bits, flags, wish, stable) VALUES(?, ?, NULL, ?, ?, ?, ?, ?)",
            id, folder, message, flags.bits, flags.keywordText, wish, stable)
        var counts = FolderCounts()
        counts.came(try date(of: message))
        counts.messages = 1
        counts.unseen = flags.isSeen ? 0 : 1
        counts.add(try presence(of: message, in: account), after: before, inFolder: false)
        try apply(counts, folder: folder, account: account)
        if before.places == 0 { try comeAshore(message, account: account) }
        try revoice(message)
        return id
    }

    /// Removes a place, and counts that in its folder.
    func dropPlace(_ place: WishPlace) throws(Failure) {
        var counts = FolderCounts()
        try removePlace(place.id, account: place.account, counts: &counts, erase: false)
        try apply(counts, folder: place.folder, account: place.account)
    }

    // MARK: flags

    /// Shows these flags at a place.
    /// - Parameter server: what the server has; nil: the same.
    func show(_ flags: FlagSet, at place: WishPlace, server: FlagSet?) throws(Failure) {
        let seenMoved = place.flags.isSeen != flags.isSeen && !place.isLeaving
        let before = seenMoved ? try presence(of: place.message, in: place.account) : Presence()
        try db.run(
            "UPDATE place SET bits = ?, flags = ?, server_bits = ?, server_flags = ? WHERE id = ?", flags.bits,
            flags.keywordText, server?.bits, server?.keywordText, place.id)
        if seenMoved {
            var counts = FolderCounts()
            counts.unseen = flags.isSeen ? -1 : 1
            counts.add(try presence(of: place.message, in: place.account), after: before, inFolder: false)
            try apply(counts, folder: place.folder, account: place.account)
        }
        guard place.flags != flags, !place.isLeaving else { return }
        change("message", place.message, account: place.account, "changed", "flags")
    }

    /// What is still wished of a place's flags, the oldest first.
    func openFlagWishes(on place: Int64) throws(Failure) -> [FlagDelta] {
        try db.all(
            "SELECT params FROM wish WHERE place = ? AND state = 'open' AND kind = 'flags' ORDER BY id", place
        ) { (row) throws(Failure) in
            let params = Unpacker.record(row.bytes(0))
            return FlagDelta(add: params.texts("add"), remove: params.texts("remove"))
        }
    }

    /// Whether an open wish is about the place, or made it.
    func hasOpenWish(_ place: Int64) throws(Failure) -> Bool {
        try db.exists(
            "SELECT 1 FROM wish WHERE state = 'open' AND place = ?1 UNION ALL SELECT 1 FROM wish WHERE state = 'open' AND target_place = ?1",
            place)
    }

    /// Notes what the server has at a place, and shows what is wished above it.
    func setServerFlags(_ server: FlagSet, at place: WishPlace) throws(Failure) {
        let open = try openFlagWishes(on: place.id)
        let shown = open.reduce(server) { $1.applied(to: $0) }
        try show(shown, at: place, server: open.isEmpty ? nil : server)
        try forgetEndedWish(place.id)
    }

    /// A place whose reference is known, and of which nothing is wished any more, is one like all others.
    func forgetEndedWish(_ place: Int64) throws(Failure) {
        guard try !hasOpenWish(place) else { return }
        try db.run("UPDATE place SET wish = NULL WHERE id = ? AND ref IS NOT NULL", place)
    }
}
