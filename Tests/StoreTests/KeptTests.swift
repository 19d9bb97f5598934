import Base
import CMailroom
import Testing

@testable import Store

/// The header alone of message `number`, which has `whole` bytes.
private func header(_ number: Int, ref: String? = nil, whole: Int64? = nil, flags: [String] = []) -> IncomingMessage {
    var message = mail(number, ref: ref, flags: flags)
    message.whole = whole ?? message.size
    message.size = message.whole ?? 0
    message.summary.parts = []
    message.summary.preview = ""
    // As a reader of a message without a body sees it: the identity is that of another one.
    message.summary.identity[31] = 1
    message.body = .none
    return message
}

extension StoreTests {
    @Suite struct KeptVerbs {
        @Test func aHeaderIsCompletedInItsRow() throws {
            let desk = try Desk()
            try desk.commit([.message(header(1, flags: ["\\Seen"])), .message(mail(2))])
            let id = try #require(try desk.id(1))
            var row = try desk.store.get("message", id)
            #expect(row.int("has_body") == 0)
            #expect(row.int("size") == 9)
            #expect(row.text("from") == "bob@example.com")
            #expect(try desk.lookup(1) == nil)
            let before = try desk.store.latestChange()
            try desk.commit([.message(mail(1, flags: ["\\Seen"]))])
            #expect(try desk.told(after: before) == ["message changed body"])
            row = try desk.store.get("message", id)
            #expect(row.int("has_body") == 1)
            #expect(row.text("preview") == "Preview 1")
            #expect(row.int("attachments") == 1)
            #expect(try read(desk.store, try #require(try desk.store.messageBody(id)).body) == Array("body of 1".utf8))
            #expect(try desk.lookup(1) == id)
            #expect(try desk.messages(["participant": .text("bob@example.com")]).count == 2)
            #expect(try desk.status() == [2, 1])
            // Once it is whole, a header takes nothing away.
            try desk.commit([.message(header(1, flags: []))])
            #expect(try desk.store.get("message", id).int("has_body") == 1)
            #expect(try desk.status() == [2, 2])
        }

        @Test func aHeaderElsewhereInTheAccountIsTheSameMessage() throws {
            let desk = try Desk()
            let work = try desk.apply([listed("INBOX"), listed("Work")])[1].id
            try desk.commit([.message(header(1)), .message(mail(2))])
            // The same header in another folder; the whole of the first, and the header of the second there.
            try desk.commit([.message(header(1, ref: "8")), .message(header(2, ref: "9"))], folder: work)
            #expect(try desk.messages().count == 2)
            #expect(try desk.store.find("place", Record(), after: nil, limit: 9).rows.count == 4)
            let id = try #require(try desk.id(1))
            try desk.commit([.message(mail(1, ref: "10"))], folder: work)
            #expect(try desk.store.get("message", id).int("has_body") == 1)
            #expect(try desk.messages().count == 2)
        }

        @Test func headersThatDifferInAnythingAreTwoMessages() throws {
            let desk = try Desk()
            var other = header(1, ref: "2")
            other.summary.subject = "another"
            try desk.commit([.message(header(1)), .message(other), .message(header(1, ref: "3", whole: 50))])
            #expect(try desk.messages().count == 3)
        }

        @Test func aBodyDoesNotCompleteTheHeaderOfAnotherAccount() throws {
            let desk = try Desk()
            let other = try desk.second()
            try desk.commit([.message(header(1))])
            try other.commit([.message(header(1, ref: "5"))])
            #expect(try desk.messages().count == 1)
            let id = try #require(try desk.id(1))
            try other.commit([.message(mail(1, ref: "5", body: "to second alone"))])
            // Two by now: the first account still has its header.
            let rows = try desk.messages()
            #expect(rows.map { $0.int("has_body") } == [0, 1])
            #expect(rows[0].int("id") == id)
            #expect(try desk.status() == [1, 1])
            #expect(try other.status() == [1, 1])
            try other.sweep()
            #expect(try desk.messages().count == 2)
        }

        @Test func aHeaderWhoseWholeIsStoredAlreadyGoes() throws {
            let desk = try Desk()
            let other = try desk.second()
            try other.commit([.message(mail(1, ref: "5"))])
            let id = try #require(try desk.id(1))
            try desk.commit([.message(header(1))])
            #expect(try desk.messages().count == 2)
            let before = try desk.store.latestChange()
            try desk.commit([.message(mail(1))])
            #expect(try desk.messages().map { $0.int("id") } == [id])
            #expect(try desk.told(after: before).contains("message removed"))
            #expect(try desk.status() == [1, 1])
            try desk.sweep()
            #expect(try desk.messages().count == 1)
        }

        @Test func aHostileServerMayChangeTheHeader() throws {
            let desk = try Desk()
            try desk.commit([.message(header(1))])
            try desk.commit([.message(mail(7, ref: "1", from: "eve@example.com", to: []))])
            let row = try desk.messages()
            #expect(row.count == 1)
            #expect(row[0].text("message_id") == "m7@example.com")
            #expect(try desk.messages(["participant": .text("bob@example.com")]).isEmpty)
            try desk.commit([.gone(ref: "1")])
            try desk.sweep()
            #expect(try participants(desk.store) == 0)
        }

        // MARK: quarantine

        @Test func whatTheServerDoesNotGiveIsTriedAgain() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            try desk.commit([
                .refused(ref: "1", flags: ["\\Seen"], size: 77, date: 5, text: "NO [SERVERBUG]"),
                .refused(ref: "2", flags: [], size: 1, date: 5, text: "NO"), .message(mail(3)),
            ])
            #expect(try desk.messages().count == 1)
            func due(_ hours: Int64) throws -> [QuarantineRow] {
                try desk.store.dueQuarantine(desk.account, now: Clock.wall() + hours * 3_600_000 + 1_000, limit: 9)
            }
            #expect(try due(0).isEmpty)
            let first = try due(1)
            #expect(first.map(\.ref) == ["1", "2"])
            #expect(first[0].size == 77 && first[0].tries == 1 && first[0].reason == "NO [SERVERBUG]")
            #expect(first[0].folder == desk.inbox)
            try desk.store.quarantineTried(first[0].place, text: "still NO", lease: desk.lease)
            #expect(try due(1).map(\.ref) == ["2"])
            #expect(try due(6).map(\.ref) == ["2", "1"])
            try desk.store.quarantineTried(first[0].place, text: "still NO", lease: desk.lease)
            #expect(try due(7).map(\.ref) == ["2"])
            #expect(try due(24).last?.reason == "still NO")
            #expect(try due(24).last?.tries == 3)
            // Refused once more in a sync, it keeps its turn.
            try desk.commit([.refused(ref: "1", flags: [], size: 77, date: 5, text: "NO")])
            #expect(try due(7).map(\.ref) == ["2"])
            // One comes, one goes.
            try desk.commit([.message(mail(1)), .gone(ref: "2")])
            #expect(try due(1_000).isEmpty)
            #expect(try desk.messages().count == 2)
            try desk.store.quarantineTried(first[0].place, text: "late", lease: desk.lease)
            #expect(try due(1_000).isEmpty)
            // What is stored is not put into quarantine.
            try desk.commit([.refused(ref: "1", flags: ["\\Flagged"], size: 77, date: 5, text: "NO")])
            #expect(try due(1_000).isEmpty)
            #expect(try desk.messages(["flagged": .int(1)]).count == 1)
        }

        @Test func aResetEmptiesTheQuarantine() throws {
            let desk = try Desk()
            try desk.commit([.refused(ref: "1", flags: [], size: 77, date: 5, text: "NO")])
            try desk.commit([.reset])
            let left = try desk.store.read { (db) throws(Failure) in
                try db.int("SELECT (SELECT count(*) FROM quarantine) + (SELECT count(*) FROM place)")
            }
            #expect(left == 0)
        }

        // MARK: policies

        @Test func anAccountHasOnePolicy() throws {
            let desk = try Desk()
            #expect(try desk.store.policy(desk.account) == nil)
            try desk.commit([.message(mail(1))], cursor: "c", complete: true)
            let before = try desk.store.latestChange()
            let id = try desk.store.putPolicy(PolicyRow(account: desk.account, keep: "headers", since: 5))
            #expect(
                try desk.store.folder(desk.inbox).cursor == Array("c".utf8), "less is kept: nothing is asked anew")
            #expect(
                try desk.store.policy(desk.account)
                    == PolicyRow(id: id, account: desk.account, keep: "headers", since: 5, maxSize: nil))
            #expect(
                result { _ = try desk.store.putPolicy(PolicyRow(account: desk.account, keep: "all")) }
                    == Int32(MR_E_EXISTS))
            #expect(
                result { _ = try desk.store.putPolicy(PolicyRow(account: 99, keep: "all")) } == Int32(MR_E_NOT_FOUND))
            #expect(
                result { _ = try desk.store.putPolicy(PolicyRow(account: desk.account, keep: "some")) }
                    == Int32(MR_E_INVALID))
            try desk.commit([], cursor: "d")
            try desk.store.updatePolicy(id, PolicyChanges())
            #expect(try desk.store.folder(desk.inbox).cursor == Array("d".utf8))
            var changes = PolicyChanges()
            changes.since = .some(nil)
            changes.maxSize = .some(1_000)
            try desk.store.updatePolicy(id, changes)
            #expect(try desk.store.folder(desk.inbox).cursor.isEmpty)
            let row = try desk.store.get("policy", id)
            #expect(row.text("keep") == "headers")
            #expect(row.int("since") == nil)
            #expect(row.int("max_size") == 1_000)
            changes.maxSize = .some(0)
            #expect(result { try desk.store.updatePolicy(id, changes) } == Int32(MR_E_INVALID))
            #expect(result { try desk.store.updatePolicy(id + 1, changes) } == Int32(MR_E_NOT_FOUND))
            try desk.store.removePolicy(id)
            #expect(result { try desk.store.removePolicy(id) } == Int32(MR_E_NOT_FOUND))
            #expect(try desk.store.policy(desk.account) == nil)
            #expect(try desk.told(after: before) == ["policy added", "policy changed", "policy removed"])
        }

        @Test func aDurableCommitIsACommit() throws {
            let desk = try Desk()
            var batch = SyncBatch(account: desk.account, folder: desk.inbox)
            batch.items = [.message(mail(1))]
            batch.durable = true
            try desk.store.commit(batch, lease: desk.lease)
            #expect(try desk.messages().count == 1)
            var level: Int64?
            try desk.store.gate.write { (db) throws(Failure) in level = try db.int("PRAGMA synchronous") }
            #expect(level == 2)
            try desk.commit([.message(mail(2))])
            try desk.store.gate.write { (db) throws(Failure) in level = try db.int("PRAGMA synchronous") }
            #expect(level == 1)
        }
    }
}
