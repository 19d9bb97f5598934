import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    @Suite struct BatchVerbs {
        private static func new(_ accounts: [Int64], key: String? = nil, digest: [UInt8] = [], bodies: [Int64] = [])
            -> NewBatch
        {
            var batch = NewBatch(
                template: Record(["text": .text("Hello {{name}}")]), bodies: bodies,
                authors: accounts.map { BatchAuthor(account: $0, sender: "a\($0)@example.com", name: "A\($0)") })
            batch.idempotencyKey = key
            batch.contentDigest = digest
            return batch
        }

        private static func sends(_ account: Int64, _ count: Int, from first: Int = 0) -> [NewSend] {
            (first..<(first + count)).map { number in
                var send = NewSend(
                    account: account, body: nil, from: "a\(account)@example.com", recipients: ["r\(number)@x"],
                    subject: "S\(number)", messageID: "b\(number)@example.com", size: 100)
                send.priority = -1
                send.template = Record([
                    "to": .text("r\(number)@x"), "values": .record(Record(["name": .text("N\(number)")])),
                ])
                return send
            }
        }

        private static func made(_ desk: Desk, _ count: Int, accounts: [Int64]? = nil) throws -> Int64 {
            let accounts = accounts ?? [desk.account]
            let id = try desk.store.beginBatch(new(accounts)).id
            for (index, account) in accounts.enumerated() {
                try desk.store.addToBatch(id, sends(account, count, from: index * count))
            }
            try desk.store.openBatch(id)
            return id
        }

        private static func due(_ desk: Desk, _ account: Int64? = nil) throws -> [Int64] {
            let now = Clock.wall()
            let accounts = try account.map { [$0] } ?? desk.store.sendingAccounts(now: now).keys.sorted()
            return try accounts.flatMap {
                try desk.store.dueSends(now: now, limit: 100_000, account: $0).map(\.id)
            }.sorted()
        }

        private static func counts(_ desk: Desk, _ batch: Int64) throws -> [String: Int64] {
            let row = try desk.store.get("batch", batch)
            var counts: [String: Int64] = [:]
            for name in ["queued", "sending", "sent", "retry_wait", "failed", "cancelled"] where row.int(name) != 0 {
                counts[name] = row.int(name)
            }
            #expect(row.int("total") == counts.values.reduce(0, +))
            return counts
        }

        private static func attempt(_ desk: Desk, _ send: Int64, _ state: String) throws {
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.finishAttempt(
                attempt, AttemptResult(newState: state, failure: state == "failed" ? Failure(MR_E_REFUSED, "no") : nil),
                lease: desk.lease)
        }

        @Test func nothingGoesBeforeItIsMade() throws {
            let desk = try Desk()
            let id = try desk.store.beginBatch(BatchVerbs.new([desk.account], key: "k", digest: [1])).id
            try desk.store.addToBatch(id, BatchVerbs.sends(desk.account, 3))
            #expect(try BatchVerbs.due(desk).isEmpty)
            #expect(try desk.store.sendingAccounts(now: Clock.wall()).isEmpty)
            #expect(try desk.store.find("batch", Record(), after: nil, limit: 9).rows.isEmpty)
            let send = try #require(try desk.store.find("send", Record(), after: nil, limit: 9).rows[0].int("id"))
            #expect(result { _ = try desk.store.beginAttempt(send, lease: desk.lease) } == Int32(MR_E_BUSY))
            #expect(
                result { _ = try desk.store.beginBatch(BatchVerbs.new([desk.account], key: "k", digest: [1])) }
                    == Int32(MR_E_BUSY))
            #expect(result { try desk.store.removeBatch(id) } == Int32(MR_E_NOT_FOUND))
            #expect(result { try desk.store.cancelBatch(id) } == Int32(MR_E_NOT_FOUND))
            try desk.store.openBatch(id)
            #expect(try BatchVerbs.due(desk).count == 3)
            #expect(try BatchVerbs.counts(desk, id) == ["queued": 3])
            let again = try desk.store.beginBatch(BatchVerbs.new([desk.account], key: "k", digest: [1]))
            #expect(again.id == id && again.existed)
            #expect(
                result { _ = try desk.store.beginBatch(BatchVerbs.new([desk.account], key: "k", digest: [2])) }
                    == Int32(MR_E_EXISTS))
            #expect(result { _ = try desk.store.beginBatch(BatchVerbs.new([999])) } == Int32(MR_E_NOT_FOUND))
            let content = try desk.store.batchContent(send)
            #expect(content.recipient["values"]?.record?.text("name") == "N0")
            #expect(
                content.author
                    == BatchAuthor(
                        account: desk.account, sender: "a\(desk.account)@example.com", name: "A\(desk.account)"))
            #expect(try desk.store.batchTemplate(id).text("text") == "Hello {{name}}")
        }

        @Test(arguments: ["making", "cancelling", "removing"])
        func whatADeadProcessLeftIsFinished(_ state: String) throws {
            let desk = try Desk()
            let body = try desk.body("attached")
            let id = try desk.store.beginBatch(BatchVerbs.new([desk.account], bodies: [body])).id
            try desk.store.addToBatch(id, BatchVerbs.sends(desk.account, 450))
            if state != "making" { try desk.store.openBatch(id) }
            let owner = try desk.store.ownerID()
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run("UPDATE batch SET state = ?, owner = ? WHERE id = ?", state, owner, id)
            }
            try desk.store.sweepBatches()
            #expect(
                try desk.store.find("send", Record(), after: nil, limit: 1000).rows.count == 450, "its process lives")
            let other = try openAside(desk.scratch.store)
            desk.store.run.close()
            try other.sweepBatches()
            let left = try other.find("send", Record(), after: nil, limit: 1000).rows
            if state == "cancelling" {
                #expect(left.count == 450)
                #expect(left.allSatisfy { $0.text("state") == "cancelled" })
                let row = try other.get("batch", id)
                #expect(row.text("state") == "cancelled" && row.int("ended_at") != nil)
            } else {
                #expect(left.isEmpty)
                #expect(try other.find("recipient", Record(), after: nil, limit: 9).rows.isEmpty)
                #expect(result { _ = try other.get("batch", id) } == Int32(MR_E_NOT_FOUND))
            }
            try other.sweepBatches()
        }

        @Test func itIsDoneWhenNothingWaitsAndRunsAgainAfterAResend() throws {
            let desk = try Desk()
            let id = try BatchVerbs.made(desk, 3)
            let sends = try BatchVerbs.due(desk)
            try BatchVerbs.attempt(desk, sends[0], "sent")
            try BatchVerbs.attempt(desk, sends[1], "failed")
            #expect(try desk.store.get("batch", id).text("state") == "running")
            try BatchVerbs.attempt(desk, sends[2], "retry_wait")
            #expect(try desk.store.get("batch", id).text("state") == "running")
            #expect(result { try desk.store.removeBatch(id) } == Int32(MR_E_BUSY))
            try BatchVerbs.attempt(desk, sends[2], "sent")
            var row = try desk.store.get("batch", id)
            #expect(row.text("state") == "done" && row.int("ended_at") != nil)
            #expect(try BatchVerbs.counts(desk, id) == ["sent": 2, "failed": 1])
            #expect(result { try desk.store.cancelBatch(id) } == Int32(MR_E_INVALID))
            #expect(result { try desk.store.postponeBatch(id, until: 5) } == Int32(MR_E_INVALID))
            #expect(try desk.store.resendAll(Record(["batch": .int(id + 1)])) == 0)
            #expect(try desk.store.resendAll(Record(["batch": .int(id)])) == 1)
            row = try desk.store.get("batch", id)
            #expect(row.text("state") == "running" && row.int("ended_at") == nil)
            #expect(result { try desk.store.removeSend(sends[1]) } == Int32(MR_E_BUSY))
            try desk.store.cancelSend(sends[1])
            try desk.store.removeSend(sends[1])
            #expect(try desk.store.get("batch", id).text("state") == "done")
            try desk.store.removeBatch(id)
            #expect(try desk.store.find("send", Record(), after: nil, limit: 9).rows.isEmpty)
            #expect(try desk.store.find("batch", Record(), after: nil, limit: 9).rows.isEmpty)
        }

        @Test func whatHasNotGoneNeverGoes() throws {
            let desk = try Desk()
            let id = try BatchVerbs.made(desk, 5)
            let sends = try BatchVerbs.due(desk)
            try BatchVerbs.attempt(desk, sends[0], "sent")
            try BatchVerbs.attempt(desk, sends[1], "retry_wait")
            let running = try desk.store.beginAttempt(sends[2], lease: desk.lease)
            try desk.store.cancelBatch(id)
            #expect(try BatchVerbs.counts(desk, id) == ["sent": 1, "sending": 1, "cancelled": 3])
            #expect(try desk.store.get("batch", id)["ended_at"] == nil)
            try desk.store.finishAttempt(running, AttemptResult(newState: "retry_wait"), lease: desk.lease)
            #expect(try BatchVerbs.counts(desk, id) == ["sent": 1, "cancelled": 4], "and does not go again")
            #expect(try desk.store.get("batch", id).int("ended_at") != nil)
            try desk.store.cancelBatch(id)
            #expect(try BatchVerbs.due(desk).isEmpty)
            try desk.store.resend(sends[4], to: nil, acceptDuplicate: false)
            #expect(try BatchVerbs.due(desk) == [sends[4]], "a person may send one of it all the same")
            try BatchVerbs.attempt(desk, sends[4], "sent")
            #expect(try desk.store.get("batch", id).text("state") == "done")
        }

        @Test func aBatchIsPutOffAndCalledBack() throws {
            let desk = try Desk()
            let id = try BatchVerbs.made(desk, 401)
            let first = try BatchVerbs.due(desk)[0]
            try BatchVerbs.attempt(desk, first, "retry_wait")
            let later = Clock.wall() + 3_600_000
            try desk.store.postponeBatch(id, until: later)
            #expect(try BatchVerbs.due(desk) == [first], "what was tried keeps its own time")
            #expect(try desk.store.dueSends(now: later, limit: 1000, account: desk.account).count == 401)
            try desk.store.postponeBatch(id, until: 0)
            #expect(try BatchVerbs.due(desk).count == 401)
            try desk.store.renameBatch(id, "Autumn")
            #expect(try desk.store.get("batch", id).text("name") == "Autumn")
            #expect(result { try desk.store.renameBatch(999, "x") } == Int32(MR_E_NOT_FOUND))
        }

        @Test func anIdleAccountTakesOverWhatWasNeverTried() throws {
            let desk = try Desk()
            var values = ann()
            values.address = "second@example.com"
            let second = try desk.store.insertAccount(values, job: NewJob(kind: "connect")).account
            let lease = try #require(try desk.store.acquireLease(second))
            let id = try BatchVerbs.made(desk, 10, accounts: [desk.account, second])
            let alone = try BatchVerbs.made(desk, 3)
            let own = try BatchVerbs.due(desk, desk.account)
            try BatchVerbs.attempt(desk, own[0], "retry_wait")
            #expect(try desk.store.takeOver(second, atMost: 4, now: Clock.wall(), lease: lease) == 4)
            #expect(try BatchVerbs.due(desk, second).count == 14)
            let taken = try desk.store.sendRow(own[1])
            #expect(taken.account == second && taken.from == "a\(second)@example.com")
            #expect(try desk.store.batchContent(own[1]).author.name == "A\(second)")
            #expect(try desk.store.sendRow(own[0]).account == desk.account, "what was tried stays")
            #expect(try desk.store.takeOver(second, atMost: 100, now: Clock.wall(), lease: lease) == 5)
            #expect(try desk.store.takeOver(second, atMost: 100, now: Clock.wall(), lease: lease) == 0)
            #expect(try desk.store.get("batch", alone).int("queued") == 3)
            #expect(result { _ = try desk.store.beginAttempt(own[1], lease: desk.lease) } == Int32(MR_E_BUSY))
            #expect(
                result { _ = try desk.store.takeOver(second, atMost: 1, now: Clock.wall(), lease: desk.lease) }
                    == Int32(MR_E_INTERNAL))
            try desk.store.cancelBatch(id)
            #expect(try desk.store.takeOver(desk.account, atMost: 9, now: Clock.wall(), lease: desk.lease) == 0)
        }

        /// An account of the batch that has nothing of its own is woken for what waits at another one.
        @Test func anIdleAccountIsWoken() throws {
            let desk = try Desk()
            var values = ann()
            values.address = "second@example.com"
            let second = try desk.store.insertAccount(values, job: NewJob(kind: "connect")).account
            let lease = try #require(try desk.store.acquireLease(second))
            func woken() throws -> [Int64: Int64] { try desk.store.sendingAccounts(now: Clock.wall()) }
            let id = try desk.store.beginBatch(BatchVerbs.new([desk.account, second])).id
            try desk.store.addToBatch(id, BatchVerbs.sends(desk.account, 3))
            #expect(try woken().isEmpty, "in the making")
            try desk.store.openBatch(id)
            #expect(try woken() == [desk.account: -1, second: -1])
            var health = Health()
            health.state = "error"
            health.sendHealth = "failing"
            try desk.store.setHealth(second, health, lease: lease)
            #expect(try woken() == [desk.account: -1], "its server takes nothing: it would only hold them back")
            #expect(try desk.store.takeOver(second, atMost: 9, now: Clock.wall(), lease: lease) == 0)
            health = Health()
            health.sendHealth = "ok"
            try desk.store.setHealth(second, health, lease: lease)
            #expect(try desk.store.takeOver(second, atMost: 1, now: Clock.wall(), lease: lease) == 1)
            let taken = try BatchVerbs.due(desk, second)[0]
            let attempt = try desk.store.beginAttempt(taken, lease: lease)
            try desk.store.finishAttempt(
                attempt, AttemptResult(newState: "retry_wait", nextAttempt: Clock.wall() + 600_000), lease: lease)
            #expect(try woken() == [desk.account: -1, second: -1], "what waits for its retry keeps it from nothing")
            for send in try BatchVerbs.due(desk, desk.account) {
                try BatchVerbs.attempt(desk, send, "retry_wait")
            }
            #expect(try woken()[second] == nil, "what was tried once stays with its account")
        }

        /// What nobody knows of when the batch is cancelled does not go again once that is known.
        @Test(arguments: [true, false])
        func whatIsSettledLaterGoesNoMore(_ accepted: Bool) throws {
            let desk = try Desk()
            let id = try BatchVerbs.made(desk, 1)
            let send = try BatchVerbs.due(desk)[0]
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            try desk.store.cancelBatch(id)
            var result = AttemptResult(newState: "outcome_unknown")
            if accepted { result.recipients = [RecipientOutcome(address: "r0@x", outcome: "deferred")] }
            try desk.store.finishAttempt(attempt, result, lease: desk.lease)
            #expect(try desk.store.settleUnknown(send: send, accepted: accepted, by: .provider, lease: desk.lease))
            #expect(try BatchVerbs.counts(desk, id) == ["cancelled": 1])
            #expect(try desk.store.get("batch", id).text("state") == "cancelled")
        }

        @Test func erasingAnAccountErasesItsPart() throws {
            let desk = try Desk()
            var values = ann()
            values.address = "second@example.com"
            let second = try desk.store.insertAccount(values, job: NewJob(kind: "connect")).account
            let shared = try BatchVerbs.made(desk, 3, accounts: [desk.account, second])
            let own = try BatchVerbs.made(desk, 3)
            try desk.store.disconnectAccount(desk.account, erase: true)
            #expect(result { _ = try desk.store.get("batch", own) } == Int32(MR_E_NOT_FOUND))
            let row = try desk.store.get("batch", shared)
            #expect(row["accounts"]?.list == [Value.int(second)])
            #expect(row.int("total") == 3)
        }
    }
}
