import Base
import Testing

@Suite struct NamedTimeTests {
    /// 2026-01-05 11:00:00 UTC
    private static let now: Int64 = 1_767_610_800_000

    @Test(
        arguments: [
            ("BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds", 299_961),
            ("suggested backoff time:5 ms", 5), ("Suggested Backoff Time: 17", 17),
            ("Suggested Backoff Time: 99999999999999999999 milliseconds", 86_400_000),
            ("Too many logins, try again in 5 minutes", 300_000), ("Please try again in 30 seconds.", 30_000),
            ("TRY AGAIN IN 2 HOURS", 7_200_000), ("try again after 10 min", 600_000), ("try again in 5m", 300_000),
            ("Greylisted for 90 seconds, see http://example.org/", 90_000), ("come back in 1 hour", 3_600_000),
            ("you must wait for 2 days", 86_400_000), ("Please wait 15 minutes", 900_000),
            ("try again in an hour", 3_600_000),
            ("Retry-After: 120", 120_000), ("Retry after 400000000 hours", 86_400_000),
            // The first words that name none do not hide the second that do.
            ("Try again in a moment, or retry in 3 minutes", 180_000),
            ("User-rate limit exceeded.  Retry after 2026-01-05T11:31:02.123Z", 1_862_000),
            ("Retry after 2026-02-29T11:31:02Z", 86_400_000), ("Retry after 2025-12-31T23:59:59Z", 0),
        ] as [(String, Int64)])
    func isRead(_ words: String, _ expected: Int64) {
        #expect(NamedTime.milliseconds(in: words, now: Self.now) == expected)
    }

    @Test(arguments: [
        "", "Backoff", "Suggested Backoff Time:", "Suggested Backoff Time: soon", "Suggested Backoff Time: -3",
        "try again in", "try again in 5", "try again later", "wait a few minutes", "in 5 minutes", "wait 5 messages",
        "retry after 20x6-01-05T11:31:02Z", "retry after 2026-13-05T11:31:02Z", "wait -1 seconds",
    ])
    func whatNamesNoTimeIsNone(_ words: String) {
        #expect(NamedTime.milliseconds(in: words, now: Self.now) == nil)
    }

    @Test func onlyTheBeginningIsLookedAt() {
        let far = String(repeating: "x", count: 5_000) + " try again in 5 minutes"
        #expect(NamedTime.milliseconds(in: far, now: Self.now) == nil)
    }
}
