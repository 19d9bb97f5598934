import Base
import CMailroom
import Testing

@testable import Store

/// A folder as a provider lists it.
func listed(_ path: String, stable: String? = nil, _ more: KeyValuePairs<String, Value?> = [:]) -> Record {
    var record = Record(more)
    record.set("path", path)
    record.set("stable", stable)
    return record
}

extension Desk {
    func apply(_ folders: [Record]) throws -> [FolderRow] {
        try store.applyFolders(account, folders, lease: lease)
    }

    /// kind/what/detail of each change after a number.
    func told(after: Int64) throws -> [String] {
        try store.changes(after: after, query: Record(), limit: 10_000).map { change in
            ["kind", "what", "detail"].compactMap { change.text($0) }.joined(separator: " ")
        }
    }

    func status() throws -> [Int64?] {
        let row = try store.accountStatus(account)
        return [row.int("messages"), row.int("unseen")]
    }
}

extension StoreTests {
    @Suite struct FolderVerbs {
        @Test func aRenamedFolderIsTheSameFolder() throws {
            let desk = try Desk()
            var rows = try desk.apply([listed("INBOX", stable: "i"), listed("Work", stable: "w")])
            #expect(rows.map(\.id)[0] == desk.inbox)
            let work = rows[1].id
            try desk.commit([.message(mail(1)), .message(mail(2))], cursor: "c", complete: true, folder: work)
            let before = try desk.store.latestChange()
            let places = try desk.store.find("place", Record(), after: nil, limit: 9).rows
            rows = try desk.apply([
                listed("INBOX", stable: "i"), listed("Projects/Work", stable: "w"), listed("Work", stable: "new"),
            ])
            #expect(rows.map(\.path) == ["INBOX", "Projects/Work", "Work"])
            #expect(rows[1].id == work)
            #expect(rows[1].cursor == Array("c".utf8))
            #expect(rows[1].complete && rows[1].messages == 2)
            #expect(rows[2].messages == 0)
            #expect(try desk.store.find("place", Record(), after: nil, limit: 9).rows == places)
            #expect(try desk.told(after: before) == ["folder changed renamed", "folder added"])
        }

        @Test func namesMayBeExchanged() throws {
            let desk = try Desk()
            let before = try desk.apply([listed("INBOX"), listed("A", stable: "1"), listed("B", stable: "2")])
            let after = try desk.apply([listed("INBOX"), listed("B", stable: "1"), listed("A", stable: "2")])
            #expect(before.map(\.id) == [after[1].id, after[0].id, after[2].id])
            #expect(before.map(\.path) == ["A", "B", "INBOX"])
            #expect(after.map(\.path) == ["A", "B", "INBOX"])
        }

        @Test func aFolderMadeAgainIsAnotherOne() throws {
            let desk = try Desk()
            let old = try desk.apply([listed("INBOX"), listed("Work", stable: "1")])[1].id
            try desk.commit([.message(mail(1))], folder: old)
            let rows = try desk.apply([listed("INBOX"), listed("Work", stable: "2")])
            #expect(rows[1].id != old)
            #expect(rows[1].cursor.isEmpty && rows[1].messages == 0)
            #expect(try desk.messages().isEmpty)
        }

        @Test(arguments: [(nil, "s"), ("s", nil), ("s", "s")] as [(String?, String?)])
        func aStableIdMayComeAndGo(_ first: String?, _ second: String?) throws {
            let desk = try Desk()
            let before = try desk.apply([listed("INBOX"), listed("Work", stable: first)])[1]
            let after = try desk.apply([listed("INBOX"), listed("Work", stable: second)])[1]
            #expect(after.id == before.id)
            #expect(after.stable == "s")
        }

        @Test func theSameStableIdTwiceIsTakenOnce() throws {
            let desk = try Desk()
            let rows = try desk.apply([listed("INBOX"), listed("A", stable: "x"), listed("B", stable: "x")])
            #expect(rows.map(\.path) == ["A", "B", "INBOX"])
            let again = try desk.apply([listed("INBOX"), listed("B", stable: "x"), listed("A", stable: "x")])
            #expect(again.map(\.path) == ["A", "B", "INBOX"])
            #expect(Set(again.map(\.id)).count == 3)
        }

        @Test func anEmptyListIsNotBelieved() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1))])
            #expect(result { _ = try desk.apply([]) } == Int32(MR_E_PROTOCOL))
            #expect(try desk.store.folders(desk.account).map(\.path) == ["INBOX"])
            #expect(try desk.messages().count == 1)
        }

        @Test func whatVanishedIsAdriftUntilARoundHasNotFoundIt() throws {
            let desk = try Desk()
            let work = try desk.apply([listed("INBOX"), listed("Work")])[1].id
            try desk.commit((1...700).map { .message(mail($0)) }, folder: work)
            let before = try desk.store.latestChange()
            let begun = Clock.wall()
            _ = try desk.apply([listed("INBOX")])
            #expect(try desk.messages().isEmpty)
            #expect(try desk.status() == [0, 0])
            // The round in which they vanished does not remove them.
            #expect(try desk.store.sweepAdrift(desk.account, before: begun, lease: desk.lease) == 0)
            #expect(try desk.told(after: before).contains("message removed") == false)
            try desk.commit([.message(mail(5))])
            #expect(try desk.store.sweepAdrift(desk.account, before: .max, lease: desk.lease) == 699)
            #expect(try desk.messages().map { $0.text("message_id") } == ["m5@example.com"])
            #expect(try desk.told(after: before).count { $0 == "message removed" } == 699)
            #expect(try bodies(desk.store) == 1)
        }

        @Test func aFolderThatHoldsNothingAnyMoreIsEmptied() throws {
            let desk = try Desk()
            let work = try desk.apply([listed("INBOX"), listed("Work")])[1].id
            try desk.commit([.message(mail(1)), .message(mail(2))], cursor: "c", complete: true, folder: work)
            let rows = try desk.apply([listed("INBOX"), listed("Work", ["selectable": .int(0)])])
            #expect(rows[1].id == work)
            #expect(rows[1].messages == 0 && rows[1].cursor.isEmpty && !rows[1].complete)
            #expect(try desk.messages().isEmpty)
            #expect(try desk.status() == [0, 0])
        }

        @Test func whatTheServerSaysStandsUnderWhatTheUserSet() throws {
            let desk = try Desk()
            let listing = [
                listed("INBOX", ["role": .text("inbox")]), listed("Gesendet", ["role": .text("sent")]),
                listed("Public", ["namespace": .text("shared"), "rights": .text("lr")]), listed("Sent Items"),
            ]
            var rows = try desk.apply(listing)
            #expect(rows.map(\.path) == ["Gesendet", "INBOX", "Public", "Sent Items"])
            #expect(rows.map(\.role) == ["sent", "inbox", nil, nil])
            #expect(rows.map(\.synced) == [true, true, false, true])
            #expect(rows[2].namespace == "shared" && rows[2].rights == "lr")
            var changes = FolderChanges()
            changes.role = .some("sent")
            changes.sync = .some(false)
            changes.mode = .some("interval")
            changes.intervalMs = .some(300_000)
            changes.since = .some(1_000)
            let before = try desk.store.latestChange()
            try desk.store.updateFolder(rows[3].id, changes)
            #expect(try desk.told(after: before) == ["folder changed settings"])
            rows = try desk.apply(listing)
            #expect(rows.map(\.role) == [nil, "inbox", nil, "sent"])
            #expect(rows[3].synced == false)
            #expect(rows[3].mode == "interval" && rows[3].intervalMs == 300_000 && rows[3].sinceMs == 1_000)
            let shown = try desk.store.get("folder", rows[3].id)
            #expect(shown.text("role") == "sent")
            #expect(shown.int("synced") == 0)
            #expect(shown.text("mode") == "interval")
            #expect(shown.int("interval_ms") == 300_000)
            #expect(shown.int("since") == 1_000)
            #expect(
                try desk.store.find("folder", Record(["role": .text("sent")]), after: nil, limit: 9).rows.map {
                    $0.int("id")
                } == [rows[3].id])
            #expect(
                try desk.store.find("folder", Record(["synced": .int(0)]), after: nil, limit: 9).rows.count == 2)
            // A role is one folder's: it moves, and goes back to the server's.
            changes = FolderChanges()
            changes.role = .some("sent")
            try desk.store.updateFolder(rows[2].id, changes)
            #expect(try desk.store.folders(desk.account).map(\.role) == [nil, "inbox", "sent", nil])
            changes.role = .some(nil)
            try desk.store.updateFolder(rows[2].id, changes)
            #expect(try desk.store.folders(desk.account).map(\.role) == ["sent", "inbox", nil, nil])
            changes.role = .some("")
            try desk.store.updateFolder(rows[0].id, changes)
            #expect(try desk.store.folders(desk.account).map(\.role) == [nil, "inbox", nil, nil])
            changes.role = nil
            changes.sync = .some(true)
            try desk.store.updateFolder(rows[2].id, changes)
            #expect(try desk.store.folder(rows[2].id).synced)
        }

        @Test func settingsThatMakeNoSenseAreRefused() throws {
            let desk = try Desk()
            var role = FolderChanges()
            role.role = .some("outbox")
            var mode = FolderChanges()
            mode.mode = .some("often")
            var interval = FolderChanges()
            interval.intervalMs = .some(10)
            for changes in [role, mode, interval] {
                #expect(result { try desk.store.updateFolder(desk.inbox, changes) } == Int32(MR_E_INVALID))
            }
            #expect(result { try desk.store.updateFolder(999, FolderChanges()) } == Int32(MR_E_NOT_FOUND))
        }

        @Test func aWiderSinceIsAskedAnewAndNothingElse() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1))], cursor: "c", complete: true)
            var changes = FolderChanges()
            changes.mode = .some("manual")
            try desk.store.updateFolder(desk.inbox, changes)
            #expect(try desk.store.folder(desk.inbox).cursor == Array("c".utf8))
            changes = FolderChanges()
            changes.since = .some(5)
            try desk.store.updateFolder(desk.inbox, changes)
            #expect(try desk.store.folder(desk.inbox).cursor == Array("c".utf8), "less is kept than before")
            changes.since = .some(nil)
            try desk.store.updateFolder(desk.inbox, changes)
            #expect(try desk.store.folder(desk.inbox).cursor.isEmpty)
            #expect(try desk.store.folder(desk.inbox).complete)
        }

        @Test func whatASyncLearnsOfAFolder() throws {
            let desk = try Desk()
            #expect(try desk.store.setFolderRefused(desk.inbox, text: "No", until: 50, lease: desk.lease) == 1)
            #expect(try desk.store.setFolderRefused(desk.inbox, text: "never", until: 60, lease: desk.lease) == 2)
            try desk.store.setFolderWalk(desk.inbox, true, lease: desk.lease)
            try desk.store.setFolderPush(desk.account, [desk.inbox: "idle"], lease: desk.lease)
            var row = try desk.store.folder(desk.inbox)
            #expect(row.refusals == 2 && row.refused == "never" && row.walk && row.nextSync == nil)
            #expect(row.push == "idle")
            #expect(try desk.store.get("folder", desk.inbox).text("refused") == "never")
            try desk.store.setFolderSynced(
                desk.inbox, at: 100, status: [1, 2], statusUntil: 200, nextSync: 300, lease: desk.lease)
            row = try desk.store.folder(desk.inbox)
            #expect(row.refusals == 0 && row.refused == nil && !row.walk)
            #expect(row.syncedAt == 100 && row.status == [1, 2] && row.statusUntil == 200 && row.nextSync == 300)
            try desk.store.setFolderPush(desk.account, [:], lease: desk.lease)
            #expect(try desk.store.folder(desk.inbox).push == nil)
            // Of another account's folder nothing is learned.
            let foreign = FolderSynced(folder: 999, at: 1)
            #expect(
                result { try desk.store.setFoldersSynced([foreign], lease: desk.lease) } == Int32(MR_E_NOT_FOUND))
        }
    }
}
