import Base

/// How failures of one account's sends are taken: how often what passes by itself is tried, when, and who the provider is.
struct SendRules: Sendable {
    /// In all, the first attempt included (the setting `send_attempts`).
    var maximumAttempts: Int64 = SendRules.usualAttempts
    var provider: KnownProvider?
    /// Of the plugin's manifest: goes before what is known of the provider.
    var statusURL: String?
    var spent = SpentWindows()
    /// A number from 0 up to, and not including, the one that is given. Tests put their own here.
    var random: @Sendable (_ below: Int64) -> Int64 = { $0 <= 0 ? 0 : Int64.random(in: 0..<$0) }

    static let usualAttempts: Int64 = 8

    /// When what failed for now goes again.
    /// - Parameters:
    ///   - attempts: how often it has been tried.
    ///   - before: the class of the attempt before this one.
    func nextAttempt(_ found: SendClass, _ failure: Failure, attempts: Int64, before: String?, now: Int64) -> Int64 {
        if let named = named(failure, now) { return now + named }
        guard found == .sendingLimit else { return now + jittered(SendRules.backoff(attempts)) }
        let words = [failure.serverText, failure.code].compactMap(\.self).joined(separator: " ")
        let window =
            LimitWindow.named(words) ?? provider?.limitWindow
            // Nobody says which: an hour is waited for first; where that was not enough, the day.
            ?? (attempts > 2 && before == SendClass.sendingLimit.rawValue ? .day : .hour)
        return spent.end(window, now: now) + random(window.milliseconds / 60)
    }

    /// The time that the server named, in a field of its own or in its words: at least a second, at most a day.
    private func named(_ failure: Failure, _ now: Int64) -> Int64? {
        if let named = HealthRules.namedPause(failure) { return named }
        return NamedTime.milliseconds(in: failure.serverText ?? "", now: now).map { max($0, 1000) }
    }

    /// So many minutes after the first attempt, the second ...
    private static let minutes: [Int64] = [1, 5, 15, 30, 60, 120, 240]

    static func backoff(_ attempts: Int64) -> Int64 {
        minutes[Int(min(max(attempts - 1, 0), Int64(minutes.count - 1)))] * 60_000
    }

    /// Up to a quarter more, so that what failed together does not come back together.
    private func jittered(_ pause: Int64) -> Int64 { pause + random(pause / 4) }
}
