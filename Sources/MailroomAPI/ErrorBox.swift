import Base
import Engine
import CMailroom

/// Behind `mr_error`: a failure, and the texts lent from it.
final class ErrorBox: Box {
    static let kind = HandleKind.error

    let failure: Failure
    private var lent: [String: Lent] = [:]

    init(_ failure: Failure) { self.failure = failure }

    /// A failure's code is below 0, whatever was thrown.
    var result: mr_result { failure.result < 0 ? failure.result : mr_result(MR_E_INTERNAL) }

    /// The fact of this name as a C string, or nil where it is absent.
    func text(_ name: String) -> UnsafePointer<CChar>? {
        if let known = lent[name] { return known.text }
        guard let value = fact(name), let copy = Lent.copy(value) else { return nil }
        lent[name] = copy
        return copy.text
    }

    private func fact(_ name: String) -> String? {
        switch name {
        case "code": Failure.name(of: result)
        case "message": failure.message
        case "class": failure.failureClass
        case "cause": failure.cause
        case "advice": failure.advice
        case "server_text": failure.serverText
        case "step": failure.step
        case "field": failure.field
        case "smtp": failure.smtp.map(String.init)
        case "enhanced": failure.enhanced
        case "http": failure.http.map(String.init)
        case "provider_code": failure.code
        case "retry_after_ms": failure.retryAfterMs.map(String.init)
        case "provider": failure.provider
        case "account": failure.account.map(String.init)
        default: nil
        }
    }
}
