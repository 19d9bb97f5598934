import Base

/// Rows of the log that are about messages: what happened to several of them alike stands in one row, which names each.
extension Transaction {
    /// A row names no more; the next message begins another one.
    private static let mostNamed = 20

    /// Adds what happened to a message, or its number to the row that says the same of others.
    func addLog(_ row: NewLog, of message: Int64?) throws(Failure) {
        guard let message else { return try addLog(row) }
        let there = try db.first(
            """
            SELECT id, message FROM log WHERE account IS ?1 AND company IS ?2 AND what = ?3 AND cause IS ?4
              AND server_text IS ?5 AND level = ?6 AND substr(message, -length(?7)) = ?7 AND message GLOB 'message*'
            ORDER BY id DESC LIMIT 1
            """, row.account, row.company, row.what, row.cause, row.serverText, row.level, ": " + row.message
        ) { (row) throws(Failure) in (id: row.int(0), message: row.text(1)) }
        var row = row
        let words = row.message
        guard let there, let named = Transaction.named(there.message) else {
            row.message = "message \(message): \(words)"
            return try insertLog(row)
        }
        guard !named.contains(message) else { return try countLog(there.id, row, there.message) }
        guard named.count < Transaction.mostNamed else {
            row.message = "message \(message): \(words)"
            return try insertLog(row)
        }
        let list = (named + [message]).map { String($0) }.joined(separator: ", ")
        try countLog(there.id, row, "messages \(list): \(words)")
    }

    /// The numbers in `messages 3, 5: ...`.
    private static func named(_ text: String) -> [Int64]? {
        let head = text.prefix { $0 != ":" }.drop { $0 != " " }
        let numbers = head.split { $0 == "," || $0 == " " }.map { Int64($0) }
        let named = numbers.compactMap { $0 }
        return named.count == numbers.count && !named.isEmpty ? named : nil
    }
}
