import Base
import CMailroom

extension Pop3 {
    /// From a refusal to a failure with its facts: codes first (RFC 2449, section 8.1; RFC 3206), then stable words of
    /// real servers, then what a refusal means at that step.
    package enum Refusal {
        /// How long to stay away where the server names no time (ms).
        private static let inUse: Int64 = 60_000
        private static let delay: Int64 = 300_000

        /// - Parameter loginDelay: what the server asked for between two logins (LOGIN-DELAY), where that is known.
        package static func failure(_ reply: Reply, step: String, loginDelay: Int64? = nil) -> Failure {
            let words = reply.text.lowercased()
            let class_ = classed(reply, words, step)
            var failure = Failure(class_.result, message(class_, step))
            failure.step = step
            failure.code = reply.code
            failure.serverText = reply.text.isEmpty ? reply.words : reply.text
            failure.cause = class_.cause
            switch reply.code {
            case "LOGIN-DELAY": failure.retryAfterMs = loginDelay ?? delay
            default: if class_.cause == Class.locked.cause { failure.retryAfterMs = inUse }
            }
            return failure
        }

        private struct Class {
            let result: Int
            var cause: String?

            static let locked = Class(result: MR_E_THROTTLED, cause: "service.in_use")
            static let tlsNeeded = Class(result: MR_E_AUTH, cause: "auth.tls_needed")
            static let off = Class(result: MR_E_AUTH, cause: "auth.imap_disabled")
        }

        private static func message(_ class_: Class, _ step: String) -> String {
            if class_.cause == Class.locked.cause { return "another program has the maildrop open" }
            switch step {
            case "greeting": return "the server does not take connections now"
            case "auth": return "the server refused the login"
            case "read": return "the server ended the session"
            default: return "the server refused \(step)"
            }
        }

        private static func classed(_ reply: Reply, _ words: String, _ step: String) -> Class {
            switch reply.code {
            case "IN-USE": return .locked
            case "LOGIN-DELAY": return Class(result: MR_E_THROTTLED)
            case "SYS/TEMP": return Class(result: MR_E_OUTAGE)
            case "AUTH" where wantsTLS.contains(where: { words.has($0) }): return .tlsNeeded
            case "AUTH": return Class(result: MR_E_AUTH)
            case "SYS/PERM" where step == "auth" && off.contains(where: { words.has($0) }):
                return .off
            case "SYS/PERM": return Class(result: MR_E_REFUSED)
            default: break
            }
            // These words may stand in a refused DELE as well, where they are about one message.
            if step == "auth" || step == "greeting" || step == "list" || step == "read" {
                if locked.contains(where: { words.has($0) }) { return .locked }
                if throttled.contains(where: { words.has($0) }) { return Class(result: MR_E_THROTTLED) }
                if outage.contains(where: { words.has($0) }) { return Class(result: MR_E_OUTAGE) }
            }
            switch step {
            case "auth" where wantsTLS.contains(where: { words.has($0) }): return .tlsNeeded
            case "auth" where words.has("access disabled"): return .off
            case "auth": return Class(result: MR_E_AUTH)
            case "greeting": return Class(result: MR_E_OUTAGE)
            case "read": return Class(result: MR_E_CONNECTION)
            case "starttls": return Class(result: MR_E_TLS, cause: "tls.starttls_refused")
            default: return Class(result: MR_E_REFUSED)
            }
        }

        private static let off = ["not enabled", "disabled", "pop access", "pop3 access"]

        private static let wantsTLS = [
            "tls required", "under a layer", "insecure connection", "encryption required", "requires encryption",
        ]

        /// A maildrop is open once at a time (RFC 1939, section 4).
        private static let locked = [
            "lock", "maildrop in use", "mailbox in use", "mailbox is in use", "mail drop in use", "already in use",
            "mailbox is busy", "maildrop busy", "already open", "another session", "another pop",
        ]

        private static let throttled = [
            "too many", "too often", "too frequent", "login delay", "login-delay", "login interval",
            "logging in again", "rate limit", "try again in",
            "exceeded the login limit", "throttled",
        ]

        private static let outage = [
            "temporar", "try again later", "try later", "system error", "internal error", "server busy",
            "server is busy", "unavailable", "service not available",
        ]
    }
}
