import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    @Suite struct MailVerbs {
        @Test func foldersThatOnlyLookAlikeAreTwo() throws {
            let desk = try Desk()
            let names = ["caf\u{e9}", "cafe\u{301}"]
            let given = names.map { Record(["path": .text($0)]) }
            for _ in 0..<2 {
                let folders = try desk.store.applyFolders(desk.account, given, lease: desk.lease)
                #expect(Set(folders.map { Array($0.path.utf8) }) == Set(names.map { Array($0.utf8) }))
            }
        }

        @Test func aMessageComesBackAsItWasStored() throws {
            let desk = try Desk()
            var message = mail(1, flags: ["\\Seen", "$Forwarded"], references: ["old@example.com"])
            message.summary.cc = [StoredAddress(name: "Über\u{0}NUL", address: "Cc@Example.com", group: "Team")]
            message.summary.defects = ["bad_date"]
            try desk.commit([.message(message)], cursor: "c1")
            let row = try desk.messages()[0]
            #expect(row.int("account") == desk.account)
            #expect(row.text("folder") == "INBOX")
            #expect(row.text("message_id") == "m1@example.com")
            #expect(row.text("from") == "bob@example.com")
            #expect(row.text("from_name") == "Bob")
            #expect(row.records("cc")[0].text("name") == "Über\u{0}NUL")
            #expect(row.records("cc")[0].text("group") == "Team")
            #expect(row.flags() == ["\\Seen", "$Forwarded"])
            #expect(row.int("seen") == 1)
            #expect(row.int("flagged") == 0)
            #expect(row.int("attachments") == 1)
            #expect(row.int("historical") == 1)
            #expect(row.int("has_body") == 1)
            #expect(row.texts("references") == ["old@example.com"])
            #expect(row.texts("defects") == ["bad_date"])
            #expect(row.int("received_at") == message.internalDate)
            let id = try #require(row.int("id"))
            #expect(try desk.store.get("message", id) == row)
            let parts = try desk.store.find("part", Record(["message": .int(id)]), after: nil, limit: 10).rows
            #expect(parts.map { $0.text("part") } == ["1", "2"])
            #expect(parts[1].text("name") == "a.png")
            #expect(try desk.store.part(id, number: "2")?.offset == 200)
            #expect(try desk.store.part(id, number: "3") == nil)
            let (body, size) = try #require(try desk.store.messageBody(id))
            #expect(size == 9)
            #expect(try read(desk.store, body) == Array("body of 1".utf8))
            #expect(try desk.store.folders(desk.account)[0].cursor == Array("c1".utf8))
        }

        @Test func countsFollowFlagsAndRemovals() throws {
            let desk = try Desk()
            func counts() throws -> [Int64?] {
                let folder = try desk.store.get("folder", desk.inbox)
                let account = try desk.store.accountStatus(desk.account)
                return [folder.int("messages"), folder.int("unseen"), account.int("messages"), account.int("unseen")]
            }
            try desk.commit([.message(mail(1)), .message(mail(2, flags: ["\\Seen"])), .message(mail(3))])
            #expect(try counts() == [3, 2, 3, 2])
            try desk.commit([.flags(ref: "1", flags: ["\\Seen"]), .flags(ref: "2", flags: [])])
            #expect(try counts() == [3, 2, 3, 2])
            try desk.commit([.flags(ref: "2", flags: ["\\Seen", "\\Flagged"])])
            #expect(try counts() == [3, 1, 3, 1])
            try desk.commit([.gone(ref: "3"), .gone(ref: "99"), .flags(ref: "98", flags: [])])
            #expect(try counts() == [2, 0, 2, 0])
            #expect(try desk.messages(["flagged": .int(1)]).map { $0.text("message_id") } == ["m2@example.com"])
            #expect(try desk.messages(["seen": .int(0)]).isEmpty)
        }

        @Test func theSameMailInTwoFoldersIsOneMessage() throws {
            let desk = try Desk()
            let folders = try desk.store.applyFolders(
                desk.account, [Record(["path": .text("INBOX")]), Record(["path": .text("All")])], lease: desk.lease)
            let all = try #require(folders.first { $0.path == "All" }).id
            try desk.commit([.message(mail(1, flags: ["\\Flagged"]))])
            try desk.commit([.message(mail(1, ref: "77", flags: ["\\Seen"]))], folder: all)
            let rows = try desk.messages()
            #expect(rows.count == 1)
            #expect(rows[0].flags() == ["\\Seen", "\\Flagged"])
            #expect(try desk.messages(["folder": .text("All")])[0].text("folder") == "All")
            #expect(try desk.store.find("place", Record(), after: nil, limit: 10).rows.count == 2)
            let status = try desk.store.accountStatus(desk.account)
            #expect(status.int("messages") == 1)
            #expect(status.int("unseen") == 0)
            try desk.commit([.gone(ref: "77")], folder: all)
            #expect(try desk.store.accountStatus(desk.account).int("unseen") == 1)
            #expect(try desk.messages().count == 1)
            try desk.commit([.gone(ref: "1")])
            #expect(try desk.messages().isEmpty)
            #expect(try bodies(desk.store) == 1)
            try desk.sweep()
            #expect(try bodies(desk.store) == 0)
            #expect(try participants(desk.store) == 0)
        }

        @Test func theSameBytesAreKeptOnce() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1, body: "same")), .message(mail(2, body: "same"))])
            #expect(try bodies(desk.store) == 1)
            try desk.commit([.gone(ref: "1")])
            try desk.sweep()
            #expect(try bodies(desk.store) == 1)
            try desk.commit([.gone(ref: "2")])
            try desk.sweep()
            #expect(try bodies(desk.store) == 0)
        }

        @Test func aBatchIsStoredWholeOrNotAtAll() throws {
            let desk = try Desk()
            var broken = mail(3)
            broken.summary.identity = [1, 2]
            let before = try desk.store.latestChange()
            #expect(
                result { try desk.commit([.message(mail(1)), .message(mail(2)), .message(broken)], cursor: "c") }
                    == Int32(MR_E_INTERNAL))
            #expect(try desk.messages().isEmpty)
            #expect(try desk.store.folders(desk.account)[0].cursor.isEmpty)
            #expect(try desk.store.latestChange() == before)
            // What the failed transaction learned of addresses is forgotten.
            try desk.commit([.message(mail(1))])
            #expect(try desk.messages(["participant": .text("BOB@example.com")]).count == 1)
        }

        @Test func aResetKeepsMessagesUntilTheFolderIsCompleteAgain() throws {
            let desk = try Desk()
            try desk.commit(
                [.message(mail(1)), .message(mail(2, flags: ["\\Seen"])), .message(mail(3))], complete: true)
            let ids = try desk.messages().map { $0.int("id") }
            try desk.commit([.reset], cursor: "new")
            #expect(try desk.messages().count == 3)
            #expect(try desk.store.folderReader(desk.inbox).has("1") == false)
            #expect(try desk.store.known(folder: desk.inbox, after: 0, limit: 10).items.isEmpty)
            #expect(try desk.store.folders(desk.account)[0].complete == false)
            let found = try #require(
                try desk.store.lookup(
                    account: desk.account, stable: nil, messageID: "m2@example.com", size: 9, receivedAt: nil))
            try desk.commit([
                .message(mail(1, ref: "101")), .known(ref: "102", flags: ["\\Flagged"], message: found, stable: nil),
            ])
            #expect(try desk.messages().count == 3)
            try desk.commit([], complete: true)
            #expect(try desk.messages().map { $0.int("id") } == Array(ids[..<2]))
            #expect(try desk.store.known(folder: desk.inbox, after: 0, limit: 10).items.map(\.ref) == ["101", "102"])
            let folder = try desk.store.get("folder", desk.inbox)
            #expect(folder.int("messages") == 2)
            #expect(folder.int("unseen") == 2)
            #expect(try desk.store.accountStatus(desk.account).int("unseen") == 2)
        }

        @Test func referencesMayMoveToAnotherMessage() throws {
            let desk = try Desk()
            try desk.commit([
                .skipped(ref: "1", flags: [], size: 5, date: 6, reason: "since", stable: nil), .message(mail(2)),
            ])
            #expect(try desk.store.folderReader(desk.inbox).has("1"))
            try desk.commit([.message(mail(1)), .message(mail(3, ref: "2"))])
            #expect(try desk.messages().map { $0.text("message_id") } == ["m1@example.com", "m3@example.com"])
            #expect(try desk.store.get("folder", desk.inbox).int("messages") == 2)
            // The same again changes nothing.
            let latest = try desk.store.latestChange()
            try desk.commit([.message(mail(1)), .message(mail(3, ref: "2"))])
            #expect(try desk.store.latestChange() == latest)
        }

        @Test func knownPagesInTheOrderOfStoring() throws {
            let desk = try Desk()
            try desk.commit((1...25).map { .message(mail($0, ref: String(1000 - $0))) })
            var refs: [String] = []
            var after: Int64 = 0
            var pages = 0
            repeat {
                let page = try desk.store.known(folder: desk.inbox, after: after, limit: 10)
                refs += page.items.map(\.ref)
                after = page.next
                pages += 1
            } while after != 0
            #expect(pages == 3)
            #expect(refs == (1...25).map { String(1000 - $0) })
        }

        @Test func foldersGoWithTheirPlaces() throws {
            let desk = try Desk()
            let folders = try desk.store.applyFolders(
                desk.account,
                [
                    Record(["path": .text("INBOX"), "role": .text("inbox"), "selectable": .int(0)]),
                    Record(["path": .text("Old")]),
                ],
                lease: desk.lease)
            #expect(folders.map(\.path) == ["INBOX", "Old"])
            #expect(folders[0].id == desk.inbox)
            #expect(folders[0].selectable == false)
            try desk.commit((1...700).map { .message(mail($0)) }, folder: folders[1].id)
            try desk.commit([.message(mail(1))])
            let left = try desk.store.applyFolders(desk.account, [Record(["path": .text("INBOX")])], lease: desk.lease)
            #expect(left.map(\.path) == ["INBOX"])
            #expect(try desk.messages().count == 1)
            #expect(try desk.store.accountStatus(desk.account).int("messages") == 1)
            #expect(
                result { _ = try desk.store.applyFolders(desk.account, [Record()], lease: desk.lease) }
                    == Int32(MR_E_INVALID))
        }

        @Test func messagesThatAnswerEachOtherAreOneThread() throws {
            let desk = try Desk()
            // Newest first, as a first sync goes: the answer comes before what it answers.
            try desk.commit([.message(mail(3, inReplyTo: "m2@example.com"))])
            try desk.commit([.message(mail(1))])
            #expect(Set(try desk.messages().map { $0.int("thread") }).count == 2)
            try desk.commit([.message(mail(2, inReplyTo: "m1@example.com", references: ["m1@example.com"]))])
            let threads = try desk.store.find("thread", Record(), after: nil, limit: 10).rows
            #expect(threads.count == 1)
            #expect(threads[0].int("messages") == 3)
            #expect(threads[0].text("subject") == "Subject 1")
            #expect(threads[0].int("first_at") == 1_700_000_060_000)
            #expect(threads[0].int("last_at") == 1_700_000_180_000)
            #expect(Set(try desk.messages().map { $0.int("thread") }) == [threads[0].int("id")])
            // A reference to what was never stored joins, too.
            try desk.commit([
                .message(mail(10, references: ["ghost@x"])),
                .message(mail(11, references: ["ghost@x", "m3@example.com"])),
            ])
            #expect(
                try desk.store.find("thread", Record(), after: nil, limit: 10).rows.map { $0.int("messages") } == [5])
            try desk.commit([.gone(ref: "1")])
            try desk.sweep()
            #expect(
                try desk.store.find("thread", Record(), after: nil, limit: 10).rows[0].text("subject") == "Subject 2")
        }

        @Test func stagedBodiesAreSealedOnceAndSweptWhenForgotten() throws {
            let scratch = try Scratch()
            let store = try openAside(scratch.store)
            let large = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            func stage(_ bytes: [UInt8]) throws -> Int64 {
                let writer = try store.bodyBegin()
                var rest = bytes[...]
                while !rest.isEmpty {
                    try Array(rest.prefix(70_001)).withUnsafeBytes { try writer.write($0) }
                    rest = rest.dropFirst(70_001)
                }
                let id = try writer.seal()
                #expect(result { _ = try writer.seal() } == Int32(MR_E_CLOSED))
                return id
            }
            let id = try stage(large)
            #expect(try stage(large) == id)
            #expect(try store.bodySize(id) == 600_000)
            #expect(try read(store, id) == large)
            #expect(try stage([]) != id)
            var middle = [UInt8](repeating: 0, count: 10)
            #expect(try middle.withUnsafeMutableBytes { try store.bodyRead(id, offset: 262_140, into: $0) } == 10)
            #expect(middle == Array(large[262_140..<262_150]))
            #expect(try middle.withUnsafeMutableBytes { try store.bodyRead(id, offset: 600_000, into: $0) } == 0)
            let open = try store.bodyBegin()
            try large.withUnsafeBytes { try open.write($0) }
            #expect(try bodies(store) == 3)
            let abandoned = try store.bodyBegin()
            try large.withUnsafeBytes { try abandoned.write($0) }
            abandoned.abandon()
            #expect(try bodies(store) == 3)
            // Another process leaves it alone while this one lives, and removes it when it is dead.
            try openAside(scratch.store).close()
            #expect(try bodies(store) == 3)
            store.run.close()
            let next = try openAside(scratch.store)
            #expect(try bodies(next) == 2)
        }

        @Test func aBodyThatAMessageHoldsStays() throws {
            let desk = try Desk()
            let id = try desk.body("staged")
            var message = mail(1)
            message.body = .staged(id)
            try desk.commit([.message(message)])
            #expect(try desk.store.messageBody(try #require(try desk.messages()[0].int("id")))?.body == id)
            message = mail(2)
            message.body = .staged(9999)
            #expect(result { try desk.commit([.message(message)]) } == Int32(MR_E_NOT_FOUND))
            message = mail(3)
            message.body = .none
            try desk.commit([.message(message)])
            #expect(try desk.messages(["message_id": .text("m3@example.com")])[0].int("has_body") == 0)
            try desk.commit([.message(mail(3))])
            #expect(try desk.messages(["message_id": .text("m3@example.com")])[0].int("has_body") == 1)
        }
    }
}

func read(_ store: Store, _ body: Int64) throws -> [UInt8] {
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 100_000)
    while true {
        let got = try buffer.withUnsafeMutableBytes { try store.bodyRead(body, offset: Int64(out.count), into: $0) }
        if got == 0 { return out }
        out += buffer[..<got]
    }
}

func bodies(_ store: Store) throws -> Int64? {
    try store.read { (db) throws(Failure) in try db.int("SELECT count(*) FROM body") }
}
func participants(_ store: Store) throws -> Int64? {
    try store.read { (db) throws(Failure) in try db.int("SELECT count(*) FROM participant") }
}
