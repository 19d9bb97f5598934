import Base
import CMailroom
import PluginHost
import Store

/// One session of an account's turn, which serves many messages. What became of one is stored together with the beginning of
/// the next.
struct SendLane {
    let turn: SendTurn
    let interruption: Interruption
    private var core: Core { turn.core }
    private var account: AccountRow { turn.account }

    /// An attempt that was answered, and how it ended.
    private typealias Ended = (send: Int64, attempt: Int64, result: AttemptResult)

    init(_ turn: SendTurn, _ interruption: Interruption) {
        self.turn = turn
        self.interruption = interruption
    }

    /// - Parameter opened: of a session beside the first, which ends with its connection; nil: one is opened once there is
    ///   something to send, and again where the server ends it.
    func run(_ opened: ProviderSession? = nil) throws(Failure) {
        let scheme = turn.scheme
        let content = SendContent(core.store)
        let closing = AccountCall(core: core, account: account, interruption: interruption)
        var session = opened
        defer { if let session { closing.close(session, scheme) } }
        var ended: Ended?
        let isFirst = opened == nil
        while interruption.reason == .none, isFirst || session != nil, let due = try turn.next() {
            var isFresh = session == nil
            var outcome = Offered.usedUp
            // A server ends a connection after so many messages: a new one is tried at once, the message waits for nothing.
            repeat {
                if session == nil {
                    session = try open()
                    isFresh = true
                }
                guard let open = session else { break }
                (outcome, ended) = try offer(due, after: ended, content, open, isFresh: isFresh)
                if outcome != .done {
                    closing.close(open, scheme)
                    session = nil
                }
            } while isFirst && outcome == .usedUp && !isFresh
            turn.tried()
            if outcome == .held { turn.end() }
        }
        if let ended { try finish(ended) }
    }

    func open() throws(Failure) -> ProviderSession {
        try AccountCall(core: core, account: account, interruption: interruption).open(turn.scheme)
    }

    private enum Offered {
        /// The session can serve another message.
        case done
        /// The message has its outcome, and the connection is of no more use.
        case broken
        /// The connection was found to be closed before anything was offered.
        case usedUp
        /// From now on the account's whole queue waits.
        case held
    }

    /// - Parameter last: what has still to be stored of the message before.
    /// - Returns: what has still to be stored of this one: only where another follows at once.
    private func offer(
        _ due: DueSend, after last: Ended?, _ content: SendContent, _ session: ProviderSession, isFresh: Bool
    ) throws(Failure) -> (Offered, Ended?) {
        let begun: Begun
        do throws(Failure) {
            begun = try core.store.beginNext(
                due.id, after: last.map { ($0.attempt, $0.result) }, lease: turn.lease, spending: turn.spending)
        } catch {
            // That this one cannot begin says nothing of the one before, whose answer is known.
            if let last { try? finish(last) }
            throw error
        }
        guard case .begun(let attempt, let send) = begun else {
            if case .full(let until) = begun { turn.full(until: until) }
            return (.done, nil)
        }
        let spool: SpoolFile
        do throws(Failure) {
            spool = try content.open(send)
        } catch {
            let isOwn = !error.isOfTheStore
            // A full disk says nothing of the message; content that is gone, or cannot be made, does.
            var failure = error
            failure.failureClass = SendClass.refused.rawValue
            failure.cause = SendClass.refused.cause
            let result =
                isOwn
                ? AttemptResult(newState: "failed", outcome: "failed", failure: failure.explained())
                : AttemptResult(newState: "queued", outcome: "interrupted")
            try finish((send.id, attempt, result))
            guard isOwn else { throw error }
            return (.done, nil)
        }
        let call = SendCall(
            core: core, account: account, interruption: interruption, attempt: attempt, lease: turn.lease, spool: spool)
        var failure: Failure?
        do throws(Failure) {
            try session.send(call.options(turn.scheme), call, envelope: envelope(send, spool), message: spool.bytes)
        } catch {
            failure = error
        }
        interruption.letGo()
        if interruption.reason == .leaseLost { try interruption.check() }
        if let early = failure, !call.offered {
            let usedUp = early.result == Int32(MR_E_CONNECTION) && !isFresh && call.outcomes.isEmpty
            if usedUp || early.result == Int32(MR_E_CANCELLED) {
                try finish((send.id, attempt, AttemptResult(newState: "queued", outcome: "interrupted")))
                return (usedUp ? .usedUp : .broken, nil)
            }
        }
        var result = SendOutcome.decide(
            send, call.outcomes, failure, offered: call.offered, now: Clock.wall(), rules: core.sendRules(account))
        result.copy = SentCopies.begin(turn.copyRule, send)
        let lost = [MR_E_CONNECTION, MR_E_TLS, MR_E_PROTOCOL, MR_E_UNKNOWN_OUTCOME, MR_E_CANCELLED]
        if failure.map({ lost.contains(Int($0.result)) }) == true {
            try finish((send.id, attempt, result))
            return (.broken, nil)
        }
        if result.failure == nil, turn.hasMore { return (.done, (send.id, attempt, result)) }
        guard let held = SendLane.holding(result, offered: call.offered) else {
            try finish((send.id, attempt, result))
            return (result.hold == nil ? .done : .held, nil)
        }
        // Nothing is wrong with the message where the login is: it waits with the others.
        let waits = held.result == Int32(MR_E_AUTH)
        try finish((send.id, attempt, waits ? AttemptResult(newState: "queued", outcome: "interrupted") : result))
        throw held
    }

    /// A refusal of the login or of the whole account, though the login had been accepted: as the account's own failure.
    private static func holding(_ result: AttemptResult, offered: Bool) -> Failure? {
        guard var failure = result.failure, !result.recipients.contains(where: { $0.outcome == "accepted" }),
            SendOutcome.concernsAccount(failure) || failure.smtp == 530  // RFC 4954, section 6: also at RCPT
        else { return nil }
        switch failure.failureClass {
        case SendClass.suspended.rawValue: return failure
        case SendClass.auth.rawValue where !offered:
            failure.result = Int32(MR_E_AUTH)
            return failure
        default: return nil
        }
    }

    /// Stores how an attempt ended, and what there is to learn from it.
    private func finish(_ ended: Ended) throws(Failure) {
        try core.store.finishAttempt(ended.attempt, ended.result, lease: turn.lease)
        guard let failure = ended.result.failure else { return }
        try core.store.addLog(NewLog(failure, account: account.id, what: "send", send: ended.send))
        try learn(failure)
    }

    /// A limit that the server speaks of holds for what comes next.
    private func learn(_ failure: Failure) throws(Failure) {
        guard let found = failure.failureClass.flatMap(SendClass.init), let limits = turn.limits,
            found == .sendingLimit || found == .throttling && failure.cause != SendClass.greylisted
        else { return }
        turn.reconsider()
        let pace = LearnedPace(core.store, account.id, limits.host)
        guard let limit = try pace.refused(found, failure.serverText ?? "", limits, now: Clock.wall()) else { return }
        let every = limit.window == .hour ? "an hour" : "a \(limit.window.rawValue)"
        var log = NewLog(
            account: account.id, level: "warning", what: "limits",
            message:
                "\(limits.host) takes no more than \(limit.limit) \(limit.unit.rawValue) \(every) of this account: kept for a week"
        )
        log.serverText = failure.serverText
        try core.store.addLog(log)
    }

    private func envelope(_ send: SendRow, _ spool: SpoolFile) -> Record {
        var envelope = Record()
        envelope.set("from", send.from)
        envelope.set("message_id", send.messageID)
        envelope.set("size", Int64(spool.bytes.count))
        envelope.set("utf8", send.utf8 ? 1 : 0)
        envelope.set("eight_bit", send.params.int("eight_bit"))
        envelope["recipients"] = .list(send.recipients.map { .record(Record(["address": .text($0)])) })
        return envelope
    }
}
