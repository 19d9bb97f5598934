import Base
import CMailroom
import Store
import Testing

@testable import Engine

@Suite struct HealthRulesTests {
    private let refusedLogin = Failure(MR_E_AUTH, "the login was refused").explained()
    private let lostConnection = Failure(MR_E_CONNECTION, "the connection was lost").explained()

    @Test func aFailureIsAnErrorWithItsReason() {
        let after = HealthRules.failed(Health(), .receive, refusedLogin, now: 1_000)
        #expect(after.state == "error")
        #expect(after.since == 1_000)
        #expect(after.cause == "auth.refused")
        #expect(after.failureClass == "auth")
        #expect(after.advice?.isEmpty == false)
        #expect(after.syncHealth == "failing")
        #expect(after.sendHealth == "none")
    }

    @Test(arguments: [(1, 1), (2, 15), (3, 60), (4, 360), (9, 360)])
    func aRefusedLoginIsTriedAgainRarely(_ failures: Int, _ minutes: Int64) {
        var health = Health()
        for _ in 0..<failures { health = HealthRules.failed(health, .receive, refusedLogin, now: 0) }
        let wait = health.nextAttempt ?? 0
        #expect(wait >= minutes * 60_000)
        #expect(wait <= minutes * 66_000)
    }

    @Test func theTimeThatTheServerNamedIsKept() {
        var failure = Failure(MR_E_THROTTLED, "slow down")
        failure.retryAfterMs = 299_961
        #expect(HealthRules.failed(Health(), .receive, failure, now: 1_000).nextAttempt == 300_961)
    }

    @Test(arguments: [(Int64.max, 24 * 3600 * 1000), (0, 1000), (-1, 1000)] as [(Int64, Int64)])
    func noServerNamesAnAbsurdTime(_ named: Int64, _ taken: Int64) {
        var failure = Failure(MR_E_THROTTLED, "slow down")
        failure.retryAfterMs = named
        #expect(HealthRules.failed(Health(), .receive, failure, now: 1_000).nextAttempt == 1_000 + taken)
    }

    @Test func aServerThatTakesNoMailDoesNotEndReceiving() {
        var health = HealthRules.failed(Health(), .send, lostConnection, now: 0)
        health = HealthRules.succeeded(health, [.receive], now: 1)
        health = HealthRules.failed(health, .send, lostConnection, now: HealthRules.givesUpAfterMs + 1)
        #expect(health.state == "error")
        #expect(health.nextAttempt != nil)
    }

    @Test func aSuspendedAccountWaitsForItsOwner() {
        var failure = Failure(MR_E_REFUSED, "suspended")
        failure.failureClass = "suspended"
        failure.cause = "send.suspended"
        let after = HealthRules.failed(HealthRules.succeeded(Health(), [.receive], now: 1), .send, failure, now: 5)
        #expect(after.state == "error")
        #expect(after.failureClass == "suspended")
        #expect(after.nextAttempt == nil)
        #expect(after.sendHealth == "failing")
        #expect(after.syncHealth == "ok", "mail comes in all the same")
        #expect(HealthRules.succeeded(after, [.receive], now: 9).state == "error", "receiving says nothing of it")
    }

    @Test(
        arguments: [
            ("auth", "mail", true), ("suspended", "dot", true), ("suspended", "rcpt", false), ("auth", "rcpt", false),
            ("sending_limit", "mail", false), ("send_as_denied", "mail", false), ("quota_exceeded", "dot", false),
        ])
    func someFailuresAreTheAccounts(_ failureClass: String, _ step: String, _ whole: Bool) {
        var failure = Failure(MR_E_REFUSED, "no")
        failure.failureClass = failureClass
        failure.step = step
        #expect(SendOutcome.concernsAccount(failure) == whole)
    }

    @Test func twoDaysOfFailureEndTheAttempts() {
        let begun = HealthRules.failed(Health(), .receive, lostConnection, now: 0)
        let twoDays: Int64 = 2 * 24 * 3600 * 1000
        let almost = HealthRules.failed(begun, .receive, lostConnection, now: twoDays - 1)
        #expect(almost.state == "error")
        let over = HealthRules.failed(almost, .receive, lostConnection, now: twoDays)
        #expect(over.state == "connection_issue")
        #expect(over.since == twoDays)
        #expect(over.nextAttempt == nil)
    }

    @Test func successClearsWhatWasWrong() {
        let failed = HealthRules.failed(Health(), .receive, lostConnection, now: 5)
        let after = HealthRules.succeeded(failed, [.receive], now: 9)
        #expect(after.state == "enabled")
        #expect(after.since == 9)
        #expect(after.reason == nil)
        #expect(after.firstErrorAt == nil)
        #expect(after.lastSuccess == 9)
    }

    @Test func oneSideSaysNothingOfTheOther() {
        let failed = HealthRules.failed(Health(), .send, lostConnection, now: 5)
        let after = HealthRules.succeeded(failed, [.receive], now: 9)
        #expect(after.state == "error")
        #expect(after.reason != nil)
        #expect(after.syncHealth == "ok")
        #expect(after.sendHealth == "failing")
    }

    @Test func theFirstRefusalOfAPasswordThatWorkedAsksNobody() throws {
        let working = HealthRules.succeeded(Health(), [.receive, .send], now: 1)
        for side in [HealthRules.Side.receive, .send] {
            let once = try #require(HealthRules.forgiven(working, side, refusedLogin, now: 1_000))
            #expect(once.state == "enabled")
            #expect(once.reason == nil)
            #expect(once.syncHealth == "ok")
            let next = try #require(once.nextAttempt)
            #expect((61_000...91_000).contains(next))
            #expect(HealthRules.forgiven(once, side, refusedLogin, now: next) == nil, "the second is believed")
            let twice = HealthRules.failed(once, side, refusedLogin, now: next)
            #expect(twice.state == "error")
            #expect(twice.cause == "auth.refused")
            // What works in between begins anew.
            let again = HealthRules.succeeded(once, [.receive, .send], now: next)
            #expect(again.nextAttempt == nil)
            #expect(HealthRules.forgiven(again, side, refusedLogin, now: next) != nil)
        }
    }

    @Test func whatIsNoPasswordThatWorkedIsBelievedAtOnce() {
        let working = HealthRules.succeeded(Health(), [.receive], now: 1)
        #expect(HealthRules.forgiven(Health(), .receive, refusedLogin, now: 2) == nil, "it never worked")
        #expect(HealthRules.forgiven(working, .send, refusedLogin, now: 2) == nil, "this side never did")
        #expect(HealthRules.forgiven(working, .receive, lostConnection, now: 2) == nil)
        var appPassword = Failure(MR_E_AUTH, "the login was refused")
        appPassword.serverText = "Application-specific password required"
        #expect(HealthRules.forgiven(working, .receive, appPassword.explained(), now: 2) == nil, "no matter of chance")
        let failing = HealthRules.failed(working, .receive, lostConnection, now: 2)
        #expect(HealthRules.forgiven(failing, .receive, refusedLogin, now: 3) == nil)
    }
}
