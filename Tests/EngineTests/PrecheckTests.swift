import Base
import CMailroom

import Testing

@testable import Engine
@testable import Store

/// What cannot work is refused before it is queued.
@Suite struct PrecheckTests {
    private func check(
        senders: String? = nil, recipients: SendLimits.Limit? = nil, size: SendLimits.Limit? = nil,
        provider: KnownProvider? = nil, _ send: NewSend
    ) -> Failure? {
        let account = AccountRow(
            id: 7, address: "ann@example.com", provider: "imap", userKey: nil, company: nil, displayName: nil,
            receives: true, sends: true, settings: senders.map { ["senders": $0] } ?? [:], health: Health(),
            createdAt: 0, lastSync: nil, nextSync: nil, activity: "idle", erasing: false)
        let precheck = Precheck(
            account: account, limits: SendLimits(recipients: recipients, size: size), provider: provider)
        do throws(Failure) {
            try precheck.check(send)
            return nil
        } catch {
            return error
        }
    }

    private func send(from: String = "ann@example.com", to: Int = 1, size: Int64 = 1000) -> NewSend {
        NewSend(
            account: 7, body: 1, from: from, recipients: (0..<to).map { "r\($0)@example.org" }, subject: "",
            messageID: "1@example.com", size: size)
    }

    @Test func withoutLimitsEverythingMayGo() {
        #expect(check(send(from: "anybody@example.net", to: 500, size: 1 << 40)) == nil)
    }

    @Test func tooLargeIsSaidInWords() throws {
        let limit = SendLimits.Limit(value: 25_000_000, source: .provider)
        #expect(check(size: limit, provider: .gmail, send(size: 25_000_000)) == nil)
        let failure = try #require(check(size: limit, provider: .gmail, send(size: 25_000_001)))
        #expect(failure.result == Int32(MR_E_INVALID))
        #expect(failure.field == "size")
        #expect(failure.failureClass == "too_large")
        #expect(failure.cause == "send.too_large")
        #expect(failure.message.contains("25000001 bytes"))
        #expect(failure.message.contains("Google takes 25000000 bytes"))
        #expect(failure.advice?.contains("25 MB") == true)
    }

    @Test func whatIsSaidIsForBeforeTheSending() throws {
        let limit = SendLimits.Limit(value: 5_000_000, source: .server)
        let large = try #require(check(size: limit, send(size: 20_526_904)))
        #expect(large.message == "the message has 20.5 MB as it goes out, and the server takes 5.0 MB at most")
        let many = try #require(check(recipients: SendLimits.Limit(value: 1, source: .set), send(to: 2)))
        let stranger = try #require(check(senders: "@shop.example", send(from: "x@other.example")))
        for (failure, words) in [(large, "Remove attachments"), (many, "fewer recipients"), (stranger, "as From")] {
            let advice = try #require(failure.advice)
            #expect(!advice.lowercased().contains("resend"), "there is nothing to send again")
            #expect(advice.contains(words) && advice.contains("nothing has been stored"))
        }
        let google = try #require(check(size: limit, provider: .gmail, send(size: 6_000_000)))
        #expect(google.advice?.contains("Drive") == true && google.advice?.contains("resend") == false)
    }

    @Test(arguments: [
        (SendLimits.Limit.Source.set, "the limits of the account allow"), (.server, "the server takes"),
        (.provider, "the provider takes"),
    ])
    func whoSetTheLimitIsSaid(_ source: SendLimits.Limit.Source, _ words: String) {
        #expect(check(size: SendLimits.Limit(value: 1, source: source), send())?.message.contains(words) == true)
    }

    @Test func tooManyRecipients() throws {
        let limit = SendLimits.Limit(value: 100, source: .provider)
        #expect(check(recipients: limit, send(to: 100)) == nil)
        let failure = try #require(check(recipients: limit, send(to: 101)))
        #expect(failure.field == "to")
        #expect(failure.cause == "send.too_many_recipients")
        #expect(failure.message.contains("101") && failure.message.contains("100"))
    }

    @Test func aSenderThatTheAccountMayNotUse() throws {
        #expect(check(senders: "@shop.example", send(from: "x@shop.example")) == nil)
        let failure = try #require(check(senders: "@shop.example", send(from: "x@other.example")))
        #expect(failure.field == "from")
        #expect(failure.failureClass == "send_as_denied")
        #expect(failure.message.contains("x@other.example"))
    }

    @Test func anAddressThatNoServerTakes() {
        var long = send()
        long.recipients = [String(repeating: "x", count: 400) + "@example.org"]
        #expect(check(long)?.field == "to")
    }
}
