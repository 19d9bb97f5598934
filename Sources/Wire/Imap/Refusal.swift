import Base
import CMailroom

extension Imap {
    /// From a status that is no OK to a failure with its facts.
    ///
    /// Codes first (RFC 5530), then stable words of real servers, then what NO or BAD mean at that step.
    package enum Refusal {
        package static func failure(_ status: Status, step: String) -> Failure {
            let words = status.text.lowercased()
            var failure = Failure(result(status, words: words, step: step), message(status, step))
            failure.step = step
            failure.code = status.code?.name
            failure.serverText = status.text.isEmpty ? status.words : status.text
            failure.retryAfterMs = NamedTime.milliseconds(in: words, now: Clock.wall())
            if failure.result == Int32(MR_E_THROTTLED), limitsConnections(words) { failure.cause = "connection.limit" }
            return failure
        }

        /// "Some of the requested messages no longer exist": a success with fewer messages (RFC 2180, section 4.1).
        package static func isOnlyMissing(_ status: Status) -> Bool {
            guard status.kind == .no else { return false }
            if status.code?.name == "EXPUNGEISSUED" { return true }
            let words = status.text.lowercased()
            return words.has("no longer exist") || words.has("no matching messages")
                || words.has("expunged") || words.has("no such message")
        }

        /// Whether such a failure concerns what was asked for alone, and the next command may fare better.
        package static func isOwn(_ failure: Failure) -> Bool {
            failure.result == mr_result(MR_E_REFUSED) || failure.result == mr_result(MR_E_PROTOCOL)
                || failure.code == "SERVERBUG"
        }

        private static func message(_ status: Status, _ step: String) -> String {
            switch status.kind {
            case .bye: "the server hung up at \(step)"
            case .bad: "the server did not understand \(step)"
            case .no, .ok, .preauth: "the server refused \(step == "auth" ? "the login" : step)"
            }
        }

        private static func result(_ status: Status, words: String, step: String) -> Int {
            // Dovecot says UNAVAILABLE to one connection too many, others no code, or LIMIT.
            if limitsConnections(words) { return MR_E_THROTTLED }
            switch status.code?.name {
            case "UNAVAILABLE", "SERVERBUG", "INUSE", "CORRUPTION": return MR_E_OUTAGE
            case "THROTTLED": return MR_E_THROTTLED
            // Of a login or a look it is the rate; of a change what one mailbox or message may have (RFC 5530).
            case "LIMIT": return changes.contains(step) && !throttles(words) ? MR_E_REFUSED : MR_E_THROTTLED
            case "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "WEBALERT": return MR_E_AUTH
            case "PRIVACYREQUIRED": return MR_E_TLS
            case "OVERQUOTA", "NONEXISTENT", "NOPERM", "CANNOT", "CONTACTADMIN", "TOOBIG", "TRYCREATE", "ALREADYEXISTS",
                "UNKNOWN-CTE", "BADEVENT", "READ-ONLY":
                return MR_E_REFUSED
            default: break
            }
            if throttles(words) { return MR_E_THROTTLED }
            if outage.contains(where: { words.has($0) }) { return MR_E_OUTAGE }
            switch status.kind {
            case .bye: return MR_E_CONNECTION
            case .no where step == "auth": return MR_E_AUTH
            // Exchange and others answer BAD to credentials with characters that they do not like.
            case .bad where step == "auth" && words.has("credential"): return MR_E_AUTH
            case .no: return MR_E_REFUSED
            case .bad, .ok, .preauth: return MR_E_PROTOCOL
            }
        }

        private static let changes: Set<String> = ["store", "copy", "move", "append", "expunge", "create", "subscribe"]

        private static func limitsConnections(_ words: String) -> Bool {
            connections.contains { words.has($0) }
        }

        private static func throttles(_ words: String) -> Bool { throttled.contains { words.has($0) } }

        private static let connections = [
            "number of connections", "too many connection", "too many simultaneous", "simultaneous connections",
            "too many concurrent", "connection limit",
        ]

        private static let throttled = [
            "throttled", "too many login", "rate limit", "try again in", "suggested backoff", "excessive volume",
            "exceeded command or bandwidth limits", "bandwidth limit", "slow down",
        ]

        private static let outage = [
            "temporary authentication failure", "temporary system problem", "temporarily unavailable",
            "temporary server error", "system error", "server is busy", "server busy", "internal error",
            "internal server error", "service unavailable", "service not available", "backend error", "try again later",
            // Exchange, of a mailbox that it cannot reach, and of one for which IMAP is off.
            "user is authenticated but not connected",
        ]
    }
}
