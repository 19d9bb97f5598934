import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// What the server said of single recipients before the dot is known even where the process dies at the dot.
    @Suite struct Answered {
        static let to = ["bob@example.com", "eve@example.com"]

        static func said(_ outcomes: [String?]) -> [RecipientOutcome] {
            zip(to, outcomes).compactMap { address, outcome in
                outcome.map {
                    RecipientOutcome(
                        address: address, outcome: $0, failureClass: "recipient_full", smtp: 450, serverText: "not now")
                }
            }
        }

        static func states(_ desk: Desk, _ send: Int64) throws -> [String] {
            try to.map { address in
                let query = Record(["send": .int(send), "address": .text(address)])
                let found = try desk.store.find("recipient", query, after: nil, limit: 9).rows
                return found.first?.text("state") ?? "none"
            }
        }

        /// Offered after these answers, then nobody lives to hear more; an echo comes.
        @Test(
            arguments: [
                ([nil, nil], "sent", ["accepted", "accepted"]),
                (["deferred", nil], "retry_wait", ["deferred", "accepted"]),
                (["refused", nil], "failed", ["refused", "accepted"]),
                (["refused", "deferred"], "retry_wait", ["refused", "deferred"]),
            ] as [([String?], String, [String])])
        func diedAtTheDot(_ outcomes: [String?], _ state: String, _ recipients: [String]) throws {
            let desk = try Desk()
            let send = try desk.send(Self.to)
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, answered: Self.said(outcomes), lease: desk.lease)
            try desk.store.settleInterrupted(of: desk.account, lease: desk.lease)
            #expect(try desk.store.get("send", send).text("state") == "outcome_unknown")
            #expect(try desk.store.settleUnknown(send: send, accepted: true, by: .provider, lease: desk.lease))
            #expect(try desk.store.get("send", send).text("state") == state)
            #expect(try Self.states(desk, send) == recipients)
        }

        /// Whom an earlier attempt put off, and this one does not, has it with the others: it does not go again. Whom it refused was
        /// not offered this one.
        @Test(arguments: [
            ("deferred", "waiting", "accepted", "sent"), ("refused", "refused", "refused", "failed"),
        ])
        func putOffEarlier(_ earlier: String, _ before: String, _ after: String, _ state: String) throws {
            let desk = try Desk()
            let send = try desk.send(Self.to)
            let first = try desk.store.beginAttempt(send, lease: desk.lease)
            var result = AttemptResult(newState: "retry_wait")
            result.recipients = Self.said([earlier, "deferred"])
            try desk.store.finishAttempt(first, result, lease: desk.lease)
            let second = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(second, lease: desk.lease)
            #expect(try Self.states(desk, send) == [before, "waiting"])
            try desk.store.settleInterrupted(of: desk.account, lease: desk.lease)
            #expect(try desk.store.settleUnknown(send: send, accepted: true, by: .provider, lease: desk.lease))
            #expect(try Self.states(desk, send) == [after, "accepted"])
            #expect(try desk.store.get("send", send).text("state") == state)
        }

        /// Whoever has accepted it before stays so.
        @Test func acceptedEarlier() throws {
            let desk = try Desk()
            let send = try desk.send(Self.to)
            let first = try desk.store.beginAttempt(send, lease: desk.lease)
            var result = AttemptResult(newState: "retry_wait")
            result.recipients = Self.said(["accepted", "deferred"])
            try desk.store.finishAttempt(first, result, lease: desk.lease)
            let second = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(second, answered: Self.said(["refused", "refused"]), lease: desk.lease)
            #expect(try Self.states(desk, send) == ["accepted", "refused"])
        }
    }
}
