import Base
import CMailroom
import Store

/// The time for which a server asked to be left alone, in the store: what is asked for by hand heeds it, in whichever process.
extension Core {
    /// - Parameter failure: explained; one that the server did not say, or without a time, makes no pause.
    func notePause(_ account: Int64, _ failure: Failure, now: Int64) throws(Failure) {
        guard failure.result == Int32(MR_E_THROTTLED), !failure.isOfIssuer, let pause = HealthRules.namedPause(failure),
            !["limit.own", "limit.budget"].contains(failure.cause)
        else { return }
        try store.putPause(account, until: now + pause, failure.message)
    }

    /// - Throws: `MR_E_THROTTLED` while that time has not passed: nothing is asked of the server.
    func checkPause(_ account: AccountRow) throws(Failure) {
        let now = Clock.wall()
        guard let pause = try store.pause(account.id, now: now) else { return }
        let left = pause.until - now
        let time = "\(Advice.minute(pause.until)), in \(Advice.span(left + 999))"
        var failure = Failure(
            MR_E_THROTTLED, "nothing was asked of the server: it wants to be left alone until \(time) (\(pause.what))")
        let known = account.health.cause.flatMap(Cause.named)
        failure.cause = known?.failureClass == "throttling" ? known?.code : "limit.rate"
        failure.serverText = account.health.serverText
        failure.retryAfterMs = left
        failure.account = account.id
        failure.advice =
            "Sync again after \(Advice.minute(pause.until)).\nIt goes on by itself then, where a worker runs."
        throw failure.explained()
    }
}
