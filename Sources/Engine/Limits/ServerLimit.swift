import Base
import CMailroom

/// What a server says when it is asked too much, told by codes and by words that stay the same from one server to the
/// next: never by a whole sentence.
enum ServerLimit: Sendable, Equatable {
    /// As many connections as it allows are open: of the account, or of this machine.
    case connections
    /// It was asked too often, or too much.
    case rate

    /// - Returns: nil where the failure speaks of no limit.
    static func of(_ failure: Failure) -> ServerLimit? {
        let words = (failure.serverText ?? "").lowercased()
        let code = (failure.code ?? "").uppercased()
        if connectionWords.contains(where: { words.has($0) }) { return .connections }
        if rateWords.contains(where: { words.has($0) }) { return .rate }
        switch code {
        // Yahoo's LIMIT is about connections where it answers a login, about commands elsewhere. Of a change it is what one
        // mailbox or message may have: the provider knows, and says that it was refused.
        case "LIMIT":
            if loggingIn.contains(failure.step ?? "") { return .connections }
            return failure.result == Int32(MR_E_REFUSED) ? nil : .rate
        case "THROTTLED": return .rate
        default: return failure.result == Int32(MR_E_THROTTLED) ? .rate : nil
        }
    }

    private static let loggingIn: Set<String> = ["dial", "greeting", "login", "auth", "authenticate"]

    private static let connectionWords = [
        "number of connections", "simultaneous connections", "too many connections", "too many open connections",
        "too many concurrent connections",
        "connection limit", "concurrent connections limit", "mail_max_userip_connections", "connections from your host",
    ]

    private static let rateWords = [
        "suggested backoff time", "request is throttled", "too many login attempts", "login rate limit",
        "rate limit", "command or bandwidth limits", "too many requests", "checked too often", "checking too often",
        "too frequent", "try again in a few minutes",
    ]

    var cause: String {
        switch self {
        case .connections: "connection.limit"
        case .rate: "limit.rate"
        }
    }

    /// The cause of a failure that is the server's wish for less; nil where its words say no more than that.
    static func cause(of failure: Failure) -> String? {
        guard let limit = of(failure) else { return nil }
        return limit == .rate && (failure.serverText ?? "").isEmpty ? nil : limit.cause
    }
}

extension Failure {
    /// The same failure, known for what it is where the server spoke of a limit: `MR_E_THROTTLED`, with the cause and the
    /// time that the server named. A refused login that names no limit stays one, and what an issuer of tokens says is not the
    /// mail server's.
    func understood() -> Failure {
        guard !isOfIssuer, let limit = ServerLimit.of(self) else { return self }
        let cameFromServer = [MR_E_THROTTLED, MR_E_REFUSED, MR_E_OUTAGE, MR_E_PROTOCOL, MR_E_CONNECTION, MR_E_AUTH]
        guard cameFromServer.contains(Int(result)) else { return self }
        var understood = self
        understood.result = Int32(MR_E_THROTTLED)
        let named = cause.flatMap(Cause.named)
        understood.cause = named?.failureClass == "throttling" ? cause : limit.cause
        if understood.cause != cause {
            understood.failureClass = nil
            understood.advice = nil
        }
        understood.retryAfterMs = retryAfterMs ?? NamedTime.milliseconds(in: serverText ?? "", now: Clock.wall())
        return understood
    }
}
