import Base
import CMailroom
import Testing

@testable import Store

/// A store with an inbox, drafts, a trash and an archive, and a message in the inbox under the reference 1.
struct WishDesk {
    let desk: Desk
    let inbox: Int64
    let drafts: Int64
    let trash: Int64
    let archive: Int64
    var store: Store { desk.store }

    init() throws {
        desk = try Desk()
        let named = ["INBOX": "inbox", "Drafts": "drafts", "Trash": "trash", "Archive": "archive"]
        let folders = try desk.store.applyFolders(
            desk.account, named.map { Record(["path": .text($0), "role": .text($1)]) }, lease: desk.lease)
        func id(_ path: String) throws -> Int64 { try #require(folders.first { $0.path == path }).id }
        inbox = try id("INBOX")
        drafts = try id("Drafts")
        trash = try id("Trash")
        archive = try id("Archive")
        for folder in [inbox, drafts, trash, archive] {
            try desk.commit([], cursor: "c", complete: true, folder: folder)
        }
        try desk.commit([.message(mail(1))], complete: true)
    }

    func place(in folder: Int64? = nil) throws -> Record {
        let query = Record(["folder": folder.map(Value.int)])
        let rows = try store.find("place", query, after: nil, limit: 10).rows
        return try #require(rows.count == 1 ? rows[0] : nil)
    }

    func message() throws -> Int64 { try #require(try place().int("message")) }

    func places(of message: Int64) throws -> [Int64] {
        try store.find("place", Record(["message": .int(message)]), after: nil, limit: 10).rows
            .compactMap { $0.int("folder") }
    }

    func wish(_ message: Int64, _ fill: (inout NewWish) -> Void) throws -> [Int64] {
        var wish = NewWish(.message(message))
        fill(&wish)
        return try store.wish(wish)
    }

    func row(_ wish: Int64) throws -> Record { try store.get("wish", wish) }

    func ready() throws -> [Int64] {
        try store.openWishes(desk.account, now: Clock.wall(), limit: 100).map(\.id)
    }

    /// Begins it, and has the server answer.
    func answer(_ wish: Int64, _ fill: (inout WishFindings) -> Void = { _ in }) throws {
        _ = try #require(try store.beginWish(wish, lease: desk.lease))
        var found = WishFindings()
        fill(&found)
        try store.finishWish(wish, found, lease: desk.lease)
    }

    func changes(_ detail: String) throws -> [Int64] {
        try store.changes(after: 0, query: Record(["kind": .text("message")]), limit: 1000)
            .filter { $0.text("detail") == detail }.compactMap { $0.int("id") }
    }

    func append(_ number: Int, replaces: Int64? = nil) throws -> Int64 {
        var message = mail(number, flags: ["\\Draft"])
        message.ref = ""
        return try store.wishAppend(
            NewAppend(account: desk.account, folder: drafts, message: message, replaces: replaces))
    }

    /// The counts that are kept must be those that counting gives.
    func checkCounts() throws {
        for folder in try store.find("folder", Record(), after: nil, limit: 10).rows {
            let there = try store.find("place", Record(["folder": folder["id"]]), after: nil, limit: 100).rows
            #expect(folder.int("messages") == Int64(there.count), "\(folder.text("path") ?? "")")
            #expect(folder.int("unseen") == Int64(there.count { $0.int("seen") == 0 }), "\(folder.text("path") ?? "")")
        }
        let rows = try desk.messages(["account": .int(desk.account)])
        let status = try store.accountStatus(desk.account)
        #expect(status.int("messages") == Int64(rows.count))
        #expect(status.int("unseen") == Int64(rows.count { $0.int("seen") == 0 }))
    }
}

extension StoreTests {
    @Suite struct Wishes {
        @Test func flagsAreShownAtOnceAndMerged() throws {
            let here = try WishDesk()
            let message = try here.message()
            let first = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Seen", "Work"]) }
            let second = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Flagged"], remove: ["work"]) }
            #expect(first.count == 1 && first == second)
            #expect(try here.store.get("message", message).flags() == ["\\Seen", "\\Flagged"])
            let row = try here.row(first[0])
            #expect(row.texts("add") == ["\\Seen", "\\Flagged"])
            #expect(row.texts("remove") == ["work"])
            #expect(row.text("state") == "open")
            try here.checkCounts()
            // What is so already is not wished.
            #expect(try here.wish(message) { $0.flags = FlagDelta(add: ["\\Seen"]) }.isEmpty)
            // The server says something else meanwhile: the wish lies above it.
            try here.desk.commit([.flags(ref: "1", flags: ["\\Answered"])])
            #expect(try here.store.get("message", message).flags() == ["\\Seen", "\\Answered", "\\Flagged"])
            try here.answer(first[0]) { $0.flags = ["\\Seen", "\\Flagged", "\\Answered"] }
            #expect(try here.row(first[0]).text("state") == "done")
            try here.desk.commit([.flags(ref: "1", flags: [])])
            #expect(try here.store.get("message", message).flags().isEmpty)
            try here.checkCounts()
        }

        @Test func nothingIsAddedToAWishThatHasBegun() throws {
            let here = try WishDesk()
            let message = try here.message()
            let first = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Seen"]) }[0]
            _ = try here.store.beginWish(first, lease: here.desk.lease)
            let second = try here.wish(message) { $0.flags = FlagDelta(remove: ["\\Seen"]) }[0]
            #expect(first != second)
            try here.store.finishWish(first, WishFindings(), lease: here.desk.lease)
            #expect(try here.store.get("message", message).int("seen") == 0)
            try here.answer(second) { $0.flags = [] }
            #expect(try here.store.get("message", message).int("seen") == 0)
            try here.checkCounts()
        }

        @Test func flagsThatTheServerDoesNotKeepAreLost() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wish = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Seen", "Work"]) }[0]
            try here.answer(wish) { $0.flags = ["\\Seen"] }
            #expect(try here.row(wish).text("state") == "lost")
            #expect(try here.row(wish).text("reason")?.contains("+Work") == true)
            #expect(try here.store.get("message", message).flags() == ["\\Seen"])
            #expect(try here.changes("conflict") == [message])
            let log = try here.store.find("log", Record(["level": .text("notice")]), after: nil, limit: 10).rows
            #expect(log.map { $0.text("what") } == ["wish"])
            try here.checkCounts()
        }

        @Test func aRefusedWishIsTakenBack() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wishes = try here.wish(message) {
                $0.flags = FlagDelta(add: ["\\Seen"])
                $0.folder = here.archive
            }
            #expect(wishes.count == 2)
            for wish in wishes {
                try here.store.loseWish(wish, Failure(MR_E_REFUSED, "the server will not"), lease: here.desk.lease)
            }
            #expect(try here.places(of: message) == [here.inbox])
            #expect(try here.store.get("message", message).int("seen") == 0)
            #expect(try here.changes("conflict") == [message, message])
            try here.checkCounts()
        }

        @Test func aMoveIsShownAtOnceAndGetsItsReference() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wish = try here.wish(message) { $0.folder = here.archive }[0]
            #expect(try here.places(of: message) == [here.archive])
            #expect(try here.place()["ref"] == nil)
            try here.checkCounts()
            try here.answer(wish) {
                $0.gone = true
                $0.placed = "77"
            }
            #expect(try here.place(in: here.archive).text("ref") == "77")
            // The sync of both folders finds nothing new.
            let before = try here.store.latestChange()
            try here.desk.commit([.gone(ref: "1")])
            try here.desk.commit([.known(ref: "77", flags: [], message: message, stable: nil)], folder: here.archive)
            #expect(try here.store.latestChange() == before)
            #expect(try here.row(wish).text("state") == "done")
            try here.checkCounts()
        }

        @Test func aMoveWithoutAReferenceIsAdopted() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wish = try here.wish(message) { $0.folder = here.archive }[0]
            try here.answer(wish) { $0.gone = true }
            #expect(try here.place()["ref"] == nil)
            // The next sync fetches it as if it were new.
            try here.desk.commit([.message(mail(1, ref: "9", flags: ["\\Seen"]))], complete: true, folder: here.archive)
            #expect(try here.place().text("ref") == "9")
            #expect(try here.place().int("message") == message)
            try here.store.settlePending(folder: here.archive, since: Clock.wall() + 1, lease: here.desk.lease)
            #expect(try here.places(of: message) == [here.archive])
            try here.checkCounts()
        }

        @Test func aMoveThatNobodyFindsIsLost() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wish = try here.wish(message) { $0.folder = here.archive }[0]
            try here.answer(wish) { $0.gone = true }
            try here.store.settlePending(folder: here.archive, since: Clock.wall() + 1, lease: here.desk.lease)
            #expect(try here.row(wish).text("state") == "lost")
            #expect(try here.changes("conflict") == [message])
            #expect(try here.places(of: message).isEmpty)
            #expect(try here.store.get("message", message).int("adrift") == 1)
            try here.checkCounts()
        }

        @Test func movesOfWhatIsStillMoving() throws {
            let here = try WishDesk()
            let message = try here.message()
            let first = try here.wish(message) { $0.folder = here.archive }[0]
            // Not begun yet: the same wish goes elsewhere, and with a flag that was wished meanwhile.
            _ = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Flagged"]) }
            #expect(try here.wish(message) { $0.folder = here.trash } == [first])
            #expect(try here.places(of: message) == [here.trash])
            #expect(try here.row(first).int("target") == here.trash)
            _ = try here.store.beginWish(first, lease: here.desk.lease)
            // Begun: the second waits for the first one's reference.
            let second = try here.wish(message) { $0.folder = here.archive }[0]
            #expect(second != first)
            #expect(try here.ready() == [first])
            var found = WishFindings()
            found.gone = true
            found.placed = "5"
            try here.store.finishWish(first, found, lease: here.desk.lease)
            let ready = try here.ready()
            #expect(ready.count == 2 && ready.contains(second))
            let flags = try #require(ready.first { $0 != second })
            try here.answer(flags) { $0.flags = ["\\Flagged"] }
            try here.answer(second) { $0.placed = "6" }
            #expect(try here.place(in: here.archive).text("ref") == "6")
            #expect(try here.place().texts("flags") == ["\\Flagged"])
            try here.checkCounts()
        }

        @Test func aMoveBackIsNoMove() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wish = try here.wish(message) { $0.folder = here.archive }[0]
            _ = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Seen"]) }
            _ = try here.wish(message) { $0.folder = here.inbox }
            #expect(try here.row(wish).text("outcome") == "withdrawn")
            #expect(try here.place().text("ref") == "1")
            #expect(try here.place().int("seen") == 1)
            #expect(try here.ready().count == 1)
            try here.checkCounts()
        }

        @Test func whatFollowsALostMoveIsLost() throws {
            let here = try WishDesk()
            let message = try here.message()
            let first = try here.wish(message) { $0.folder = here.archive }[0]
            _ = try here.store.beginWish(first, lease: here.desk.lease)
            let second = try here.wish(message) { $0.folder = here.trash }[0]
            try here.store.loseWish(first, Failure(MR_E_REFUSED, "no"), lease: here.desk.lease)
            #expect(try here.row(second).text("state") == "lost")
            #expect(try here.places(of: message) == [here.inbox])
            try here.checkCounts()
        }

        @Test func copies() throws {
            let here = try WishDesk()
            let message = try here.message()
            let place = try here.store.wishCopy(message, folder: here.archive)
            #expect(try Set(here.places(of: message)) == [here.inbox, here.archive])
            #expect(try here.store.wishCopy(message, folder: here.archive) == place)
            let wish = try #require(try here.ready().first)
            try here.answer(wish) { $0.placed = "3" }
            #expect(try here.store.get("place", place).text("ref") == "3")
            try here.checkCounts()
        }

        @Test func deletes() throws {
            let here = try WishDesk()
            let message = try here.message()
            let moved = try here.wish(message) { $0.removal = .onwards }[0]
            #expect(try here.places(of: message) == [here.trash])
            try here.answer(moved) { $0.placed = "2" }
            let deleted = try here.wish(message) { $0.removal = .onwards }[0]
            #expect(try here.row(deleted).text("kind") == "delete")
            #expect(try here.places(of: message).isEmpty)
            #expect(try here.desk.messages().isEmpty)
            try here.checkCounts()
            try here.answer(deleted) { $0.gone = true }
            #expect(try here.store.get("message", message).int("adrift") == 1)
            try here.store.sweepAdrift(here.desk.account, before: Clock.wall() + 1, lease: here.desk.lease)
            #expect(result { _ = try here.store.get("message", message) } == Int32(MR_E_NOT_FOUND))
            try here.checkCounts()
        }

        @Test func aDeleteThatTheServerForestalled() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wish = try here.wish(message) { $0.removal = .forever }[0]
            try here.desk.commit([.gone(ref: "1")])
            #expect(try here.row(wish).text("state") == "done")
            #expect(try here.row(wish).text("outcome") == "gone")
            try here.checkCounts()
        }

        @Test func aFlagOnWhatIsGoneIsAConflict() throws {
            let here = try WishDesk()
            let message = try here.message()
            let wish = try here.wish(message) { $0.flags = FlagDelta(add: ["\\Seen"]) }[0]
            try here.desk.commit([.gone(ref: "1")])
            #expect(try here.row(wish).text("state") == "lost")
            #expect(try here.changes("conflict") == [message])
        }

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
