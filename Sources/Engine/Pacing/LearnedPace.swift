import Base
import Store

/// What a server has taught by refusing: it took so many of an account in an hour, and no more. Remembered in the store
/// for a week, by server; what somebody sets for the account takes its place.
struct LearnedPace {
    struct Lesson: Sendable, Equatable {
        let limit: SendingLimit
        /// Wall clock.
        let until: Int64
    }

    static let keepMs: Int64 = 7 * 86_400_000
    /// Less in a window teaches nothing: a server may be merely busy, and others may have spent what is the account's.
    private static let least: Int64 = 5
    private static let most = 6
    private let store: Store
    private let account: Int64
    private let key: String

    init(_ store: Store, _ account: Int64, _ host: String) {
        self.store = store
        self.account = account
        key = "engine.pacing.\(host.prefix(200))"
    }

    /// Those that hold still.
    func lessons(now: Int64) -> [Lesson] {
        guard let bytes = (try? store.stateGet(account: account, key: key)) ?? nil else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return lines.prefix(LearnedPace.most).compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 4, let unit = SendingUnit(rawValue: String(words[0])),
                let window = SendingWindow(rawValue: String(words[1])), let limit = Int64(words[2]), limit > 0,
                let until = Int64(words[3]), until > now, until <= now + LearnedPace.keepMs
            else { return nil }
            return Lesson(limit: SendingLimit(unit, window, limit), until: until)
        }
    }

    /// Notes that the server refused to take more.
    /// - Returns: the limit from now on; nil where the refusal teaches none: too little went from here.
    func refused(_ failureClass: SendClass, _ words: String, _ limits: SendingLimits, now: Int64) throws(Failure)
        -> SendingLimit?
    {
        guard let about = try subject(failureClass, words, now) else { return nil }
        let probe = SendingLimit(about.unit, about.window, .max)
        let used = try store.room(.account(account), [probe], now: now).used[0].used
        let field = PacingField.of(about.unit, about.window)
        guard used >= LearnedPace.least, used < limits.known[field]?.value ?? .max else { return nil }
        let learned = SendingLimit(about.unit, about.window, used)
        let others = lessons(now: now).filter { $0.limit.unit != about.unit || $0.limit.window != about.window }
        let all = others + [Lesson(limit: learned, until: now + LearnedPace.keepMs)]
        let lines = all.map { lesson in
            "\(lesson.limit.unit.rawValue) \(lesson.limit.window.rawValue) \(lesson.limit.limit) \(lesson.until)"
        }
        try store.statePut(account: account, key: key, Array(lines.joined(separator: "\n").utf8))
        return learned
    }

    func forget() throws(Failure) { try store.statePut(account: account, key: key, []) }

    /// What the refusal is about: by its words; where they name no window, the longest in which more went than in the hour.
    private func subject(
        _ failureClass: SendClass, _ words: String, _ now: Int64
    ) throws(Failure) -> (unit: SendingUnit, window: SendingWindow)? {
        let words = words.lowercased()
        let unit: SendingUnit = words.has("recipient") ? .recipients : .messages
        switch failureClass {
        case .sendingLimit:
            if let named = LearnedPace.window(words) { return (unit, named) }
            let probes = [SendingLimit(unit, .hour, .max), SendingLimit(unit, .day, .max)]
            let used = try store.room(.account(account), probes, now: now).used.map(\.used)
            return (unit, used[1] > used[0] ? .day : .hour)
        case .throttling:
            return words.has("submission rate") || words.has("rate limit") || words.has("per minute")
                ? (.messages, .minute) : nil
        default: return nil
        }
    }

    /// The window that a server's words name.
    static func window(_ words: String) -> SendingWindow? {
        switch LimitWindow.named(words) {
        case .day: .day
        case .hour: .hour
        case nil: words.has("per minute") || words.has("a minute") ? .minute : nil
        }
    }
}
