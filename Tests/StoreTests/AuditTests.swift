import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    @Suite struct AuditVerbs {
        private func item(_ number: Int, _ flags: [String] = [], ref: String? = nil) -> AuditItem {
            AuditItem(ref: ref ?? String(number), flags: flags, messageID: "m\(number)@example.com")
        }

        @Test func everyDifferenceIsFoundAndNothingElse() throws {
            let desk = try Desk()
            try desk.commit(
                (1...6).map { .message(mail($0, flags: $0 == 2 ? ["\\Seen"] : [])) } + [
                    .skipped(ref: "s", flags: [], size: 1, date: 1, reason: "since", stable: nil),
                    .refused(ref: "q", flags: [], size: 1, date: 1, text: "NO"),
                ])
            let reader = try desk.store.auditReader(desk.inbox)
            // What comes while it runs is nobody's mistake.
            try desk.commit([.message(mail(7))])
            var found = try reader.compare([
                item(1), item(2, ["\\Seen"]), item(3, ["\\Flagged"]), item(99), item(6, ref: "4"),
            ])
            found += try reader.compare([
                AuditItem(ref: "5", flags: []), AuditItem(ref: "s", flags: []), AuditItem(ref: "q", flags: ["\\Seen"]),
            ])
            #expect(
                found == [
                    AuditDifference(
                        what: .flags, ref: "3", messageID: "m3@example.com", serverFlags: ["\\Flagged"], storeFlags: []),
                    AuditDifference(
                        what: .missing, ref: "99", messageID: "m99@example.com", serverFlags: [], storeFlags: []),
                    AuditDifference(
                        what: .missing, ref: "4", messageID: "m6@example.com", serverFlags: [], storeFlags: []),
                ])
            let extras = try reader.finish(limit: 9)
            #expect(extras.map(\.ref) == ["6"])
            #expect(extras.map(\.what) == [.extra])
            #expect(extras[0].messageID == "m6@example.com")
            var counts = AuditCounts()
            counts.server = 8
            counts.stored = 4
            counts.missing = 2
            counts.flags = 1
            counts.skipped = 1
            counts.quarantined = 1
            counts.extra = 1
            #expect(reader.counts == counts)
        }

        @Test func aStableIdSaysMoreThanAMessageID() throws {
            let desk = try Desk()
            var message = mail(1)
            message.stable = "a"
            try desk.commit([.message(message)])
            func found(_ stable: String?, _ id: String?) throws -> [AuditDifference.What] {
                var item = AuditItem(ref: "1", flags: [])
                item.stable = stable
                item.messageID = id
                return try desk.store.auditReader(desk.inbox).compare([item]).map(\.what)
            }
            #expect(try found("a", "rewritten@x") == [])
            #expect(try found("b", "m1@example.com") == [.missing])
            #expect(try found(nil, "m1@example.com") == [])
            #expect(try found(nil, "other@x") == [.missing])
            #expect(try found(nil, nil) == [])
        }

        @Test func whatIsWishedIsNoDifference() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1, flags: ["\\Flagged"])), .message(mail(2))])
            // Seen is wished for 1, and 2 is wished away.
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run(
                    "UPDATE place SET wish = 1, server_bits = bits, server_flags = flags, bits = bits | 1 WHERE ref = '1'"
                )
                try transaction.db.run("UPDATE place SET wish = 2, leaving = 1 WHERE ref = '2'")
            }
            #expect(
                try desk.store.known(folder: desk.inbox, after: 0, limit: 9).items.map(\.flags) == [["\\Flagged"], []])
            let reader = try desk.store.auditReader(desk.inbox)
            #expect(try reader.compare([item(1, ["\\Flagged"]), item(2)]).isEmpty)
            #expect(try reader.finish(limit: 9).isEmpty)
            #expect(try desk.store.find("place", Record(), after: nil, limit: 9).rows.map { $0.text("ref") } == ["1"])
            #expect(try desk.messages().count == 1)
        }

        @Test func extrasAreAllCountedAndSomeGiven() throws {
            let desk = try Desk()
            try desk.commit((1...300).map { .message(mail($0)) })
            try desk.commit([.gone(ref: "7")])
            let reader = try desk.store.auditReader(desk.inbox)
            #expect(try reader.compare([]).isEmpty)
            #expect(try reader.finish(limit: 5).map(\.ref) == ["1", "2", "3", "4", "5"])
            #expect(reader.counts.extra == 299)
            #expect(result { _ = try desk.store.auditReader(77) } == Int32(MR_E_NOT_FOUND))
        }
    }
}
