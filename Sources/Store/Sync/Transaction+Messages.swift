import Base
import CMailroom

extension Transaction {
    /// Stores a new message: its body, thread, row and participants. The place is the caller's.
    /// - Parameters:
    ///   - role: of the folder that it will be in.
    ///   - hasSends: whether anything was ever sent from this store.
    func insert(
        _ message: PreparedMessage, account: Int64, role: String?, hasSends: Bool
    ) throws(Failure) -> Int64 {
        let incoming = message.incoming
        let summary = incoming.summary
        let body = try hold(message)
        let outgoing = try isOutgoing(message, role: role)
        let voice = Voice.of(message, outgoing: outgoing, role: role)
        let joining = try thread(for: message, account: account, voice: voice)
        let id = try newMessageID()
        try db.run(
            """
            INSERT INTO message(id, identity, message_key, thread, date, received_at, size, historical, attachments, body,
              stored_at, message_id, in_reply_to, subject, preview, detail, partial, outgoing, voice)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, id, message.identity, message.key, joining.thread, summary.date, incoming.internalDate, incoming.size,
            incoming.historical, message.attachments, body, now, summary.messageID, summary.inReplyTo, summary.subject,
            summary.preview, message.detail, incoming.whole != nil, outgoing, voice)
        try addParticipants(of: message, to: id)
        try healLacking(joining.thread)
        try db.run("INSERT INTO unindexed(message, account) VALUES(?, ?)", id, account)
        if joining.isOld, voice != Voice.nobody { tell(joining.thread) }
        if hasSends, voice == Voice.outside { try noteReply(id, message, thread: joining.thread) }
        return id
    }

    private func addParticipants(of message: PreparedMessage, to id: Int64) throws(Failure) {
        for (key, source) in message.participants { try addParticipant(key, source, to: id) }
        if message.isLacking { try seekParticipants(of: id) }
    }

    func addParticipant(_ key: String, _ source: Int64, to message: Int64) throws(Failure) {
        try db.run(
            """
            INSERT INTO participant(address, message, source) VALUES(?, ?, ?)
            ON CONFLICT(address, message) DO UPDATE SET source = source | excluded.source
            """, addressID(key), message, source)
    }

    private func removeParticipants(of id: Int64) throws(Failure) {
        try db.run("DELETE FROM participant WHERE message = ?", id)
    }

    /// The body of a message that came again, where it has none yet.
    /// - Returns: true where it has one by this.
    func addBody(of message: PreparedMessage, to id: Int64) throws(Failure) -> Bool {
        if case .none = message.incoming.body { return false }
        guard try db.exists("SELECT 1 FROM message WHERE id = ? AND body IS NULL", id) else { return false }
        let body = try hold(message)
        try db.run("UPDATE message SET body = ? WHERE id = ?", body, id)
        try indexAnew(id)
        return true
    }

    /// Makes a message of which the header was stored whole. It keeps its id, its thread, and when it was stored.
    func complete(_ id: Int64, with message: PreparedMessage) throws(Failure) {
        let incoming = message.incoming
        let summary = incoming.summary
        try removeParticipants(of: id)
        let body = try hold(message)
        try db.run(
            """
            UPDATE message SET identity = ?, message_key = ?, date = ?, size = ?, attachments = ?, body = ?,
              message_id = ?, in_reply_to = ?, subject = ?, preview = ?, detail = ?, partial = 0 WHERE id = ?
            """, message.identity, message.key, summary.date, incoming.size, message.attachments, body,
            summary.messageID, summary.inReplyTo, summary.subject, summary.preview, message.detail, id)
        try addParticipants(of: message, to: id)
        try indexAnew(id)
    }

    private func hold(_ message: PreparedMessage) throws(Failure) -> Int64? {
        switch message.incoming.body {
        case .none: return nil
        case .memory(let bytes): return try putBody(bytes, digest: message.digest ?? bodyDigest(bytes))
        case .staged(let id):
            try holdBody(id)
            return id
        }
    }

    /// The id of an address, made where it is new.
    func addressID(_ key: String) throws(Failure) -> Int64 {
        let memory = store.memory
        if let known = memory[key] { return known }
        let found: Int64
        if let there = try db.int("SELECT id FROM address WHERE key = ?", key) {
            found = there
        } else {
            try db.run(
                "INSERT INTO address(key, domain, loose) VALUES(?, ?, ?)", key, AddressKey.domain(ofKey: key),
                AddressKey.loose(ofKey: key))
            found = db.lastRowID
        }
        memory.learn(key, found)
        return found
    }

    func date(of message: Int64) throws(Failure) -> Int64 {
        try db.int("SELECT date FROM message WHERE id = ?", message) ?? 0
    }

    /// Where the account shows the message: places that are leaving do not count.
    func presence(of message: Int64, in account: Int64) throws(Failure) -> Presence {
        let found = try db.first(
            """
            SELECT count(*), max(p.bits & 1) FROM place p JOIN folder f ON f.id = p.folder
            WHERE p.message = ? AND f.account = ? AND p.leaving = 0
            """, message, account
        ) { (row) throws(Failure) in Presence(places: row.int(0), seen: row.bool(1)) }
        return found ?? Presence()
    }

    /// Whether the message has any place in the account, leaving or not.
    func isPlaced(_ message: Int64, in account: Int64) throws(Failure) -> Bool {
        try db.exists(
            "SELECT 1 FROM place p JOIN folder f ON f.id = p.folder WHERE p.message = ? AND f.account = ?", message,
            account)
    }

    /// Removes one place. A message whose last one in the account it was is adrift there, or, where it is erased and in no
    /// other account, goes at once.
    func removePlace(
        _ place: Int64, account: Int64, counts: inout FolderCounts, erase: Bool
    ) throws(Failure) {
        let row = try db.first("SELECT message, bits & 1, leaving, stable, wish FROM place WHERE id = ?", place) {
            (row) throws(Failure) in
            (
                message: row.optionalInt(0), seen: row.bool(1), leaving: row.bool(2), stable: row.optionalText(3),
                isWished: !row.isNull(4)
            )
        }
        guard let row else { return }
        guard let message = row.message else {
            try db.run("DELETE FROM quarantine WHERE place = ?", place)
            try forgetLeftOut(place)
            return try db.run("DELETE FROM place WHERE id = ?", place)
        }
        let before = try presence(of: message, in: account)
        try db.run("DELETE FROM place WHERE id = ?", place)
        if !row.leaving {
            counts.messages -= 1
            counts.unseen -= row.seen ? 0 : 1
        }
        counts.add(try presence(of: message, in: account), after: before, inFolder: false)
        if erase, try !db.exists("SELECT 1 FROM place WHERE message = ?", message) {
            try delete(message: message, erase: true)
            change("message", message, account: account, "removed")
        } else {
            if !erase, try !isPlaced(message, in: account) {
                try setAdrift(message, account: account, stable: row.stable)
            }
            if !row.leaving { change("message", message, account: account, "changed", "place") }
            try revoice(message)
        }
        if row.isWished { try settleWishes(of: place) }
    }

    /// Removes a message that is in no folder any more.
    func delete(message: Int64, erase: Bool) throws(Failure) {
        let row = try db.first("SELECT body, thread, send FROM message WHERE id = ?", message) {
            (row) throws(Failure) in (body: row.optionalInt(0), thread: row.int(1), send: row.optionalInt(2))
        }
        guard let row else { return }
        if let send = row.send { try db.run("UPDATE send SET echo = NULL WHERE id = ? AND echo = ?", send, message) }
        try db.run("UPDATE send SET replied = NULL, replied_at = NULL WHERE replied = ?", message)
        try removeParticipants(of: message)
        try unindex(message)
        try db.run("DELETE FROM message WHERE id = ?", message)
        try db.run("DELETE FROM adrift WHERE message = ?", message)
        try leaveThread(row.thread)
        if let body = row.body { try releaseBody(body, erase: erase) }
    }

    func apply(_ counts: FolderCounts, folder: Int64, account: Int64) throws(Failure) {
        if counts.messages != 0 || counts.unseen != 0 {
            try db.run(
                "UPDATE folder SET messages = messages + ?, unseen = unseen + ? WHERE id = ?", counts.messages,
                counts.unseen, folder)
        }
        if counts.oldest <= counts.newest {
            try db.run(
                """
                UPDATE folder SET oldest = min(coalesce(oldest, ?1), ?1), newest = max(coalesce(newest, ?2), ?2)
                WHERE id = ?3 AND (oldest IS NULL OR oldest > ?1 OR newest < ?2)
                """, counts.oldest, counts.newest, folder)
        }
        if counts.accountMessages != 0 || counts.accountUnseen != 0 {
            try db.run(
                "UPDATE account SET messages = messages + ?, unseen = unseen + ? WHERE id = ?", counts.accountMessages,
                counts.accountUnseen, account)
        }
    }
}
