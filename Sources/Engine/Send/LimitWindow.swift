import Base

/// The stretch of time that a provider's sending limit is counted over.
enum LimitWindow: Sendable, Equatable {
    case hour
    case day

    var milliseconds: Int64 {
        switch self {
        case .hour: 3_600_000
        case .day: 86_400_000
        }
    }

    /// What the words of a refusal say; nil where they do not.
    static func named(_ words: String) -> LimitWindow? {
        let text = RefusalText(words)
        if dayWords.contains(where: text.has) { return .day }
        return hourWords.contains(where: text.has) ? .hour : nil
    }

    // IB111 and IB113 of GoDaddy are "for the day"; IB504 and IB607 "this hour".
    private static let dayWords = ["daily", " day", "24 hour", "24h", " 24 h", "tomorrow"]
    private static let hourWords = ["hour", "60 minutes"]
}

/// When the account began to offer what its limits count: the oldest message of the last hour and of the last day.
/// Nil where none was offered in that time.
struct SpentWindows: Sendable, Equatable {
    var firstInHour: Int64?
    var firstInDay: Int64?

    /// When the window of a limit that has just been reached ends: when the first of what it counts is no longer in
    /// it. Others may have sent as well, of whom nothing is known here: it is never sooner than a sixth of the window.
    func end(_ window: LimitWindow, now: Int64) -> Int64 {
        let first = window == .hour ? firstInHour : firstInDay
        let whole = now + window.milliseconds
        guard let first, first <= now else { return whole }
        return min(max(first + window.milliseconds, now + window.milliseconds / 6), whole)
    }
}
