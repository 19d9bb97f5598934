import Base
import CMailroom

/// What Gmail says of one message.
enum MessageAnswer {
    case there(GmailMessage)
    case gone
    /// It does not say what the message is, while it gives others: nothing is known of it, least of all that it is gone.
    case refused(Failure)

    var isRefused: Bool {
        if case .refused = self { return true }
        return false
    }

    /// Whether a failure may be one message's alone: an answer that says no, that the server is unwell, or that is none.
    static func isOwn(_ failure: Failure) -> Bool {
        switch Int(failure.result) {
        case MR_E_PROTOCOL: true
        case MR_E_REFUSED, MR_E_OUTAGE: failure.http != nil
        default: false
        }
    }

    /// What is said of it to people: the server's words where it has any.
    static func words(_ failure: Failure) -> String {
        guard let http = failure.http else { return failure.message }
        return failure.serverText ?? (failure.message.isEmpty ? "HTTP \(http)" : failure.message)
    }
}
