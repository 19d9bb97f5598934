import Base
import CMailroom
import WebProvider

/// What Graph's errors mean.
enum GraphApi {
    static let errors = ApiErrors([
        ApiErrors.Rule("ApplicationThrottled", MR_E_THROTTLED), ApiErrors.Rule("MailboxConcurrency", MR_E_THROTTLED),
        ApiErrors.Rule("TooManyRequests", MR_E_THROTTLED), ApiErrors.Rule("ErrorServerBusy", MR_E_THROTTLED),
        ApiErrors.Rule("ErrorExceededMessageLimit", MR_E_REFUSED),
        ApiErrors.Rule("ErrorSubmissionQuotaExceeded", MR_E_REFUSED),
        ApiErrors.Rule("ErrorQuotaExceeded", MR_E_REFUSED), ApiErrors.Rule("ErrorMessageSizeExceeded", MR_E_REFUSED),
        ApiErrors.Rule("ErrorSendAsDenied", MR_E_REFUSED),
        ApiErrors.Rule("ErrorMessageSubmissionBlocked", MR_E_REFUSED),
        ApiErrors.Rule("ErrorAccountSuspend", MR_E_REFUSED), ApiErrors.Rule("ErrorInvalidRecipients", MR_E_REFUSED),
        ApiErrors.Rule("ErrorItemNotFound", MR_E_NOT_FOUND), ApiErrors.Rule("ErrorAccessDenied", MR_E_REFUSED),
        ApiErrors.Rule("ErrorMailboxStoreUnavailable", MR_E_OUTAGE),
        ApiErrors.Rule("ErrorInternalServerError", MR_E_OUTAGE),
        ApiErrors.Rule("ErrorInternalServerTransientError", MR_E_OUTAGE),
        ApiErrors.Rule("ServiceUnavailable", MR_E_OUTAGE),
        ApiErrors.Rule("InvalidAuthenticationToken", MR_E_AUTH),
        ApiErrors.Rule("MailboxNotEnabledForRESTAPI", MR_E_AUTH),
        ApiErrors.Rule("MailboxNotSupportedForRESTAPI", MR_E_AUTH), ApiErrors.Rule("ErrorInvalidUser", MR_E_AUTH),
        ApiErrors.Rule("SyncStateNotFound", MR_E_STALE), ApiErrors.Rule("ResyncRequired", MR_E_STALE),
        ApiErrors.Rule("SyncStateInvalid", MR_E_STALE),
    ])

    /// An answer that makes no sense.
    static func damaged(_ what: String, step: String) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, what)
        failure.step = step
        return failure
    }
}
