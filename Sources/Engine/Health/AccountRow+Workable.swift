import Base
import CMailroom
import Store

extension AccountRow {
    /// Why nobody works on the account, whoever asks for it: nil where it is enabled, or fails and is tried again.
    /// Reconnecting is what changes it, or for a pending one a free place.
    var unworkable: Failure? {
        switch health.state {
        case "disconnected":
            var failure = Failure(MR_E_CLOSED, "\(address) is disconnected; reconnect it first")
            failure.cause = "mailbox.disconnected"
            if settings["auth"] == "oauth2" { failure.advice = "Reconnect the mailbox by authorizing it again." }
            if settings["auth"] == "service" {
                failure.advice = "Reconnect the mailbox with the application's key or secret."
            }
            if settings["auth"] == "external" {
                failure.advice = "Reconnect the mailbox, and hand in a token (mr_token_put)."
            }
            return failure.explained()
        case "connection_issue":
            var failure = Failure(MR_E_CLOSED, "\(address) has been failing for two days; reconnect it first")
            failure.cause = health.cause
            failure.advice = health.advice
            return failure
        case "pending":
            var failure = Failure(MR_E_CLOSED, "\(address) waits: \(health.reason ?? "its company is at its limit")")
            failure.cause = "limit.mailboxes"
            return failure.explained()
        default: return nil
        }
    }

    /// - Parameter isProof: whether a login that somebody asked for is allowed, as in an account that was given up.
    /// - Throws: `MR_E_CLOSED`.
    func checkWorkable(isProof: Bool = false) throws(Failure) {
        if isProof, health.state == "connection_issue" { return }
        if let unworkable { throw unworkable }
    }
}
