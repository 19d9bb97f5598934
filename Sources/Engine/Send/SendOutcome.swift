import Base
import CMailroom
import Store

/// What an attempt came to: the send's next state, from what its recipients and the whole attempt were told.
enum SendOutcome {
    /// - Parameters:
    ///   - failure: nil where the provider says that the message was taken for the accepted recipients.
    ///   - offered: whether the final dot may have gone out.
    ///   - rules: asked for only where something failed.
    static func decide(
        _ send: SendRow, _ outcomes: [RecipientOutcome], _ failure: Failure?, offered: Bool, now: Int64,
        rules: @autoclosure () -> SendRules = SendRules()
    ) -> AttemptResult {
        let refused = outcomes.filter { $0.outcome == "refused" }
        let deferred = outcomes.filter { $0.outcome == "deferred" }
        let isWhole = failure == nil && refused.isEmpty && deferred.isEmpty
        // Whom an attempt before refused for good was not offered it again, and has not got it.
        if isWhole, send.refused.isEmpty {
            return AttemptResult(newState: "sent", outcome: "accepted", recipients: outcomes)
        }
        let rules = rules()
        if let failure, isUnknown(failure, offered: offered) {
            var explained = classed(failure, SendClass.Found(.outcomeUnknown), rules)
            if failure.result == Int32(MR_E_CANCELLED) {
                explained.message =
                    "sending was stopped before the server had answered to the message: it may have been accepted"
            }
            // Those whom the server had refused by then are not among those who may have got it.
            return AttemptResult(
                newState: "outcome_unknown", outcome: "unknown",
                recipients: outcomes.filter { $0.outcome != "accepted" }, failure: explained)
        }
        // Where the attempt as a whole failed nobody was accepted, whatever RCPT had said; and it is said of all the rest.
        var recipients = failure == nil ? outcomes : outcomes.filter { $0.outcome != "accepted" }
        let told = Set((refused + deferred).map(\.address))
        let rest = failure == nil ? [] : send.recipients.filter { !told.contains($0) }
        let answered = deferred.first ?? refused.first ?? (failure == nil ? send.refused.first : nil)
        let found: SendClass
        var why: Failure
        (why, found) = facts(failure, rest.isEmpty ? answered : nil, rules)
        if rest.isEmpty, let words = refusal(answered, of: outcomes) { why.message = words }
        let restPasses = !rest.isEmpty && (found.isTemporary(SendClass.Reply(why)) || isOurs(failure))
        let passes = !deferred.isEmpty || restPasses
        if passes, !restPasses {
            // What is final for the rest stays so, while the others are tried again.
            recipients += rest.map { address in
                RecipientOutcome(
                    address: address, outcome: "refused", failureClass: found.rawValue, smtp: why.smtp,
                    enhanced: why.enhanced, serverText: why.serverText)
            }
        }
        let anyAccepted = failure == nil && outcomes.contains { $0.outcome == "accepted" }
        var result = AttemptResult(
            newState: "failed",
            outcome: isWhole
                ? "accepted"
                : anyAccepted ? "partial" : deferred.isEmpty ? (refused.isEmpty ? "failed" : "refused") : "deferred",
            recipients: recipients, failure: why, temporary: passes)
        guard passes else { return result }
        let next = rules.nextAttempt(
            found, why, attempts: send.tries, before: send.failureClass, now: now)
        if holdsQueue(found, why) {
            result.hold = QueueHold(until: next, failureClass: found.rawValue, reason: why.serverText ?? why.message)
        }
        if send.autoRetry, send.tries < rules.maximumAttempts {
            result.newState = "retry_wait"
            result.nextAttempt = next
        } else {
            result.tryAfter = next
            result.failure?.advice = Advice.again(why.advice, from: next)
        }
        return result
    }

    /// Whom the server did not take, and how many of how many that were: where it was said of recipients.
    private static func refusal(_ first: RecipientOutcome?, of outcomes: [RecipientOutcome]) -> String? {
        guard let first else { return nil }
        let alike = outcomes.count { $0.outcome == first.outcome }
        let who = String(first.address.prefix(320))
        guard alike > 1 else { return "the server \(first.outcome) \(who)" }
        return "the server \(first.outcome) \(alike) of \(outcomes.count) recipients, the first is \(who)"
    }

    /// Whether the message may have been taken although no answer said so. What a provider calls by another name
    /// after the final dot is unknown all the same, unless the server answered.
    private static func isUnknown(_ failure: Failure, offered: Bool) -> Bool {
        if failure.result == Int32(MR_E_UNKNOWN_OUTCOME) { return true }
        guard offered, failure.smtp == nil, failure.http == nil else { return false }
        return ![MR_E_REFUSED, MR_E_THROTTLED, MR_E_OUTAGE, MR_E_AUTH].contains(Int(failure.result))
    }

    /// What is wrong on this machine says nothing of the message.
    private static func isOurs(_ failure: Failure?) -> Bool {
        guard let failure else { return false }
        return [
            MR_E_PROTOCOL, MR_E_CANCELLED, MR_E_BUSY, MR_E_STORE, MR_E_KEY, MR_E_PLUGIN, MR_E_INTERNAL,
        ].contains(Int(failure.result)) && !SendClass.Reply(failure).hasCode
    }

    /// Whether the other mail of the account would meet the same: its limit is reached, or the server wants less of this
    /// client. What was said about one recipient is that recipient's alone.
    private static func holdsQueue(_ found: SendClass, _ failure: Failure) -> Bool {
        switch found {
        case .sendingLimit: true
        case .throttling where failure.cause == SendClass.greylisted: false
        case .throttling: failure.step != "rcpt" && !RefusalText(failure.serverText ?? "").has(" receiving mail ")
        default: false
        }
    }

    /// A failure before any message was offered, known for what it is where the server's words say more than its code: a limit
    /// that it names in the login says nothing of the password, and a suspended account may show it in the greeting.
    static func told(_ failure: Failure) -> Failure {
        guard !failure.isOfIssuer, SendClass.Reply(failure).saysSomething else { return failure }
        let found = SendClass.find(failure)
        var told = failure
        switch found.result {
        case .sendingLimit, .throttling, .outage:
            if failure.result == Int32(MR_E_AUTH) { told.result = Int32(MR_E_OUTAGE) }
        case .suspended, .auth: break
        default: return failure
        }
        told.failureClass = found.result.rawValue
        if told.cause.flatMap(Cause.named)?.failureClass != told.failureClass { told.cause = found.cause }
        return told
    }

    /// Whether it is the account that may not send, with whatever message: its login is refused, or it is suspended. What was
    /// said about one recipient is not.
    static func concernsAccount(_ failure: Failure) -> Bool {
        guard failure.step != "rcpt" else { return false }
        return failure.failureClass == SendClass.auth.rawValue
            || failure.failureClass == SendClass.suspended.rawValue
    }

    /// The failure that the send shows: the attempt's own, or that of the recipient that decides where all were answered.
    private static func facts(
        _ failure: Failure?, _ recipient: RecipientOutcome?, _ rules: SendRules
    ) -> (Failure, SendClass) {
        if let failure {
            let found = SendClass.find(failure)
            let reply = SendClass.Reply(failure)
            // Who was refused for good does not wait because the server ended the connection after it.
            let isOther = recipient?.outcome == "refused" && found.result.isTemporary(reply)
            if recipient == nil || reply.hasCode && !isOther { return (classed(failure, found, rules), found.result) }
        }
        guard let recipient else {
            return (classed(Failure(MR_E_REFUSED, "refused"), SendClass.Found(.refused), rules), .refused)
        }
        var made = Failure(
            recipient.outcome == "deferred" ? MR_E_OUTAGE : MR_E_REFUSED,
            "the server \(recipient.outcome) \(recipient.address.prefix(320))")
        made.smtp = recipient.smtp
        made.enhanced = recipient.enhanced
        made.serverText = recipient.serverText
        made.step = "rcpt"
        let found = SendClass.find(SendClass.Reply(made))
        return (classed(made, found, rules), found.result)
    }

    private static func classed(_ failure: Failure, _ found: SendClass.Found, _ rules: SendRules) -> Failure {
        var classed = failure
        classed.failureClass = found.result.rawValue
        // What the plugin or the host has said more closely stays, where it is of the same class.
        if classed.cause.flatMap(Cause.named)?.failureClass != found.result.rawValue { classed.cause = found.cause }
        classed.advice = classed.cause.flatMap(Cause.named).map { cause in
            Advice.of(cause, at: rules.provider, statusURL: rules.statusURL)
        }
        return classed
    }
}
