import CMailroom

/// How the tool ends. The table in docs/tool.md and in `mailroom --help` is made from these.
enum Exit: Int32, CaseIterable {
    case done = 0
    case failed = 1
    case usage = 2
    case notFound = 3
    case auth = 4
    case unreachable = 5
    case notSent = 6
    case timedOut = 7

    var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "failed, for another reason than those below"
        case .usage: "wrong usage or bad input; nothing was changed"
        case .notFound: "no such account, message, send, store or provider"
        case .auth: "the server refused the login"
        case .unreachable: "no connection: unreachable, bad certificate, outage, or asked to wait"
        case .notSent: "a message was not sent, or its outcome is not known"
        case .timedOut: "the time given for waiting ran out"
        }
    }

    /// The exit for a result of the library.
    init(result: Int32) {
        switch Int(result) {
        case MR_E_INVALID: self = .usage
        case MR_E_NOT_FOUND: self = .notFound
        case MR_E_AUTH: self = .auth
        case MR_E_CONNECTION, MR_E_TLS, MR_E_OUTAGE, MR_E_THROTTLED, MR_E_PROTOCOL: self = .unreachable
        case MR_E_UNKNOWN_OUTCOME: self = .notSent
        default: self = .failed
        }
    }
}

/// A failure that the tool itself found, or one that it passes on in its own words.
struct ToolError: Error {
    let exit: Exit
    let message: String
    /// What to do next, one step a line.
    let advice: String?

    init(_ exit: Exit, _ message: String, advice: String? = nil) {
        self.exit = exit
        self.message = message
        self.advice = advice
    }

    var code: String {
        switch exit {
        case .usage: "MR_E_INVALID"
        case .notFound: "MR_E_NOT_FOUND"
        case .timedOut: "MR_TIMEOUT"
        case .auth: "MR_E_AUTH"
        case .unreachable: "MR_E_CONNECTION"
        case .notSent: "MR_E_REFUSED"
        case .done, .failed: "MR_E_INTERNAL"
        }
    }
}

/// Ends the tool with this exit; everything has been said already.
struct Ended: Error {
    let exit: Exit
}
