import Base
import CMailroom
import Testing

@testable import Store

/// Drafts and other messages to be appended, attempts that were cut off, and what ends or outlives a wish.
extension StoreTests {
    @Suite struct WishEnds {
        @Test func draftsAreReplaced() throws {
            let here = try WishDesk()
            let first = try here.append(10)
            let wish = try #require(try here.ready().first)
            #expect(try here.places(of: first) == [here.drafts])
            #expect(try here.store.get("message", first).int("draft") == 1)
            try here.checkCounts()
            try here.answer(wish) { $0.placed = "1" }
            let second = try here.append(11, replaces: first)
            #expect(try here.places(of: first).isEmpty)
            #expect(try here.places(of: second) == [here.drafts])
            let append = try #require(try here.ready().first)
            #expect(try here.ready() == [append])  // the old one stays until the new one is there
            try here.answer(append) { $0.placed = "2" }
            let delete = try #require(try here.ready().first)
            #expect(try here.row(delete).text("kind") == "delete")
            try here.answer(delete) { $0.gone = true }
            #expect(try here.ready().isEmpty)
            #expect(try here.place(in: here.drafts).text("ref") == "2")
            try here.checkCounts()
        }

        @Test func aDraftThatNeverGotThereIsForgotten() throws {
            let here = try WishDesk()
            let first = try here.append(10)
            try here.answer(try #require(try here.ready().first)) { $0.placed = "1" }
            let second = try here.append(11, replaces: first)
            let third = try here.append(12, replaces: second)
            #expect(try here.places(of: second).isEmpty)
            let open = try here.ready()
            #expect(open.count == 1)
            try here.answer(open[0]) { $0.placed = "2" }
            // The first one goes, because the third took the place of the second, and that of the first.
            try here.answer(try #require(try here.ready().first)) { $0.gone = true }
            #expect(try here.places(of: third) == [here.drafts])
            #expect(try here.places(of: first).isEmpty)
            try here.checkCounts()
        }

        @Test func aDraftThatIsRefusedLeavesTheOldOne() throws {
            let here = try WishDesk()
            let first = try here.append(10)
            try here.answer(try #require(try here.ready().first)) { $0.placed = "1" }
            let second = try here.append(11, replaces: first)
            let wish = try #require(try here.ready().first)
            try here.store.loseWish(wish, Failure(MR_E_REFUSED, "too large"), lease: here.desk.lease)
            #expect(try here.places(of: first) == [here.drafts])
            #expect(try here.places(of: second).isEmpty)
            try here.checkCounts()
        }

        @Test func anAppendThatTheSyncFindsIsDone() throws {
            let here = try WishDesk()
            let message = try here.append(10)
            let wish = try #require(try here.store.beginWish(try here.ready()[0], lease: here.desk.lease))
            // The process died after the server had it; a sync comes first.
            try here.desk.commit([.message(mail(10, ref: "4", flags: ["\\Draft"]))], folder: here.drafts)
            #expect(try here.row(wish.id).text("state") == "done")
            #expect(try here.place(in: here.drafts).text("ref") == "4")
            #expect(try here.place(in: here.drafts).int("message") == message)
            try here.checkCounts()
        }

        @Test func anAttemptThatWasCutOffIsKnown() throws {
            let here = try WishDesk()
            _ = try here.append(10)
            let id = try here.ready()[0]
            #expect(try here.store.beginWish(id, lease: here.desk.lease)?.begun == false)
            #expect(try here.store.beginWish(id, lease: here.desk.lease)?.begun == true)
            try here.store.putOffWish(
                id, Failure(MR_E_CONNECTION, "lost"), until: Clock.wall() + 60_000, lease: here.desk.lease)
            #expect(try here.ready().isEmpty)
            #expect(try here.store.nextWishAt(after: Clock.wall()) != nil)
            #expect(try here.store.wishfulAccounts(now: Clock.wall()).isEmpty)
            #expect(try here.store.wishfulAccounts(now: Clock.wall() + 120_000) == [here.desk.account])
        }

        @Test func aWishWhoseReferenceIsOldWaitsForTheSync() throws {
            let here = try WishDesk()
            let wish = try here.wish(try here.message()) { $0.flags = FlagDelta(add: ["\\Seen"]) }[0]
            try here.store.setSchedule(
                here.desk.account, lastSync: Clock.wall(), nextSync: Clock.wall() + 600_000, lease: here.desk.lease)
            _ = try here.store.beginWish(wish, lease: here.desk.lease)
            try here.store.putOffWish(
                wish, Failure(MR_E_STALE, "other numbers"), until: Clock.wall() + 600_000, untilSynced: true,
                lease: here.desk.lease)
            #expect(try here.ready().isEmpty)
            #expect(try here.store.account(here.desk.account).nextSync == nil)
            try here.store.settlePending(folder: here.archive, since: Clock.wall(), lease: here.desk.lease)
            #expect(try here.ready().isEmpty)
            try here.store.settlePending(folder: here.inbox, since: Clock.wall(), lease: here.desk.lease)
            #expect(try here.ready() == [wish])
        }

        @Test func wishesSurviveAReset() throws {
            let here = try WishDesk()
            let message = try here.message()
            let flags = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Seen"]) }[0]
            let draft = try here.append(10)
            for folder in [here.inbox, here.drafts] { try here.desk.commit([.reset], folder: folder) }
            #expect(try here.ready().count == 1)  // the append alone: the flags wait for the reference
            try here.desk.commit([.message(mail(1, ref: "501"))], complete: true)
            try here.desk.commit([], complete: true, folder: here.drafts)
            #expect(try here.store.get("message", message).int("seen") == 1)
            #expect(try here.places(of: draft) == [here.drafts])
            #expect(try here.ready().contains(flags))
            try here.checkCounts()
        }

        @Test func aFolderThatGoesTakesItsWishesAlong() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wish = try here.wish(message) { $0.folder = here.archive }[0]
            let left = ["INBOX": "inbox", "Drafts": "drafts", "Trash": "trash"]
            _ = try here.store.applyFolders(
                here.desk.account, left.map { Record(["path": .text($0), "role": .text($1)]) }, lease: here.desk.lease)
            #expect(try here.row(wish).text("state") == "lost")
            #expect(try here.places(of: message) == [here.inbox])
            try here.checkCounts()
        }

        @Test func readOnlyStoresNothing() throws {
            let here = try WishDesk()
            let message = try here.message()
            _ = try here.store.reconnectAccount(
                here.desk.account, values: AccountChanges(), settings: ["direction": "read_only"], secrets: [:],
                job: NewJob(kind: "reconnect", account: here.desk.account))
            let refusals = [
                result { _ = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Seen"]) } },
                result { _ = try here.store.wishCopy(message, folder: here.archive) },
                result { _ = try here.append(10) },
            ]
            #expect(refusals == [Int32(MR_E_REFUSED), Int32(MR_E_REFUSED), Int32(MR_E_REFUSED)])
            #expect(try here.store.find("wish", Record(), after: nil, limit: 10).rows.isEmpty)
            #expect(try here.store.get("message", message).int("seen") == 0)
        }

        @Test func whatIsNotClearIsRefused() throws {
            let here = try WishDesk()
            let message = try here.message()
            try here.desk.commit([.message(mail(1, ref: "8"))], folder: here.archive)
            #expect(result { _ = try here.wish(message) { $0.folder = here.trash } } == Int32(MR_E_INVALID))
            // To trash: one place moves there, and the others go once it is there.
            let wish = try here.wish(message) { $0.removal = .trash }[0]
            #expect(try here.places(of: message) == [here.trash])
            try here.answer(wish) { $0.placed = "1" }
            let rest = try here.ready()
            #expect(try rest.map { try here.row($0).text("kind") } == ["delete"])
            try here.answer(rest[0]) { $0.gone = true }
            try here.checkCounts()
        }

        @Test func erasingTakesWishesAlong() throws {
            let here = try WishDesk()
            _ = try here.wish(try here.message()) { $0.folder = here.archive }
            _ = try here.append(10)
            try here.store.disconnectAccount(here.desk.account, erase: true)
            #expect(try here.store.find("wish", Record(), after: nil, limit: 10).rows.isEmpty)
            let bodies = try here.store.read { (db) throws(Failure) in try db.int("SELECT count(*) FROM body") }
            #expect(bodies == 0)
        }
    }
}
