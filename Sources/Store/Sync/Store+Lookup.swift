import Base
import CMailroom

extension Store {
    /// A message of the account that is stored already, by what a server tells of it without its body: for adding a place
    /// to it (`SyncItem.known`) instead of fetching it again. Messages that are adrift are found, too.
    ///
    /// By the stable id; else by Message-ID, size and date, where exactly one message fits. Only the account's own
    /// messages: whoever writes to two people can give two mails the same of all three.
    /// - Parameters:
    ///   - size: bytes of the whole message; nil: not compared, where there is a date.
    ///   - receivedAt: the server's date; nil: not compared, where there is a size. Some senders use a Message-ID twice.
    ///   - withBody: only a message whose body is stored.
    package func lookup(
        account: Int64, stable: String?, messageID: String?, size: Int64?, receivedAt: Int64?, withBody: Bool = true
    ) throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in
            if let stable, !stable.isEmpty {
                let found = try db.int(
                    """
                    SELECT p.message FROM place p JOIN folder f ON f.id = p.folder JOIN message m ON m.id = p.message
                    WHERE p.stable = ?1 AND f.account = ?2 AND (NOT ?3 OR m.partial = 0)
                    UNION ALL SELECT a.message FROM adrift a JOIN message m ON m.id = a.message
                    WHERE a.stable = ?1 AND a.account = ?2 AND (NOT ?3 OR m.partial = 0) LIMIT 1
                    """, stable, account, withBody)
                if let found { return found }
            }
            guard let messageID, !messageID.isEmpty, size != nil || receivedAt != nil else { return nil }
            return try Store.lookup(
                db, account: account, messageID: messageID, size: size, receivedAt: receivedAt, withBody: withBody)
        }
    }

    static func lookup(
        _ db: Connection, account: Int64, messageID: String, size: Int64?, receivedAt: Int64?, withBody: Bool
    ) throws(Failure) -> Int64? {
        let found = try db.all(
            """
            SELECT m.id FROM message m WHERE m.message_key = ?1 AND m.message_id = ?2 AND (?3 IS NULL OR m.size = ?3)
            AND (?4 IS NULL OR m.received_at = ?4) AND (NOT ?5 OR m.partial = 0)
            AND (EXISTS (SELECT 1 FROM place p JOIN folder f ON f.id = p.folder
                WHERE p.message = m.id AND f.account = ?6)
              OR EXISTS (SELECT 1 FROM adrift a WHERE a.message = m.id AND a.account = ?6)) LIMIT 2
            """, messageKey(messageID), messageID, size, receivedAt, withBody, account
        ) { (row) throws(Failure) in row.int(0) }
        return found.count == 1 ? found[0] : nil
    }
}
