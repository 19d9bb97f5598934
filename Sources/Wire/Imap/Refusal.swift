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
            failure.retryAfterMs = backoff(words)
            return failure
        }

        /// "Some of the requested messages no longer exist": a success with fewer messages (RFC 2180, section 4.1).
        package static func isOnlyMissing(_ status: Status) -> Bool {
            guard status.kind == .no else { return false }
            if status.code?.name == "EXPUNGEISSUED" { return true }
            let words = status.text.lowercased()
            return words.holds("no longer exist") || words.holds("no matching messages")
                || words.holds("expunged") || words.holds("no such message")
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
            switch status.code?.name {
            case "UNAVAILABLE", "SERVERBUG", "INUSE", "CORRUPTION": return MR_E_OUTAGE
            case "LIMIT", "THROTTLED": return MR_E_THROTTLED
            case "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "WEBALERT": return MR_E_AUTH
            case "PRIVACYREQUIRED": return MR_E_TLS
            case "OVERQUOTA", "NONEXISTENT", "NOPERM", "CANNOT", "CONTACTADMIN": return MR_E_REFUSED
            default: break
            }
            if throttled.contains(where: { words.holds($0) }) { return MR_E_THROTTLED }
            if outage.contains(where: { words.holds($0) }) { return MR_E_OUTAGE }
            switch status.kind {
            case .bye: return MR_E_CONNECTION
            case .no where step == "auth": return MR_E_AUTH
            // Exchange and others answer BAD to credentials with characters that they do not like.
            case .bad where step == "auth" && words.holds("credential"): return MR_E_AUTH
            case .no: return MR_E_REFUSED
            case .bad, .ok, .preauth: return MR_E_PROTOCOL
            }
        }

        private static let throttled = [
            "throttled", "too many login", "too many connection", "too many simultaneous", "rate limit",
            "maximum number of connections", "try again in", "exceeded command or bandwidth limits",
        ]

        private static let outage = [
            "temporary authentication failure", "temporary system problem", "temporarily unavailable",
            "system error", "server is busy", "server busy", "internal error", "service unavailable",
            "backend error", "try again later",
        ]

        /// `Suggested Backoff Time: 299961 milliseconds`, in milliseconds, at most a day.
        private static func backoff(_ words: String) -> Int64? {
            let mark = Array("backoff time:".utf8)
            let bytes = Array(words.utf8)
            guard bytes.count > mark.count else { return nil }
            for start in 0..<(bytes.count - mark.count) where bytes[start..<start + mark.count].elementsEqual(mark) {
                let digits = bytes[(start + mark.count)...].drop { $0 == 0x20 }.prefix { $0.isDigit }.prefix(12)
                return Int64(String(decoding: digits, as: UTF8.self)).map { min($0, 86_400_000) }
            }
            return nil
        }
    }
}

extension String {
    /// Whether the ASCII word stands in it.
    func holds(_ word: String) -> Bool {
        let text = Array(utf8)
        let word = Array(word.utf8)
        guard word.count <= text.count else { return false }
        return (0...(text.count - word.count)).contains { text[$0..<$0 + word.count].elementsEqual(word) }
    }
}
