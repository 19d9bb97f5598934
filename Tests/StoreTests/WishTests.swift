import Base
import CMailroom
import Testing

@testable import Store

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
    }
}
