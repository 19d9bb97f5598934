import Base
import CMailroom
import Testing

@testable import Store

/// What was wished and did not come to be can be found in the log, by message.
struct LostWishTests {
    private func log(_ here: WishDesk) throws -> [Record] {
        try here.store.find("log", Record(["what": .text("wish"), "order": .text("id")]), after: nil, limit: 100).rows
    }

    private func lose(_ here: WishDesk, _ message: Int64, _ reason: String, _ fill: (inout NewWish) -> Void) throws {
        for id in try here.wish(message, fill) {
            _ = try here.store.beginWish(id, lease: here.desk.lease)
            try here.store.loseWish(id, Failure(MR_E_REFUSED, reason), lease: here.desk.lease)
        }
    }

    private func messages(_ here: WishDesk, _ count: Int) throws -> [Int64] {
        try here.desk.commit((2...count).map { .message(mail($0)) }, complete: false)
        return try here.store.find("message", Record(["order": .text("id")]), after: nil, limit: 1000).rows
            .compactMap { $0.int("id") }
    }

    @Test func whatHappenedAlikeStandsInOneRowThatNamesEach() throws {
        let here = try WishDesk()
        let all = try messages(here, 4)
        for message in all.prefix(3) {
            try lose(here, message, "no such keyword") { $0.flags = FlagDelta(add: ["$Hot"]) }
        }
        try lose(here, all[0], "no such keyword") { $0.flags = FlagDelta(add: ["$Hot"]) }
        try lose(here, all[3], "no such keyword") { $0.folder = here.archive }
        try lose(here, all[3], "the folder is full") { $0.folder = here.archive }
        let rows = try log(here)
        #expect(
            rows.map { $0.text("message") } == [
                "messages \(all[0]), \(all[1]), \(all[2]): flags +$Hot in INBOX was given up: no such keyword",
                "message \(all[3]): move from INBOX to Archive was given up: no such keyword",
                "message \(all[3]): move from INBOX to Archive was given up: the folder is full",
            ])
        #expect(rows.map { $0.int("count") } == [4, 1, 1])
    }

    /// Each is found by its number, however many there are.
    @Test func noneIsLeftOut() throws {
        let here = try WishDesk()
        let all = try messages(here, 45)
        for message in all { try lose(here, message, "no") { $0.flags = FlagDelta(add: ["\\Flagged"]) } }
        let rows = try log(here)
        #expect(rows.map { $0.int("count") } == [20, 20, 5])
        let named = rows.flatMap { row in
            (row.text("message") ?? "").prefix { $0 != ":" }.split { $0 == " " || $0 == "," }.dropFirst()
                .compactMap { Int64($0) }
        }
        #expect(named == all)
    }
}
