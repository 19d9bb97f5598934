import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// The message that is answered gets \Answered once its reply has been accepted, and not otherwise.
    @Suite struct AnsweredFlags {
        private func reply(_ here: WishDesk, in account: Int64?) throws -> Int64 {
            var send = NewSend(
                account: here.desk.account, body: try here.desk.body("Yes"), from: "ann@example.com",
                recipients: ["bob@example.com"], subject: "Re: Hi", messageID: "reply@example.com", size: 10)
            send.answers = try here.message()
            if let account { send.params.set(NewSend.answeredIn, account) }
            return try here.store.insertSend(send).id
        }

        private func end(_ here: WishDesk, _ send: Int64, _ state: String) throws {
            let attempt = try here.store.beginAttempt(send, lease: here.desk.lease)
            try here.store.markOffered(attempt, lease: here.desk.lease)
            let why = state == "sent" ? nil : Failure(MR_E_REFUSED, "no")
            try here.store.finishAttempt(
                attempt, AttemptResult(newState: state, failure: why), lease: here.desk.lease)
        }

        private func isFlagged(_ here: WishDesk) throws -> Bool { try here.place().flags().contains("\\Answered") }

        @Test(arguments: ["sent", "failed", "retry_wait", "outcome_unknown"])
        func onceItIsAccepted(_ state: String) throws {
            let here = try WishDesk()
            let send = try reply(here, in: here.desk.account)
            try end(here, send, state)
            #expect(try isFlagged(here) == (state == "sent"))
            #expect(try here.ready().count == (state == "sent" ? 1 : 0))
            guard state == "outcome_unknown" else { return }
            try here.store.settleUnknown(send: send, accepted: true, by: .provider, lease: here.desk.lease)
            #expect(try isFlagged(here))
            let wish = try #require(try here.ready().first)
            #expect(try here.row(wish).text("kind") == "flags")
        }

        @Test(arguments: ["read_only", "two_way", "disconnected", "nobody"])
        func whereTheAccountTakesWishes(_ what: String) throws {
            let here = try WishDesk()
            let account = here.desk.account
            let send = try reply(here, in: what == "nobody" ? nil : account)
            try here.store.updateAccount(
                account, values: AccountChanges(), settings: ["direction": what == "read_only" ? what : "two_way"],
                secrets: [:])
            if what == "disconnected" {
                try here.store.write { (transaction) throws(Failure) in
                    try transaction.db.run("UPDATE account SET state = 'disconnected' WHERE id = ?", account)
                }
            }
            try end(here, send, "sent")
            #expect(try here.store.sendRow(send).state == "sent")
            #expect(try isFlagged(here) == (what == "two_way"))
            #expect(try here.ready().isEmpty == (what != "two_way"))
        }

        @Test func whatIsGoneIsNoFailureOfTheSend() throws {
            let here = try WishDesk()
            let send = try reply(here, in: here.desk.account)
            try here.desk.commit([.gone(ref: "1")])
            try end(here, send, "sent")
            #expect(try here.store.sendRow(send).state == "sent")
            #expect(try here.ready().isEmpty)
        }
    }
}
