import Base
import CMailroom
import Store

/// What an attempt came to: the send's next state, from what its recipients and the whole attempt were told.
enum SendOutcome {
    /// Temporary failures are tried so often in all.
    static let maximumAttempts: Int64 = 8

    /// - Parameters:
    ///   - failure: nil where the provider says that the message was taken for the accepted recipients.
    ///   - offered: whether the final dot may have gone out.
    static func decide(
        _ send: SendRow, _ outcomes: [RecipientOutcome], _ failure: Failure?, offered: Bool, now: Int64
    ) -> AttemptResult {
        if let failure, isUnknown(failure, offered: offered) {
            let explained = classed(failure, .outcomeUnknown)
            // Those whom the server had refused by then are not among those who may have got it.
            return AttemptResult(
                newState: "outcome_unknown", outcome: "unknown",
                recipients: outcomes.filter { $0.outcome != "accepted" },
                failure: explained)
        }
        let refused = outcomes.filter { $0.outcome == "refused" }
        let deferred = outcomes.filter { $0.outcome == "deferred" }
        if failure == nil, refused.isEmpty, deferred.isEmpty {
            return AttemptResult(newState: "sent", outcome: "accepted", recipients: outcomes)
        }
        // Where the attempt as a whole failed nobody was accepted, whatever RCPT had said.
        let recipients = failure == nil ? outcomes : outcomes.filter { $0.outcome != "accepted" }
        let why = facts(failure, deferred.first ?? refused.first)
        let reply = SendClass.Reply(
            smtp: why.smtp, enhanced: why.enhanced, text: why.serverText, step: why.step)
        let found = SendClass(rawValue: why.failureClass ?? "") ?? .refused
        let passes = deferred.isEmpty ? found.isTemporary(reply) || transient(failure, reply) : true
        let anyAccepted = failure == nil && outcomes.contains { $0.outcome == "accepted" }
        let outcome = anyAccepted ? "partial" : deferred.isEmpty ? (refused.isEmpty ? "failed" : "refused") : "deferred"
        guard passes, send.attempts < maximumAttempts else {
            return AttemptResult(
                newState: "failed", outcome: outcome, recipients: recipients, failure: why, temporary: passes)
        }
        return AttemptResult(
            newState: "retry_wait", outcome: outcome, recipients: recipients, failure: why, temporary: true,
            nextAttempt: now + pause(found, why, send.attempts))
    }

    /// Whether the message may have been taken although no answer said so. What a provider calls by another name
    /// after the final dot is unknown all the same, unless the server answered.
    private static func isUnknown(_ failure: Failure, offered: Bool) -> Bool {
        if failure.result == Int32(MR_E_UNKNOWN_OUTCOME) { return true }
        guard offered, failure.smtp == nil, failure.http == nil else { return false }
        return ![MR_E_REFUSED, MR_E_THROTTLED, MR_E_OUTAGE, MR_E_AUTH].contains(Int(failure.result))
    }

    /// A failure of the whole attempt that a later attempt may not meet again.
    private static func transient(_ failure: Failure?, _ reply: SendClass.Reply) -> Bool {
        guard let failure else { return reply.isTransient }
        if reply.smtp != nil || reply.enhanced != nil { return reply.isTransient }
        return [
            MR_E_CONNECTION, MR_E_TLS, MR_E_OUTAGE, MR_E_THROTTLED, MR_E_PROTOCOL, MR_E_CANCELLED, MR_E_BUSY,
            // What is wrong on this machine says nothing of the message.
            MR_E_STORE, MR_E_KEY, MR_E_PLUGIN, MR_E_INTERNAL,
        ].contains(Int(failure.result))
    }

    /// The failure that the send shows: the attempt's own, or that of the recipient that decides.
    private static func facts(_ failure: Failure?, _ recipient: RecipientOutcome?) -> Failure {
        if let failure, recipient == nil || failure.smtp != nil { return classed(failure, SendClass.of(failure)) }
        guard let recipient else { return classed(Failure(MR_E_REFUSED, "refused"), .refused) }
        var made = Failure(
            recipient.outcome == "deferred" ? MR_E_OUTAGE : MR_E_REFUSED,
            "the server \(recipient.outcome) \(recipient.address)")
        made.smtp = recipient.smtp
        made.enhanced = recipient.enhanced
        made.serverText = recipient.serverText
        made.step = "rcpt"
        return classed(made, SendClass(rawValue: recipient.failureClass ?? "") ?? .refused)
    }

    private static func classed(_ failure: Failure, _ found: SendClass) -> Failure {
        var classed = failure
        classed.failureClass = found.rawValue
        if classed.cause.flatMap(Cause.named)?.failureClass != found.rawValue { classed.cause = found.cause }
        classed.advice = nil
        return classed.explained()
    }

    /// How long to wait before the next attempt, in milliseconds.
    private static func pause(_ found: SendClass, _ failure: Failure, _ attempts: Int64) -> Int64 {
        if let named = HealthRules.namedPause(failure) { return named }
        let minute: Int64 = 60_000
        if found == .sendingLimit { return 60 * minute }
        let minutes: [Int64] = [1, 5, 15, 30, 60, 120, 240]
        return minutes[min(max(Int(attempts) - 1, 0), minutes.count - 1)] * minute
    }
}
