import Base
import CMailroom

extension Store {
    /// Stores that the message is about to be offered: durable before a byte of it goes out.
    /// - Returns: the id of the attempt.
    /// - Throws: `MR_E_BUSY` where the send is not due any more, or the lease is lost.
    package func beginAttempt(_ send: Int64, lease: Lease) throws(Failure) -> Int64 {
        let begun = try beginNext(send, lease: lease, spending: Spending(host: ""))
        guard case .begun(let attempt, _) = begun else {
            throw Failure(MR_E_BUSY, "send \(send) is not to be sent now")
        }
        return attempt
    }

    /// The same in a queue: ends the attempt before, if any, in the same transaction, and counts the new one.
    /// - Parameters:
    ///   - last: the attempt that has just been answered, and how it ended.
    ///   - spending: with which server it counts.
    package func beginNext(
        _ send: Int64, after last: (attempt: Int64, result: AttemptResult)? = nil, lease: Lease, spending: Spending
    ) throws(Failure) -> Begun {
        if last != nil { StopPoint.sendBeforeResult.reach() }
        let begun = try write { (transaction) throws(Failure) -> Begun in
            try transaction.require(lease)
            if let last { try transaction.finish(last.attempt, last.result) }
            return try transaction.begin(send, lease, spending)
        }
        if last != nil { StopPoint.sendAfterResult.reach() }
        if case .begun = begun { StopPoint.sendAttemptStored.reach() }
        return begun
    }

    /// Stores an attempt that ended before it had begun: nothing could be offered.
    /// - Parameter decide: what it means for the send.
    package func putOff(
        _ sends: [Int64], lease: Lease, _ decide: (SendRow) -> AttemptResult
    ) throws(Failure) {
        for send in sends {
            try write { (transaction) throws(Failure) in
                try transaction.require(lease)
                guard case .begun(let attempt, let row) = try transaction.begin(send, lease, nil) else { return }
                try transaction.finish(attempt, decide(row))
            }
        }
    }

    /// To be called directly before the final dot: from here on, a lost connection leaves the outcome unknown. The
    /// lease is renewed in the same transaction, so that it outlasts the write that follows.
    /// - Parameter answered: what the server has said by now of single recipients.
    /// - Throws: `MR_E_BUSY` where the lease is lost or the attempt is not the running one: then the dot must not go.
    package func markOffered(
        _ attempt: Int64, answered: [RecipientOutcome] = [], lease: Lease
    ) throws(Failure) {
        let expires = try write { (transaction) throws(Failure) -> Int64 in
            let db = transaction.db
            try transaction.require(lease)
            let isRunning = try db.exists(
                """
                SELECT 1 FROM attempt t JOIN send s ON s.id = t.send
                WHERE t.id = ? AND s.attempt = t.id AND s.state = 'sending' AND s.account = ?
                """, attempt, lease.account)
            guard isRunning else { throw Failure(MR_E_BUSY, "attempt \(attempt) is not under way any more") }
            let expires = Clock.boot() + leaseMs
            try db.run("UPDATE attempt SET offered_at = ? WHERE id = ?", transaction.now, attempt)
            try transaction.spentOffered(attempt)
            try transaction.answersBeforeDot(answered, attempt: attempt)
            try db.run("UPDATE lease SET expires = ? WHERE account = ?", expires, lease.account)
            return expires
        }
        StopPoint.sendBeforeDot.reach()
        // The commit itself may have taken long: the lease has to outlast what is left to do.
        guard expires - Clock.boot() > writeDeadlineMs else {
            throw Failure(MR_E_BUSY, "the lease would not outlast the end of the message")
        }
    }

    /// Stores how an attempt ended: of the recipients, each as it was answered; of the send, the new state.
    /// Where every recipient has accepted it by now, it is sent, whatever `newState` says.
    /// - Throws: `MR_E_BUSY` where the lease is lost or the attempt is not the running one: nothing is written.
    package func finishAttempt(_ attempt: Int64, _ result: AttemptResult, lease: Lease) throws(Failure) {
        StopPoint.sendBeforeResult.reach()
        try write { (transaction) throws(Failure) in
            try transaction.require(lease)
            try transaction.finish(attempt, result)
        }
        StopPoint.sendAfterResult.reach()
    }

    /// Sends in state `sending` that nobody else is at: their process died or was too slow, or it is this one, which
    /// alone knows whether it is at them. Whoever has the lease settles them with `settleInterrupted`.
    package func interruptedSends() throws(Failure) -> [SendRow] {
        try read { (db) throws(Failure) -> [SendRow] in
            let sending = try db.all(
                composed: """
                    SELECT \(SendRow.columns), l.owner, l.boot, l.expires + l.deadline, l.void FROM send s
                    LEFT JOIN lease l ON l.account = s.account WHERE s.state = 'sending' ORDER BY s.id
                    """, []
            ) { (row) throws(Failure) in
                (try SendRow(row, db), row.optionalText(22), row.optionalText(23), row.int(24))
            }
            let now = Clock.boot()
            let own = run.ownerIfAny
            return sending.filter { _, owner, boot, until in
                guard let owner, boot == bootID, now < until else { return true }
                return owner == own || !run.isAlive(owner)
            }.map(\.0)
        }
    }

    /// Ends the attempts at an account's sends that somebody left in the middle: outcome_unknown where the message had
    /// been offered, else queued again. To be called by whoever has the lease, before it begins an attempt of its own.
    package func settleInterrupted(of account: Int64, lease: Lease) throws(Failure) {
        let left = try read { (db) throws(Failure) in
            try db.all("SELECT id FROM send WHERE account = ? AND state = 'sending'", account) {
                (row) throws(Failure) in row.int(0)
            }
        }
        for send in left { try settle(send, lease: lease) }
    }

    private func settle(_ send: Int64, lease: Lease) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let row = try SendRow.load(transaction.db, send)
            try transaction.require(lease, for: row.account)
            guard row.state == "sending", let attempt = row.attempt else { return }
            var result = AttemptResult(newState: row.offered ? "outcome_unknown" : "queued", outcome: "interrupted")
            if row.offered {
                result.outcome = "unknown"
                var failure = Failure(
                    MR_E_UNKNOWN_OUTCOME,
                    "the process died while the message was being handed over: it may have arrived")
                failure.failureClass = "outcome_unknown"
                failure.cause = "send.outcome_unknown"
                result.failure = failure
            }
            try transaction.finish(row, attempt: attempt, result)
        }
    }
}

extension Transaction {
    /// The send whose running attempt this is.
    fileprivate func running(_ attempt: Int64) throws(Failure) -> SendRow {
        guard let send = try db.int("SELECT send FROM attempt WHERE id = ?", attempt) else {
            throw .notFound("attempt \(attempt)")
        }
        let row = try SendRow.load(db, send)
        guard row.state == "sending", row.attempt == attempt else {
            throw Failure(MR_E_BUSY, "attempt \(attempt) of send \(send) is over: the send is \(row.state)")
        }
        return row
    }

    /// Begins an attempt, where the send waits for one and its server has room.
    fileprivate func begin(_ send: Int64, _ lease: Lease, _ spending: Spending?) throws(Failure) -> Begun {
        guard let row = try SendRow.find(db, send), row.account == lease.account,
            row.state == "queued" || row.state == "retry_wait"
        else { return .gone }  // or another account's by now
        try require(lease)
        guard try runs(row.batch) else { return .gone }
        guard !row.recipients.isEmpty else { throw Failure(MR_E_INTERNAL, "send \(send) has no recipients left") }
        if let spending, !spending.hostLimits.isEmpty {
            let opens = try db.opens(
                .host(spending.host), spending.hostLimits, Int64(row.recipients.count), now)
            guard opens <= now else { return .full(until: opens) }
        }
        try db.run(
            "INSERT INTO attempt(send, account, number, started_at) VALUES(?, ?, ?, ?)", send, row.account,
            row.attempts + 1, now)
        let attempt = db.lastRowID
        try db.run(
            "UPDATE send SET state = 'sending', attempts = attempts + 1, attempt = ?, next_attempt = NULL WHERE id = ?",
            attempt, send)
        if let spending { try spend(attempt, row, spending) }
        change("send", send, account: row.account, "changed", "sending")
        var begun = row
        begun.state = "sending"
        begun.attempts += 1
        begun.attempt = attempt
        begun.nextAttempt = nil
        begun.offered = false
        // Read here it costs no snapshot of its own.
        begun.content = try row.body.flatMap { (body) throws(Failure) in
            try db.first(
                "SELECT bytes FROM body WHERE id = ? AND sealed = 1 AND size <= 65536 AND bytes IS NOT NULL", body
            ) {
                (row) throws(Failure) in row.bytes(0)
            }
        }
        return .begun(attempt: attempt, send: begun)
    }

    fileprivate func finish(_ attempt: Int64, _ result: AttemptResult) throws(Failure) {
        try finish(try running(attempt), attempt: attempt, result)
    }

    fileprivate func finish(
        _ row: SendRow, attempt: Int64, _ result: AttemptResult
    ) throws(Failure) {
        guard ["sent", "retry_wait", "failed", "outcome_unknown", "queued"].contains(result.newState) else {
            throw Failure(MR_E_INTERNAL, "'\(result.newState)' is not how an attempt ends")
        }
        try answers(result.recipients, send: row.id)
        if result.newState == "sent", result.recipients.isEmpty {
            try db.run(
                "UPDATE recipient SET state = 'accepted', at = ? WHERE send = ? AND state IN ('waiting', 'deferred')",
                now,
                row.id)
        }
        let missing = try db.exists(
            "SELECT 1 FROM recipient WHERE send = ? AND state NOT IN ('accepted', 'bounced')", row.id)
        var state = missing ? result.newState : "sent"
        if ["queued", "retry_wait"].contains(state) {
            let isOpen = try db.exists(
                "SELECT 1 FROM recipient WHERE send = ? AND state IN ('waiting', 'deferred')", row.id)
            if !isOpen { state = "failed" }  // nobody is left to whom it could go again
            if isOpen, try isCancelled(row.batch) { state = "cancelled" }
        }
        let failure = missing ? result.failure : nil
        // What others were refused before was not said in this attempt.
        let said = result.outcome == "accepted" ? nil : failure
        let accepted = result.recipients.contains { $0.outcome == "accepted" }
        let next = state == "retry_wait" ? result.nextAttempt ?? now : nil
        try db.run(
            """
            UPDATE attempt SET ended_at = ?, outcome = ?, class = ?, server_text = ?, smtp = ?, enhanced = ?, http = ?,
              code = ? WHERE id = ?
            """, now, result.outcome ?? outcome(state, accepted: accepted, result.recipients), said?.failureClass,
            said?.serverText, said?.smtp, said?.enhanced, said?.http, said?.code, attempt)
        try db.run(
            """
            UPDATE send SET state = ?, class = ?, temporary = ?, reason = ?, cause = ?, advice = ?, server_text = ?,
              smtp = ?, enhanced = ?, http = ?, code = ?, next_attempt = ?, due = max(coalesce(send_at, 0), ?),
              try_after = ?, attempt = NULL, sent_at = CASE WHEN ? THEN ? ELSE sent_at END WHERE id = ?
            """, state, failure?.failureClass, result.temporary && missing, failure?.message, failure?.cause,
            failure?.advice, failure?.serverText, failure?.smtp, failure?.enhanced, failure?.http, failure?.code, next,
            next ?? 0, state == "failed" ? result.tryAfter : nil, accepted || state == "sent", now, row.id)
        if accepted || state == "sent" {
            try want(result.copy, of: row.id)
            try wishAnswered(by: row)
        }
        try batchMoved(row.batch)
        try settleSpent(attempt, row, result)
        change("send", row.id, account: row.account, "changed", state)
        try setHold(of: row.account, result.hold, accepted: accepted || state == "sent")
        if state == "outcome_unknown" { try awaitSettling(row) }
        try settleEarlyReports(row)
    }

    private func outcome(_ state: String, accepted: Bool, _ recipients: [RecipientOutcome]) -> String {
        switch state {
        case "sent": "accepted"
        case "outcome_unknown": "unknown"
        case "queued": "interrupted"
        default:
            if accepted {
                "partial"
            } else if recipients.contains(where: { $0.outcome == "deferred" }) {
                "deferred"
            } else if recipients.contains(where: { $0.outcome == "refused" }) {
                "refused"
            } else {
                "failed"
            }
        }
    }
}
