import Base
import CMailroom
import Glibc
import Testing

@testable import Store

extension StoreTests {
    /// One list over many accounts: by company, user, role and unread, newest first.
    @Suite struct Inbox {
        /// Two companies with two users each, every account with an inbox and an archive.
        private struct Office {
            let desks: [Desk]
            let archives: [Int64]
            let companies: [Int64]

            init() throws {
                let first = try Desk()
                let companies = [
                    try first.store.insertCompany(company("one")),
                    try first.store.insertCompany(company("two")),
                ]
                var desks: [Desk] = []
                var archives: [Int64] = []
                for number in 0..<4 {
                    var values = ann()
                    values.address = "user\(number)@example.com"
                    values.userKey = "u\(number % 3)"
                    values.company = companies[number / 2]
                    let desk = try Desk(first, values)
                    desks.append(desk)
                    let folders = try desk.store.applyFolders(
                        desk.account,
                        [
                            Record(["path": .text("INBOX"), "role": .text("inbox")]),
                            Record(["path": .text("Old"), "role": .text("archive")]),
                        ], lease: desk.lease)
                    archives.append(try #require(folders.first { $0.path == "Old" }).id)
                }
                self.desks = desks
                self.archives = archives
                self.companies = companies
            }

            var store: Store { desks[0].store }

            /// So many messages, here and there, some in two accounts.
            func fill(_ count: Int, _ random: inout SeededRandom) throws {
                for number in 1...count {
                    let owner = Int.random(in: 0..<4, using: &random)
                    let flags = Int.random(in: 0..<4, using: &random) == 0 ? ["\\Seen"] : []
                    let folder = Bool.random(using: &random) ? desks[owner].inbox : archives[owner]
                    try desks[owner].commit([.message(mail(number, flags: flags))], folder: folder)
                    guard Int.random(in: 0..<5, using: &random) == 0 else { continue }
                    let other = (owner + 1) % 4
                    try desks[other].commit([.message(mail(number))], folder: desks[other].inbox)
                }
            }
        }

        /// What the rows say of themselves, asked for one account and folder at a time.
        private func truth(_ office: Office) throws -> [Int64: [(owner: Int, role: String, seen: Bool)]] {
            var found: [Int64: [(owner: Int, role: String, seen: Bool)]] = [:]
            for place in try office.store.find("place", Record(), after: nil, limit: 10_000).rows {
                let owner = try #require(office.desks.firstIndex { $0.account == place.int("account") })
                let role = place.int("folder") == office.desks[owner].inbox ? "inbox" : "archive"
                let message = try #require(place.int("message"))
                found[message, default: []].append((owner, role, place.int("seen") == 1))
            }
            return found
        }

        private func pages(_ store: Store, _ query: Record, _ size: Int) throws -> [Int64] {
            var found: [Int64] = []
            var next: [UInt8]?
            repeat {
                let page = try store.find("message", query, after: next, limit: size)
                #expect(page.rows.count <= size)
                found += page.rows.compactMap { $0.int("id") }
                next = page.next
            } while next != nil
            return found
        }

        @Test func everyWayToTheRowsGivesTheSame() throws {
            var random = SeededRandom()
            let office = try Office()
            try office.fill(1_500, &random)
            let truth = try truth(office)
            let dates = Dictionary(
                uniqueKeysWithValues: try office.store.find("message", Record(), after: nil, limit: 10_000).rows.map {
                    ($0.int("id") ?? 0, $0.int("date") ?? 0)
                })
            for company in [nil, 0, 1] {
                for user in [nil, "u0", "u1", "u9"] {
                    for role in [nil, "inbox", "archive", "sent"] {
                        for seen in [nil, false, true] {
                            var query = Record(["order": .text("-date"), "fields": .list([.text("id")])])
                            if let company { query.set("company", office.companies[company]) }
                            if let user { query.set("user_key", user) }
                            if let role { query.set("role", role) }
                            if let seen { query.set("seen", seen ? 1 : 0) }
                            let expected = truth.filter { _, places in
                                // Read is what one of the accounts that are asked for has read.
                                let own = places.filter { place in
                                    (company == nil || place.owner / 2 == company)
                                        && (user == nil || "u\(place.owner % 3)" == user)
                                }
                                return own.contains { role == nil || $0.role == role }
                                    && (seen == nil || own.contains(where: \.seen) == seen)
                            }.keys.sorted { (dates[$0] ?? 0, $0) > (dates[$1] ?? 0, $1) }
                            // A page of all is gathered, a small one of many is walked to.
                            #expect(try pages(office.store, query, 10_000) == expected, "\(query)")
                            #expect(try pages(office.store, query, 41) == expected, "\(query)")
                        }
                    }
                }
            }
        }

        /// A colleague's reading changes nothing for whoever has the same message in another mailbox.
        @Test func readIsWhatTheAccountHasRead() throws {
            let office = try Office()
            try office.desks[0].commit([.message(mail(1, flags: ["\\Seen", "\\Flagged", "Project"]))])
            try office.desks[1].commit([.message(mail(1))])
            let answers = [
                (Record(), Int64(1), 3), (Record(["account": .int(office.desks[0].account)]), 1, 3),
                (Record(["account": .int(office.desks[1].account)]), 0, 0), (Record(["user_key": .text("u1")]), 0, 0),
                (Record(["company": .int(office.companies[0])]), 1, 3),
            ]
            for (asked, seen, flags) in answers {
                for kind in ["message", "thread"] {
                    let rows = try office.store.find(kind, asked, after: nil, limit: 10).rows
                    #expect(rows.count == 1 && rows.first?.int("seen") == seen, "\(kind) \(asked)")
                    for wanted: Int64 in [0, 1] {
                        var filtered = asked
                        filtered.set("seen", wanted)
                        let found = try office.store.find(kind, filtered, after: nil, limit: 10).rows
                        #expect(found.isEmpty == (wanted != seen), "\(kind) \(filtered)")
                    }
                }
                let message = try #require(try office.store.find("message", asked, after: nil, limit: 10).rows.first)
                guard case .list(let names)? = message["flags"] else { throw Failure.notFound("flags") }
                #expect(names.count == flags && message.int("flagged") == (flags == 0 ? 0 : 1), "\(asked)")
                var flagged = asked
                flagged.set("flagged", 1)
                #expect(try office.store.find("message", flagged, after: nil, limit: 10).rows.isEmpty == (flags == 0))
            }
        }

        /// The usual lists of a large store: by an index, without sorting all that there is.
        @Test(arguments: [
            (Record(["role": .text("inbox"), "order": .text("-date")]), "message_date"),
            (Record(["company": .int(1), "role": .text("inbox"), "order": .text("-date")]), "message_date"),
            (Record(["order": .text("-date")]), "message_date"),
            (Record(["thread": .int(1), "order": .text("date")]), "message_thread"),
            (Record(["seen": .int(0), "account": .int(1), "order": .text("-date")]), "place_unseen"),
            (Record(["account": .int(99), "order": .text("-date")]), "place"),
            (Record(["message_id": .text("m5@example.com")]), "message_key"),
            (Record(["text": .text("word"), "order": .text("-date")]), "VIRTUAL TABLE INDEX"),
            (
                Record(["participant": .text("bob@example.com"), "role": .text("inbox"), "order": .text("-date")]),
                "address"
            ),
        ])
        func theUsualListsGoByAnIndex(_ query: Record, _ index: String) throws {
            var random = SeededRandom()
            let office = try Office()
            try office.fill(2_000, &random)
            let steps = try plan(office.store, "message", query)
            #expect(steps.contains { $0.hasPrefix("SEARCH m ") || $0.hasPrefix("SCAN m USING INDEX") }, "\(steps)")
            #expect(!steps.contains("SCAN m"), "\(steps)")
            #expect(steps.contains { $0.contains(index) }, "\(steps)")
            if index == "message_date" || index == "message_thread" {
                #expect(!steps.contains { $0.contains("USE TEMP B-TREE FOR ORDER") }, "\(steps)")
            }
        }

        @Test(arguments: [
            (Record(["order": .text("-last_at")]), "thread_last"),
            (Record(["order": .text("waiting_since")]), "thread_waiting"),
            (Record(["waiting_since.lt": .int(5), "order": .text("waiting_since")]), "thread_waiting"),
            (Record(["order": .text("-last_in")]), "thread_in"), (Record(["order": .text("-last_out")]), "thread_out"),
            (Record(["company": .int(1), "order": .text("-last_at")]), "thread_last"),
        ])
        func threadsGoByAnIndex(_ query: Record, _ index: String) throws {
            var random = SeededRandom()
            let office = try Office()
            try office.fill(1_200, &random)
            let steps = try plan(office.store, "thread", query)
            #expect(steps.contains { $0.contains("t USING INDEX \(index)") }, "\(steps)")
            #expect(!steps.contains { $0.contains("USE TEMP B-TREE FOR ORDER") }, "\(steps)")
        }

        private func plan(_ store: Store, _ kind: String, _ record: Record) throws -> [String] {
            let table = try #require(KindTable.named(kind))
            var query = try Query(record, kind: kind)
            try query.readFolders(table)
            let key = try #require(table.orders[query.order ?? "id"])
            let plan = try PagePlan(table, query, key: key, position: nil, byID: false)
            return try store.read { (db) throws(Failure) in
                let (sql, values) = try plan.statement(db, page: 20)
                return try db.all(composed: "EXPLAIN QUERY PLAN \(sql)", values) { (row) throws(Failure) in row.text(3)
                }
            }
        }

        /// Whoever pages sees each message that was there once, whatever comes meanwhile.
        @Test func pagesNeitherSkipNorRepeatWhileMailArrives() throws {
            let office = try Office()
            var random = SeededRandom()
            try office.fill(700, &random)
            let query = Record(["role": .text("inbox"), "order": .text("-date"), "fields": .list([.text("id")])])
            let before = Set(try pages(office.store, query, 10_000))
            let (store, account, lease, inbox) = (
                office.store, office.desks[1].account, office.desks[1].lease, office.desks[1].inbox
            )
            let thread = try PosixThread.start("arrives") {
                for number in 0..<400 {
                    var message = mail(10_000 + number)
                    // Some are newer than all, some lie between what was there.
                    if number % 2 == 0 { message.summary.date = 1_700_000_000_000 + Int64(number) * 61_000 }
                    var batch = SyncBatch(account: account, folder: inbox)
                    batch.items = [.message(message)]
                    do { try store.commit(batch, lease: lease) } catch { return }
                }
            }
            var seen: [Int64] = []
            var next: [UInt8]?
            repeat {
                let page = try office.store.find("message", query, after: next, limit: 5)
                seen += page.rows.compactMap { $0.int("id") }
                next = page.next
            } while next != nil
            thread.join()
            #expect(Set(seen).count == seen.count)
            #expect(before.isSubset(of: seen))
            #expect(try pages(office.store, query, 10_000).count == before.count + 400)
        }

        @Test func mailIsFoundByTheKeyOfItsContact() throws {
            let desk = try Desk()
            let other = try desk.store.insertCompany(company("other"))
            try desk.commit([.message(mail(1)), .message(mail(2))])
            let bob = try desk.put("b-1", ["bob@example.com"])
            _ = try desk.put("b-1", ["bob@example.com"], company: other)
            for kind in ["message", "thread"] {
                let byID = try desk.store.find(kind, Record(["contact": .int(bob)]), after: nil, limit: 9).rows
                let byKey = try desk.store.find(kind, Record(["contact_key": .text("b-1")]), after: nil, limit: 9).rows
                #expect(!byID.isEmpty && byKey == byID, "\(kind)")
                #expect(
                    try desk.store.find(kind, Record(["contact_key": .text("b")]), after: nil, limit: 9).rows.isEmpty)
            }
            #expect(
                try desk.store.find("contact", Record(["company_key": .text("other")]), after: nil, limit: 9).rows.count
                    == 1)
        }

        /// Who takes a key for an id is told of the field that takes it; who gives a list, of the one that takes several.
        @Test(arguments: [
            (Record(["company": .text("acme")]), "company_key"), (Record(["contact": .text("c-1")]), "contact_key"),
            (Record(["account": .list([.int(1), .int(2)])]), "account.in"),
            (Record(["seen": .text("0")]), "expected int"),
        ])
        func whatIsMeantIsNamed(_ query: Record, _ words: String) throws {
            let desk = try Desk()
            do throws(Failure) {
                _ = try desk.store.find("message", query, after: nil, limit: 1)
                Issue.record("it was taken")
            } catch {
                #expect(error.result == Int32(MR_E_INVALID) && error.message.contains(words), "\(error.message)")
            }
        }

        @Test func whateverHasAnAccountIsFoundByItsOwner() throws {
            let office = try Office()
            let desk = office.desks[3]
            try desk.commit([.message(mail(1))])
            _ = try desk.send()
            try desk.store.addLog(NewLog(account: desk.account, what: "sync", message: "m"))
            for kind in ["folder", "place", "message", "thread", "send", "log", "job"] {
                for (given, count) in [
                    (Record(["company": .int(office.companies[1]), "user_key": .text("u0")]), 1),
                    (Record(["company": .int(office.companies[0]), "user_key": .text("u2")]), 0),
                    (Record(["company_key": .text("two"), "user_key": .text("u0")]), 1),
                    (Record(["company_key": .text("one"), "user_key": .text("u0")]), 0),
                    (Record(["company_key.in": .list([.text("nobody"), .text("TWO")])]), 0),
                    (Record(["user_key.in": .list([.text("u0"), .text("U0")])]), 1),
                ] {
                    let rows = try desk.store.find(kind, given, after: nil, limit: 100).rows
                    let mine = rows.filter { $0.int("account") ?? desk.account == desk.account }
                    let others = kind == "folder" || kind == "job" ? rows.count : mine.count
                    #expect(count == 0 ? rows.isEmpty || kind == "folder" || kind == "job" : others >= count, "\(kind)")
                }
            }
            for wrong in [Record(["company.lt": .int(5)]), Record(["company_key.lt": .text("x")])] {
                #expect(result { _ = try desk.store.find("send", wrong, after: nil, limit: 1) } == Int32(MR_E_INVALID))
            }
            let accounts = try desk.store.find("account", Record(["company_key": .text("two")]), after: nil, limit: 9)
            #expect(accounts.rows.compactMap { $0.int("company") } == [office.companies[1], office.companies[1]])
            let row = try desk.store.find("message", Record(["user_key": .text("u0")]), after: nil, limit: 1).rows.first
            #expect(row?.int("account") == desk.account)
        }
    }
}
