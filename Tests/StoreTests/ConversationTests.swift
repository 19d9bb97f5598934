import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// Who spoke last in a thread, who waits, and what answers what.
    @Suite struct Conversations {
        /// One message of a conversation; dates in minutes.
        struct Word: Sendable {
            enum Kind: Sendable { case person, own, machine, draft, junk }
            let kind: Kind
            let at: Int
        }

        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            let words: [Word]
            var waiting: Int?
            var lastIn: Int?
            var lastOut: Int?
            var firstReply: Int?
            var testDescription: String { name }
        }

        static let cases: [Case] = [
            Case(name: "a question", words: [Word(kind: .person, at: 1)], waiting: 1, lastIn: 1),
            Case(name: "our own first", words: [Word(kind: .own, at: 1)], lastOut: 1),
            Case(
                name: "answered", words: [Word(kind: .person, at: 1), Word(kind: .own, at: 4)], lastIn: 1, lastOut: 4,
                firstReply: 3),
            Case(
                name: "asked twice, not answered", words: [Word(kind: .person, at: 1), Word(kind: .person, at: 2)],
                waiting: 1, lastIn: 2),
            Case(
                name: "asked again",
                words: [
                    Word(kind: .person, at: 1), Word(kind: .own, at: 2), Word(kind: .person, at: 5),
                    Word(kind: .person, at: 6),
                ],
                waiting: 5, lastIn: 6, lastOut: 2, firstReply: 1),
            Case(
                name: "a machine does not wait", words: [Word(kind: .own, at: 1), Word(kind: .machine, at: 2)],
                lastOut: 1),
            Case(
                name: "a machine between",
                words: [Word(kind: .person, at: 1), Word(kind: .machine, at: 2), Word(kind: .own, at: 3)],
                lastIn: 1, lastOut: 3, firstReply: 2),
            Case(
                name: "a draft answers nothing", words: [Word(kind: .person, at: 1), Word(kind: .draft, at: 2)],
                waiting: 1,
                lastIn: 1),
            Case(name: "junk waits for nobody", words: [Word(kind: .junk, at: 1)]),
            Case(
                name: "we wrote before",
                words: [Word(kind: .own, at: 1), Word(kind: .person, at: 3), Word(kind: .own, at: 8)],
                lastIn: 3, lastOut: 8, firstReply: 5),
        ]

        private struct Room {
            let desk: Desk
            let folders: [String: Int64]

            init() throws {
                desk = try Desk()
                let rows = try desk.store.applyFolders(
                    desk.account,
                    ["inbox", "sent", "drafts", "junk", "trash"].map {
                        Record(["path": .text($0 == "inbox" ? "INBOX" : $0), "role": .text($0)])
                    }, lease: desk.lease)
                folders = Dictionary(uniqueKeysWithValues: rows.map { ($0.role ?? "", $0.id) })
            }

            func put(_ word: Word, _ number: Int) throws {
                let isOwn = word.kind == .own || word.kind == .draft
                var message = mail(
                    number, references: ["root@example.com"], from: isOwn ? "ANN@example.com" : "bob@example.com",
                    to: isOwn ? ["bob@example.com"] : ["ann@example.com"])
                message.summary.date = Int64(word.at) * 60_000
                if word.kind == .machine { message.summary.report = IncomingReport(kind: "auto_reply") }
                let folder = ["own": "sent", "draft": "drafts", "junk": "junk"]["\(word.kind)"] ?? "inbox"
                try desk.commit([.message(message)], folder: folders[folder])
            }

            func thread() throws -> Record {
                let rows = try desk.store.find("thread", Record(), after: nil, limit: 10).rows
                #expect(rows.count == 1)
                return rows.first ?? Record()
            }
        }

        private func check(_ row: Record, _ expected: Case) {
            #expect(row.int("waiting_since") == expected.waiting.map { Int64($0) * 60_000 })
            #expect(row.int("last_in") == expected.lastIn.map { Int64($0) * 60_000 })
            #expect(row.int("last_out") == expected.lastOut.map { Int64($0) * 60_000 })
            #expect(row.int("first_reply_ms") == expected.firstReply.map { Int64($0) * 60_000 })
        }

        @Test(arguments: cases) func whoWaits(_ given: Case) throws {
            for backwards in [false, true] {
                let room = try Room()
                for (number, word) in given.words.enumerated().sorted(by: {
                    backwards ? $0.offset > $1.offset : $0.offset < $1.offset
                }) {
                    try room.put(word, number + 1)
                }
                check(try room.thread(), given)
            }
        }

        /// Against the plain definition, for random conversations that come and go in any order.
        @Test func whateverComesAndGoesItIsToldRight() throws {
            var random = SeededRandom()
            let kinds: [Word.Kind] = [.person, .person, .own, .machine, .draft, .junk]
            for _ in 0..<12 {
                let room = try Room()
                let words = (0..<10).map { Word(kind: kinds.randomElement(using: &random) ?? .own, at: $0 * 3 + 1) }
                for number in words.indices.shuffled(using: &random) { try room.put(words[number], number + 1) }
                var left = Array(words.indices)
                while !left.isEmpty {
                    check(try room.thread(), expected(left.map { words[$0] }))
                    let gone = left.remove(at: Int.random(in: left.indices, using: &random))
                    let folder = ["own": "sent", "draft": "drafts", "junk": "junk"]["\(words[gone].kind)"] ?? "inbox"
                    try room.desk.commit([.gone(ref: "\(gone + 1)")], folder: room.folders[folder])
                    try room.desk.sweep()
                }
            }
        }

        private func expected(_ words: [Word]) -> Case {
            let ins = words.filter { $0.kind == .person }.map(\.at).sorted()
            let outs = words.filter { $0.kind == .own }.map(\.at).sorted()
            var found = Case(name: "", words: words)
            found.lastIn = ins.last
            found.lastOut = outs.last
            found.waiting = ins.first { $0 > outs.last ?? Int.min }
            if let first = ins.first { found.firstReply = outs.first { $0 > first }.map { $0 - first } }
            return found
        }

        @Test func aMoveChangesWhoSpeaks() throws {
            let room = try Room()
            try room.put(Word(kind: .junk, at: 1), 1)
            #expect(try room.thread().int("waiting_since") == nil)
            // Found to be no junk.
            var back = mail(1, references: ["root@example.com"])
            back.summary.date = 60_000
            try room.desk.commit([.message(back)])
            #expect(try room.thread().int("waiting_since") == 60_000)
            // A draft that is sent: the same bytes, in Sent.
            try room.put(Word(kind: .draft, at: 5), 2)
            #expect(try room.thread().int("waiting_since") == 60_000)
            let id = try #require(try room.desk.messages(["message_id": .text("m2@example.com")])[0].int("id"))
            try room.desk.commit([.known(ref: "77", flags: [], message: id, stable: nil)], folder: room.folders["sent"])
            #expect(try room.thread().int("waiting_since") == nil)
            #expect(try room.thread().int("last_out") == 5 * 60_000)
            #expect(try room.desk.messages(["outgoing": .int(1)]).count == 1)
        }

        @Test func aRoleThatIsSetLaterCounts() throws {
            let desk = try Desk()
            let folder = try desk.store.applyFolders(
                desk.account,
                [Record(["path": .text("INBOX"), "role": .text("inbox")]), Record(["path": .text("Mine")])],
                lease: desk.lease)[1].id
            try desk.commit([.message(mail(1, from: "alias@other.example"))], folder: folder)
            #expect(try desk.messages(["outgoing": .int(1)]).isEmpty)
            var changes = FolderChanges()
            changes.role = "sent"
            try desk.store.updateFolder(folder, changes)
            #expect(try desk.messages(["outgoing": .int(1)]).count == 1)
            let thread = try desk.store.find("thread", Record(), after: nil, limit: 1).rows[0]
            #expect(thread.int("last_out") != nil && thread.int("last_in") == nil)
        }

        /// Two halves that a later message joins.
        @Test func whatIsJoinedIsToldAnew() throws {
            let desk = try Desk()
            try desk.commit([
                .message(mail(1)), .message(mail(3, id: "c@x", references: ["b@x"], from: "ann@example.com")),
            ])
            #expect(try desk.store.find("thread", Record(), after: nil, limit: 9).rows.count == 2)
            try desk.commit([.message(mail(2, id: "b@x", inReplyTo: "m1@example.com"))])
            let rows = try desk.store.find("thread", Record(), after: nil, limit: 9).rows
            #expect(rows.count == 1 && rows[0].int("messages") == 3)
            #expect(rows.first?.int("waiting_since") == nil)
            #expect(rows.first?.int("first_reply_ms") == 120_000)
        }

        @Test func aThreadIsUnreadWhileOneOfItsMessagesIs() throws {
            let desk = try Desk()
            let other = try desk.second()
            try desk.commit([
                .message(mail(1, flags: ["\\Seen"])), .message(mail(2, flags: ["\\Seen"], inReplyTo: "m1@example.com")),
            ])
            try other.commit([.message(mail(3, inReplyTo: "m2@example.com")), .message(mail(9, flags: ["\\Seen"]))])
            func threads(_ query: KeyValuePairs<String, Value?>) throws -> [Int64] {
                try desk.store.find("thread", Record(query), after: nil, limit: 9).rows.compactMap {
                    $0.int("messages")
                }
            }
            #expect(try threads(["seen": .int(0)]) == [3])
            #expect(try threads(["seen": .int(0), "account": .int(desk.account)]).isEmpty, "it has read what it has")
            #expect(try threads(["seen": .int(1), "account": .int(desk.account)]) == [3])
            #expect(try threads(["seen": .int(0), "account": .int(other.account)]) == [3])
            #expect(try threads(["seen": .int(1)]) == [1])
            try other.commit([.flags(ref: "3", flags: ["\\Seen"])])
            #expect(try threads(["seen": .int(0)]).isEmpty)
            #expect(try threads(["account": .int(other.account)]) == [3, 1])
            #expect(try threads(["account": .int(99)]).isEmpty)
        }

        @Test func aSendIsRepliedToByAPerson() throws {
            let desk = try Desk()
            let send = try desk.send()
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.finishAttempt(
                attempt,
                AttemptResult(
                    newState: "sent", recipients: [RecipientOutcome(address: "bob@example.com", outcome: "accepted")]),
                lease: desk.lease)
            func row() throws -> Record { try desk.store.get("send", send) }
            let id = try #require(try row().text("message_id"))
            var machine = mail(1, inReplyTo: id)
            machine.summary.report = IncomingReport(kind: "auto_reply")
            try desk.commit([.message(machine)])
            #expect(try row().int("replied") == nil)
            try desk.commit([.message(mail(3, inReplyTo: id))])
            let first = try row().int("replied_at")
            #expect(first == mail(3).summary.date)
            // An earlier one that comes later stands above it; a later one does not.
            try desk.commit([.message(mail(2, references: ["x@y", id]))])
            #expect(try row().int("replied_at") == mail(2).summary.date)
            try desk.commit([.message(mail(4, inReplyTo: id))])
            #expect(try row().int("replied_at") == mail(2).summary.date)
            #expect(
                try desk.store.find("send", Record(["replied_at.gt": .int(0)]), after: nil, limit: 2).rows.count == 1)
            // What was sent and has no copy here is our last word, until the answer came.
            let thread = try desk.store.find("thread", Record(), after: nil, limit: 9).rows
            #expect(thread.count == 1)
            #expect(try #require(thread.first?.int("last_out")) > mail(4).summary.date)
            #expect(thread.first?.int("waiting_since") == nil)
            try desk.commit([.gone(ref: "2")])
            try desk.sweep()
            #expect(try row().int("replied") == nil)
        }
    }
}
