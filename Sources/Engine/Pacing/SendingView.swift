import Base
import Store

/// What is shown of queues: the part `sending` of an account's row, and until when limits hold a send back. Made for one
/// page of rows: what is found for an account serves all of its sends.
final class SendingView {
    private struct Opening {
        var normal: Int64
        var low: Int64
    }

    private let core: Core
    private let now = Clock.wall()
    let wantsSending: Bool
    private var openings: [Int64: Opening?] = [:]
    private var causeWords: CauseWords?

    /// - Parameter sending: whether the part `sending` of accounts is wanted at all.
    init(_ core: Core, sending: Bool = true) {
        self.core = core
        wantsSending = sending
    }

    /// The words for causes, read once.
    func words(_ engine: Engine) throws(Failure) -> CauseWords {
        if let causeWords { return causeWords }
        let words = try engine.words
        causeWords = words
        return words
    }

    /// The queue of an account and its limits, as they stand.
    /// - Parameter heldReason: why its mail is held, as its row says.
    func sending(_ id: Int64, heldReason: String?) throws(Failure) -> Record {
        let account = try core.store.account(id)
        let state = try core.store.queueState(id)
        var record = Record()
        record.set("queued", state.queued)
        record.set("retry_wait", state.retryWait)
        record.set("failed", state.failed)
        record.set("outcome_unknown", state.unknown)
        record.set("held_reason", heldReason)
        if let until = state.heldUntil, until > now {
            record.set("paused_until", until)
            record.set("paused_reason", state.heldReason)
        }
        // Without its plugin nothing is known of its server.
        guard let limits = try? core.sendingLimits(account) else { return record }
        if state.waiting > 0, heldReason == nil { record.set("last_at", try lastAt(id, state, limits)) }
        let room = try core.store.room(.account(id), limits.counted, now: now)
        let together = try core.store.room(.host(limits.host), limits.hostLimits, now: now)
        record["limits"] = .list(shown(limits, room, together, try core.sendLimits(account)).map { .record($0) })
        return record
    }

    /// When the last of what waits in the account's queue will have gone; nil where nothing does, or it is held.
    func lastAt(_ id: Int64) throws(Failure) -> Int64? {
        let state = try core.store.queueState(id)
        guard state.waiting > 0, let limits = try? core.sendingLimits(try core.store.account(id)) else { return nil }
        return try lastAt(id, state, limits)
    }

    private func lastAt(_ id: Int64, _ state: QueueState, _ limits: SendingLimits) throws(Failure) -> Int64 {
        let begins = max(now, state.heldUntil ?? 0)
        var last = max(begins, state.latestDue)
        for (spender, some) in [
            (Spender.account(id), limits.counted), (Spender.host(limits.host), limits.hostLimits),
        ] where !some.isEmpty {
            let latest = try core.store.spentTimes(spender, latest: QueueForecast.needed(some), now: now)
            var forecast = QueueForecast(some, recipientsEach: state.recipientsEach, latest: latest, now: begins)
            last = max(last, forecast.last(normal: state.waiting - state.low, low: state.low))
        }
        return last
    }

    private func shown(
        _ limits: SendingLimits, _ room: SendingRoom, _ together: SendingRoom, _ message: SendLimits
    ) -> [Record] {
        var shown: [Record] = []
        for (limit, used) in room.used {
            let known = limits.known[PacingField.of(limit.unit, limit.window)]
            shown.append(SendingView.limit(limit, used, known?.source.rawValue ?? "set"))
        }
        for (limit, used) in together.used {
            var record = SendingView.limit(limit, used, "set")
            record.set("host", limits.host)
            shown.append(record)
        }
        for (what, limit) in [("recipients_message", message.recipients), ("size", message.size)] {
            guard let limit else { continue }
            var record = Record()
            record.set("what", what)
            record.set("limit", limit.value)
            record.set("source", limit.source.rawValue)
            shown.append(record)
        }
        return shown
    }

    private static func limit(_ limit: SendingLimit, _ used: Int64, _ source: String) -> Record {
        var record = Record()
        record.set("what", limit.unit.rawValue)
        record.set("window", limit.window.rawValue)
        record.set("limit", limit.limit)
        record.set("used", used)
        record.set("source", source)
        return record
    }

    /// Until when its account's limits let nothing of the send's priority go; nil where they do not hold it back.
    func pacedUntil(_ send: Record) throws(Failure) -> Int64? {
        guard ["queued", "retry_wait"].contains(send.text("state")), send["held_reason"] == nil,
            let account = send.int("account")
        else { return nil }
        let found: Opening?
        if let known = openings[account] {
            found = known
        } else {
            found = try opening(account)
            openings[account] = .some(found)
        }
        guard let found else { return nil }
        let until = send.text("priority") == "low" ? max(found.low, found.normal) : found.normal
        return until > now ? until : nil
    }

    private func opening(_ id: Int64) throws(Failure) -> Opening? {
        guard let account = try? core.store.account(id), let limits = try? core.sendingLimits(account) else {
            return nil
        }
        // Nothing goes before what stands first.
        let first = try core.store.dueSends(now: now, limit: 1, account: id).first?.recipients ?? 1
        let own = try core.store.opens(.account(id), limits.counted, recipients: first, now: now)
        let together = try core.store.opens(.host(limits.host), limits.hostLimits, recipients: first, now: now)
        let held = try core.store.heldUntil(id) ?? 0
        let pace = try SendPace(core.store, id, limits, now: now)
        return Opening(normal: max(own, together, held), low: pace.lowOpens)
    }
}
