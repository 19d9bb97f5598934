import Base
import CMailroom
import Glibc
import Testing

@testable import Store

extension StoreTests {
    @Suite struct MigrationVerbs {
        /// A store of version 3 with mail in it, as an earlier library left it.
        private func oldStore(_ scratch: Scratch) throws {
            let fd = open(scratch.store, O_WRONLY | O_CREAT, 0o600)
            Glibc.close(fd)
            let old = try Connection(path: scratch.store, role: .writer)
            try Migration.run(on: old, upTo: 3)
            try old.execute(
                """
                INSERT INTO account(address, provider, receives, sends, created_at, state, since, sync_health,
                  send_health, messages, unseen, next_sync)
                VALUES('ann@example.com', 'imap', 1, 1, 5, 'enabled', 5, 'ok', 'ok', 2, 1, 77);
                INSERT INTO folder(id, account, path, native, delimiter, role, selectable, cursor, complete, synced_at,
                  messages, unseen, server_messages, next_place)
                VALUES(1, 1, 'INBOX', x'494e424f58', '/', 'inbox', 1, x'63', 1, 99, 2, 1, 3, 4),
                  (2, 1, 'Old/Sent', x'53', '/', 'sent', 1, x'', 0, NULL, 0, 0, NULL, 1);
                INSERT INTO thread(id, joined, subject, messages, first_at, last_at) VALUES(1, NULL, 'Hi', 2, 10, 20);
                """)
            for number in 1...2 {
                try old.run(
                    """
                    INSERT INTO message(id, identity, message_key, thread, date, received_at, size, historical,
                      attachments, body, stored_at, message_id, in_reply_to, subject, preview, detail)
                    VALUES(?1, ?2, ?3, 1, ?4, ?4, 4, 1, 0, ?1, 7, ?5, NULL, 'Hi', 'text', ?6)
                    """, number, mail(number).summary.identity, messageKey("m\(number)@example.com"), number * 10,
                    "m\(number)@example.com", MessageDetail(mail(number).summary).packed)
                try old.run(
                    """
                    INSERT INTO body(id, sha, size, holders, sealed, staged_at, owner, bytes)
                    VALUES(?1, ?2, 4, 1, 1, 0, NULL, x'61626364')
                    """, number, [UInt8](repeating: UInt8(number), count: 32))
                try old.run(
                    "INSERT INTO place(id, folder, ref, message, bits, flags, skipped) VALUES(?, 1, ?, ?, ?, NULL, NULL)",
                    PlaceID.make(folder: 1, number: Int64(number)), String(number), number, number == 1 ? 1 : 0)
            }
            var packer = Packer()
            packer.int(8)
            packer.int(9)
            packer.text("policy")
            try old.run(
                "INSERT INTO place(id, folder, ref, message, bits, flags, skipped) VALUES(?, 1, '3', NULL, 0, NULL, ?)",
                PlaceID.make(folder: 1, number: 3), packer.bytes)
            try old.execute("UPDATE counter SET next_message = 3, next_body = 3")
            old.close()
        }

        @Test func whatVersionThreeHeldIsAllThere() throws {
            let scratch = try Scratch()
            try oldStore(scratch)
            let store = try openAside(scratch.store)
            #expect(try store.dueAccounts(now: 77, limit: 9) == [1])
            #expect(try store.dueAccounts(now: 76, limit: 9).isEmpty)
            let folders = try store.folders(1)
            #expect(folders.map(\.path) == ["INBOX", "Old/Sent"])
            #expect(folders.map(\.role) == ["inbox", "sent"])
            #expect(folders[0].cursor == [0x63] && folders[0].complete && folders[0].syncedAt == 99)
            #expect(folders.allSatisfy { $0.synced && $0.namespace == "personal" && $0.stable == nil && !$0.walk })
            let rows = try store.find("message", Record(), after: nil, limit: 9).rows
            #expect(rows.map { $0.text("message_id") } == ["m1@example.com", "m2@example.com"])
            #expect(rows.allSatisfy { $0.int("has_body") == 1 && $0.int("adrift") == 0 })
            #expect(rows.map { $0.int("seen") } == [1, 0])
            #expect(
                try store.find("message", Record(["message_id": .text("m2@example.com")]), after: nil, limit: 9).rows
                    .count == 1)
            // Who speaks, and what is to be indexed, is known of it.
            let thread = try store.find("thread", Record(), after: nil, limit: 9).rows
            #expect(thread.map { $0.int("waiting_since") } == [10] && thread.map { $0.int("last_in") } == [20])
            #expect(try store.unindexed(limit: 9).map(\.id) == [2, 1])
            #expect(try store.accountStatus(1).int("unindexed") == 2)
            let newest = Record(["role": .text("inbox"), "order": .text("-date"), "seen": .int(0)])
            #expect(try store.find("message", newest, after: nil, limit: 9).rows.compactMap { $0.int("id") } == [2])
            // It goes on where the earlier library left off.
            let lease = try #require(try store.acquireLease(1))
            #expect(try store.folderReader(1).held("3") == .skipped(reason: "policy"))
            _ = try store.applyFolders(
                1, [listed("INBOX", stable: "i"), listed("Sent", stable: "s")], lease: lease)
            #expect(try store.folders(1).map(\.id).contains(1))
            var batch = SyncBatch(account: 1, folder: 1)
            batch.items = [.gone(ref: "1"), .flags(ref: "2", flags: ["\\Seen"]), .message(mail(3)), .message(mail(4))]
            try store.commit(batch, lease: lease)
            #expect(try store.accountStatus(1).int("messages") == 3)
            #expect(try store.accountStatus(1).int("unseen") == 2)
            #expect(
                try store.lookup(account: 1, stable: nil, messageID: "m1@example.com", size: 4, receivedAt: 10) == 1)
            #expect(try store.sweepAdrift(1, before: .max, lease: lease) == 1)
            #expect(
                try store.find("thread", Record(["id": .int(1)]), after: nil, limit: 9).rows[0].int("messages") == 1)
            #expect(
                try store.find("thread", Record(["id": .int(1)]), after: nil, limit: 9).rows[0].int("first_at") == 20)
            try checkWhole(store)
        }

        @Test func aMigrationThatIsCutOffIsDoneAgain() throws {
            let scratch = try Scratch()
            try oldStore(scratch)
            let half = try Connection(path: scratch.store, role: .writer)
            try half.begin(durable: true)
            try half.execute(Migration.sync.sql)
            half.close()
            let again = try Connection(path: scratch.store, role: .writer)
            #expect(try Migration.state(of: again) == .store(version: 3))
            try Migration.run(on: again)
            try Migration.run(on: again)
            #expect(try Migration.state(of: again) == .store(version: Migration.newest))
            #expect(try again.int("SELECT count(*) FROM place") == 3)
        }
    }
}

/// What must hold of every store at every moment: counts that are kept are what counting gives, nothing is left over.
func checkWhole(_ store: Store, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) throws {
    let rules: [(String, String)] = [
        (
            "a folder's counts",
            """
            SELECT f.id FROM folder f WHERE f.leaving = 0 AND (
              f.messages <> (SELECT count(*) FROM place p WHERE p.folder = f.id AND p.message IS NOT NULL AND p.leaving = 0)
              OR f.unseen <> (SELECT count(*) FROM place p WHERE p.folder = f.id AND p.message IS NOT NULL
                AND p.leaving = 0 AND p.bits & 1 = 0))
            """
        ),
        (
            "an account's messages",
            """
            SELECT a.id FROM account a WHERE a.messages <> (SELECT count(DISTINCT p.message) FROM place p
              JOIN folder f ON f.id = p.folder WHERE f.account = a.id AND p.leaving = 0)
            """
        ),
        (
            "an account's unseen",
            """
            SELECT a.id FROM account a WHERE a.unseen <> (SELECT count(*) FROM (SELECT p.message FROM place p
              JOIN folder f ON f.id = p.folder WHERE f.account = a.id AND p.leaving = 0 AND p.message IS NOT NULL
              GROUP BY p.message HAVING max(p.bits & 1) = 0))
            """
        ),
        (
            "a message without a place that is not adrift",
            """
            SELECT id FROM message m WHERE NOT EXISTS (SELECT 1 FROM place WHERE message = m.id)
            AND NOT EXISTS (SELECT 1 FROM adrift WHERE message = m.id)
            """
        ),
        (
            "a message that is adrift and has a place in that account",
            """
            SELECT message FROM adrift a WHERE EXISTS (SELECT 1 FROM place p JOIN folder f ON f.id = p.folder
              WHERE p.message = a.message AND f.account = a.account)
            """
        ),
        (
            "a place of a message that is gone",
            "SELECT id FROM place WHERE message IS NOT NULL AND message NOT IN (SELECT id FROM message)"
        ),
        ("a place of a folder that is gone", "SELECT id FROM place WHERE folder NOT IN (SELECT id FROM folder)"),
        (
            "a quarantine without its place",
            "SELECT place FROM quarantine WHERE place NOT IN (SELECT id FROM place WHERE message IS NULL)"
        ),
        (
            "a participant of a message that is gone",
            "SELECT message FROM participant WHERE message NOT IN (SELECT id FROM message)"
        ),
        (
            "the holders of a body",
            """
            SELECT id FROM body b WHERE sealed = 1 AND holders <> (SELECT count(*) FROM message WHERE body = b.id)
              + (SELECT count(*) FROM send WHERE body = b.id) + (SELECT count(*) FROM wish WHERE body = b.id)
            """
        ),
        (
            "the messages of a thread",
            "SELECT id FROM thread t WHERE joined IS NULL AND messages <> (SELECT count(*) FROM message WHERE thread = t.id)"
        ),
        (
            "the dates of a thread",
            """
            SELECT id FROM thread t WHERE joined IS NULL AND messages > 0 AND (
              first_at <> (SELECT min(date) FROM message WHERE thread = t.id)
              OR last_at <> (SELECT max(date) FROM message WHERE thread = t.id))
            """
        ),
        (
            "void places that the folder does not know of",
            "SELECT folder FROM place WHERE ref IS NULL AND folder IN (SELECT id FROM folder WHERE void_places = 0 AND leaving = 0)"
        ),
    ]
    for (name, sql) in rules {
        let wrong = try store.read { (db) throws(Failure) in
            try db.all(composed: sql, []) { (row) throws(Failure) in row.int(0) }
        }
        #expect(wrong.isEmpty, "\(name): \(comment?.rawValue ?? "")", sourceLocation: location)
    }
}
