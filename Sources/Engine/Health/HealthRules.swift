import Base
import CMailroom
import Store

/// How an account's health follows from what its work came to (docs/design.md, section 9).
enum HealthRules {
    enum Side {
        case receive
        case send
    }

    /// Failing this long without one success stops the attempts.
    static let givesUpAfterMs: Int64 = 2 * 24 * 3600 * 1000
    private static let minute: Int64 = 60_000

    /// After work on these sides went well. One side's success says nothing of the other's failure.
    static func succeeded(_ before: Health, _ sides: [Side], now: Int64) -> Health {
        guard !HealthRules.isAtRest(before) else { return before }
        var after = before
        for side in sides {
            switch side {
            case .receive:
                after.syncHealth = "ok"
                after.lastSuccess = now
            case .send: after.sendHealth = "ok"
            }
        }
        after.lastAttempt = now
        guard after.syncHealth != "failing", after.sendHealth != "failing" else { return after }
        after.attempts = 0
        after.firstErrorAt = nil
        after.nextAttempt = nil
        after.reason = nil
        after.cause = nil
        after.failureClass = nil
        after.advice = nil
        after.serverText = nil
        if after.state == "error" || after.state == "connection_issue" {
            after.state = "enabled"
            after.since = now
        }
        return after
    }

    /// Some servers call it a wrong password when they are asked too often: the first refusal of one that has worked is
    /// not yet a reason to ask anybody. The account stays as it is, and it is tried once more, soon.
    /// - Returns: nil where the refusal is to be believed.
    static func forgiven(_ before: Health, _ side: Side, _ failure: Failure, now: Int64) -> Health? {
        let worked = side == .receive ? before.syncHealth : before.sendHealth
        guard failure.result == Int32(MR_E_AUTH), ["auth.refused", "auth.invalid_credentials"].contains(failure.cause),
            worked == "ok",
            before.state == "enabled", before.attempts == 0
        else { return nil }
        var after = before
        after.attempts = 1
        after.lastAttempt = now
        after.nextAttempt = now + minute + Int64.random(in: 0...minute / 2)
        return after
    }

    /// After work on one side failed.
    static func failed(_ before: Health, _ side: Side, _ failure: Failure, now: Int64) -> Health {
        guard !HealthRules.isAtRest(before) else { return before }
        var after = before
        switch side {
        case .receive: after.syncHealth = "failing"
        case .send: after.sendHealth = "failing"
        }
        after.attempts += 1
        after.lastAttempt = now
        after.firstErrorAt = before.firstErrorAt ?? now
        after.reason = failure.message
        after.cause = failure.cause
        after.failureClass = failure.failureClass
        after.advice = failure.advice
        after.serverText = failure.serverText
        let since = after.firstErrorAt ?? now
        // Mail that comes in well is not given up because the other server takes none.
        let receives = side == .send && before.syncHealth == "ok"
        let state = now - since >= givesUpAfterMs && !receives ? "connection_issue" : "error"
        if state != before.state {
            after.state = state
            after.since = now
        }
        after.nextAttempt = state == "error" && !waitsForOwner(failure) ? now + pause(failure, after.attempts) : nil
        return after
    }

    /// What the clock alone ends: two days of failures without one success, and no attempt that is due. One that is due
    /// is made first: nobody may have been there to make any.
    /// - Returns: nil where nothing ends.
    static func givenUp(_ before: Health, now: Int64) -> Health? {
        guard before.state == "error", before.syncHealth != "ok", let first = before.firstErrorAt,
            now - first >= givesUpAfterMs, (before.nextAttempt ?? .max) >= now
        else { return nil }
        var after = before
        after.state = "connection_issue"
        after.since = now
        after.nextAttempt = nil
        return after
    }

    /// Nobody works on it: what a late end of work says changes nothing.
    private static func isAtRest(_ health: Health) -> Bool {
        health.state == "pending" || health.state == "disconnected"
    }

    /// Sending that the provider has stopped is not tried again by itself: it wants the owner, and trying makes it worse.
    private static func waitsForOwner(_ failure: Failure) -> Bool {
        failure.failureClass == "suspended" || Cause.waitsForSomebody(failure.cause)
    }

    /// The pause that the server named: at least a second, and not more than a day, whatever it says.
    static func namedPause(_ failure: Failure) -> Int64? {
        failure.retryAfterMs.map { min(max($0, 1000), 24 * 60 * minute) }
    }

    /// How long to wait before the next attempt, in milliseconds.
    private static func pause(_ failure: Failure, _ attempts: Int64) -> Int64 {
        if let named = namedPause(failure) { return named }
        let isLogin = failure.result == Int32(MR_E_AUTH) || failure.failureClass == SendClass.auth.rawValue
        let minutes: [Int64] =
            if failure.failureClass == SendClass.suspended.rawValue {
                [60, 360]  // each try costs a message, which stops as failed
            } else {
                isLogin ? [1, 15, 60, 360] : [1, 2, 5, 10, 15, 30]
            }
        let chosen = minutes[min(Int(attempts) - 1, minutes.count - 1)] * minute
        // Up to a tenth more, so that many do not come at once.
        let jitter = randomBytes(2).reduce(0) { $0 << 8 | Int64($1) }
        return chosen + chosen / 10 * jitter / 65_536
    }
}
