import Base

/// The host's own words for a cause, in one language.
package struct HostWords: Sendable {
    package var code: String
    /// Empty: of every language.
    package var language: String
    package var title: String?
    package var explanation: String?
    /// One step a line.
    package var advice: String?

    package init(code: String, language: String) {
        self.code = code
        self.language = language
    }
}

extension Store {
    /// Takes the place of what was put for that code and language.
    /// - Parameter row: the number of the cause in its listing, for the change feed.
    package func putWords(_ words: HostWords, row: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.db.run(
                """
                INSERT OR REPLACE INTO cause_words(code, language, title, explanation, advice) VALUES(?, ?, ?, ?, ?)
                """, words.code, words.language, words.title, words.explanation, words.advice)
            transaction.change("cause", row, account: nil, "changed")
        }
    }

    /// In every language.
    package func removeWords(of code: String, row: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.db.run("DELETE FROM cause_words WHERE code = ?", code)
            if transaction.db.changedRows > 0 { transaction.change("cause", row, account: nil, "changed") }
        }
    }

    /// Those of the language and those of every language.
    package func words(in language: String) throws(Failure) -> [HostWords] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT code, language, title, explanation, advice FROM cause_words WHERE language IN (?, '')
                ORDER BY language
                """, language
            ) { (row) throws(Failure) in
                var words = HostWords(code: row.text(0), language: row.text(1))
                words.title = row.optionalText(2)
                words.explanation = row.optionalText(3)
                words.advice = row.optionalText(4)
                return words
            }
        }
    }
}
