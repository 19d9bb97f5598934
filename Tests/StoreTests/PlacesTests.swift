import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// The limit of a company's mailboxes.
    @Suite struct CompanyPlaces {
        /// A company with a limit, and accounts that are connected one after the other.
        private struct Town {
            let scratch: Scratch
            let store: Store
            let company: Int64

            init(limit: Int64?) throws {
                scratch = try Scratch()
                store = try openAside(scratch.store)
                company = try store.insertCompany(StoreTests.CompanyPlaces.values("acme", limit))
            }

            func connect(_ name: String, company other: Int64? = nil) throws -> Int64 {
                var values = ann()
                values.address = name + "@example.com"
                values.company = other ?? company
                return try store.insertAccount(values, job: NewJob(kind: "connect")).account
            }

            func states(_ accounts: [Int64]) throws -> [String] {
                try accounts.map { try store.account($0).health.state }
            }

            func limit(_ limit: Int64?) throws {
                var values = CompanyValues()
                values.mailboxes = .some(limit)
                try store.updateCompany(company, values)
            }

            func reconnect(_ account: Int64, company: Int64? = nil) throws -> Int64 {
                var changes = AccountChanges()
                changes.company = company
                return try store.reconnectAccount(
                    account, values: changes, settings: [:], secrets: [:], job: NewJob(kind: "reconnect"))
            }

            var row: Record { get throws { try store.get("company", company) } }

            func openJobs(_ account: Int64) throws -> [String] {
                try store.nextJobs(limit: 100).filter { $0.account == account }.map(\.kind)
            }
        }

        private static func values(_ key: String, _ limit: Int64?) -> CompanyValues {
            company(key, mailboxes: .some(limit))
        }

        @Test func firstComeFirstServed() throws {
            let town = try Town(limit: 2)
            let all = try ["a", "b", "c", "d", "e"].map { try town.connect($0) }
            #expect(try town.states(all) == ["enabled", "enabled", "pending", "pending", "pending"])
            let pending = try town.store.accountStatus(all[2])
            #expect(pending.text("colour") == "yellow")
            #expect(pending.int("billing_enabled") == 0)
            #expect(pending.text("cause") == "limit.mailboxes")
            #expect(pending.text("reason")?.isEmpty == false)
            #expect(try town.openJobs(all[2]).isEmpty, "its job has ended")
            let job = try #require(
                try town.store.find("job", Record(["account": .int(all[2])]), after: nil, limit: 2).rows.first)
            #expect(job.text("state") == "done")
            #expect(job["result"]?.record?.int("pending") == 1)
            #expect(try town.row.int("running") == 2)
            #expect(try town.row.int("pending") == 3)
            #expect(try town.row.text("note") == nil)
            // One goes: the longest waiting comes, in the same transaction.
            let before = try town.store.latestChange()
            try town.store.disconnectAccount(all[0], erase: false)
            #expect(try town.states(all) == ["disconnected", "enabled", "enabled", "pending", "pending"])
            #expect(try town.openJobs(all[2]) == ["connect"])
            let told = try town.store.changes(after: before, query: Record(), limit: 100)
            #expect(told.contains { $0.int("id") == all[2] && $0.text("detail") == "state" })
            // One is erased; another process sees what was decided, and so does one that opens the file later.
            try town.store.disconnectAccount(all[1], erase: true)
            let other = try openAside(town.scratch.store)
            #expect(try other.account(all[3]).health.state == "enabled")
            #expect(try other.account(all[4]).health.state == "pending")
        }

        @Test func aRaisedLimitEnablesAsManyAsThereAreNewPlaces() throws {
            let town = try Town(limit: 0)
            let all = try ["a", "b", "c"].map { try town.connect($0) }
            #expect(try town.states(all) == ["pending", "pending", "pending"])
            try town.limit(2)
            #expect(try town.states(all) == ["enabled", "enabled", "pending"])
            try town.limit(nil)
            #expect(try town.states(all) == ["enabled", "enabled", "enabled"])
            #expect(try town.row.int("mailboxes") == nil)
        }

        @Test func aLoweredLimitStopsNothingAndSaysSo() throws {
            let town = try Town(limit: nil)
            let all = try ["a", "b", "c"].map { try town.connect($0) }
            try town.limit(1)
            #expect(try town.states(all) == ["enabled", "enabled", "enabled"])
            #expect(try town.row.text("note")?.contains("limit is 1") == true)
            let notices = try town.store.find("log", Record(["cause": .text("limit.lowered")]), after: nil, limit: 9)
            #expect(notices.rows.map { $0.text("level") } == ["notice"])
            #expect(notices.rows.first?.text("message")?.contains("company acme run") == true)
            let late = try town.connect("d")
            try town.store.disconnectAccount(all[0], erase: false)
            try town.store.disconnectAccount(all[1], erase: false)
            #expect(try town.store.account(late).health.state == "pending", "one runs, and one may")
            try town.store.disconnectAccount(all[2], erase: false)
            #expect(try town.store.account(late).health.state == "enabled")
            #expect(try town.row.text("note") == nil)
        }

        /// The rows of the log that are about a company are found with those of its accounts, and go with it.
        @Test func theLogOfACompany() throws {
            let town = try Town(limit: nil)
            let other = try town.store.insertCompany(CompanyPlaces.values("other", nil))
            let ids = try [town.connect("a"), town.connect("b"), town.connect("c", company: other)]
            try town.limit(1)
            _ = try town.connect("d", company: other)
            try town.store.updateCompany(other, CompanyPlaces.values("other", 1))
            for id in ids { try town.store.addLog(NewLog(account: id, what: "sync", message: "m")) }
            func log(_ query: KeyValuePairs<String, Value?>) throws -> [String] {
                try town.store.find("log", Record(query), after: nil, limit: 99).rows.map {
                    "\($0.text("what") ?? "") \($0.int("company") ?? 0) \($0.int("count") ?? 0)"
                }.sorted()
            }
            #expect(try log(["company": .int(town.company)]) == ["company \(town.company) 1", "sync 0 1", "sync 0 1"])
            #expect(try log(["company_key": .text("other")]) == ["company \(other) 1", "sync 0 1"])
            #expect(try log(["company_key": .text("nobody")]).isEmpty)
            #expect(try log(["company.in": .list([.int(town.company), .int(other)])]).count == 5)
            do throws(Failure) {
                try town.store.removeCompany(other)
                Issue.record("it was removed")
            } catch {
                #expect(error.message.contains("company other") && error.advice != nil)
            }
        }

        @Test func aCompanyThatGoesTakesItsLogAlong() throws {
            let town = try Town(limit: nil)
            let first = try town.connect("a")
            try town.limit(0)
            _ = try town.reconnect(first, company: 0)
            #expect(try town.store.find("log", Record(), after: nil, limit: 9).rows.count == 1)
            try town.store.removeCompany(town.company)
            #expect(try town.store.find("log", Record(), after: nil, limit: 9).rows.isEmpty)
        }

        @Test(arguments: ["enabled", "error", "connection_issue"])
        func whatRunsKeepsItsPlaceWhenItIsReconnected(_ state: String) throws {
            let town = try Town(limit: 1)
            let first = try town.connect("a")
            let second = try town.connect("b")
            var health = try town.store.account(first).health
            health.state = state
            try town.store.setHealth(first, health, lease: nil)
            let job = try town.reconnect(first)
            #expect(try town.store.account(first).health.state == state)
            #expect(try town.store.job(job).state == "queued")
            #expect(try town.store.account(second).health.state == "pending")
        }

        @Test func whatComesBackWaitsAtTheEnd() throws {
            let town = try Town(limit: 1)
            let first = try town.connect("a")
            let second = try town.connect("b")
            try town.store.disconnectAccount(first, erase: false)
            #expect(try town.states([first, second]) == ["disconnected", "enabled"])
            let job = try town.reconnect(first)
            #expect(try town.states([first, second]) == ["pending", "enabled"])
            #expect(try town.store.job(job).state == "done")
            // Reconnecting what waits changes its settings, and not its turn.
            let third = try town.connect("c")
            _ = try town.reconnect(first)
            try town.limit(2)
            #expect(try town.states([first, second, third]) == ["enabled", "enabled", "pending"])
        }

        @Test func movingToAnotherCompanyFreesAndNeedsAPlace() throws {
            let town = try Town(limit: 1)
            let full = try town.store.insertCompany(CompanyPlaces.values("full", 1))
            let first = try town.connect("a")
            let second = try town.connect("b")
            let theirs = try town.connect("c", company: full)
            let lease = try #require(try town.store.acquireLease(first))
            _ = try town.reconnect(first, company: full)
            #expect(try town.states([first, second, theirs]) == ["pending", "enabled", "enabled"])
            #expect(result { try town.store.renewLease(lease) } == Int32(MR_E_BUSY), "whoever works on it must end")
            _ = try town.reconnect(first, company: 0)
            #expect(try town.states([first]) == ["enabled"])
            #expect(try town.store.account(first).company == nil)
        }

        @Test func nobodyWorksOnWhatWaits() throws {
            let town = try Town(limit: 0)
            let id = try town.connect("a")
            #expect(try town.store.dueAccounts(now: .max / 2, limit: 9).isEmpty)
            #expect(try town.store.watchableAccounts().isEmpty)
            #expect(try town.store.nextJobs(limit: 9).isEmpty)
            #expect(try town.store.accountStatus(id).text("held_reason")?.contains("limit") == true)
        }

        @Test func twoProcessesNeverLetInOneTooMany() throws {
            let town = try Town(limit: 3)
            let other = try openAside(town.scratch.store)
            let stores = [town.store, other]
            var threads: [PosixThread] = []
            for (index, store) in stores.enumerated() {
                let company = town.company
                threads.append(
                    try PosixThread.start("connects") {
                        for number in 0..<5 {
                            var values = ann()
                            values.address = "u\(index)-\(number)@example.com"
                            values.company = company
                            _ = try? store.insertAccount(values, job: NewJob(kind: "connect"))
                        }
                    })
            }
            for thread in threads { thread.join() }
            #expect(try town.row.int("running") == 3)
            #expect(try town.row.int("pending") == 7)
        }
    }
}
