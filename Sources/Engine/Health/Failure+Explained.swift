import Base
import CMailroom

extension Failure {
    /// The failure with its cause, class and advice filled in, as far as the catalogue knows them. What the
    /// plugin or the host has said already stays.
    func explained() -> Failure {
        var explained = self
        guard let cause = cause.flatMap(Cause.named) ?? guessedCause.flatMap(Cause.named) else { return explained }
        explained.cause = cause.code
        explained.failureClass = failureClass ?? cause.failureClass
        explained.advice = advice ?? cause.advice
        return explained
    }

    /// The server's text first, then its code, then the kind of result.
    private var guessedCause: String? {
        if result == Int32(MR_E_AUTH) { return authCause }
        return switch Int(result) {
        case MR_E_CONNECTION: "connection.lost"
        case MR_E_TLS: "tls.handshake"
        case MR_E_THROTTLED: ServerLimit.cause(of: self) ?? "service.throttled"
        case MR_E_OUTAGE: "service.outage"
        case MR_E_PROTOCOL: "service.garbled"
        case MR_E_REFUSED: step == "select" || step == "examine" ? "folder.refused" : "service.refused"
        case MR_E_INVALID: "settings.wrong"
        case MR_E_PLUGIN: "plugin.unavailable"
        case MR_E_KEY: "key.missing"
        case MR_E_STORE: "store.failed"
        case MR_E_UNKNOWN_OUTCOME: "send.outcome_unknown"
        default: nil
        }
    }

    private var authCause: String {
        let words = (serverText ?? "").lowercased()
        let table: [(String, String)] = [
            ("application-specific password", "auth.app_password"),
            ("app password", "auth.app_password"),
            ("web browser", "auth.web_login"),
            ("yet to enable imap", "auth.imap_disabled"),
            ("imap access is disabled", "auth.imap_disabled"),
            ("smtpclientauthentication is disabled", "auth.imap_disabled"),
            ("basic authentication is", "auth.basic_off"),
            ("no common login method", "auth.mechanism"),
        ]
        return table.first { words.has($0.0) }?.1 ?? "auth.refused"
    }
}
