import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// Messages that are not kept for the sake of their people.
    @Suite struct LeftOutVerbs {
        private func leftOut(
            _ number: Int, _ people: [String], _ reason: LeftOut.Reason = .contacts
        ) -> SyncItem {
            .leftOut(
                LeftOut(
                    ref: "\(number)", flags: ["\\Seen"], size: 10, date: Int64(number), reason: reason, stable: nil,
                    people: people))
        }

        private func wanted(_ desk: Desk, mostInFolder: Int = 100) throws -> [String] {
            try desk.store.wantedPlaces(desk.account, limit: 1000, mostInFolder: mostInFolder).map(\.ref)
        }

        private func count(_ desk: Desk, _ sql: StaticString) throws -> Int64? {
            try desk.store.read { db throws(Failure) in try db.int(sql) }
        }

        @Test func aContactMakesItsMailDue() throws {
            let desk = try Desk()
            try desk.commit([
                leftOut(1, ["ann@example.com", "bob+x@example.com"]), leftOut(2, ["CARL@firm.org"]),
                leftOut(3, ["bob@example.com"], .inside), leftOut(4, ["dora@example.com"]), .message(mail(5)),
            ])
            #expect(try desk.store.accountStatus(desk.account).int("left_out") == 4)
            #expect(try desk.store.get("folder", desk.inbox).int("left_out") == 4)
            #expect(try desk.store.accountStatus(desk.account).int("messages") == 1)
            #expect(try wanted(desk) == [])
            try desk.store.setNextSync(desk)
            _ = try desk.put("bob", ["bob@example.com"])
            #expect(try wanted(desk) == ["1"])
            #expect(try count(desk, "SELECT count(*) FROM account WHERE next_sync IS NULL") == 1)
            _ = try desk.put("firm", domains: ["firm.org"])
            #expect(try wanted(desk) == ["2", "1"])
            // Fetched, it is none of them any more; so is what is gone.
            try desk.commit([.message(mail(1)), .gone(ref: "2")])
            #expect(try wanted(desk) == [])
            #expect(try desk.store.accountStatus(desk.account).int("left_out") == 2)
            #expect(try desk.store.get("folder", desk.inbox).int("left_out") == 2)
            #expect(try count(desk, "SELECT count(DISTINCT place) FROM left_out") == 2)
            #expect(try count(desk, "SELECT count(*) FROM wanted") == 0)
            try checkWhole(desk.store)
        }

        /// One message that is not kept: by its reference, else by its size and its date.
        @Test func whatIsNotKeptIsKnownAllTheSame() throws {
            let desk = try Desk()
            let last = try desk.store.lastPlace(folder: desk.inbox)
            try desk.commit([
                leftOut(5_000, ["ann@example.com"], .inside), leftOut(9_000, ["bob@example.com"]), .message(mail(3)),
                .refused(ref: "8", flags: [], size: 10, date: 70_000, text: "no"),
                .flags(ref: "5000", flags: ["\\Flagged"]),
            ])
            // What is in quarantine is left out by the server, not by us.
            #expect(try desk.store.get("folder", desk.inbox).int("left_out") == 2)
            func found(_ ref: String?, size: Int64 = 0, date: Int64 = 0) throws -> String? {
                let one = try desk.store.notKept(folder: desk.inbox, ref: ref, size: size, date: date)
                return one.map { "\($0.ref) \($0.reason) \($0.isFlagged)" }
            }
            #expect(try found("5000") == "5000 internal true")
            #expect(try found("9000") == "9000 contacts false")
            #expect(try found("3") == nil, "it is kept")
            #expect(try found("8") == nil, "nobody knows what the server did not give")
            #expect(try found("77") == nil)
            #expect(try found(nil, size: 10, date: 9_900) == "9000 contacts false")
            #expect(try found(nil, size: 10, date: 11_000) == nil)
            #expect(try found(nil, size: 11, date: 9_000) == nil)
            #expect(try found(nil, size: 10, date: .min) == nil)
            #expect(try desk.store.hasLeftOut("BOB@example.com", folder: desk.inbox, after: last))
            #expect(try !desk.store.hasLeftOut("dora@example.com", folder: desk.inbox, after: last))
            let now = try desk.store.lastPlace(folder: desk.inbox)
            #expect(try now > last && !desk.store.hasLeftOut("bob@example.com", folder: desk.inbox, after: now))
        }

        @Test func contactsOfAnotherCompanyAreNone() throws {
            let desk = try Desk()
            let company = try desk.store.newCompany("red")
            try desk.commit([leftOut(1, ["bob@example.com"])])
            _ = try desk.put("bob", ["bob@example.com"], company: company)
            #expect(try wanted(desk) == [])
            #expect(try !desk.store.isAnyContact(["bob@example.com"], account: desk.account))
            var changes = AccountChanges()
            changes.company = company
            try desk.commit([], cursor: "c")
            try desk.store.updateAccount(desk.account, values: changes, settings: [:], secrets: [:])
            #expect(try desk.store.isAnyContact(["x@y", "BOB@example.com"], account: desk.account))
            #expect(try desk.store.folders(desk.account)[0].cursor.isEmpty, "all is asked about anew")
        }

        @Test func manyInAFolderAreAskedAboutTogether() throws {
            let desk = try Desk()
            try desk.commit((1...30).map { leftOut($0, ["bob@example.com"]) }, cursor: "c")
            _ = try desk.put("bob", ["bob@example.com"])
            #expect(try wanted(desk, mostInFolder: 30).count == 30)
            #expect(try !desk.store.folders(desk.account)[0].cursor.isEmpty)
            #expect(try wanted(desk, mostInFolder: 29).isEmpty)
            #expect(try desk.store.folders(desk.account)[0].cursor.isEmpty)
        }

        @Test func excludingNeedsDomains() throws {
            let desk = try Desk()
            let company = try desk.store.newCompany("red")
            #expect(try desk.store.excludedDomains(desk.account) == nil)
            var changes = AccountChanges()
            changes.company = company
            try desk.store.updateAccount(desk.account, values: changes, settings: [:], secrets: [:])
            try desk.store.exclude(company, [])
            #expect(try desk.store.excludedDomains(desk.account) == nil)
            try desk.store.exclude(company, ["example.com"])
            #expect(try desk.store.excludedDomains(desk.account) == ["example.com"])
            try desk.commit([leftOut(1, ["bob@example.com"], .inside)], cursor: "c")
            try desk.store.write { transaction throws(Failure) in try transaction.exclusionChanged(company: company) }
            #expect(try desk.store.folders(desk.account)[0].cursor.isEmpty)
        }

        @Test func anAddressThatIsOnlyLeftOutIsErasedWithItsAccount() throws {
            let desk = try Desk()
            let other = try desk.second()
            try desk.commit([leftOut(1, ["carl@firm.org"])])
            try other.commit([leftOut(1, ["dora@firm.org"])])
            try desk.store.disconnectAccount(desk.account, erase: true)
            #expect(try count(desk, "SELECT count(*) FROM address WHERE domain = 'firm.org'") == 1)
            #expect(try count(desk, "SELECT count(*) FROM left_out") == 1)
        }
    }
}

extension Store {
    fileprivate func newCompany(_ key: String) throws -> Int64 {
        try write { transaction throws(Failure) in
            try transaction.db.run("INSERT INTO company(key) VALUES(?)", key)
            return transaction.db.lastRowID
        }
    }

    fileprivate func exclude(_ company: Int64, _ domains: [String]) throws {
        try write { transaction throws(Failure) in
            try transaction.db.run("UPDATE company SET exclude_internal = 1 WHERE id = ?", company)
            for domain in domains {
                try transaction.db.run("INSERT INTO company_domain(company, domain) VALUES(?, ?)", company, domain)
            }
        }
    }

    /// The account's next look is far away.
    fileprivate func setNextSync(_ desk: Desk) throws {
        try write { transaction throws(Failure) in
            try transaction.db.run("UPDATE account SET next_sync = 99 WHERE id = ?", desk.account)
        }
    }
}
