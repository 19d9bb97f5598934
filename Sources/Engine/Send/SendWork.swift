import Base
import CMailroom
import PluginHost
import Store

/// Sends what is due of one account: one session serves many messages.
struct SendWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let lease: Lease
    /// Only this send.
    var only: Int64?

    /// At most so many in one turn; the schedule comes again for the rest.
    static let turn = 1000

    /// - Returns: how many sends were tried.
    func run() throws(Failure) -> Int {
        let due = try core.store.dueSends(now: Clock.wall(), limit: SendWork.turn, account: account.id, only: only)
        guard !due.isEmpty else { return 0 }
        let manifest = try core.registry.manifest(account.provider)
        let scheme = manifest.sendWith ?? account.provider
        let copyRule = try SentCopies(core: core, account: account).rule()
        var session: ProviderSession?
        let content = SendContent(core.store)
        let closing = AccountCall(core: core, account: account, interruption: interruption)
        defer { if let session { closing.close(session, scheme) } }
        var tried = 0
        for send in due where interruption.reason == .none {
            var isFresh = session == nil
            var outcome = Offered.usedUp
            // A server ends a connection after so many messages: a new one is tried at once, the message waits for nothing.
            repeat {
                if session == nil {
                    session = try AccountCall(core: core, account: account, interruption: interruption).open(scheme)
                    isFresh = true
                }
                guard let open = session else { break }
                outcome = try offer(send, content, open, scheme, copyRule, isFresh: isFresh)
                if outcome != .done {
                    closing.close(open, scheme)
                    session = nil
                }
            } while outcome == .usedUp && !isFresh
            tried += 1
        }
        return tried
    }

    private enum Offered {
        /// The session can serve another message.
        case done
        /// The message has its outcome, and the connection is of no more use.
        case broken
        /// The connection was found to be closed before anything was offered.
        case usedUp
    }

    private func offer(
        _ found: SendRow, _ content: SendContent, _ session: ProviderSession, _ scheme: String,
        _ copyRule: SentCopies.Rule, isFresh: Bool
    ) throws(Failure) -> Offered {
        let spool: SpoolFile
        do throws(Failure) {
            spool = try content.open(found)
        } catch {
            guard error.result != Int32(MR_E_STORE) else { throw error }
            try giveUp(found, error)
            return .done
        }
        guard let (attempt, send) = try SendWork.begin(found.id, core.store, lease) else { return .done }
        let call = SendCall(
            core: core, account: account, interruption: interruption, attempt: attempt, lease: lease, spool: spool)
        var failure: Failure?
        do throws(Failure) {
            try session.send(call.options(scheme), call, envelope: envelope(send, spool), message: spool.bytes)
        } catch {
            failure = error
        }
        interruption.letGo()
        if interruption.reason == .leaseLost { try interruption.check() }
        if let early = failure, !call.offered {
            let usedUp = early.result == Int32(MR_E_CONNECTION) && !isFresh && call.outcomes.isEmpty
            if usedUp || early.result == Int32(MR_E_CANCELLED) {
                try core.store.finishAttempt(
                    attempt, AttemptResult(newState: "queued", outcome: "interrupted"), lease: lease)
                return usedUp ? .usedUp : .broken
            }
        }
        var result = SendOutcome.decide(send, call.outcomes, failure, offered: call.offered, now: Clock.wall())
        result.copy = SentCopies.begin(copyRule, send)
        try core.store.finishAttempt(attempt, result, lease: lease)
        if let failure = result.failure {
            try core.store.addLog(NewLog(failure, account: account.id, what: "send"))
        }
        let lost = [MR_E_CONNECTION, MR_E_TLS, MR_E_PROTOCOL, MR_E_UNKNOWN_OUTCOME, MR_E_CANCELLED]
        return failure.map { lost.contains(Int($0.result)) } == true ? .broken : .done
    }

    /// Begins an attempt; nil where the send was cancelled or taken just now.
    /// - Returns: the send as it is from now on: it may have got other recipients since it was found to be due.
    static func begin(
        _ send: Int64, _ store: Store, _ lease: Lease
    ) throws(Failure) -> (attempt: Int64, send: SendRow)? {
        do throws(Failure) {
            let attempt = try store.beginAttempt(send, lease: lease)
            return (attempt, try store.sendRow(send))
        } catch {
            guard error.result == Int32(MR_E_BUSY) || error.result == Int32(MR_E_NOT_FOUND) else { throw error }
            try store.renewLease(lease)  // the lease was lost: throws
            return nil
        }
    }

    /// There is nothing to send: its content is gone.
    private func giveUp(_ send: SendRow, _ failure: Failure) throws(Failure) {
        guard let (attempt, _) = try SendWork.begin(send.id, core.store, lease) else { return }
        try core.store.finishAttempt(
            attempt, AttemptResult(newState: "failed", outcome: "failed", failure: failure.explained()), lease: lease)
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
