import Base
import CMailroom
import Store
import Testing

@testable import Engine

@Suite struct SendingLimitsTests {
    @Test(
        arguments: [
            ("smtp.gmail.com", "ann@gmail.com", 500, 500, 100, 25_000_000),
            ("smtp.gmail.com", "ann@Example.com", 2_000, 10_000, 100, 25_000_000),
            ("smtp.office365.com", "ann@example.com", nil, 10_000, 500, 20_000_000),
            ("smtp-mail.outlook.com", "ann@outlook.com", nil, 300, 100, 20_000_000),
            ("smtp.mail.yahoo.com", "ann@yahoo.com", 500, 500, 100, 25_000_000),
            ("smtp.aol.com", "ann@aol.com", 500, 500, 100, 25_000_000),
            ("smtp.mail.me.com", "ann@icloud.com", 1_000, 1_000, 500, 20_000_000),
            ("smtppro.zoho.com", "ann@example.com", nil, nil, 150, 20_000_000),
            ("smtpout.secureserver.net", "ann@example.com", 250, nil, 100, nil),
            ("mail.example.com", "ann@gmail.com", nil, nil, nil, nil),
            ("notgmail.com", "ann@gmail.com", nil, nil, nil, nil),
        ] as [(String, String, Int64?, Int64?, Int64?, Int64?)])
    func whatProvidersAllow(
        _ host: String, _ address: String, _ messages: Int64?, _ recipients: Int64?, _ one: Int64?, _ size: Int64?
    ) {
        let limits = SendingLimits(host: host, address: address, set: nil, together: nil, learned: [])
        #expect(limits.known[.messagesDay]?.value == messages)
        #expect(limits.known[.recipientsDay]?.value == recipients)
        #expect(limits.recipientsMessage == one)
        #expect(limits.maxSize == size)
        #expect(limits.known.values.allSatisfy { $0.source == .provider && $0.value > 0 })
    }

    @Test func theMinuteOfMicrosoftAndTheHourOfZoho() {
        func counted(_ host: String) -> [SendingLimit] {
            SendingLimits(host: host, address: "a@b.example", set: nil, together: nil, learned: []).counted
        }
        #expect(counted("smtp.office365.com").contains(SendingLimit(.messages, .minute, 30)))
        #expect(counted("smtp.zoho.eu") == [SendingLimit(.messages, .hour, 250)])
    }

    @Test func whatIsSetStandsAboveTheProviderAndWhatIsLearnedBelowBoth() {
        let set = PacingRow(account: 1, values: [.messagesDay: 0, .messagesHour: 75, .recipientsDay: 90])
        let until = Clock.wall() + 1_000_000
        func lesson(_ limit: SendingLimit) -> LearnedPace.Lesson { LearnedPace.Lesson(limit: limit, until: until) }
        let limits = SendingLimits(
            host: "smtp.gmail.com", address: "a@gmail.com", set: set,
            together: PacingRow(host: "smtp.gmail.com", values: [.recipientsHour: 40]),
            learned: [
                lesson(SendingLimit(.messages, .hour, 60)), lesson(SendingLimit(.recipients, .day, 200)),
                lesson(SendingLimit(.messages, .minute, 20)),
            ])
        #expect(limits.known[.messagesDay] == nil)
        #expect(limits.known[.messagesHour] == SendingLimits.Known(value: 60, source: .learned))
        #expect(limits.known[.recipientsDay] == SendingLimits.Known(value: 90, source: .set))
        #expect(limits.known[.messagesMinute] == SendingLimits.Known(value: 20, source: .learned))
        #expect(limits.known[.maxSize]?.source == .provider)
        #expect(limits.hostLimits == [SendingLimit(.recipients, .hour, 40)])
        // No message may have more recipients than a window lets through.
        #expect(limits.recipientsMessage == 40)
    }

    @Test(
        arguments: [
            ("550 5.4.5 Daily user sending limit exceeded", SendingWindow.day),
            ("has exceeded its 24-hour sending limit", .day), ("has exceeded the max emails per hour", .hour),
            ("Sorry, 75 messages/hour", .hour), ("hourly quota", .hour), ("30 per minute", .minute),
            ("submission quota exceeded", nil),
        ] as [(String, SendingWindow?)])
    func theWindowThatWordsName(_ words: String, _ window: SendingWindow?) {
        #expect(LearnedPace.window(words.lowercased()) == window)
    }

    @Test func aSpreadIsAsWideAsItNeedsToBe() {
        let hour = SendingLimit(.messages, .hour, 75)
        let day = SendingLimit(.messages, .day, 300)
        func spacing(_ waiting: Int64, _ used: (Int64, Int64) = (0, 0)) -> Int64 {
            SendPace.spacing([(limit: hour, used: used.0), (limit: day, used: used.1)], waiting: waiting)
        }
        #expect(spacing(75) == 0)
        #expect(spacing(76) == 48_000)
        #expect(spacing(75, (1, 1)) == 48_000)
        #expect(spacing(300) == 48_000)
        #expect(spacing(301) == 288_000)
        #expect(spacing(1, (75, 300)) == 288_000)
        #expect(spacing(0, (75, 300)) == 0)
        #expect(SendPace.spacing([], waiting: 1_000) == 0)
    }

    @Test func whenTheLastWillHaveGone() {
        let now: Int64 = 1_000_000_000
        let hour: Int64 = 3_600_000
        let limits = [SendingLimit(.messages, .hour, 75), SendingLimit(.messages, .day, 300)]
        func last(_ normal: Int64, low: Int64 = 0, latest: [Int64] = [], each: Int64 = 1) -> Int64 {
            var forecast = QueueForecast(limits, recipientsEach: each, latest: latest, now: now)
            return forecast.last(normal: normal, low: low) - now
        }
        #expect(last(75) == 0)
        #expect(last(76) == hour)
        #expect(last(300) == 3 * hour)
        #expect(last(301) == 24 * hour)
        #expect(last(600) == 27 * hour)
        #expect(last(0) == 0)
        // What went before counts: 75 half an hour ago.
        #expect(last(1, latest: Array(repeating: now - hour / 2, count: 75)) == hour / 2)
        // Spread from the first on: the hundredth goes after 99 spaces.
        #expect(last(0, low: 100) == 99 * 48_000)
        #expect(last(0, low: 400) == 399 * 288_000)
        var people = QueueForecast(
            [SendingLimit(.recipients, .hour, 100)], recipientsEach: 10, latest: [], now: now)
        #expect(people.last(normal: 11, low: 0) - now == hour)
        var free = QueueForecast([], recipientsEach: 1, latest: [], now: now)
        #expect(free.last(normal: 50_000, low: 9) == now)
    }

    @Test func aRestIsOverOnTime() {
        let turns = SendTurns(Timers()) {}
        #expect(turns.isOpen(1, priority: -1, now: 1_000))
        turns.rest(1, until: 5_000, lowOnly: true, now: 1_000)
        #expect(!turns.isOpen(1, priority: -1, now: 4_999) && turns.isOpen(1, priority: 0, now: 1_000))
        #expect(turns.isOpen(1, priority: -1, now: 5_000) && turns.isOpen(2, priority: -1, now: 1_000))
        turns.rest(1, until: 3_000, lowOnly: false, now: 1_000)
        #expect(!turns.isOpen(1, priority: 1, now: 2_999) && turns.isOpen(1, priority: 1, now: 3_000))
        turns.forget(1)
        #expect(turns.isOpen(1, priority: -1, now: 2_000))
        // However long it is meant to be, it is looked at again.
        turns.rest(1, until: 1_000_000_000, lowOnly: false, now: 1_000)
        #expect(turns.isOpen(1, priority: 0, now: 1_000 + SendTurns.longestMs))
        turns.forgetAll()
        #expect(turns.isOpen(1, priority: 0, now: 1_000))
    }
}
