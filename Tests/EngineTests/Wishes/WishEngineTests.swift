import Base
import CMailroom
import Store
import Testing

@testable import Engine

/// mr_update, mr_put and mr_remove, to the files of a real Maildir and back.
struct WishEngineTests {
    @Test func flags() throws {
        let room = try MaildirRoom()
        try room.deliver("new/1.a.host", 1)
        try room.deliver("cur/2.b.host:2,FS", 2)
        try room.sync()
        let (one, two) = (try room.message(1), try room.message(2))
        try room.engine.update("message", one, Record(["seen": .int(1), "flagged": .int(1)]))
        try room.engine.update("message", two, Record(["seen": .int(0), "add": .list([.text("\\Draft")])]))
        #expect(try room.engine.get("message", one).int("seen") == 1)
        #expect(try room.open == 2)
        try room.sync()
        #expect(room.files("cur") == ["1.a.host:2,FS", "2.b.host:2,DF"])
        #expect(room.files("new").isEmpty)
        #expect(try room.open == 0)
        let before = try room.engine.core.store.latestChange()
        try room.sync()
        #expect(try room.rows("message").count == 2)
        #expect(
            try room.engine.core.store.changes(after: before, query: Record(), limit: 10).allSatisfy {
                $0.text("kind") != "message"
            })
    }

    @Test func aKeywordThatTheServerCannotKeepIsLost() throws {
        let room = try MaildirRoom()
        try room.deliver("cur/1.a.host:2,", 1)
        try room.sync()
        let one = try room.message(1)
        try room.engine.update("message", one, Record(["seen": .int(1), "add": .list([.text("Work")])]))
        #expect(try room.engine.get("message", one).texts("flags") == ["\\Seen", "Work"])
        try room.sync()
        #expect(try room.engine.get("message", one).texts("flags") == ["\\Seen"])
        let wish = try #require(try room.rows("wish").first)
        #expect(wish.text("state") == "lost")
        #expect(try room.rows("log", ["level": .text("notice")]).count == 1)
    }

    @Test func moveCopyAndDelete() throws {
        let room = try MaildirRoom()
        for number in 1...4 { try room.deliver("cur/\(number).a.host:2,S", number) }
        try room.sync()
        let ids = try (1...4).map { try room.message($0) }
        try room.engine.update("message", ids[0], Record(["folder": .int(try room.folder("Archive"))]))
        _ = try room.engine.put(
            "place", Record(["message": .int(ids[1]), "folder": .int(try room.folder("Archive"))]))
        try room.engine.remove("message", ids[2])
        try room.engine.update("message", ids[3], Record(["delete": .text("forever")]))
        #expect(try room.folders(of: ids[0]) == [try room.folder("Archive")])
        #expect(try room.folders(of: ids[3]).isEmpty)
        try room.sync()
        #expect(room.files("cur") == ["2.a.host:2,S"])
        #expect(room.files(".Archive/cur") == ["1.a.host:2,S", "2.a.host:2,S"])
        #expect(room.files(".Trash/cur") == ["3.a.host:2,S"])
        #expect(try room.open == 0)
        #expect(try Set(room.rows("message").compactMap { $0.int("id") }) == Set(ids[0...2]))
        #expect(try room.rows("place").allSatisfy { $0["ref"] != nil })
        // Out of trash it goes for good; moved twice at once it arrives at the last one.
        try room.engine.remove("message", ids[2])
        try room.engine.update("message", ids[0], Record(["folder": .int(try room.folder("Trash"))]))
        try room.engine.update("message", ids[0], Record(["folder": .int(try room.folder("INBOX"))]))
        try room.sync()
        #expect(room.files("cur") == ["1.a.host:2,S", "2.a.host:2,S"])
        #expect(room.files(".Archive/cur") == ["2.a.host:2,S"])
        #expect(room.files(".Trash/cur").isEmpty)
        #expect(try room.open == 0)
    }

    @Test func whatIsGoneIsAConflict() throws {
        let room = try MaildirRoom()
        for number in 1...2 { try room.deliver("cur/\(number).a.host:2,", number) }
        try room.sync()
        let ids = try (1...2).map { try room.message($0) }
        try room.engine.update("message", ids[0], Record(["seen": .int(1)]))
        try room.engine.update("message", ids[1], Record(["folder": .int(try room.folder("Archive"))]))
        try MaildirRoom.shell("cd '\(room.path)/mail' && mv cur/1.a.host:2, .Sent/cur && rm cur/2.a.host:2,")
        try room.sync()
        try room.sync()
        #expect(try room.rows("wish").map { $0.text("state") } == ["lost", "lost"])
        #expect(try room.folders(of: ids[0]) == [try room.folder("Sent")])
        #expect(try room.folders(of: ids[1]).isEmpty)
        let conflicts = try room.engine.core.store.changes(
            after: 0, query: Record(["kind": .text("message")]), limit: 100
        ).filter { $0.text("detail") == "conflict" }
        #expect(Set(conflicts.compactMap { $0.int("id") }) == Set(ids))
    }

    @Test func draftsAndSentCopies() throws {
        let room = try MaildirRoom()
        func draft(_ text: String, replaces: Int64? = nil) throws -> Int64 {
            try room.engine.put(
                "message",
                Record([
                    "account": .int(room.account), "subject": .text("Offer"), "text": .text(text),
                    "bcc": .list([.text("secret@example.com")]), "replaces": replaces.map(Value.int),
                ]))
        }
        let first = try draft("one")
        #expect(try room.engine.get("message", first).int("draft") == 1)
        try room.sync()
        #expect(room.files(".Drafts/cur").count == 1)
        let second = try draft("two", replaces: first)
        let third = try draft("three", replaces: second)
        try room.sync()
        let files = room.files(".Drafts/cur")
        #expect(files.count == 1 && files[0].hasSuffix(":2,DS"))
        #expect(try room.rows("message").compactMap { $0.int("id") } == [third])
        #expect(
            try room.engine.get("message", third).records("bcc").map { $0.text("address") } == ["secret@example.com"])
        let raw = "From: ann@example.com\r\nSubject: Sent\r\n\r\nDone.\r\n"
        let sent = try room.engine.put(
            "message", Record(["account": .int(room.account), "role": .text("sent"), "raw": .text(raw)]))
        try room.sync()
        #expect(room.files(".Sent/cur").count == 1)
        #expect(try room.engine.get("message", sent).int("seen") == 1)
        #expect(try room.rows("place", ["message": .int(sent)]).allSatisfy { $0["ref"] != nil })
        #expect(try room.open == 0)
        #expect(try room.rows("message").count == 2)
    }

    @Test func readOnly() throws {
        let room = try MaildirRoom(direction: "read_only")
        try room.deliver("new/1.a.host", 1)
        try room.sync()
        let one = try room.message(1)
        let attempts: [() throws -> Void] = [
            { try room.engine.update("message", one, Record(["seen": .int(1)])) },
            { try room.engine.remove("message", one) },
            { _ = try room.engine.put("message", Record(["account": .int(room.account), "text": .text("x")])) },
        ]
        for attempt in attempts {
            let failure = #expect(throws: Failure.self) { try attempt() }
            #expect(failure?.result == Int32(MR_E_REFUSED))
            #expect(failure?.message.contains("read_only") == true)
        }
        try room.sync()
        #expect(room.files("new") == ["1.a.host"])
        #expect(try room.rows("wish").isEmpty)
        #expect(try room.engine.status(room.account).text("direction") == "read_only")
    }

    @Test(
        arguments: [
            (Record(["seen": .int(2)]), "seen"), (Record(["add": .list([.text("\\Deleted")])]), "add[0]"),
            (Record(["add": .list([.text("two words")])]), "add[0]"), (Record(["delete": .text("now")]), "delete"),
            (Record(["delete": .text("trash"), "folder": .int(1)]), "delete"),
            (Record(["seen": .int(1), "remove": .list([.text("\\SEEN")])]), "remove"), (Record(["x": .int(1)]), "x"),
        ] as [(Record, String)])
    func whatIsWrongIsRefused(_ values: Record, _ field: String) throws {
        let room = try MaildirRoom()
        try room.deliver("new/1.a.host", 1)
        try room.sync()
        let one = try room.message(1)
        let failure = #expect(throws: Failure.self) { try room.engine.update("message", one, values) }
        #expect(failure?.field == field)
        #expect(try room.rows("wish").isEmpty)
    }
}
