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

        @Test func whatAnotherCompanyHasStays() throws {
            let desk = try Desk()
            let other = try desk.second()
            let red = try desk.store.write { transaction throws(Failure) in
                try transaction.db.run("INSERT INTO company(key) VALUES('red')")
                return transaction.db.lastRowID
            }
            var changes = AccountChanges()
            changes.company = red
            try desk.store.updateAccount(desk.account, values: changes, settings: [:], secrets: [:])
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
