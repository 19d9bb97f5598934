import Base
import CMailroom

/// The last resort for what belongs together: an answer that does not say what it answers goes by its subject, within some
/// days, and only where the author of one message is a recipient of the other, or one person wrote both to the same people.
extension Transaction {
    private static let subjectMs: Int64 = 7 * 86_400_000
    /// So many messages of a thread are looked at.
    private static let mostLookedAt: Int64 = 20

    /// The threads that a message belongs to by its subject alone: an answer that names nothing to the one of what it
    /// answers, and what it answers, should that come later, to those of all such answers.
    /// - Parameter known: threads that it belongs to anyhow.
    func threads(
        like message: PreparedMessage, _ subject: ThreadSubject, but known: [Int64]
    ) throws(Failure) -> [Int64] {
        guard let key = subject.key, message.incoming.summary.report == nil else { return [] }
        let date = message.incoming.summary.date
        let found =
            subject.isOrphan
            ? try db.all(
                """
                SELECT id FROM thread WHERE subject_key = ? AND last_at >= ? AND first_at <= ? AND joined IS NULL
                  AND messages > 0 ORDER BY last_at DESC LIMIT 10
                """, key, date - Transaction.subjectMs, date
            ) { (row) throws(Failure) in row.int(0) }
            : try db.all(
                """
                SELECT id FROM thread WHERE subject_key = ? AND orphan = 1 AND first_at <= ? AND last_at >= ?
                  AND joined IS NULL AND messages > 0 ORDER BY first_at LIMIT 10
                """, key, date + Transaction.subjectMs, date
            ) { (row) throws(Failure) in row.int(0) }
        var threads: [Int64] = []
        for thread in found where !known.contains(thread) {
            guard try speaksWith(message, thread) else { continue }
            threads.append(thread)
            if subject.isOrphan { break }
        }
        return threads
    }

    private func speaksWith(_ message: PreparedMessage, _ thread: Int64) throws(Failure) -> Bool {
        let (author, people) = Transaction.sides(message.participants)
        let others = try db.all(
            "SELECT detail FROM message WHERE thread = ? ORDER BY date DESC LIMIT ?", thread, Transaction.mostLookedAt
        ) { (row) throws(Failure) in Transaction.sides(MessageDetail(packed: row.bytes(0)).participants(with: [])) }
        return others.contains { other in
            !other.author.isDisjoint(with: people) || !other.people.isDisjoint(with: author)
                || !other.author.isDisjoint(with: author) && !other.people.isDisjoint(with: people)
        }
    }

    /// Who stands in From, and who in To, Cc and Bcc.
    private static func sides(_ all: [(key: String, source: Int64)]) -> (author: Set<String>, people: Set<String>) {
        (
            Set(all.filter { $0.source & 1 != 0 }.map(\.key)), Set(all.filter { $0.source & 0b1110 != 0 }.map(\.key))
        )
    }
}
