import Base
import CMailroom
import Store

/// Until when an account leaves a server alone, because the server asked for it: also what an impatient caller asks for.
final class Pauses: Sendable {
    private struct Pause {
        let until: Int64
        let why: Failure
    }

    /// Where the server names no time.
    static let unnamedMs: Int64 = 60_000
    private let pauses = Lock<[Connections.Key: Pause]>([:])

    /// Begins a pause where the failure is a server's wish for one.
    /// - Returns: the failure, with the time to wait.
    func note(_ failure: Failure, _ key: Connections.Key) -> Failure {
        guard failure.result == Int32(MR_E_THROTTLED), failure.cause != Pauses.own else { return failure }
        let pause = HealthRules.namedPause(failure) ?? Pauses.unnamedMs
        var noted = failure
        noted.retryAfterMs = pause
        let until = Clock.boot() + pause
        pauses.withLock { pauses in
            if let there = pauses[key], there.until >= until { return }
            pauses[key] = Pause(until: until, why: noted)
            if pauses.count > 10_000 {
                let now = Clock.boot()
                pauses = pauses.filter { $0.value.until > now }
            }
        }
        return noted
    }

    /// - Throws: what the pause was made for, with the time that is left of it.
    func check(_ key: Connections.Key) throws(Failure) {
        let left: Failure? = pauses.withLock { pauses in
            guard let pause = pauses[key] else { return nil }
            let left = pause.until - Clock.boot()
            guard left > 0 else {
                pauses[key] = nil
                return nil
            }
            var failure = pause.why
            failure.retryAfterMs = left
            return failure
        }
        if let left { throw left }
    }

    /// The pause is over before its time: what made it is gone.
    func end(_ key: Connections.Key) {
        pauses.withLock { _ = $0.removeValue(forKey: key) }
    }

    /// What was held against an account is forgotten: it was reconnected, or disconnected.
    func forget(account: Int64) {
        pauses.withLock { pauses in pauses = pauses.filter { $0.key.account != account } }
    }

    /// The cause of this house, which no server has said.
    private static let own = "limit.own"
}
