import Base
import CMailroom
import Glibc
import Synchronization
import Testing

@testable import Store

extension StoreTests {
    @Suite struct FindVerbs {
        @Test(arguments: [
            ("message", Record(["nope": .int(1)]), "nope"), ("message", Record(["subject": .text("x")]), "subject"),
            ("message", Record(["date": .text("x")]), "date"), ("message", Record(["date.xx": .int(1)]), "date.xx"),
            ("message", Record(["date.in": .int(1)]), "date.in"),
            ("message", Record(["order": .text("size")]), "order"),
            ("message", Record(["order": .text("-nope")]), "order"), ("message", Record(["order": .int(1)]), "order"),
            ("message", Record(["limit": .int(-1)]), "limit"), ("message", Record(["limit": .text("1")]), "limit"),
            ("message", Record(["fields": .list([.text("nope")])]), "fields"),
            ("message", Record(["fields": .int(1)]), "fields"),
            ("message", Record(["participant.lt": .text("x")]), "participant"),
            ("message", Record(["seen.gt": .int(0)]), "seen"),
            ("message", Record(["folder.gt": .text("x")]), "folder"), ("part", Record(), "message"),
            ("part", Record(["message.lt": .int(3)]), "message"), ("nothing", Record(), "kind"),
            ("connect", Record(), "kind"),
            ("provider", Record(), "kind"), ("send", Record(["state": .int(1)]), "state"),
            ("message", Record(["id.in": .list([Value](repeating: .int(1), count: 1001))]), "id.in"),
        ])
        func whatMakesNoSenseIsNamed(_ kind: String, _ query: Record, _ field: String) throws {
            let desk = try Desk()
            do {
                _ = try desk.store.find(kind, query, after: nil, limit: 10)
                Issue.record("it was taken")
            } catch {
                #expect(error.result == Int32(MR_E_INVALID))
                #expect(error.field == field)
            }
        }

        @Test(arguments: [
            (Record(["date.lt": .int(1_700_000_120_000)]), [1]),
            (Record(["date.ge": .int(1_700_000_240_000)]), [4, 5]),
            (Record(["message_id": .text("m3@example.com")]), [3]),
            (
                Record(["message_id.in": .list([.text("m3@example.com"), .text("m5@example.com"), .text("x")])]),
                [3, 5]
            ),
            (Record(["id.in": .list([])]), []), (Record(["from": .text("CARL@example.com")]), [4]),
            (Record(["participant": .text("carl@example.com")]), [4, 5]), (Record(["seen": .int(1)]), [2]),
            (Record(["seen": .int(0), "flagged": .int(1)]), [3]), (Record(["folder": .text("Sent")]), [5]),
            (
                Record([
                    "folder.in": .list([.text("Sent"), .text("INBOX")]), "order": .text("-date"), "limit": .int(2),
                ]), [5, 4]
            ),
            (Record(["account": .int(99)]), []), (Record(["historical": .int(0)]), []),
            (Record(["attachments.gt": .int(0)]), [1, 2, 3, 4, 5]),
            (Record(["order": .text("-id"), "limit": .int(3)]), [5, 4, 3]), (Record(["limit": .int(0)]), []),
            (Record(["in_reply_to": .text("m1@example.com")]), [2]),
            (Record(["after": .int(3)]), [4, 5]), (Record(["after": .int(3), "limit": .int(1)]), [4]),
            (Record(["after": .int(3), "order": .text("-date")]), [2, 1]),
            (Record(["after": .int(3), "order": .list([.text("-id")])]), [2, 1]), (Record(["after": .int(5)]), []),
        ])
        func conditionsChoose(_ query: Record, _ numbers: [Int]) throws {
            let desk = try Desk()
            let folders = try desk.store.applyFolders(
                desk.account, [Record(["path": .text("INBOX")]), Record(["path": .text("Sent")])], lease: desk.lease)
            try desk.commit([
                .message(mail(1)), .message(mail(2, flags: ["\\Seen"], inReplyTo: "m1@example.com")),
                .message(mail(3, flags: ["\\Flagged"])), .message(mail(4, from: "carl@example.com")),
            ])
            try desk.commit([.message(mail(5, to: ["carl@example.com"]))], folder: try #require(folders.last).id)
            var found: [Record] = []
            var next: [UInt8]?
            repeat {
                let page = try desk.store.find("message", query, after: next, limit: 2)
                #expect(page.rows.count <= 2)
                found += page.rows
                next = page.next
            } while next != nil
            #expect(found.map { $0.text("message_id") } == numbers.map { "m\($0)@example.com" })
        }

        @Test func aFolderOfOneAccountIsNotThatOfAnother() throws {
            let desk = try Desk()
            var values = ann()
            values.address = "carl@example.com"
            let carl = try desk.store.insertAccount(values, job: NewJob(kind: "connect")).account
            let lease = try #require(try desk.store.acquireLease(carl))
            let archive = try desk.store.applyFolders(carl, [Record(["path": .text("Archive")])], lease: lease)[0].id
            try desk.commit([.message(mail(1))])
            var batch = SyncBatch(account: carl, folder: archive)
            batch.items = [.message(mail(1))]
            try desk.store.commit(batch, lease: lease)
            #expect(try desk.messages(["account": .int(carl)])[0].text("folder") == "Archive")
            #expect(try desk.messages(["account": .int(carl), "folder": .text("INBOX")]).isEmpty)
            #expect(try desk.messages(["account": .int(desk.account), "folder": .text("INBOX")]).count == 1)
        }

        @Test func equalSortKeysArePagedWithoutLoss() throws {
            let desk = try Desk()
            try desk.commit(
                (1...30).map { number in
                    var message = mail(number)
                    message.summary.date = 5
                    return .message(message)
                })
            for order in ["date", "-date"] {
                var ids: [Int64] = []
                var next: [UInt8]?
                repeat {
                    let page = try desk.store.find("message", Record(["order": .text(order)]), after: next, limit: 7)
                    ids += page.rows.compactMap { $0.int("id") }
                    next = page.next
                } while next != nil
                #expect(ids.count == 30)
                #expect(ids == (order == "date" ? ids.sorted() : ids.sorted().reversed()))
            }
            #expect(
                result { _ = try desk.store.find("message", Record(), after: [0xff, 0xff], limit: 1) }
                    == Int32(MR_E_INVALID))
        }

        @Test func fieldsAreThoseThatWereChosen() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1, flags: ["\\Seen"]))])
            let row = try desk.messages(["fields": .list([.text("subject"), .text("seen"), .text("from")])])[0]
            #expect(row == Record(["subject": .text("Subject 1"), "from": .text("bob@example.com"), "seen": .int(1)]))
        }

        /// Every field of a row is one of its kind's, and of its type.
        @Test func rowsAreAsTheTableOfFieldsSays() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1, flags: ["\\Seen"], references: ["x@y"]))], cursor: "c", complete: true)
            _ = try desk.store.insertCompany(company("k", name: "n", mailboxes: 0, domains: ["a.example"]))
            _ = try desk.put("bob", ["bob@example.com"])
            let send = try desk.send()
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.finishAttempt(
                attempt,
                AttemptResult(
                    newState: "failed", recipients: [RecipientOutcome(address: "bob@example.com", outcome: "refused")],
                    failure: Failure(MR_E_REFUSED, "no")), lease: desk.lease)
            try desk.store.addLog(NewLog(account: desk.account, what: "sync", message: "m"))
            try desk.store.workerBeat()
            let kinds = [
                "account", "folder", "message", "place", "thread", "company", "send", "recipient", "attempt", "log",
                "job", "contact",
            ]
            for kind in kinds {
                let spec = try #require(RecordSpec.named(kind))
                let rows = try desk.store.find(kind, Record(), after: nil, limit: 10).rows
                #expect(!rows.isEmpty, "\(kind)")
                for field in rows.flatMap(\.fields) {
                    let known = spec.field(field.name)
                    #expect(known != nil, "\(kind).\(field.name)")
                    #expect(
                        known.map { "\($0.kind)" } == (field.value.kindName == "integer" ? "int" : field.value.kindName)
                    )
                }
                // Every condition that the table of fields promises can be asked for.
                for field in spec.fields where field.queried {
                    let value: Value = field.kind == .int ? .int(0) : .text("x")
                    #expect(throws: Never.self, "\(kind).\(field.name)") {
                        _ = try desk.store.find(kind, Record([field.name: value]), after: nil, limit: 1)
                    }
                }
            }
            for kind in ["policy", "batch"] {
                #expect(try desk.store.find(kind, Record(), after: nil, limit: 1).rows.isEmpty)
            }
        }

        @Test func manyThreadsReadAndWriteWithoutALock() throws {
            let desk = try Desk()
            let own = desk.store
            let other = try openAside(desk.scratch.store)
            let accounts = try (0..<4).map { index in
                var values = ann()
                values.address = "user\(index)@example.com"
                return try desk.store.insertAccount(values, job: NewJob(kind: "connect")).account
            }
            let failures = Lock<[String]>([])
            let written = Counter()
            let read = Counter()
            // For a while, and on a busy machine until each side did something.
            let until = Clock.boot() + 2_000
            let work: [@Sendable () throws -> Void] =
                accounts.enumerated().map { (index, account) -> @Sendable () throws -> Void in
                    { @Sendable in
                        let store = index % 2 == 0 ? own : other
                        guard let lease = try store.acquireLease(account) else { throw Failure(MR_E_BUSY, "no lease") }
                        let inbox = try store.applyFolders(account, [Record(["path": .text("INBOX")])], lease: lease)[0]
                            .id
                        var number = account * 1_000_000
                        while Clock.boot() < until || written.value.load(ordering: .relaxed) <= 100 {
                            var batch = SyncBatch(account: account, folder: inbox)
                            batch.items = (0..<20).map { .message(mail(Int(number) + $0)) }
                            number += 20
                            try store.commit(batch, lease: lease)
                            written.value.add(20, ordering: .relaxed)
                            try store.workerBeat()
                        }
                    }
                }
                + (0..<4).map { index -> @Sendable () throws -> Void in
                    { @Sendable in
                        let store = index % 2 == 0 ? own : other
                        while Clock.boot() < until || read.value.load(ordering: .relaxed) <= 10 {
                            _ = try store.find("message", Record(["order": .text("-date")]), after: nil, limit: 20)
                            _ = try store.accountStatus(accounts[index])
                            _ = try store.latestChange()
                            read.value.add(1, ordering: .relaxed)
                        }
                    }
                }
            run(work, failures: failures)
            #expect(failures.withLock { $0 } == [])
            #expect(written.value.load(ordering: .relaxed) > 100)
            #expect(read.value.load(ordering: .relaxed) > 10)
            #expect(
                try desk.store.find("message", Record(), after: nil, limit: 10_000).rows.count
                    == min(written.value.load(ordering: .relaxed), 10_000))
        }

        private func run(_ work: [@Sendable () throws -> Void], failures: Lock<[String]>) {
            final class Task: @unchecked Sendable {
                let body: @Sendable () throws -> Void
                var failure: String?
                init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }
            }
            let tasks = work.map(Task.init)
            var threads: [pthread_t] = []
            for task in tasks {
                var thread = pthread_t()
                pthread_create(
                    &thread, nil,
                    { argument in
                        guard let argument else { return nil }
                        let task = Unmanaged<Task>.fromOpaque(argument).takeUnretainedValue()
                        do { try task.body() } catch { task.failure = "\(error)" }
                        return nil
                    }, Unmanaged.passUnretained(task).toOpaque())
                threads.append(thread)
            }
            for thread in threads { pthread_join(thread, nil) }
            failures.withLock { $0 = tasks.compactMap(\.failure) }
        }
    }
}

private final class Counter: Sendable {
    let value = Atomic<Int>(0)
}
