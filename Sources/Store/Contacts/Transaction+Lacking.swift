import Base
import CMailroom

/// Messages that came without author or recipient. Who they are is told, in this order, by the fields that servers write
/// (`MessageSummary.traced`), by the send that it is, and by the messages of the thread that it answers or that answer it.
extension Transaction {
    /// Messages of a thread that are looked at.
    private static let mostNeighbours: Int64 = 200
    /// Messages of a thread that are looked at again when another one comes.
    private static let mostHealed: Int64 = 20

    /// One message of a thread, as far as it tells of others.
    private struct Letter {
        let id: Int64
        let messageID: String?
        let inReplyTo: String?
        let detail: MessageDetail

        /// The Message-IDs that it follows, the nearest first.
        var parents: [String] {
            let named = [inReplyTo].compactMap(\.self) + detail.references.suffix(20).reversed()
            return named.filter { !$0.isEmpty }
        }
    }

    /// Looks for the author or the recipients that a stored message does not name, and notes whether they were found.
    func seekParticipants(of message: Int64) throws(Failure) {
        let found = try db.first(
            "SELECT id, message_id, in_reply_to, detail, thread, lacking FROM message WHERE id = ?", message
        ) { (row) throws(Failure) in (letter: letter(row), thread: row.int(4), lacking: row.int(5)) }
        guard let (letter, thread, before) = found else { return }
        let there = try db.all("SELECT source FROM participant WHERE message = ?", message) { (row) throws(Failure) in
            ParticipantSource(rawValue: row.int(0))
        }
        var lacksAuthor = !there.contains { !$0.isDisjoint(with: .authors) }
        var lacksRecipients = !there.contains { source in
            !source.isDisjoint(with: .recipients)
                || !source.isDisjoint(with: [.thread, .send]) && !source.contains(.author)
        }
        if lacksAuthor || lacksRecipients, let id = letter.messageID, !id.isEmpty,
            let send = try ownSend(id)
        {
            if lacksAuthor {
                try addParticipant(send.author, ParticipantSource([.send, .author]).rawValue, to: message)
            }
            if lacksRecipients {
                for key in send.recipients { try addParticipant(key, ParticipantSource.send.rawValue, to: message) }
            }
            lacksAuthor = false
            lacksRecipients = lacksRecipients && send.recipients.isEmpty
        }
        if lacksAuthor || lacksRecipients {
            let people = try neighbours(of: letter, in: thread)
            if lacksAuthor, people.authors.count == 1, let author = people.authors.first {
                try addParticipant(author, ParticipantSource([.thread, .author]).rawValue, to: message)
                lacksAuthor = false
            }
            if lacksRecipients, !people.recipients.isEmpty {
                for key in people.recipients {
                    try addParticipant(key, ParticipantSource.thread.rawValue, to: message)
                }
                lacksRecipients = false
            }
        }
        let lacking: Int64 = lacksAuthor || lacksRecipients ? 2 : 1
        if lacking != before { try db.run("UPDATE message SET lacking = ? WHERE id = ?", lacking, message) }
    }

    /// A message has come into the thread: it may name whom others in it do not.
    func healLacking(_ thread: Int64) throws(Failure) {
        let lacking = try db.all(
            "SELECT id FROM message WHERE thread = ? AND lacking = 2 LIMIT ?", thread, Transaction.mostHealed
        ) { (row) throws(Failure) in row.int(0) }
        for message in lacking { try seekParticipants(of: message) }
    }

    private func letter(_ row: Row) -> Letter {
        Letter(
            id: row.int(0), messageID: row.optionalText(1), inReplyTo: row.optionalText(2),
            detail: MessageDetail(packed: row.bytes(3)))
    }

    /// The send of that Message-ID.
    private func ownSend(_ messageID: String) throws(Failure) -> (author: String, recipients: [String])? {
        let send = try db.first("SELECT id, sender FROM send WHERE message_id = ? ORDER BY id DESC LIMIT 1", messageID)
        {
            (row) throws(Failure) in (id: row.int(0), author: AddressKey.of(row.text(1)))
        }
        guard let send else { return nil }
        let recipients = try db.all("SELECT address FROM recipient WHERE send = ? LIMIT 1000", send.id) {
            (row) throws(Failure) in AddressKey.of(row.text(0))
        }
        return (send.author, recipients)
    }

    /// Who wrote the message, and for whom it is, by the one that it answers, else by one that answers it. Several authors
    /// are none: nobody knows which.
    private func neighbours(
        of letter: Letter, in thread: Int64
    ) throws(Failure) -> (authors: Set<String>, recipients: Set<String>) {
        let letters = try db.all(
            "SELECT id, message_id, in_reply_to, detail FROM message WHERE thread = ? AND id <> ? ORDER BY date LIMIT ?",
            thread, letter.id, Transaction.mostNeighbours
        ) { (row) throws(Failure) in self.letter(row) }
        let (author, recipients) = (letter.detail.author, letter.detail.recipients)
        for id in letter.parents {
            guard let parent = letters.first(where: { $0.messageID == id }) else { continue }
            let (writer, readers) = (parent.detail.author, parent.detail.recipients)
            if let author {
                // Who writes after himself goes on writing to the same people.
                guard let writer else { continue }
                let others = author == writer ? readers : [writer]
                if !others.isEmpty { return ([], Set(others)) }
            } else if let writer {
                // An answer to its author comes from one of its readers, as far as it is not for them as well.
                let isAnswer = recipients.isEmpty || recipients.contains(writer)
                let authors = isAnswer ? Set(readers).subtracting(recipients).subtracting([writer]) : [writer]
                if authors.count == 1 { return (authors, recipients.isEmpty ? [writer] : []) }
            }
        }
        guard let id = letter.messageID, !id.isEmpty else { return ([], []) }
        for answer in letters where answer.inReplyTo == id {
            guard let writer = answer.detail.author else { continue }
            if let author {
                if writer != author { return ([], [writer]) }
            } else if recipients.isEmpty || recipients.contains(writer) {
                let authors = Set(answer.detail.recipients).subtracting(recipients).subtracting([writer])
                if authors.count == 1 { return (authors, recipients.isEmpty ? [writer] : []) }
            }
        }
        return ([], [])
    }
}
