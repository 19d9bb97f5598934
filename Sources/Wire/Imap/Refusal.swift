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
            failure.cause = cause(status, words: words, step: step)
            return failure
        }

        /// What the words name so plainly that nothing else can be meant.
        private static func cause(_ status: Status, words: String, step: String) -> String? {
            if limitsConnections(words) { return "connection.limit" }
            if status.code?.name == "PRIVACYREQUIRED" || words.has("insecure connection") { return "auth.tls_needed" }
            if isOff(status, words) { return "auth.imap_disabled" }
            return isFull(status, words, step) ? "send.quota_exceeded" : nil
        }

        /// Courier lets the login pass, and then says goodbye.
        private static func isOff(_ status: Status, _ words: String) -> Bool {
            status.kind == .bye && words.has("access disabled")
        }

        /// No room for what was to be added, in words alone: Cyrus and Courier give no code for it.
        private static func isFull(_ status: Status, _ words: String, _ step: String) -> Bool {
            guard status.kind == .no, changes.contains(step) else { return false }
            return status.code?.name == "OVERQUOTA" || full.contains { words.has($0) }
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
            if isOff(status, words) { return MR_E_AUTH }
            switch status.kind {
            // What a person is to read is no end of an idle session.
            case .bye where status.code?.name == "ALERT" && !idle.contains { words.has($0) }: return MR_E_OUTAGE
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
            "number of connections", "too many connection", "too many open connections", "too many simultaneous",
            "simultaneous connections",
            "too many concurrent", "connection limit",
        ]

        private static let idle = ["idle", "inactiv", "session", "autologout", "timeout", "timed out"]

        private static let full = [
            "over quota", "overquota", "mail quota", "quota exceeded", "exceeded quota", "mailbox is full",
            "mailbox full",
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
