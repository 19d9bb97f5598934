import Base
import CMailroom
import Testing

@testable import Store

extension Desk {
    func lookup(
        stable: String? = nil, _ number: Int? = nil, size: Int64? = nil, at: Int64? = nil, account other: Int64? = nil
    ) throws -> Int64? {
        let message = number.map { mail($0) }
        return try store.lookup(
            account: other ?? account, stable: stable, messageID: message?.summary.messageID,
            size: size ?? message?.size, receivedAt: at)
    }

    func id(_ number: Int) throws -> Int64? {
        try messages(["message_id": .text("m\(number)@example.com")]).first?.int("id")
    }
}

extension StoreTests {
    @Suite struct HealVerbs {
        @Test func aMovedMessageStaysTheSameMessage() throws {
            let desk = try Desk()
            let work = try desk.apply([listed("INBOX"), listed("Work")])[1].id
            try desk.commit([.message(mail(1, flags: ["\\Flagged"]))])
            let id = try #require(try desk.id(1))
            let before = try desk.store.latestChange()
            try desk.commit([.gone(ref: "1")])
            // Adrift: by its id it is there, in no list, and not counted.
            #expect(try desk.messages().isEmpty)
            #expect(try desk.store.find("place", Record(), after: nil, limit: 9).rows.isEmpty)
            #expect(try desk.status() == [0, 0])
            let row = try desk.store.get("message", id)
            #expect(row.int("adrift") == 1)
            #expect(row.text("folder") == nil)
            #expect(try desk.store.messageBody(id) != nil)
            let found = try #require(try desk.lookup(1))
            #expect(found == id)
            try desk.commit([.known(ref: "9", flags: ["\\Seen"], message: found, stable: nil)], folder: work)
            #expect(try desk.id(1) == id)
            #expect(try desk.store.get("message", id).int("adrift") == 0)
            #expect(try desk.store.get("message", id).text("folder") == "Work")
            #expect(try desk.status() == [1, 0])
            #expect(try desk.store.sweepAdrift(desk.account, before: .max, lease: desk.lease) == 0)
            #expect(try desk.told(after: before) == ["message changed place", "message changed place"])
        }

        @Test func aMessageThatIsNowhereGoesAfterARound() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1)), .message(mail(2))])
            try desk.commit([.gone(ref: "1")])
            let before = try desk.store.latestChange()
            try desk.sweep()
            #expect(try desk.told(after: before) == ["message removed"])
            #expect(try bodies(desk.store) == 1)
            #expect(try desk.lookup(1) == nil)
            try desk.sweep()
            #expect(try desk.told(after: before).count == 1)
            // It may come again, as a new one.
            try desk.commit([.message(mail(1, historical: false))])
            #expect(try desk.told(after: before).last == "message added new")
        }

        @Test func whatIsAdriftInOneAccountIsFoundInAnother() throws {
            let desk = try Desk()
            let other = try desk.second()
            try desk.commit([.message(mail(1))])
            let id = try #require(try desk.id(1))
            try desk.commit([.gone(ref: "1")])
            let before = try desk.store.latestChange()
            try other.commit([.message(mail(1, ref: "77"))])
            #expect(try desk.told(after: before) == ["message added historical"])
            #expect(try desk.id(1) == id)
            #expect(try desk.store.sweepAdrift(desk.account, before: .max, lease: desk.lease) == 0)
            #expect(try desk.status() == [0, 0])
            #expect(try other.status() == [1, 1])
            // And gone from there, it waits for that account's round.
            try other.commit([.gone(ref: "77")])
            #expect(try desk.store.sweepAdrift(desk.account, before: .max, lease: desk.lease) == 0)
            #expect(try desk.store.sweepAdrift(other.account, before: .max, lease: other.lease) == 1)
        }

        /// Mail from one connected user to another: each account is told of it as its own.
        @Test func whatAnotherAccountHasAlreadyIsNewToThisOne() throws {
            let desk = try Desk()
            let other = try desk.second()
            let work = try other.apply([listed("INBOX"), listed("Work")])[1].id
            try desk.commit([.message(mail(1))])
            let id = try #require(try desk.id(1))
            func told(_ body: () throws -> Void) throws -> [String] {
                let before = try desk.store.latestChange()
                try body()
                #expect(
                    try desk.store.changes(after: before, query: Record(), limit: 9).allSatisfy {
                        $0.text("kind") != "message" || $0.int("account") == other.account && $0.int("id") == id
                    })
                return try desk.told(after: before).filter { $0.hasPrefix("message") }
            }
            #expect(
                try told { try other.commit([.message(mail(1, ref: "5", historical: false))]) }
                    == ["message added new"])
            // A second folder, and a move by another client, are no news of a message.
            #expect(
                try told { try other.commit([.message(mail(1, ref: "7"))], folder: work) } == ["message changed place"])
            #expect(try told { try other.commit([.gone(ref: "5")]) } == ["message changed place"])
            #expect(try told { try other.commit([.gone(ref: "7")], folder: work) } == ["message changed place"])
            #expect(try desk.lookup(1, account: other.account) == id)
            #expect(try told { try other.commit([.message(mail(1, ref: "8"))]) } == ["message changed place"])
            // Nor is a folder whose references became void.
            #expect(
                try told { try other.commit([.reset, .message(mail(1, ref: "80"))], complete: true) }.isEmpty)
            // Given up by this account alone, it stays the other's, and may come anew.
            try other.commit([.gone(ref: "80")])
            #expect(try other.store.sweepAdrift(other.account, before: .max, lease: other.lease) == 0)
            #expect(try desk.id(1) == id)
            #expect(
                try told { try other.commit([.message(mail(1, ref: "81", historical: false))]) }
                    == ["message added new"])
        }

        @Test func lookupFindsOneAndTheSame() throws {
            let desk = try Desk()
            let other = try desk.second()
            var first = mail(1)
            first.stable = "s1"
            // The same Message-ID twice, as some senders do, with the same size.
            try desk.commit([
                .message(first), .message(mail(2, id: "twin@x", body: "aa")),
                .message(mail(3, id: "twin@x", body: "bb")), .message(mail(4, id: "twin@x", body: "ccc")),
            ])
            let id = try #require(try desk.id(1))
            let at = first.internalDate
            #expect(try desk.lookup(stable: "s1") == id)
            #expect(try desk.lookup(stable: "s1", 99) == id)
            #expect(try desk.lookup(stable: "s2", 1) == id)
            #expect(try desk.lookup(stable: "s2") == nil)
            #expect(try desk.lookup(1, at: at) == id)
            #expect(try desk.lookup(1, at: at + 1) == nil)
            #expect(try desk.lookup(1, size: 12) == nil)
            #expect(try desk.lookup(9) == nil)
            // Another account's messages are not looked at: its mail may only look alike.
            #expect(try desk.lookup(stable: "s1", account: other.account) == nil)
            #expect(try desk.lookup(1, at: at, account: other.account) == nil)
            func twin(_ size: Int64, _ at: Int64?) throws -> Int64? {
                try desk.store.lookup(
                    account: desk.account, stable: nil, messageID: "twin@x", size: size, receivedAt: at)
            }
            #expect(try twin(2, nil) == nil)
            #expect(try twin(2, mail(2).internalDate) != nil)
            #expect(try twin(3, nil) != nil)
            // Adrift, all of it is found still.
            try desk.commit((1...4).map { .gone(ref: String($0)) })
            #expect(try desk.lookup(stable: "s1") == id)
            #expect(try desk.lookup(1, at: at) == id)
            #expect(try twin(3, nil) != nil)
            #expect(try desk.store.mayKnowMessages(of: desk.account))
            try desk.sweep()
            #expect(try desk.lookup(stable: "s1") == nil)
            #expect(try !desk.store.mayKnowMessages(of: desk.account))
        }

        @Test func afterAResetKnownAndFetchedMessagesKeepTheirPlaces() throws {
            let desk = try Desk()
            try desk.commit((1...6).map { .message(mail($0, flags: $0 == 2 ? ["\\Seen"] : [])) }, complete: true)
            let places = try desk.store.find("place", Record(), after: nil, limit: 99).rows
            let before = try desk.store.latestChange()
            // What stands before the reset in its batch speaks of old references.
            try desk.commit(
                [.flags(ref: "1", flags: ["\\Deleted"]), .reset, .message(mail(1, ref: "11"))], cursor: "n")
            #expect(try desk.messages().count == 6)
            #expect(try desk.status() == [6, 5])
            let found = try #require(try desk.lookup(2))
            try desk.commit(
                [
                    .known(ref: "12", flags: ["\\Seen"], message: found, stable: "s"), .message(mail(3, ref: "13")),
                    .message(mail(4, ref: "14", flags: ["\\Seen"])),
                ])
            try desk.commit([], complete: true)
            let after = try desk.store.find("place", Record(), after: nil, limit: 99).rows
            #expect(after.map { $0.int("id") } == places.prefix(4).map { $0.int("id") })
            #expect(after.map { $0.int("message") } == places.prefix(4).map { $0.int("message") })
            #expect(after.map { $0.text("ref") } == ["11", "12", "13", "14"])
            #expect(try desk.lookup(stable: "s") == found)
            // No flood: one has other flags, two are gone and wait for the round's end.
            #expect(
                try desk.told(after: before).sorted()
                    == ["message changed flags", "message changed place", "message changed place"])
            #expect(try desk.status() == [4, 2])
        }

        @Test func aProcessThatDiedWhileItMadeReferencesVoid() throws {
            let desk = try Desk()
            try desk.commit((1...10).map { .message(mail($0)) }, cursor: "old", complete: true)
            // As the first transaction of a reset leaves it, with one place done.
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run(
                    "UPDATE folder SET void_places = ?, complete = 0, cursor = x'' WHERE id = ?", Reset.running,
                    desk.inbox)
                try transaction.db.run("UPDATE place SET ref = NULL WHERE ref = '1'")
            }
            let reader = try desk.store.folderReader(desk.inbox)
            #expect(try !reader.has("2"))
            let audit = try desk.store.auditReader(desk.inbox)
            #expect(try audit.compare([AuditItem(ref: "2", flags: [])]).map(\.what) == [.missing])
            #expect(try desk.store.known(folder: desk.inbox, after: 0, limit: 100).items.isEmpty)
            // The new message 2 has an old reference of another one.
            try desk.commit([.message(mail(7, ref: "2")), .message(mail(11, ref: "3"))], cursor: "new")
            #expect(try desk.store.known(folder: desk.inbox, after: 0, limit: 100).items.map(\.ref) == ["2", "3"])
            #expect(try desk.messages().count == 11)
            try desk.commit([], complete: true)
            #expect(
                try desk.messages().compactMap { $0.text("message_id") } == ["m7@example.com", "m11@example.com"])
            #expect(try desk.status() == [2, 2])
        }

        @Test func manyVoidPlacesGoInSeveralTransactions() throws {
            let desk = try Desk()
            for start in stride(from: 0, to: 5_000, by: 500) {
                try desk.commit((start..<start + 500).map { .message(mail($0, body: "same")) })
            }
            try desk.commit([.skipped(ref: "s", flags: [], size: 1, date: 1, reason: "since", stable: nil), .reset])
            #expect(try desk.messages(["limit": .int(5)]).count == 5)
            try desk.commit([.message(mail(3, ref: "n"))], complete: true)
            #expect(try desk.status() == [1, 1])
            #expect(try desk.store.get("folder", desk.inbox).int("messages") == 1)
            let left = try desk.store.read { (db) throws(Failure) in try db.int("SELECT count(*) FROM place") }
            #expect(left == 1)
            let void = try desk.store.read { (db) throws(Failure) in try db.int("SELECT void_places FROM folder") }
            #expect(void == Reset.none)
        }

        @Test func theReaderKnowsWhatIsThere() throws {
            let desk = try Desk()
            let empty = try desk.store.folderReader(desk.inbox)
            #expect(try empty.held("1") == .no)
            empty.noted("1")
            try desk.commit([
                .message(mail(1)), .skipped(ref: "2", flags: [], size: 1, date: 1, reason: "size", stable: nil),
                .refused(ref: "3", flags: [], size: 1, date: 1, text: "NO"),
            ])
            var header = mail(4)
            header.whole = 900
            header.body = .none
            header.size = 900
            try desk.commit([.message(header)])
            let id = try #require(try desk.id(1))
            #expect(try empty.held("1") == .message(id))
            let reader = try desk.store.folderReader(desk.inbox)
            // Before and after it has read the references.
            for _ in 0..<3 {
                #expect(try reader.held("1") == .message(id))
                #expect(try reader.held("2") == .skipped(reason: "size"))
                #expect(try reader.held("3") == .skipped(reason: "quarantine"))
                #expect(try reader.held("4") == .header(try #require(try desk.id(4))))
                for number in 100..<150 { #expect(try reader.held(String(number)) == .no) }
            }
            try desk.commit([.message(mail(200))])
            #expect(try !reader.has("200"))
            reader.noted("200")
            #expect(try reader.has("200"))
            reader.noteReset()
            #expect(try !reader.has("1"))
            #expect(try !reader.has("200"))
            #expect(result { _ = try desk.store.folderReader(99) } == Int32(MR_E_NOT_FOUND))
        }
    }
}
