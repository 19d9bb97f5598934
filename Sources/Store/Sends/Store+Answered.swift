import Base
import CMailroom

/// What a send answers, and whose message that is.
extension Store {
    /// The accounts that have the message, in a folder or adrift, by their id.
    /// - Throws: `MR_E_NOT_FOUND` where there is no such message.
    package func accounts(ofMessage message: Int64) throws(Failure) -> [Int64] {
        try read { (db) throws(Failure) in
            guard try db.exists("SELECT 1 FROM message WHERE id = ?", message) else {
                throw .notFound("message \(message)")
            }
            return try db.all(
                """
                SELECT f.account FROM place p JOIN folder f ON f.id = p.folder WHERE p.message = ?1
                UNION SELECT account FROM adrift WHERE message = ?1 ORDER BY 1
                """, message
            ) { (row) throws(Failure) in row.int(0) }
        }
    }

    /// The message of this account with that Message-ID, and its thread; or the thread of a send of that Message-ID.
    package func answered(
        messageID: String, account: Int64
    ) throws(Failure) -> (message: Int64?, thread: Int64?) {
        try read { (db) throws(Failure) -> (message: Int64?, thread: Int64?) in
            let found = try db.first(
                """
                SELECT m.id, m.thread FROM message m WHERE m.message_key = ?1 AND m.message_id = ?2
                AND (EXISTS (SELECT 1 FROM place p JOIN folder f ON f.id = p.folder
                    WHERE p.message = m.id AND f.account = ?3)
                  OR EXISTS (SELECT 1 FROM adrift a WHERE a.message = m.id AND a.account = ?3)) ORDER BY m.id LIMIT 1
                """, messageKey(messageID), messageID, account
            ) { (row) throws(Failure) in (message: Optional(row.int(0)), thread: Optional(row.int(1))) }
            if let found { return found }
            let thread = try db.int(
                "SELECT thread FROM send WHERE message_id = ? AND account = ? AND thread IS NOT NULL LIMIT 1",
                messageID,
                account)
            return (nil, thread)
        }
    }
}
