import Base
import CMailroom

/// What a token endpoint, or the browser's way back, says went wrong (RFC 6749, sections 4.1.2.1 and 5.2), with a cause for each
/// kind of mend.
enum OAuthFailure {
    /// What was asked, where the same words mean another thing.
    enum Step {
        case authorize, code, device, refresh, service, revoke

        var words: String {
            switch self {
            case .authorize: "the authorization"
            case .code: "the code"
            case .device: "the device's code"
            case .refresh: "the refresh token"
            case .service: "the application's credentials"
            case .revoke: "the revocation"
            }
        }
    }

    private struct Row {
        let cause: String
        var result = MR_E_AUTH
    }

    /// Signed with a time of this machine's clock, and refused in words that may mean that.
    private static let ofTheClock: Set = ["oauth.revoked", "oauth.service_account", "oauth.client"]

    /// - Parameter isSigned: the request had an assertion in it.
    static func of(_ answer: OAuthAnswer, _ step: Step, at title: String, isSigned: Bool = false) -> Failure {
        let error = answer.body.text("error") ?? ""
        let words = answer.body.text("error_description") ?? answer.body.text("error_summary") ?? ""
        var failure = make(error, words, step, at: title, status: answer.status)
        failure.http = answer.status
        failure.retryAfterMs = answer.retryAfterMs
        if isSigned, answer.skewMs >= 300_000, ofTheClock.contains(failure.cause ?? "") {
            failure.cause = "oauth.clock"
        }
        if failure.cause == "oauth.clock", answer.skewMs >= 1000 {
            failure.message += " (this machine's clock and theirs are \(answer.skewMs / 1000) s apart)"
        }
        return failure
    }

    static func make(_ error: String, _ words: String, _ step: Step, at title: String, status: Int32 = 400) -> Failure {
        let code = microsoftCode(words)
        let row = found(error, words.lowercased(), code, step, status)
        let said =
            [code.map { "AADSTS\($0)" }, error.isEmpty ? nil : error].compactMap { $0 }.first ?? "status \(status)"
        var failure = Failure(row.result, "\(title) refuses \(step.words): \(clean(said, 80))")
        if row.result == MR_E_PROTOCOL { failure.message = "\(title) gives no answer of OAuth 2.0: \(clean(said, 80))" }
        if row.result == MR_E_OUTAGE { failure.message = "\(title) gives no tokens now: \(clean(said, 80))" }
        failure.cause = row.cause
        failure.step = "token"
        failure.code = clean(code.map { "AADSTS\($0)" } ?? error, 80)
        failure.serverText = words.isEmpty ? nil : clean(words, 1000)
        return failure
    }

    private static func found(
        _ error: String, _ words: String, _ code: Int?, _ step: Step, _ status: Int32
    ) -> Row {
        if status == 429 || error == "slow_down" || error == "rate_limit_exceeded" {
            return Row(cause: "service.throttled", result: MR_E_THROTTLED)
        }
        // Whatever else it says then, it has not decided anything.
        if status >= 500 || status == 408 { return Row(cause: "service.outage", result: MR_E_OUTAGE) }
        if let code, let cause = microsoft[code] {
            return Row(cause: cause, result: cause == "service.outage" ? MR_E_OUTAGE : MR_E_AUTH)
        }
        // A refusal is 400 or 401 (RFC 6749, section 5.2): this is somebody in between, or another address.
        if error.isEmpty, status != 400, status != 401 {
            return Row(cause: "service.garbled", result: MR_E_PROTOCOL)
        }
        for (name, text, cause) in texts where error == name && words.has(text) { return Row(cause: cause) }
        switch error {
        case "invalid_grant":
            switch step {
            case .code: return Row(cause: "oauth.code_spent")
            case .device: return Row(cause: "oauth.device_expired")
            case .service: return Row(cause: "oauth.service_account")
            case .refresh, .authorize, .revoke: return Row(cause: "oauth.revoked")
            }
        case "unauthorized_client": return Row(cause: step == .service ? "oauth.delegation" : "oauth.client_disabled")
        case "server_error", "temporarily_unavailable", "internal_failure":
            return Row(cause: "service.outage", result: MR_E_OUTAGE)
        default:
            return Row(cause: errors[error] ?? "oauth.refused")
        }
    }

    private static let errors: [String: String] = [
        "invalid_client": "oauth.client", "deleted_client": "oauth.client_disabled",
        "disabled_client": "oauth.client_disabled", "access_denied": "oauth.denied",
        "expired_token": "oauth.device_expired",
        "code_expired": "oauth.device_expired", "authorization_declined": "oauth.denied",
        "bad_verification_code": "oauth.device_expired", "consent_required": "oauth.consent",
        "interaction_required": "oauth.interaction", "login_required": "oauth.interaction",
        "invalid_scope": "oauth.scope", "redirect_uri_mismatch": "oauth.redirect", "org_internal": "oauth.tenant",
        "admin_policy_enforced": "oauth.admin_consent", "invalid_target": "oauth.scope",
        "invalid_resource": "oauth.scope", "invalid_token": "oauth.revoked",
    ]

    /// Words that tell apart what one error stands for.
    private static let texts: [(error: String, text: String, cause: String)] = [
        ("invalid_grant", "reasonable timeframe", "oauth.clock"),
        ("invalid_grant", "not yet valid", "oauth.clock"),
        ("invalid_grant", "token is expired", "oauth.clock"),
        ("invalid_grant", "expired assertion", "oauth.clock"),
        ("invalid_grant", "is not valid yet", "oauth.clock"),
        ("invalid_grant", "account not found", "oauth.service_account"),
        ("invalid_grant", "not a valid email or user id", "oauth.service_account"),
        ("invalid_grant", "account has been deleted", "auth.suspended"),
        ("invalid_grant", "bad pkce", "oauth.code_spent"),
        ("invalid_request", "redirect_uri", "oauth.redirect"),
        ("access_denied", "admin", "oauth.admin_consent"),
        ("invalid_client", "no permission to access user", "oauth.delegation"),
    ]

    /// Microsoft's own numbers (AADSTS).
    private static let microsoft: [Int: String] = [
        16000: "oauth.interaction", 50011: "oauth.redirect", 50020: "oauth.tenant", 50034: "oauth.tenant",
        50057: "auth.suspended", 50055: "oauth.revoked", 50059: "oauth.tenant", 50076: "oauth.interaction",
        50079: "oauth.interaction", 50097: "oauth.interaction", 50105: "oauth.admin_consent",
        50128: "oauth.tenant", 50133: "oauth.revoked", 50158: "oauth.interaction", 50173: "oauth.revoked",
        50194: "oauth.tenant", 53000: "oauth.interaction", 53003: "oauth.interaction", 54005: "oauth.code_spent",
        65001: "oauth.consent", 65004: "oauth.denied", 70000: "oauth.revoked", 70002: "oauth.client",
        70008: "oauth.expired", 70011: "oauth.scope", 70016: "oauth.device_pending", 70019: "oauth.device_expired",
        90002: "oauth.tenant", 90033: "service.outage", 90036: "service.outage", 90094: "oauth.admin_consent",
        90095: "oauth.admin_consent", 500014: "oauth.client_disabled", 500133: "oauth.clock",
        700003: "oauth.interaction", 700016: "oauth.tenant", 700024: "oauth.clock", 700027: "oauth.service_key",
        700082: "oauth.expired", 700084: "oauth.expired", 7000112: "oauth.client_disabled", 7000215: "oauth.client",
        7000218: "oauth.client", 7000222: "oauth.client_expired",
    ]

    /// The number in `AADSTS700082: The refresh token has expired ...`.
    private static func microsoftCode(_ words: String) -> Int? {
        let mark = Array("AADSTS".utf8)
        let bytes = Array(words.utf8.prefix(400))
        guard bytes.count > mark.count else { return nil }
        for start in 0..<(bytes.count - mark.count) where bytes[start..<start + mark.count].elementsEqual(mark) {
            let digits = bytes[(start + mark.count)...].prefix { (0x30...0x39).contains($0) }.prefix(9)
            return Int(String(decoding: digits, as: UTF8.self))
        }
        return nil
    }

    /// One line of what somebody else wrote.
    static func clean(_ text: String, _ longest: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(longest) {
            scalars.append(scalar.value < 32 || scalar.value == 127 ? " " : scalar)
        }
        return String(scalars)
    }
}

extension Failure {
    /// Said by whoever issues the tokens: it means nothing for the mail server.
    var isOfIssuer: Bool { step == "token" }
}
