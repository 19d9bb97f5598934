import Base
import CMailroom
import Store

/// What becomes of a wish whose attempt failed.
enum WishRules {
    enum Verdict {
        /// The server says no: its state holds.
        case lose
        /// Made again, after this time (ms).
        case putOff(Int64)
        /// Made again once its folder has been synced, or after this time.
        case awaitSync(Int64)
    }

    /// A wish that failed so often and for so long is given up.
    static let mostAttempts: Int64 = 20
    static let longestMs: Int64 = 2 * 24 * 3_600_000

    static func decide(_ failure: Failure, _ wish: WishRow, now: Int64) -> Verdict {
        switch Int(failure.result) {
        case MR_E_REFUSED, MR_E_NOT_FOUND, MR_E_UNSUPPORTED, MR_E_INVALID:
            let passes = failure.code.map { passing.contains($0.uppercased()) } ?? false
            guard passes || failure.cause == "send.quota_exceeded" else { return .lose }
        case MR_E_STALE: return .awaitSync(pause(wish.attempts))
        default: break
        }
        if wish.attempts + 1 >= mostAttempts, now - wish.createdAt >= longestMs { return .lose }
        // A lost connection is the account's affair first: only one that is lost again and again may be the wish's doing.
        if Int(failure.result) == MR_E_CONNECTION, wish.attempts < 2 { return .putOff(0) }
        return .putOff(HealthRules.namedPause(failure) ?? pause(wish.attempts))
    }

    /// Whether the session is of no more use, or whatever comes next would fail as well.
    static func endsSession(_ failure: Failure) -> Bool {
        [
            MR_E_CONNECTION, MR_E_TLS, MR_E_PROTOCOL, MR_E_AUTH, MR_E_CANCELLED, MR_E_THROTTLED, MR_E_STORE, MR_E_BUSY,
            MR_E_CLOSED, MR_E_KEY, MR_E_FORKED, MR_E_UNKNOWN_OUTCOME,
        ].contains(Int(failure.result))
    }

    /// Response codes of refusals that pass (RFC 5530, RFC 9208). LIMIT is none: a mailbox that has as many keywords as it
    /// may have takes no other one tomorrow.
    private static let passing: Set<String> = ["OVERQUOTA", "INUSE", "UNAVAILABLE", "SERVERBUG"]

    private static func pause(_ attempts: Int64) -> Int64 {
        let minutes: [Int64] = [1, 2, 5, 10, 15, 30, 60]
        return minutes[Int(min(max(attempts, 0), Int64(minutes.count - 1)))] * 60_000
    }
}
