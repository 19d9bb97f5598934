import Base
import CMailroom

extension Invocation {
    /// What the plugin's answer comes to: nothing, or the failure that the engine gets.
    ///
    /// The first failure of a delegate, a broken rule and a cancellation win over the plugin's own answer. Then come
    /// the facts that the plugin told by `fail`, laid over what the host itself knows of a failure with the same code.
    /// - Returns: 0, or the answer that `watch` and `wake` may give.
    func finish(_ answer: Int32) throws(Failure) -> Int {
        let unfinished = message != nil
        if unfinished {
            message = nil
            delegate.messageAbandoned()
        }
        if let verdict { throw decorated(verdict) }
        switch answer {
        case 0:
            guard unfinished else { return 0 }
            throw decorated(broken("it returned in the middle of a message"))
        case Int32(MR_PARKED), Int32(MR_CHANGED):
            guard kind == .watch || kind == .wake else { fallthrough }
            // After a stop nothing is parked, and nothing is waited for.
            guard streams.parked != nil || reason == Int32(MR_WAKE_STOP) else {
                throw decorated(broken("it answered that it waits, and has parked no stream"))
            }
            return Int(answer)
        case 1...: throw decorated(broken("it answered \(answer), which nobody asked for"))
        default:
            guard Invocation.isFailure(answer) else {
                throw decorated(broken("it answered \(answer), which is no result"))
            }
            // Whoever cancels is known to the host, and would have been the verdict.
            guard Int(answer) != MR_E_CANCELLED else {
                throw decorated(broken("it answered that it was cancelled, and was not"))
            }
            throw decorated(failure(answer))
        }
    }

    /// The failures that a plugin may answer by itself. The others are the host's alone.
    static func isFailure(_ code: Int32) -> Bool {
        switch Int(code) {
        case MR_E_UNKNOWN_OUTCOME...MR_E_CONNECTION: true
        case MR_E_INTERNAL, MR_E_INVALID, MR_E_NOT_FOUND, MR_E_EXISTS, MR_E_BUSY, MR_E_CANCELLED, MR_E_UNSUPPORTED,
            MR_E_PLUGIN:
            true
        default: false
        }
    }

    private func failure(_ code: Int32) -> Failure {
        let facts = told?.facts ?? Record()
        var failure: Failure
        if let explained, explained.result == code {
            failure = explained
        } else {
            failure = Failure(code, "")
            // An unknown outcome has a lost connection behind it: its words are worth keeping.
            if Int(code) == MR_E_UNKNOWN_OUTCOME { failure.serverText = explained?.serverText }
        }
        if let step = facts.text("step") { failure.step = HostText.line(step, limit: 64) }
        if let text = facts.text("text") { failure.serverText = HostText.line(text, limit: 4096) }
        if let enhanced = facts.text("enhanced") { failure.enhanced = HostText.line(enhanced, limit: 16) }
        if let code = facts.text("code") { failure.code = HostText.line(code, limit: 200) }
        if let cause = facts.text("cause"), HostText.isName(cause, limit: 64, dots: true) { failure.cause = cause }
        if let smtp = facts.int("smtp"), (100...599).contains(smtp) { failure.smtp = Int32(smtp) }
        if let http = facts.int("http"), (100...599).contains(http) { failure.http = Int32(http) }
        if let wait = facts.int("retry_after_ms"), wait >= 0 { failure.retryAfterMs = wait }
        if let message = facts.text("message") {
            failure.message = HostText.line(message, limit: 1024)
        } else if failure.message.isEmpty {
            failure.message = Invocation.words(code, step: failure.step ?? kind.rawValue)
        }
        return failure
    }

    private func decorated(_ failure: Failure) -> Failure {
        var failure = failure
        if failure.provider == nil, !options.provider.isEmpty { failure.provider = options.provider }
        if failure.account == nil { failure.account = options.account }
        failure.message = streams.cut.clean(failure.message)
        failure.serverText = streams.cut.clean(failure.serverText)
        failure.code = streams.cut.clean(failure.code)
        return failure
    }

    /// One line for a failure of which nothing but its code and step is known.
    private static func words(_ code: Int32, step: String) -> String {
        switch Int(code) {
        case MR_E_CONNECTION: "\(step): the connection failed"
        case MR_E_TLS: "\(step): TLS failed"
        case MR_E_AUTH: "\(step): the server refused the credentials"
        case MR_E_THROTTLED: "\(step): the server asks to slow down"
        case MR_E_OUTAGE: "\(step): the server has a problem of its own"
        case MR_E_REFUSED: "\(step): the server refused"
        case MR_E_PROTOCOL: "\(step): the server's answer makes no sense"
        case MR_E_STALE: "\(step): the cursor is no longer valid"
        case MR_E_UNKNOWN_OUTCOME: "\(step): whether the server took the message is unknown"
        case MR_E_CANCELLED: "\(step): cancelled"
        case MR_E_NOT_FOUND: "\(step): not found"
        case MR_E_UNSUPPORTED: "\(step): not supported by the provider"
        case MR_E_INVALID: "\(step): refused as invalid"
        default: "\(step): the plugin failed (\(code))"
        }
    }
}
