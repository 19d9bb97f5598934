import Base
import CMailroom
import Testing

@testable import Store

/// A store with an inbox, drafts, a trash and an archive, and a message in the inbox under the reference 1.
struct WishDesk {
    let desk: Desk
    let inbox: Int64
    let drafts: Int64
    let trash: Int64
    let archive: Int64
    var store: Store { desk.store }

    init() throws {
        desk = try Desk()
        let named = ["INBOX": "inbox", "Drafts": "drafts", "Trash": "trash", "Archive": "archive"]
        let folders = try desk.store.applyFolders(
            desk.account, named.map { Record(["path": .text($0), "role": .text($1)]) }, lease: desk.lease)
        func id(_ path: String) throws -> Int64 { try #require(folders.first { $0.path == path }).id }
        inbox = try id("INBOX")
        drafts = try id("Drafts")
        trash = try id("Trash")
        archive = try id("Archive")
        for folder in [inbox, drafts, trash, archive] {
            try desk.commit([], cursor: "c", complete: true, folder: folder)
        }
        try desk.commit([.message(mail(1))], complete: true)
    }

    func place(in folder: Int64? = nil) throws -> Record {
        let query = Record(["folder": folder.map(Value.int)])
        let rows = try store.find("place", query, after: nil, limit: 10).rows
        return try #require(rows.count == 1 ? rows[0] : nil)
    }

    func message() throws -> Int64 { try #require(try place().int("message")) }

    func places(of message: Int64) throws -> [Int64] {
        try store.find("place", Record(["message": .int(message)]), after: nil, limit: 10).rows
            .compactMap { $0.int("folder") }
    }

    func wish(_ message: Int64, _ fill: (inout NewWish) -> Void) throws -> [Int64] {
        var wish = NewWish(.message(message))
        fill(&wish)
        return try store.wish(wish)
    }

    func row(_ wish: Int64) throws -> Record { try store.get("wish", wish) }

    func ready() throws -> [Int64] {
        try store.openWishes(desk.account, now: Clock.wall(), limit: 100).map(\.id)
    }

    /// Begins it, and has the server answer.
    func answer(_ wish: Int64, _ fill: (inout WishFindings) -> Void = { _ in }) throws {
        _ = try #require(try store.beginWish(wish, lease: desk.lease))
        var found = WishFindings()
        fill(&found)
        try store.finishWish(wish, found, lease: desk.lease)
    }

    func changes(_ detail: String) throws -> [Int64] {
        try store.changes(after: 0, query: Record(["kind": .text("message")]), limit: 1000)
            .filter { $0.text("detail") == detail }.compactMap { $0.int("id") }
    }

    func append(_ number: Int, replaces: Int64? = nil) throws -> Int64 {
        var message = mail(number, flags: ["\\Draft"])
        message.ref = ""
        return try store.wishAppend(
            NewAppend(account: desk.account, folder: drafts, message: message, replaces: replaces))
    }

    /// The counts that are kept must be those that counting gives.
    func checkCounts() throws {
        for folder in try store.find("folder", Record(), after: nil, limit: 10).rows {
            let there = try store.find("place", Record(["folder": folder["id"]]), after: nil, limit: 100).rows
            #expect(folder.int("messages") == Int64(there.count), "\(folder.text("path") ?? "")")
            #expect(folder.int("unseen") == Int64(there.count { $0.int("seen") == 0 }), "\(folder.text("path") ?? "")")
        }
        let rows = try desk.messages(["account": .int(desk.account)])
        let status = try store.accountStatus(desk.account)
        #expect(status.int("messages") == Int64(rows.count))
        #expect(status.int("unseen") == Int64(rows.count { $0.int("seen") == 0 }))
    }
}
