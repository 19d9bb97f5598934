import Base
import Glibc

/// What a person does next, one step a line: the cause's own steps, with what is particular to the provider.
enum Advice {
    /// The step of a cause that a page of the provider's is put into.
    static let statusPage = "Look at the provider's status page."

    static func of(_ cause: Cause, at provider: KnownProvider?, statusURL: String? = nil) -> String {
        var steps = provider.flatMap { $0.steps(cause.code) } ?? cause.steps
        let page = statusURL.flatMap { $0.isEmpty ? nil : $0 } ?? provider?.statusURL
        if let page, let at = steps.firstIndex(of: statusPage) {
            steps[at] = "Look at the provider's status page: \(page)"
        }
        return steps.joined(separator: "\n")
    }

    /// The advice for what is not tried again by itself, although it passes.
    /// - Parameter time: milliseconds since 1970.
    static func again(_ advice: String?, from time: Int64) -> String {
        let first = "Try again after \(minute(time)): resend it then."
        guard let advice, !advice.isEmpty else { return first }
        // "It goes again by itself" is not true of it any more.
        let rest = advice.split(separator: "\n").filter { !$0.has("by itself") && $0 != "Resend." }
        return ([first] + rest.map(String.init)).joined(separator: "\n")
    }

    /// `2026-11-22 10:05 UTC`, never earlier than the time itself.
    static func minute(_ time: Int64) -> String { text(toMinute: time &+ 59_999) }

    /// The same of a time that has passed: never later than the time itself.
    static func pastMinute(_ time: Int64) -> String { text(toMinute: time) }

    /// So long: `50 s`, `5 min`, `3 h`, `2 days`.
    static func span(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        return switch seconds {
        case ..<90: "\(max(seconds, 0)) s"
        case ..<5400: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }

    private static func text(toMinute time: Int64) -> String {
        var seconds = time_t(time / 60_000 * 60)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "a while" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)):\(two(parts.tm_min)) UTC"
    }
}
