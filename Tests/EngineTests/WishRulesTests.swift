import Base
import CMailroom
import Testing

@testable import Engine
@testable import Store

@Suite struct WishRulesTests {
    private static let day: Int64 = 24 * 3_600_000

    private static func wish(attempts: Int64, age: Int64) -> WishRow {
        WishRow(
            id: 1, account: 1, kind: .append, flags: FlagDelta(), attempts: attempts, begun: false, createdAt: -age,
            thenDelete: [])
    }

    private static func pause(
        _ result: Int, code: String? = nil, retryAfterMs: Int64? = nil, attempts: Int64 = 0, age: Int64 = 0
    ) -> Int64? {
        var failure = Failure(result, "no")
        failure.code = code
        failure.retryAfterMs = retryAfterMs
        switch WishRules.decide(failure, wish(attempts: attempts, age: age), now: 0) {
        case .lose: return nil
        case .putOff(let pause), .awaitSync(let pause): return pause
        }
    }

    @Test(arguments: [MR_E_REFUSED, MR_E_NOT_FOUND, MR_E_UNSUPPORTED, MR_E_INVALID])
    func whatTheServerRefusesIsLost(_ result: Int) {
        #expect(WishRulesTests.pause(result) == nil)
        #expect(WishRulesTests.pause(result, code: "CANNOT") == nil)
        #expect(WishRulesTests.pause(result, code: "LIMIT") == nil)
    }

    @Test(arguments: ["OVERQUOTA", "inuse", "UNAVAILABLE", "SERVERBUG"])
    func aRefusalThatPassesIsTriedAgain(_ code: String) {
        #expect(WishRulesTests.pause(MR_E_REFUSED, code: code) == 60_000)
    }

    @Test(arguments: [MR_E_CONNECTION, MR_E_TLS, MR_E_AUTH, MR_E_THROTTLED, MR_E_OUTAGE, MR_E_PROTOCOL, MR_E_PLUGIN])
    func whatPassesIsTriedAgainMoreAndMoreRarely(_ result: Int) {
        let pauses = (0..<10).map { WishRulesTests.pause(result, attempts: $0) ?? 0 }
        #expect(pauses == pauses.sorted())
        #expect(pauses.first == (result == MR_E_CONNECTION ? 0 : 60_000) && pauses.last == 3_600_000)
    }

    @Test func theServersPauseIsObeyed() {
        #expect(WishRulesTests.pause(MR_E_THROTTLED, retryAfterMs: 299_961) == 299_961)
        #expect(WishRulesTests.pause(MR_E_THROTTLED, retryAfterMs: 99 * WishRulesTests.day) == WishRulesTests.day)
    }

    @Test func afterAllTooLongItIsGivenUp() {
        #expect(WishRulesTests.pause(MR_E_OUTAGE, attempts: 30, age: WishRulesTests.day) != nil)
        #expect(WishRulesTests.pause(MR_E_OUTAGE, attempts: 3, age: 9 * WishRulesTests.day) != nil)
        #expect(WishRulesTests.pause(MR_E_OUTAGE, attempts: 19, age: 2 * WishRulesTests.day) == nil)
    }

    @Test func aReferenceOfAnotherTimeWaitsForTheSync() {
        let wish = WishRulesTests.wish(attempts: 50, age: 9 * WishRulesTests.day)
        let verdict = WishRules.decide(Failure(MR_E_STALE, "other UIDVALIDITY"), wish, now: 0)
        guard case .awaitSync = verdict else {
            Issue.record("\(verdict)")
            return
        }
    }
}
