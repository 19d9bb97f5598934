import Base
import CMailroom
import Testing

@testable import Engine
@testable import Store

/// When what failed for now goes again.
@Suite struct SendRulesTests {
    private let now = SendClassTests.now
    private let hour: Int64 = 3_600_000

    private func failure(_ words: String, retryAfter: Int64? = nil, step: String = "mail") -> Failure {
        var failure = Failure(MR_E_REFUSED, "no")
        failure.serverText = words
        failure.retryAfterMs = retryAfter
        failure.smtp = 550
        failure.step = step
        return failure
    }

    @Test(arguments: [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 240), (8, 240), (99, 240), (0, 1)])
    func theBackoffGrows(_ attempts: Int64, _ minutes: Int64) {
        #expect(SendRules.backoff(attempts) == minutes * 60_000)
        let outage = failure("temporary system problem")
        for share in [0, 1] as [Int64] {
            let rules = SendRules(random: { ($0 - 1) * share })
            let next = rules.nextAttempt(.outage, outage, attempts: attempts, before: nil, now: now) - now
            let expected = minutes * 60_000
            #expect(next == (share == 0 ? expected : expected + expected / 4 - 1), "at most a quarter more")
        }
    }

    @Test func whatFailedTogetherDoesNotComeBackTogether() {
        let rules = SendRules()
        let times = (0..<50).map { _ in
            rules.nextAttempt(.outage, failure("busy"), attempts: 4, before: nil, now: now)
        }
        #expect(Set(times).count > 25)
        #expect(times.allSatisfy { (now + 30 * 60_000..<now + 38 * 60_000).contains($0) })
    }

    @Test(
        arguments: [
            (failureText: "try again in 5 minutes", field: nil, 300_000),
            (failureText: "Suggested Backoff Time: 299961 milliseconds", field: nil, 299_961),
            (failureText: "try again in 5 minutes", field: 7_000, 7_000), (failureText: "", field: 0, 1_000),
            (failureText: "", field: Int64.max, 86_400_000),
            (failureText: "try again in 90 days", field: nil, 86_400_000),
            (failureText: "try again in 0 seconds", field: nil, 1_000),
        ] as [(failureText: String, field: Int64?, Int64)])
    func theNamedTimeGoesBeforeAll(_ words: String, _ field: Int64?, _ expected: Int64) {
        let rules = SendRules(provider: .gmail, random: { $0 - 1 })
        for found in [SendClass.sendingLimit, .throttling, .outage] {
            let asked = failure(words, retryAfter: field)
            #expect(rules.nextAttempt(found, asked, attempts: 6, before: nil, now: now) - now == expected)
        }
    }

    @Test(
        arguments: [
            ("Daily user sending limit exceeded", nil, 24), ("has exceeded its 24-hour sending limit", nil, 24),
            ("has exceeded the max emails per hour (75/75)", nil, 1), ("sent too many messages this hour", nil, 1),
            // Words go before what is known of the provider; that before a guess.
            ("max emails per hour", .gmail, 1), ("SubmissionQuotaExceededException", .microsoft, 24),
            ("sending limit exceeded", .zoho, 1), ("daily limit", .zoho, 24), ("sending limit exceeded", nil, 1),
        ] as [(String, KnownProvider?, Int64)])
    func aLimitIsWaitedForToItsWindowsEnd(_ words: String, _ provider: KnownProvider?, _ hours: Int64) {
        let rules = SendRules(provider: provider, random: { _ in 0 })
        let next = rules.nextAttempt(.sendingLimit, failure(words), attempts: 1, before: nil, now: now)
        #expect(next - now == hours * hour)
    }

    @Test(
        arguments: [(1, nil, 1), (2, "sending_limit", 1), (3, "sending_limit", 24), (3, "outage", 1)]
            as [(Int64, String?, Int64)])
    func whereAnHourWasNotEnoughItIsTheDay(_ attempts: Int64, _ before: String?, _ hours: Int64) {
        let rules = SendRules(random: { _ in 0 })
        let next = rules.nextAttempt(
            .sendingLimit, failure("sending limit exceeded"), attempts: attempts, before: before, now: now)
        #expect(next - now == hours * hour)
    }

    @Test(
        arguments: [
            // What was offered first leaves the window then: no sooner than a sixth of it, no later than the whole.
            (23 * 60, 4 * 60), (14 * 60, 10 * 60), (24 * 60, 4 * 60), (0, 24 * 60), (-5, 24 * 60),
        ] as [(Int64, Int64)])
    func theWindowEndsWhenItsFirstMessageLeavesIt(_ minutesAgo: Int64, _ minutes: Int64) {
        let spent = SpentWindows(firstInHour: nil, firstInDay: now - minutesAgo * 60_000)
        #expect(spent.end(.day, now: now) - now == minutes * 60_000)
        #expect(spent.end(.hour, now: now) - now == hour, "nothing is known of the hour")
    }

    @Test func aReachedLimitHoldsTheWholeQueue() {
        let limit = SendClassTests.decide(failure("Daily user sending limit exceeded"))
        #expect(
            limit.hold
                == QueueHold(
                    until: now + 24 * hour, failureClass: "sending_limit", reason: "Daily user sending limit exceeded"))
        #expect(limit.nextAttempt == limit.hold?.until)
        // Also where the send itself is not tried again.
        let failed = SendClassTests.decide(failure("Daily user sending limit exceeded"), autoRetry: false)
        #expect(failed.hold == limit.hold)
        #expect(failed.tryAfter == limit.nextAttempt)
        #expect(failed.failure?.advice?.hasPrefix("Try again after 2027-01-16 08:00 UTC") == true)
        #expect(failed.failure?.advice?.contains("by itself") == false)
    }

    @Test(
        arguments: [
            ("sender thread limit exceeded", "mail", true), ("too much mail from 1.2.3.4", "mail", true),
            ("receiving mail too quickly", "dot", false), ("greylisted", "rcpt", false), ("greylisted", "dot", false),
            ("User unknown", "mail", false),
            ("temporary system problem", "mail", false), ("SendAsDenied", "mail", false),
        ])
    func onlyWhatTheOthersWouldMeetHoldsThem(_ words: String, _ step: String, _ holds: Bool) {
        #expect((SendClassTests.decide(failure(words, step: step)).hold != nil) == holds)
    }

    @Test func attemptsAreASetting() {
        let rules = SendRules(maximumAttempts: 2, random: { _ in 0 })
        let lost = Failure(MR_E_CONNECTION, "lost")
        #expect(SendClassTests.decide(lost, attempts: 1, rules: rules).newState == "retry_wait")
        let last = SendClassTests.decide(lost, attempts: 2, rules: rules)
        #expect(last.newState == "failed")
        #expect(last.temporary)
        #expect(last.tryAfter == now + 5 * 60_000)
    }

    @Test(
        arguments: [
            (0, "1970-01-01 00:00 UTC"), (1, "1970-01-01 00:01 UTC"), (60_000, "1970-01-01 00:01 UTC"),
            (951_782_400_000, "2000-02-29 00:00 UTC"),
        ] as [(Int64, String)])
    func aTimeForPeople(_ time: Int64, _ expected: String) {
        #expect(Advice.minute(time) == expected)
    }
}
