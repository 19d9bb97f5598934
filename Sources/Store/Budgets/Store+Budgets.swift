import Base

/// Budgets that all processes with the store share: the sum of what they take holds.
extension Store {
    /// Takes a share of a budget, to be used at once.
    /// - Parameters:
    ///   - bucket: how the budget fills; what was taken of it before is the store's to say.
    ///   - least: what is needed at once.
    ///   - share: what is taken where that is more: many small ones would be as many writes.
    /// - Returns: how much was taken; 0, and after how many milliseconds to ask again.
    package func takeBudget(
        _ name: String, _ bucket: RateBucket, least: Int64, share: Int64, now: Int64? = nil
    ) throws(Failure) -> (taken: Int64, waitMs: Int64) {
        try write(.normal) { (transaction) throws(Failure) in
            let now = now ?? transaction.now
            var bucket = bucket
            let before = try transaction.db.int("SELECT value FROM meta WHERE name = ?", "budget.\(name)") ?? 0
            bucket.full = before
            let taken = max(least, share)
            let wait = bucket.take(taken, now: now)
            // Also where nothing is taken, a clock that was set back is noted.
            guard bucket.full != before else { return (0, wait) }
            try transaction.db.run(
                "INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)", "budget.\(name)", bucket.full)
            return (wait == 0 ? taken : 0, wait)
        }
    }

    /// What an account waits for, until when; nil: nothing any more. Every reader of its row sees it until that time.
    package func setWaiting(_ account: Int64, for what: String?, until: Int64) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            let db = transaction.db
            guard try db.exists("SELECT 1 FROM account WHERE id = ? AND erasing = 0", account) else { return }
            if let what {
                try db.run(
                    "INSERT OR REPLACE INTO state(account, key, value) VALUES(?, ?, ?)", account, Store.waitingKey,
                    Array("\(until) \(what)".utf8))
            } else {
                try db.run("DELETE FROM state WHERE account = ? AND key = ?", account, Store.waitingKey)
            }
            transaction.change("account", account, account: account, "changed", "activity")
        }
    }

    /// The account's server wants to be left alone until then (ms since 1970), said in these words: every process heeds it.
    package func putPause(_ account: Int64, until: Int64, _ words: String) throws(Failure) {
        try statePut(account: account, key: Store.pauseKey, Array("\(until) \(words)".utf8))
    }

    /// What `putPause` wrote, where its time has not passed.
    package func pause(_ account: Int64, now: Int64) throws(Failure) -> (what: String, until: Int64)? {
        Store.waiting(try stateGet(account: account, key: Store.pauseKey), now: now)
    }

    static let pauseKey = "engine.pause"

    /// The engine's own among the values of the account's provider.
    static let waitingKey = "engine.waiting"

    /// The time and the words of such a value, where its time has not passed.
    static func waiting(_ value: [UInt8]?, now: Int64) -> (what: String, until: Int64)? {
        guard let value else { return nil }
        let parts = String(decoding: value, as: UTF8.self).split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let until = Int64(parts[0]), until > now else { return nil }
        return (String(parts[1]), until)
    }
}
