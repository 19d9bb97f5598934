import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    @Suite struct ContactVerbs {
        /// The numbers of the messages that a contact has part in, and what its row counts.
        private func numbers(_ desk: Desk, _ contact: Int64) throws -> [String] {
            let rows = try desk.messages(["contact": .int(contact)])
            #expect(try desk.store.get("contact", contact).int("messages") == Int64(rows.count))
            for row in rows {
                let matched = row.records("contacts").compactMap { $0.int("contact") }
                #expect(matched.contains(contact), "what is found by the contact names it")
            }
            for row in try desk.messages() where !rows.contains(where: { $0.int("id") == row.int("id") }) {
                #expect(!row.records("contacts").contains { $0.int("contact") == contact })
            }
            return rows.compactMap { $0.text("message_id")?.split(separator: "@").first.map(String.init) }
        }

        private func ways(_ desk: Desk, _ number: Int) throws -> [String] {
            let rows = try desk.messages(["message_id": .text("m\(number)@example.com")])
            return try #require(rows.first).records("contacts").map {
                "\($0.text("key") ?? "") \($0.text("address") ?? "") \($0.text("source") ?? "") \($0.text("by") ?? "")"
            }
        }

        @Test func bothDirectionsBeforeAndAfterTheMail() throws {
            let desk = try Desk()
            let early = try desk.put("early", ["BOB@example.com"])
            try desk.commit([
                .message(mail(1)), .message(mail(2, from: "ann@example.com", to: ["bob@example.com", "carl@x.org"])),
                .message(mail(3, from: "Carl@X.org")), .message(mail(4, from: "other@example.com")),
            ])
            let late = try desk.put("late", ["carl@x.org"])
            #expect(try numbers(desk, early) == ["m1", "m2"])
            #expect(try numbers(desk, late) == ["m2", "m3"])
            #expect(try ways(desk, 2) == ["early bob@example.com to address", "late carl@x.org to address"])
            #expect(try ways(desk, 3) == ["late carl@x.org from address"])
            #expect(try desk.messages(["contact.gt": .int(0)]).count == 3)
            #expect(try desk.messages(["contact.in": .list([.int(early), .int(late)])]).count == 3)
            #expect(result { _ = try desk.messages(["contact.lt": .int(3)]) } == Int32(MR_E_INVALID))
            try desk.store.removeContact(late)
            #expect(try desk.messages(["contact.gt": .int(0)]).count == 2)
            #expect(try desk.messages().count == 4)
            #expect(result { try desk.store.removeContact(late) } == Int32(MR_E_NOT_FOUND))
        }

        @Test func plusTagsAndDotsUnlessItIsExact() throws {
            let desk = try Desk()
            try desk.commit([
                .message(mail(1, from: "bob+news@example.com")), .message(mail(2, from: "b.o.b@googlemail.com")),
                .message(mail(3, from: "bob@example.com")),
            ])
            let loose = try desk.put("loose", ["bob@example.com", "bo.b+crm@gmail.com"])
            let exact = try desk.put("exact", ["bob@example.com", "bob@gmail.com"], exact: true)
            #expect(try numbers(desk, loose) == ["m1", "m2", "m3"])
            #expect(try numbers(desk, exact) == ["m3"])
            #expect(try ways(desk, 1) == ["loose bob+news@example.com from loose"])
            #expect(try ways(desk, 2) == ["loose b.o.b@googlemail.com from loose"])
            #expect(
                try ways(desk, 3) == [
                    "loose bob@example.com from address", "exact bob@example.com from address",
                ])
            var values = ContactValues()
            values.exact = false
            try desk.store.updateContact(exact, values)
            #expect(try numbers(desk, exact) == ["m1", "m2", "m3"])
        }

        @Test func aDomainComesAfterAddressesAndIsNoAccounts() throws {
            let desk = try Desk()
            try desk.commit([
                .message(mail(1, from: "x@firm.org")), .message(mail(2, from: "bob@firm.org")),
                .message(mail(3, from: "x@sub.firm.org")), .message(mail(4, from: "carl+x@firm.org")),
                .message(mail(5, from: "z@example.com")), .message(mail(6, from: "y@MÜLLER.de")),
            ])
            let firm = try desk.put("firm", domains: ["@FIRM.org", "müller.de"])
            _ = try desk.put("bob", ["bob@firm.org", "carl@firm.org"])
            #expect(try numbers(desk, firm) == ["m1", "m6"])
            #expect(try ways(desk, 2) == ["bob bob@firm.org from address"])
            #expect(try ways(desk, 4) == ["bob carl+x@firm.org from loose"])
            // ann@example.com is the account: not everything that she gets is from the contact example.com.
            let own = try desk.put("own", domains: ["example.com"])
            #expect(try numbers(desk, own) == ["m5"])
            let asSuch = try desk.put("ann", ["ann@example.com"])
            #expect(try numbers(desk, asSuch).count == 6)
        }

        @Test func aCompanyHasItsOwnContacts() throws {
            let desk = try Desk()
            let (red, blue) = (
                try desk.store.insertCompany(company("red")),
                try desk.store.insertCompany(company("blue"))
            )
            var changes = AccountChanges()
            changes.company = red
            try desk.store.updateAccount(desk.account, values: changes, settings: [:], secrets: [:])
            try desk.commit([.message(mail(1)), .message(mail(2, from: "x@firm.org"))])
            let bobOfRed = try desk.put("bob", ["bob@example.com"], company: red)
            let bobOfBlue = try desk.put("bob", ["bob@example.com"], company: blue)
            let all = try desk.put("bob", ["bob@example.com"])
            #expect(Set([bobOfRed, bobOfBlue, all]).count == 3)
            #expect(try numbers(desk, bobOfRed) == ["m1"])
            #expect(try numbers(desk, bobOfBlue) == [])
            #expect(try numbers(desk, all) == ["m1"])
            // Whose address it is in another company takes nothing away.
            _ = try desk.put("x", ["x@firm.org"], company: blue)
            let firm = try desk.put("firm", domains: ["firm.org"], company: red)
            #expect(try numbers(desk, firm) == ["m2"])
            #expect(result { _ = try desk.put("y", company: 99) } == Int32(MR_E_NOT_FOUND))
            #expect(
                try desk.store.find("contact", Record(["company": .int(red)]), after: nil, limit: 9).rows.count == 2)
        }

        @Test func theSameKeyAgainChangesWhatDiffers() throws {
            let desk = try Desk()
            let id = try desk.put("k", ["a@x.org", "A@X.org", "b@x.org"], domains: ["X.org"])
            let latest = try desk.store.latestChange()
            #expect(try desk.put("k", ["a@x.org", "b@x.org"], domains: ["x.org"]) == id)
            #expect(try desk.store.latestChange() == latest, "nothing has changed")
            #expect(try desk.put("k", ["c@x.org"]) == id)
            let row = try desk.store.get("contact", id)
            #expect(row.texts("addresses") == ["c@x.org"])
            #expect(row.texts("domains") == [])
            #expect(try desk.store.latestChange() == latest + 1)
            #expect(
                try desk.store.find("contact", Record(["address": .text("C@x.ORG")]), after: nil, limit: 9).rows
                    .count == 1)
            let other = try desk.put("other")
            var values = ContactValues()
            values.key = "k"
            #expect(result { try desk.store.updateContact(other, values) } == Int32(MR_E_EXISTS))
            #expect(result { try desk.store.updateContact(99, values) } == Int32(MR_E_NOT_FOUND))
            values.key = "new"
            try desk.store.updateContact(other, values)
            #expect(try desk.store.get("contact", other).text("key") == "new")
        }

        @Test(arguments: [
            ("", ["a@x.org"], [String](), "key"), ("k", ["nobody"], [], "addresses[0]"),
            ("k", ["@x.org"], [], "addresses[0]"),
            ("k", ["a@x.org", "b@"], [], "addresses[1]"), ("k", ["a\u{1}@x.org"], [], "addresses[0]"),
            ("k", [], ["x.org", "a@x.org"], "domains[1]"), ("k", [], [""], "domains[0]"),
            ("k", [], ["http://foo"], "domains[0]"), ("k", [], ["@x.org", "-x.org"], "domains[1]"),
            ("k", [String](repeating: "a@x.org", count: 1001), [], "addresses"),
            ("k", [String(repeating: "a", count: 2000) + "@x.org"], [], "addresses[0]"),
        ])
        func whatIsNoAddressIsNamed(_ key: String, _ addresses: [String], _ domains: [String], _ field: String) throws {
            var values = ContactValues()
            values.key = key
            values.addresses = addresses
            values.domains = domains
            do throws(Failure) {
                try values.check(path: "contacts[3].")
                Issue.record("it was taken")
            } catch {
                #expect(error.field == "contacts[3]." + field)
            }
        }
    }
}
