import Base
import CMailroom
import Glibc
import Testing

@testable import Store

extension StoreTests {
    @Suite struct WorkVerbs {
        @Test func aJobGoesFromQueuedToDone() throws {
            let desk = try Desk()
            let job = NewJob(
                kind: "sync", account: desk.account,
                params: Record(["folder": .text("INBOX"), "list": .list([.bytes([1, 2])])]),
                secretParams: ["code": [9]])
            let id = try desk.store.insertJob(job)
            #expect(try desk.store.job(id).params == job.params)
            #expect(try desk.store.job(id).secretParams.isEmpty)
            let claimed = try #require(try desk.store.claimJob(id))
            #expect(claimed.secretParams == ["code": [9]])
            #expect(claimed.claims == 1)
            #expect(try desk.store.claimJob(id) == nil)
            let other = try openAside(desk.scratch.store)
            #expect(try other.claimJob(id) == nil)
            #expect(result { try other.jobProgress(id, claim: 1, done: 1, total: nil, note: nil) } == Int32(MR_E_BUSY))
            #expect(
                result { try other.finishJob(id, claim: 1, .success(Record()), cancelled: false) } == Int32(MR_E_BUSY))
            try desk.store.jobProgress(id, claim: 1, done: 3, total: 9, note: "INBOX")
            #expect(try other.get("job", id).int("done") == 3)
            try desk.store.finishJob(id, claim: 1, .success(Record(["messages": .int(4)])), cancelled: false)
            let row = try other.get("job", id)
            #expect(row.text("state") == "done")
            #expect(row["result"] == .record(Record(["messages": .int(4)])))
            #expect(row.int("finished_at") != nil)
            #expect(
                try desk.store.read { (db) throws(Failure) in
                    try db.int("SELECT count(*) FROM job WHERE secrets IS NOT NULL")
                }
                    == 0)
            #expect(
                result { try desk.store.finishJob(id, claim: 1, .success(Record()), cancelled: false) }
                    == Int32(MR_E_BUSY))
            #expect(result { _ = try desk.store.job(99) } == Int32(MR_E_NOT_FOUND))
        }

        @Test func aFailedJobKeepsEveryFact() throws {
            let desk = try Desk()
            let id = try desk.store.insertJob(NewJob(kind: "sync"))
            _ = try desk.store.claimJob(id)
            var failure = Failure(MR_E_AUTH, "login refused")
            failure.serverText = "NO [AUTHENTICATIONFAILED]"
            failure.smtp = 535
            failure.retryAfterMs = 9
            failure.account = desk.account
            try desk.store.finishJob(id, claim: 1, .failure(failure), cancelled: false)
            let kept = try #require(try desk.store.job(id).failure)
            #expect(kept.result == Int32(MR_E_AUTH))
            #expect(kept.message == "login refused")
            #expect(kept.serverText == failure.serverText)
            #expect(kept.smtp == 535)
            #expect(kept.retryAfterMs == 9)
            #expect(kept.account == desk.account)
            #expect(try desk.store.get("job", id).text("code") == "MR_E_AUTH")
        }

        @Test(arguments: [
            (NewJob.OnDeath.repeat, "queued", true), (.resume, "queued", true), (.fail, "failed", false),
        ])
        func aDeadProcessMeansWhatTheJobDeclares(_ rule: NewJob.OnDeath, _ state: String, _ again: Bool) throws {
            let scratch = try Scratch()
            let first = try openAside(scratch.store)
            let ids = try (0..<2).map { _ in try first.insertJob(NewJob(kind: "k", onDeath: rule)) }
            for id in ids { #expect(try first.claimJob(id) != nil) }
            let second = try openAside(scratch.store)
            #expect(try second.nextJobs(limit: 10).isEmpty)
            first.run.close()
            #expect(try second.nextJobs(limit: 10).map(\.id) == ids)
            #expect((try second.claimJob(ids[0]) != nil) == again)
            try second.sweepDeadJobs()
            #expect(try second.job(ids[1]).state == state)
            #expect((try second.job(ids[1]).failure != nil) == !again)
            #expect(
                result { try first.finishJob(ids[0], claim: 1, .success(Record()), cancelled: false) }
                    == Int32(MR_E_BUSY))
        }

        @Test func cancellingEndsWhatHasNotBegun() throws {
            let desk = try Desk()
            let queued = try desk.store.insertJob(NewJob(kind: "k"))
            let running = try desk.store.insertJob(NewJob(kind: "k"))
            _ = try desk.store.claimJob(running)
            try desk.store.cancelJob(queued)
            try desk.store.cancelJob(running)
            #expect(try desk.store.job(queued).state == "cancelled")
            #expect(try desk.store.claimJob(queued) == nil)
            #expect(try desk.store.job(running).state == "running")
            #expect(try desk.store.jobCancelRequested(running))
            try desk.store.finishJob(running, claim: 1, .failure(Failure(MR_E_CANCELLED, "stopped")), cancelled: true)
            #expect(try desk.store.job(running).state == "cancelled")
            try desk.store.cancelJob(running)
            #expect(result { try desk.store.cancelJob(99) } == Int32(MR_E_NOT_FOUND))
        }

        @Test func withoutTheKeySecretJobsAreLeftToOthers() throws {
            let desk = try Desk()
            let id = try desk.store.insertJob(NewJob(kind: "k", secretParams: ["code": [1]]))
            let keyless = try openAside(desk.scratch.store, key: nil)
            #expect(result { _ = try keyless.claimJob(id) } == Int32(MR_E_KEY))
            #expect(try desk.store.job(id).state == "queued")
            #expect(
                result { _ = try keyless.insertJob(NewJob(kind: "k", secretParams: ["code": [1]])) } == Int32(MR_E_KEY))
        }

        // MARK: accounts

        @Test func theSameMailboxIsOneAccount() throws {
            let desk = try Desk()
            func again(_ change: (inout AccountValues) -> Void) -> (Int32?, Int64?) {
                var values = ann()
                change(&values)
                do {
                    _ = try desk.store.insertAccount(values, job: NewJob(kind: "connect"))
                    return (nil, nil)
                } catch { return (error.result, error.account) }
            }
            #expect(again { _ in } == (Int32(MR_E_EXISTS), desk.account))
            #expect(
                again {
                    $0.address = "ANN@EXAMPLE.COM"; $0.settings["imap_port"] = "143"
                } == (Int32(MR_E_EXISTS), desk.account))
            #expect(again { $0.settings["imap_host"] = "other.example.com" } == (nil, nil))
            #expect(again { $0.provider = "pop3" } == (nil, nil))
            #expect(again { $0.settings["user"] = "shared" } == (nil, nil))
            try desk.store.disconnectAccount(desk.account, erase: false)
            #expect(again { _ in } == (Int32(MR_E_EXISTS), desk.account))
            #expect(try desk.store.account(desk.account).health.state == "disconnected")
            #expect(try desk.store.secret(account: desk.account, name: "password") == nil)
            try desk.store.disconnectAccount(desk.account, erase: true)
            #expect(again { _ in } == (nil, nil))
        }

        @Test func updatingChangesWhatIsGivenAlone() throws {
            let desk = try Desk()
            var changes = AccountChanges()
            changes.displayName = "Ann"
            try desk.store.updateAccount(
                desk.account, values: changes, settings: ["imap_port": nil, "smtp_host": "out.example.com"],
                secrets: ["password": [1], "smtp_password": [2]])
            let row = try desk.store.account(desk.account)
            #expect(row.displayName == "Ann")
            #expect(row.settings == ["imap_host": "mail.example.com", "smtp_host": "out.example.com"])
            #expect(try desk.store.secret(account: desk.account, name: "password") == [1])
            #expect(try desk.store.secretNames(account: desk.account) == ["password", "smtp_password"])
            let other = try desk.store.insertAccount(ann(), job: NewJob(kind: "connect")).account
            #expect(
                result {
                    try desk.store.updateAccount(
                        other, values: AccountChanges(), settings: ["smtp_host": "out.example.com"], secrets: [:])
                } == Int32(MR_E_EXISTS))
            #expect(try desk.store.account(other).settings["smtp_host"] == nil)
            #expect(
                result { try desk.store.updateAccount(99, values: changes, settings: [:], secrets: [:]) }
                    == Int32(MR_E_NOT_FOUND))
        }

        @Test func erasingLeavesWhatOthersHaveAndATombstone() throws {
            let desk = try Desk()
            var values = ann()
            values.address = "carl@example.com"
            let carl = try desk.store.insertAccount(values, job: NewJob(kind: "connect")).account
            let lease = try #require(try desk.store.acquireLease(carl))
            let theirs = try desk.store.applyFolders(carl, [Record(["path": .text("INBOX")])], lease: lease)[0].id
            var batch = SyncBatch(account: carl, folder: theirs)
            batch.items = [.message(mail(1)), .message(mail(50, from: "dora@example.com"))]
            try desk.store.commit(batch, lease: lease)
            try desk.commit(
                (1...3).map { .message(mail($0, from: "secretary@hidden.example")) } + [
                    .message(mail(4, body: "body of 50"))
                ])
            batch.items = []
            batch.state = [("token", [1])]
            try desk.store.commit(batch, lease: lease)
            var log = NewLog(account: desk.account, what: "sync", message: "for ann alone")
            log.serverText = "535 UNIQUEWORD"
            try desk.store.addLog(log)
            let send = try desk.send()
            let start = try desk.store.latestChange()
            try desk.store.disconnectAccount(desk.account, erase: true)
            #expect(result { _ = try desk.store.account(desk.account) } == Int32(MR_E_NOT_FOUND))
            #expect(result { _ = try desk.store.get("send", send) } == Int32(MR_E_NOT_FOUND))
            #expect(try desk.messages().map { $0.text("message_id") } == ["m1@example.com", "m50@example.com"])
            #expect(try desk.store.accountStatus(carl).int("messages") == 2)
            #expect(try bodies(desk.store) == 2)
            #expect(try desk.store.stateGet(account: carl, key: "token") == [1])
            #expect(try desk.store.find("log", Record(), after: nil, limit: 10).rows.isEmpty)
            let changes = try desk.store.changes(after: start, query: Record(["what": .text("erased")]), limit: 100)
            #expect(changes.map { $0.int("id") } == [desk.account])
            for table in ["setting", "secret", "folder", "lease", "send", "job"] {
                let rows = try desk.store.read { (db) throws(Failure) in
                    try db.all(
                        composed: "SELECT 1 FROM \(table) WHERE account = ?", [.int(desk.account)]
                    ) { (_) throws(Failure) in true }
                }
                #expect(rows.isEmpty, "\(table)")
            }
            #expect(try desk.store.find("thread", Record(), after: nil, limit: 10).rows.count == 2)
            // Neither the file nor its log holds the words any more.
            for file in [desk.scratch.store, desk.scratch.store + "-wal"] {
                let bytes = contents(file)
                #expect(!contains(bytes, "UNIQUEWORD"), "\(file)")
                #expect(!contains(bytes, "body of 3"), "\(file)")
            }
            #expect(contains(contents(desk.scratch.store), "body of 50"))
            #expect(result { try desk.store.disconnectAccount(desk.account, erase: true) } == Int32(MR_E_NOT_FOUND))
        }

        @Test func anErasureThatStoppedIsFinished() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1))])
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run("UPDATE account SET erasing = 1 WHERE id = ?", desk.account)
            }
            #expect(result { _ = try desk.store.account(desk.account) } == Int32(MR_E_NOT_FOUND))
            try desk.store.finishErasing()
            #expect(try desk.messages().isEmpty)
            #expect(try desk.store.changes(after: 0, query: Record(["what": .text("erased")]), limit: 9).count == 1)
        }

        @Test func companiesHaveAKeyOfTheirOwn() throws {
            let desk = try Desk()
            let id = try desk.store.insertCompany(company("acme", name: "Acme"))
            #expect(result { _ = try desk.store.insertCompany(company("acme")) } == Int32(MR_E_EXISTS))
            try desk.store.updateCompany(id, company(nil, name: "Acme Ltd"))
            #expect(try desk.store.get("company", id).text("name") == "Acme Ltd")
            var values = ann()
            values.address = "x@example.com"
            values.company = id
            let account = try desk.store.insertAccount(values, job: NewJob(kind: "connect")).account
            #expect(
                try desk.store.find("account", Record(["company": .int(id)]), after: nil, limit: 9).rows.map {
                    $0.int("id")
                } == [account])
            #expect(result { try desk.store.removeCompany(id) } == Int32(MR_E_BUSY))
        }

        @Test func aCompanysContactsGoWithIt() throws {
            let desk = try Desk()
            let id = try desk.store.insertCompany(company("acme"))
            var many: [(company: Int64?, values: ContactValues)] = []
            for number in 0..<1_001 {
                var values = ContactValues()
                values.key = "c\(number)"
                values.addresses = ["c\(number)@example.com"]
                many.append((id, values))
            }
            _ = try desk.store.putContacts(many)
            let others = try desk.put("bob", ["bob@example.com"])
            try desk.store.removeCompany(id)
            let left = try desk.store.find("contact", Record(), after: nil, limit: 9).rows
            #expect(left.map { $0.int("id") } == [others])
            #expect(result { _ = try desk.store.get("company", id) } == Int32(MR_E_NOT_FOUND))
        }
    }
}

private func contents(_ path: String) -> [UInt8] {
    guard let file = Glibc.fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let got = fread(&buffer, 1, buffer.count, file)
        if got == 0 { return out }
        out += buffer[..<got]
    }
}

private func contains(_ bytes: [UInt8], _ word: String) -> Bool {
    let word = Array(word.utf8)
    guard bytes.count >= word.count else { return false }
    return (0...(bytes.count - word.count)).contains {
        bytes[$0] == word[0] && bytes[$0..<($0 + word.count)].elementsEqual(word)
    }
}
