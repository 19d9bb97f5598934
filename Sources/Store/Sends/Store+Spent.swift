import Base

/// What each account has offered, for the windows of its limits. A row is written with the attempt, under its id, so that
/// nobody else takes the room meanwhile; it goes where nothing was accepted, and else outlives the send.
extension Store {
    /// Longer than the longest window.
    private static let spentKeepMs: Int64 = 90_000_000
    private static let sweepSlice: Int64 = 2_000

    /// What the limits leave now.
    package func room(_ spender: Spender, _ limits: [SendingLimit], now: Int64) throws(Failure) -> SendingRoom {
        guard !limits.isEmpty else { return SendingRoom([]) }
        return try read { (db) throws(Failure) in try db.room(spender, limits, now) }
    }

    /// From when on a message to so many recipients is within the limits; `now` where it is.
    package func opens(
        _ spender: Spender, _ limits: [SendingLimit], recipients: Int64, now: Int64
    ) throws(Failure) -> Int64 {
        guard !limits.isEmpty else { return now }
        return try read { (db) throws(Failure) in try db.opens(spender, limits, recipients, now) }
    }

    /// When the spender offered its latest message; nil: not within a day.
    package func lastSpent(_ spender: Spender) throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in
            switch spender {
            case .account(let id): try db.int("SELECT max(at) FROM spent WHERE account = ?", id)
            case .host(let host): try db.int("SELECT max(at) FROM spent WHERE host = ?", host)
            }
        }
    }

    /// The times of the latest messages that were offered, oldest first: at most so many.
    package func spentTimes(_ spender: Spender, latest count: Int64, now: Int64) throws(Failure) -> [Int64] {
        let since = now - SendingWindow.day.milliseconds
        let times = try read { (db) throws(Failure) in
            switch spender {
            case .account(let id):
                try db.all(
                    "SELECT at FROM spent WHERE account = ? AND at > ? ORDER BY at DESC LIMIT ?", id, since, count
                ) { (row) throws(Failure) in row.int(0) }
            case .host(let host):
                try db.all(
                    "SELECT at FROM spent WHERE host = ? AND at > ? ORDER BY at DESC LIMIT ?", host, since, count
                ) { (row) throws(Failure) in row.int(0) }
            }
        }
        return times.reversed()
    }

    /// Forgets what no window reaches any more, some at a time; and takes what a clock that was set back has left in the
    /// future as of now. Not durable: it is done again.
    package func sweepSpent(now: Int64) throws(Failure) {
        var more = true
        while more {
            more = try write(.normal) { (transaction) throws(Failure) in
                try transaction.db.run(
                    "DELETE FROM spent WHERE id IN (SELECT id FROM spent ORDER BY id LIMIT ?) AND at < ?",
                    Store.sweepSlice, now - Store.spentKeepMs)
                return transaction.db.changedRows == Store.sweepSlice
            }
        }
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.db.run("UPDATE spent SET at = ?1 WHERE at > ?1 + 60000", now)
        }
    }
}

extension Connection {
    func room(_ spender: Spender, _ limits: [SendingLimit], _ now: Int64) throws(Failure) -> SendingRoom {
        var windows: [SendingWindow: (messages: Int64, recipients: Int64)] = [:]
        var counted: [(limit: SendingLimit, used: Int64)] = []
        for limit in limits {
            let used: (messages: Int64, recipients: Int64)
            if let known = windows[limit.window] {
                used = known
            } else {
                used = try spent(spender, since: now - limit.window.milliseconds)
                windows[limit.window] = used
            }
            counted.append((limit, limit.unit == .messages ? used.messages : used.recipients))
        }
        return SendingRoom(counted)
    }

    func opens(
        _ spender: Spender, _ limits: [SendingLimit], _ recipients: Int64, _ now: Int64
    ) throws(Failure) -> Int64 {
        var opens = now
        for (limit, used) in try room(spender, limits, now).used {
            let wanted = limit.unit == .messages ? 1 : min(recipients, limit.limit)
            let excess = used + wanted - limit.limit
            guard excess > 0 else { continue }
            let since = now - limit.window.milliseconds
            let at =
                try limit.unit == .messages ? spentAt(spender, since, excess) : spentAt(spender, since, sum: excess)
            // What a clock that was set back has left in the future counts as of now.
            opens = max(opens, min(at ?? now, now) + limit.window.milliseconds)
        }
        return opens
    }

    private func spent(
        _ spender: Spender, since: Int64
    ) throws(Failure) -> (messages: Int64, recipients: Int64) {
        let found =
            switch spender {
            case .account(let id):
                try first("SELECT count(*), total(recipients) FROM spent WHERE account = ? AND at > ?", id, since) {
                    (row) throws(Failure) in (row.int(0), row.int(1))
                }
            case .host(let host):
                try first("SELECT count(*), total(recipients) FROM spent WHERE host = ? AND at > ?", host, since) {
                    (row) throws(Failure) in (row.int(0), row.int(1))
                }
            }
        return found ?? (0, 0)
    }

    /// When the nth message after `since` was offered.
    private func spentAt(_ spender: Spender, _ since: Int64, _ number: Int64) throws(Failure) -> Int64? {
        switch spender {
        case .account(let id):
            try int(
                "SELECT at FROM spent WHERE account = ? AND at > ? ORDER BY at LIMIT 1 OFFSET ?", id, since, number - 1)
        case .host(let host):
            try int(
                "SELECT at FROM spent WHERE host = ? AND at > ? ORDER BY at LIMIT 1 OFFSET ?", host, since, number - 1)
        }
    }

    /// When the message was offered with which the recipients after `since` came to `sum`.
    private func spentAt(_ spender: Spender, _ since: Int64, sum: Int64) throws(Failure) -> Int64? {
        switch spender {
        case .account(let id):
            try int(
                """
                SELECT at FROM (SELECT at, sum(recipients) OVER (ORDER BY at, id) AS so_far FROM spent
                  WHERE account = ? AND at > ?) WHERE so_far >= ? ORDER BY at LIMIT 1
                """, id, since, sum)
        case .host(let host):
            try int(
                """
                SELECT at FROM (SELECT at, sum(recipients) OVER (ORDER BY at, id) AS so_far FROM spent
                  WHERE host = ? AND at > ?) WHERE so_far >= ? ORDER BY at LIMIT 1
                """, host, since, sum)
        }
    }
}

extension Transaction {
    /// Counts an attempt that begins.
    func spend(_ attempt: Int64, _ row: SendRow, _ spending: Spending) throws(Failure) {
        try db.run(
            "INSERT INTO spent(id, account, host, at, recipients) VALUES(?, ?, ?, ?, ?)", attempt, row.account,
            spending.host, now, row.recipients.count)
    }

    /// It counts from the moment at which it is offered.
    func spentOffered(_ attempt: Int64) throws(Failure) {
        try db.run("UPDATE spent SET at = ? WHERE id = ?", now, attempt)
    }

    /// An attempt counts for those who were accepted; for all, where nobody knows.
    func settleSpent(_ attempt: Int64, _ row: SendRow, _ result: AttemptResult) throws(Failure) {
        if result.newState == "outcome_unknown" { return }
        let isWhole = result.newState == "sent" && result.recipients.isEmpty
        let accepted = isWhole ? row.recipients.count : result.recipients.count { $0.outcome == "accepted" }
        if accepted == 0 {
            try db.run("DELETE FROM spent WHERE id = ?", attempt)
        } else if result.recipients.contains(where: { $0.outcome != "accepted" }) {
            try db.run("UPDATE spent SET recipients = ? WHERE id = ?", accepted, attempt)
        }
    }
}
