import Base
import CMailroom
import Glibc
import Testing

@testable import Store

extension StoreTests {
    @Suite struct EraseContactVerbs {
        /// Whether the words stand anywhere in the files of the store.
        private func found(_ words: String, _ desk: Desk) throws -> Bool {
            for name in ["", "-wal"] {
                let fd = open(desk.scratch.store + name, O_RDONLY)
                guard fd >= 0 else { continue }
                defer { close(fd) }
                var bytes: [UInt8] = []
                var piece = [UInt8](repeating: 0, count: 1 << 16)
                while case let got = read(fd, &piece, piece.count), got > 0 { bytes += piece[..<got] }
                if String(decoding: bytes, as: UTF8.self).lowercased().has(words) { return true }
            }
            return false
        }

        @Test func nothingOfItIsFound() throws {
            let desk = try Desk()
            let bob = try desk.put("bob", ["Zebulon@vanish.example"])
            for number in 0..<300 { _ = try desk.put("other\(number)", ["z\(number * 7919 % 300)@vanish.example"]) }
            var items: [SyncItem] = []
            for number in 1...400 {
                let isHis = number % 4 == 0
                let who =
                    isHis
                    ? "zebulon\(number % 8 == 0 ? "+x" : "")@vanish.example" : "y\(number * 7919 % 400)@vanish.example"
                items.append(
                    .message(
                        mail(
                            number, from: number % 3 == 0 ? "ann@example.com" : who,
                            to: number % 3 == 0 ? [who] : ["ann@example.com"],
                            body: "a body that names \(who) \(number)")))
            }
            for at in stride(from: 0, to: items.count, by: 50) { try desk.commit(Array(items[at..<(at + 50)])) }
            _ = try desk.send(["ZEBULON@vanish.example"])
            _ = try desk.send(["y1@vanish.example"])
            while case let some = try desk.store.unindexed(limit: 100), !some.isEmpty {
                try desk.store.index(some.map { ($0, "word\($0.id)") })
            }
            try desk.store.addLog(
                NewLog(account: desk.account, what: "send", message: "refused: <zebulon@vanish.example> is unknown"))
            #expect(try found("zebulon", desk))
            try desk.store.eraseContact(bob)
            #expect(try !found("zebulon", desk))
            #expect(try desk.messages().count == 300)
            #expect(try desk.store.accountStatus(desk.account).int("left_out") == 100)
            #expect(try desk.store.find("send", Record(), after: nil, limit: 9).rows.count == 1)
            #expect(try desk.store.folderReader(desk.inbox).held("4") == .skipped(reason: "erased"))
            #expect(try desk.store.isErased(["x@y", "ZEBULON+new@vanish.example"], account: desk.account))
            #expect(try !desk.store.isErased(["y1@vanish.example"], account: desk.account))
            #expect(result { try desk.store.eraseContact(bob) } == Int32(MR_E_NOT_FOUND))
            try checkWhole(desk.store)
            _ = try desk.put("bob", ["zebulon@vanish.example"])
            #expect(try !desk.store.isErased(["zebulon@vanish.example"], account: desk.account))
        }

        /// Who has a whole domain is not those in it who are contacts of their own, or mailboxes here.
        @Test func ofADomainWhatIsSomebodyElsesIsStoredOn() throws {
            let desk = try Desk()
            let firm = try desk.put("firm", [], domains: ["firm.example", "example.com"])
            _ = try desk.put("carl", ["carl@firm.example"])
            try desk.store.eraseContact(firm)
            for (address, isErased) in [
                ("x@firm.example", true), ("carl@firm.example", false), ("Carl+news@FIRM.example", false),
                ("ann@example.com", false), ("dora@example.com", true), ("x@other.example", false),
            ] {
                #expect(try desk.store.isErased([address], account: desk.account) == isErased, "\(address)")
            }
            _ = try desk.put("dora", ["dora@example.com"])
            #expect(try !desk.store.isErased(["dora@example.com"], account: desk.account))
        }

        /// A sync that began before brings it all the same.
        @Test func whatASyncBringsAfterwardsIsNotStored() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1, from: "bob@vanish.example"))])
            let bob = try desk.put("bob", ["bob@vanish.example"])
            try desk.store.eraseContact(bob)
            let staged = try desk.body("staged for bob@vanish.example")
            var last = mail(4, from: "bob@vanish.example")
            last.body = .staged(staged)
            try desk.commit([
                .message(mail(2, from: "BOB+x@vanish.example")), .message(mail(3, from: "carl@vanish.example")),
                .message(last),
            ])
            #expect(try desk.messages().count == 1)
            for ref in ["1", "2", "4"] {
                #expect(try desk.store.folderReader(desk.inbox).held(ref) == .skipped(reason: "erased"), "\(ref)")
            }
            let isThere = try desk.store.read { (db) throws(Failure) in
                try db.exists("SELECT 1 FROM body WHERE id = ?", staged)
            }
            #expect(!isThere)
            #expect(try !found("bob+x@", desk))
            try checkWhole(desk.store)
        }

        /// A company of its own for the account.
        private func inCompany(_ desk: Desk) throws -> Int64 {
            let company = try desk.store.write { transaction throws(Failure) in
                try transaction.db.run("INSERT INTO company(key) VALUES('red')")
                return transaction.db.lastRowID
            }
            var changes = AccountChanges()
            changes.company = company
            try desk.store.updateAccount(desk.account, values: changes, settings: [:], secrets: [:])
            return company
        }

        @Test func everybodysContactEndsWhatACompanyErased() throws {
            let desk = try Desk()
            let red = try inCompany(desk)
            try desk.store.eraseContact(try desk.put("bob", ["bob@example.com"], company: red))
            #expect(try desk.store.isErased(["bob@example.com"], account: desk.account))
            _ = try desk.put("bob", ["bob@example.com"])
            #expect(try !desk.store.isErased(["bob@example.com"], account: desk.account))
        }

        /// No folder shows a message that is just being moved, or deleted.
        @Test func whatIsJustBeingMovedIsErased() throws {
            let desk = try Desk()
            let red = try inCompany(desk)
            try desk.commit([
                .message(mail(1, from: "bob@vanish.example")), .message(mail(2, from: "bob@vanish.example")),
            ])
            try desk.commit([.gone(ref: "1")])
            let left = try #require(try desk.messages().first?.int("id"))
            var wish = NewWish(.message(left))
            wish.removal = .forever
            _ = try desk.store.wish(wish)
            #expect(try desk.messages().isEmpty)
            try desk.store.eraseContact(try desk.put("bob", ["bob@vanish.example"], company: red))
            #expect(try desk.store.read { (db) throws(Failure) in try db.int("SELECT count(*) FROM message") } == 0)
            #expect(try !found("bob@vanish", desk))
            try checkWhole(desk.store)
        }

        @Test func whatAnotherCompanyHasStays() throws {
            let desk = try Desk()
            let other = try desk.second()
            let red = try inCompany(desk)
            try desk.commit([.message(mail(1)), .message(mail(2))])
            try other.commit([.message(mail(2)), .message(mail(3))])
            let bob = try desk.put("bob", ["bob@example.com"], company: red)
            try desk.store.eraseContact(bob)
            #expect(try desk.messages(["account": .int(desk.account)]).isEmpty)
            #expect(try desk.messages(["account": .int(other.account)]).count == 2)
            #expect(try desk.store.isErased(["bob@example.com"], account: desk.account))
            #expect(try !desk.store.isErased(["bob@example.com"], account: other.account))
            try checkWhole(desk.store)
        }
    }
}
