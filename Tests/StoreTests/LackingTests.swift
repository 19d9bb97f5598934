import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// Messages that came without author or recipient.
    @Suite struct LackingVerbs {
        private func bare(
            _ number: Int, from: String? = nil, to: [String] = [], traced: [TracedAddress] = [], answers: Int? = nil,
            id: String? = nil
        ) -> IncomingMessage {
            var message = mail(
                number, id: id, inReplyTo: answers.map { "m\($0)@example.com" }, from: from ?? "", to: to)
            message.summary.from = from.map { [StoredAddress(address: $0)] } ?? []
            message.summary.traced = traced
            return message
        }

        private func row(_ desk: Desk, _ number: Int) throws -> Record {
            try #require(try desk.messages(["message_id": .text("m\(number)@example.com")]).first)
        }

        /// What is known of the message's people: address and source of all contacts.
        private func found(_ desk: Desk, _ number: Int) throws -> [String] {
            try row(desk, number).records("contacts").map { "\($0.text("key") ?? "") \($0.text("source") ?? "")" }
        }

        private func desk() throws -> Desk {
            let desk = try Desk()
            for name in ["ann", "bob", "carl"] { _ = try desk.put(name, ["\(name)@example.com"]) }
            return desk
        }

        private func unmatched(_ desk: Desk) throws -> Int64? {
            try desk.store.accountStatus(desk.account).int("unmatched")
        }

        @Test func whatServersWroteIntoTheHeader() throws {
            let desk = try desk()
            let (bob, ann) = ("bob@example.com", "ann@example.com")
            try desk.commit([
                .message(bare(1, to: [ann], traced: [TracedAddress(.returnPath, bob)])),
                .message(bare(2, to: [ann], traced: [TracedAddress(.sender, bob)])),
                .message(
                    bare(3, from: bob, traced: [TracedAddress(.deliveredTo, ann), TracedAddress(.originalTo, ann)])),
                .message(bare(4, from: bob, traced: [TracedAddress(.envelopeTo, ann)])),
                .message(bare(5, from: bob, traced: [TracedAddress(.received, ann)])),
                .message(bare(6, from: bob)), .message(bare(7, to: [ann])), .message(bare(8)), .message(mail(9)),
            ])
            #expect(try (1...9).map { try row(desk, $0).int("lacking") } == [1, 1, 1, 1, 1, 2, 2, 2, 0])
            #expect(try found(desk, 1) == ["ann to", "bob return_path"])
            #expect(try found(desk, 2) == ["ann to", "bob sender"])
            #expect(try found(desk, 3) == ["ann delivered_to", "bob from"])
            #expect(try found(desk, 4) == ["ann envelope_to", "bob from"])
            #expect(try found(desk, 5) == ["ann received", "bob from"])
            #expect(try found(desk, 6) == ["bob from"])
            #expect(try unmatched(desk) == 3)
            #expect(try desk.messages(["lacking": .int(2)]).count == 3)
        }

        @Test func theThreadBeforeAndAfter() throws {
            let desk = try desk()
            let (ann, bob, carl) = ("ann@example.com", "bob@example.com", "carl@example.com")
            try desk.commit([
                .message(mail(1, from: bob, to: [ann])), .message(bare(2, from: ann, answers: 1)),
                .message(bare(3, to: [ann], answers: 2)), .message(bare(4, from: bob, answers: 1)),
                // Its answer comes later, and tells for whom it was.
                .message(bare(5, from: ann)), .message(bare(6, answers: 7)),
            ])
            #expect(try found(desk, 2) == ["ann from", "bob thread"])
            #expect(try found(desk, 4) == ["ann thread", "bob from"], "who writes after himself writes to the same")
            #expect(try row(desk, 5).int("lacking") == 2)
            #expect(try row(desk, 6).int("lacking") == 2)
            try desk.commit([
                .message(mail(8, inReplyTo: "m5@example.com", from: carl, to: [ann])),
                .message(mail(7, from: carl, to: [ann])),
            ])
            #expect(try found(desk, 5) == ["ann from", "carl thread"])
            #expect(try row(desk, 5).int("lacking") == 1)
            #expect(try found(desk, 6) == ["ann thread", "carl thread"], "it answers what Carl wrote to Ann")
            #expect(try unmatched(desk) == 1, "the third answers a message that names no recipient itself")
        }

        @Test func severalThatMayHaveWrittenItAreNone() throws {
            let desk = try desk()
            try desk.commit([
                .message(mail(1, from: "ann@example.com", to: ["bob@example.com", "carl@example.com"])),
                .message(bare(2, to: ["ann@example.com"], answers: 1)),
            ])
            #expect(try found(desk, 2) == ["ann to"])
            #expect(try row(desk, 2).int("lacking") == 2)
        }

        @Test func whatWasSentFromHere() throws {
            let desk = try desk()
            _ = try desk.send(["bob@example.com", "carl@example.com"])
            var copy = bare(1, from: "ann@example.com", id: "s2@example.com")
            copy.summary.from = []
            try desk.commit([.message(copy)])
            let row = try #require(try desk.messages().first)
            #expect(row.int("lacking") == 1)
            #expect(
                row.records("contacts").map { "\($0.text("key") ?? "") \($0.text("source") ?? "")" }
                    == ["ann send", "bob send", "carl send"])
        }

        @Test func aRemovedMessageLeavesNoParticipants() throws {
            let desk = try desk()
            try desk.commit([.message(mail(1)), .message(bare(2, from: "ann@example.com", answers: 1))])
            try desk.commit([.gone(ref: "1"), .gone(ref: "2")])
            try desk.sweep()
            try checkWhole(desk.store)
            #expect(
                try desk.store.read { db throws(Failure) in try db.int("SELECT count(*) FROM participant") } == 0)
        }
    }
}
