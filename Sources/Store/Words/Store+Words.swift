import Base
import CMailroom

/// A message whose words are not in the index yet.
package struct UnindexedMessage: Sendable {
    package let id: Int64
    package let subject: String
    /// Names and addresses.
    package let people: String
    package let parts: [StoredPart]
    /// Nil where no body was kept.
    package let body: Int64?
}

/// The index of words (FTS5). A message is stored without it and indexed a moment later, in transactions of their own, so that
/// a sync waits for nothing; `unindexed` says what is still to be done, and loses nothing when a process dies.
extension Store {
    private static let mostPeople = 200

    /// Some of the messages that wait to be indexed, the newest first.
    package func unindexed(limit: Int) throws(Failure) -> [UnindexedMessage] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT m.id, m.subject, m.detail, m.body FROM unindexed u JOIN message m ON m.id = u.message
                ORDER BY u.message DESC LIMIT ?
                """, limit
            ) { (row) throws(Failure) in
                let detail = MessageDetail(packed: row.bytes(2))
                let people = (detail.from + detail.to + detail.cc + detail.bcc + detail.replyTo).prefix(
                    Store.mostPeople)
                return UnindexedMessage(
                    id: row.int(0), subject: row.text(1),
                    people: people.map { "\($0.name ?? "") \($0.address)" }.joined(separator: " "), parts: detail.parts,
                    body: row.optionalInt(3))
            }
        }
    }

    package func hasUnindexed() throws(Failure) -> Bool {
        try read { (db) throws(Failure) in try db.exists("SELECT 1 FROM unindexed") }
    }

    /// Indexes messages with the text of their parts. Which of them was removed or indexed meanwhile is left alone.
    package func index(_ messages: [(message: UnindexedMessage, text: String)]) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            let db = transaction.db
            for (message, text) in messages {
                try db.run("DELETE FROM unindexed WHERE message = ?", message.id)
                guard db.changedRows > 0 else { continue }
                try db.run(
                    "INSERT INTO words(rowid, subject, people, body) VALUES(?, ?, ?, ?)", message.id,
                    WordText.spaced(WordText.bounded(message.subject)),
                    WordText.spaced(WordText.bounded(message.people)),
                    WordText.spaced(WordText.bounded(text)))
            }
        }
    }

    /// Writes the index anew without what was removed from it: until then the words of a message that is gone stand in it,
    /// though nothing leads to them. A few pages in each transaction, each overwriting what it leaves.
    func eraseWords() throws(Failure) {
        // A first step brings all its parts together, the others go on with that.
        var pages: Int64 = -100
        while true {
            let step = pages
            let moved = try erasing { (transaction) throws(Failure) in
                let before = transaction.db.totalChanges
                try transaction.db.run("INSERT INTO words(words, rank) VALUES('merge', ?)", step)
                return transaction.db.totalChanges - before
            }
            if moved < 2, step > 0 { return }
            pages = 100
        }
    }
}

extension Transaction {
    /// The words of a message go with it.
    func unindex(_ message: Int64) throws(Failure) {
        try db.run("DELETE FROM unindexed WHERE message = ?", message)
        if db.changedRows == 0 { try db.run("DELETE FROM words WHERE rowid = ?", message) }
    }

    /// A message has more text than before.
    func indexAnew(_ message: Int64) throws(Failure) {
        try unindex(message)
        try db.run(
            """
            INSERT INTO unindexed(message, account) VALUES(?1, (SELECT f.account FROM place p
              JOIN folder f ON f.id = p.folder WHERE p.message = ?1 LIMIT 1))
            """, message)
    }
}
