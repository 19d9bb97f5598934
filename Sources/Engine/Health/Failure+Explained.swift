import Base
import CMailroom

extension Failure {
    /// The failure with its cause, class and advice filled in, as far as the catalogue knows them. What the
    /// plugin or the host has said already stays.
    /// - Parameter provider: who stands behind the server, where that is known: its own steps go first.
    func explained(at provider: KnownProvider? = nil, statusURL: String? = nil) -> Failure {
        var explained = self
        if brokeInLogin { explained.cause = "connection.lost_login" }
        let cause = explained.cause
        guard let cause = cause.flatMap(Cause.named) ?? guessedCause.flatMap(Cause.named) else { return explained }
        explained.cause = cause.code
        explained.failureClass = failureClass ?? cause.failureClass
        explained.advice = advice ?? Advice.of(cause, at: provider, statusURL: statusURL)
        return explained
    }

    /// The server's text first, then its code, then the kind of result.
    private var guessedCause: String? {
        if result == Int32(MR_E_AUTH) { return authCause }
        return switch Int(result) {
        case MR_E_CONNECTION: tokenHasExpired ? "auth.token_expired" : "connection.lost"
        case MR_E_TLS: "tls.handshake"
        case MR_E_THROTTLED: ServerLimit.cause(of: self) ?? "service.throttled"
        case MR_E_OUTAGE: isNotConnected ? "service.not_connected" : "service.outage"
        case MR_E_PROTOCOL: "service.garbled"
        case MR_E_REFUSED where code == "OVERQUOTA": "send.quota_exceeded"
        case MR_E_REFUSED: step == "select" || step == "examine" ? "folder.refused" : "service.refused"
        case MR_E_INVALID: "settings.wrong"
        case MR_E_PLUGIN: "plugin.unavailable"
        case MR_E_KEY: "key.missing"
        case MR_E_STORE: "store.failed"
        case MR_E_UNKNOWN_OUTCOME: "send.outcome_unknown"
        default: nil
        }
    }

    /// Lost while the server looked at the credentials: told by the step, or by the words of one that stands in between.
    private var brokeInLogin: Bool {
        guard result == Int32(MR_E_CONNECTION), cause == nil || cause == "connection.lost" else { return false }
        return ["auth", "login", "authenticate"].contains(step) || RefusalText(serverText ?? "").has("(authenticate)")
    }

    private var authCause: String {
        let found = SendClass.find(self)
        if found.result == .suspended { return "auth.suspended" }
        return found.result == .auth ? found.cause : "auth.refused"
    }

    private var tokenHasExpired: Bool { RefusalText(serverText ?? "").has("accesstokenexpired") }
    private var isNotConnected: Bool { RefusalText(serverText ?? "").has("authenticated but not connected") }

    /// Whether it says of a password what can only be true of a token, where one was shown.
    var isAboutPassword: Bool {
        ["auth.refused", "auth.invalid_credentials", "auth.app_password", "auth.web_login", "auth.basic_off"]
            .contains(cause)
    }
}
