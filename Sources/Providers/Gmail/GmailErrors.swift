import Base
import CMailroom
import PluginKit
import WebProvider

/// What Gmail's errors mean, by the reasons that it gives (its page on resolving errors).
enum GmailErrors {
    static let table = ApiErrors([
        // Too fast, or too much of a day: its time comes again.
        ApiErrors.Rule("rateLimitExceeded", MR_E_THROTTLED), ApiErrors.Rule("userRateLimitExceeded", MR_E_THROTTLED),
        ApiErrors.Rule("quotaExceeded", MR_E_THROTTLED), ApiErrors.Rule("dailyLimitExceeded", MR_E_THROTTLED),
        ApiErrors.Rule("RESOURCE_EXHAUSTED", MR_E_THROTTLED), ApiErrors.Rule("backendError", MR_E_OUTAGE),
        // What somebody must change first: the token's scopes, the domain's rules, the project.
        ApiErrors.Rule("ACCESS_TOKEN_SCOPE_INSUFFICIENT", MR_E_REFUSED),
        ApiErrors.Rule("insufficientPermissions", MR_E_REFUSED), ApiErrors.Rule("domainPolicy", MR_E_REFUSED),
        ApiErrors.Rule("accessNotConfigured", MR_E_REFUSED), ApiErrors.Rule("delegationDenied", MR_E_REFUSED),
        ApiErrors.Rule("failedPrecondition", MR_E_REFUSED), ApiErrors.Rule("authError", MR_E_AUTH),
        ApiErrors.Rule("uploadTooLarge", MR_E_REFUSED),
    ])

    /// The failure with the step at which it happened, and the time that Gmail names in words: "Retry after
    /// 2026-11-21T23:00:00.000Z".
    static func explained(_ failure: Failure, _ host: Host, _ step: String) -> Failure {
        guard failure.http != nil else { return failure }
        var failure = failure
        failure.step = step
        if failure.result == mr_result(MR_E_THROTTLED), failure.retryAfterMs == nil, let words = failure.serverText {
            failure.retryAfterMs = NamedTime.milliseconds(in: words, now: host.now(wall: true))
        }
        return failure
    }

    /// At the login nothing else will help than another login.
    static func atLogin(_ failure: Failure) -> Failure {
        guard failure.result == mr_result(MR_E_REFUSED), failure.http == 403 || failure.code == "failedPrecondition"
        else { return failure }
        var failure = failure
        failure.result = mr_result(MR_E_AUTH)
        return failure
    }
}
