import Base

/// What is known of a message that is on the server and not in the store: packed into `place.skipped`.
struct Skipped {
    var size: Int64
    var date: Int64
    var reason: String

    /// The reason of those that the server did not give.
    static let quarantine = "quarantine"

    init(size: Int64, date: Int64, reason: String) {
        self.size = size
        self.date = date
        self.reason = reason
    }

    init(packed: [UInt8]) {
        var unpacker = Unpacker(packed)
        size = unpacker.int() ?? 0
        date = unpacker.int() ?? 0
        reason = unpacker.text() ?? ""
    }

    var packed: [UInt8] {
        var packer = Packer()
        packer.int(size)
        packer.int(date)
        packer.text(reason)
        return packer.bytes
    }
}

extension FolderCommit {
    /// Notes that a message is in the folder and was not fetched. Where it is stored, only its flags are.
    /// - Returns: the place; nil where the message is stored.
    mutating func skip(
        _ ref: String, _ flags: FlagSet, _ skipped: Skipped, stable: String?
    ) throws(Failure) -> Int64? {
        if let place = try find(ref) {
            try set(place, flags)
            guard place.message == nil else { return nil }
            try transaction.forgetLeftOut(place.id)
            try db.run("UPDATE place SET skipped = ? WHERE id = ?", skipped.packed, place.id)
            if skipped.reason != Skipped.quarantine {
                try db.run("DELETE FROM quarantine WHERE place = ?", place.id)
            }
            return place.id
        }
        let id = newPlaceID()
        try db.run(
            """
            INSERT INTO place(id, folder, ref, message, bits, flags, skipped, stable) VALUES(?, ?, ?, NULL, ?, ?, ?, ?)
            """, id, folder, ref, flags.bits, flags.keywordText, skipped.packed, stable)
        return id
    }

    /// Notes that a message was not fetched, and for whose sake.
    mutating func leaveOut(_ message: LeftOut) throws(Failure) {
        let skipped = Skipped(size: message.size, date: message.date, reason: message.reason.rawValue)
        guard let place = try skip(message.ref, FlagSet(message.flags), skipped, stable: message.stable) else { return }
        for person in Set(message.people.map(AddressKey.of)) where !person.isEmpty {
            try db.run(
                "INSERT OR IGNORE INTO left_out(address, place, contacts) VALUES(?, ?, ?)",
                transaction.addressID(person), place, message.reason == .contacts)
        }
    }

    /// Notes that the server did not give a message; one that is in quarantine already stays as it is.
    mutating func quarantine(
        _ ref: String, _ flags: FlagSet, size: Int64, date: Int64, text: String
    ) throws(Failure) {
        let skipped = Skipped(size: size, date: date, reason: Skipped.quarantine)
        guard let place = try skip(ref, flags, skipped, stable: nil) else { return }
        try db.run(
            "INSERT OR IGNORE INTO quarantine(place, account, tries, next_try, reason) VALUES(?, ?, 1, ?, ?)", place,
            account, transaction.now + QuarantineRow.pauseMs(afterTries: 1), text)
    }
}
