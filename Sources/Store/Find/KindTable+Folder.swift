import Base
import CMailroom

extension KindTable {
    static let folder = KindTable(
        from: "folder f",
        select: """
            f.account, f.path, f.delimiter, \(FolderRow.role), f.selectable, f.messages, f.unseen, f.server_messages,
            f.synced_at, f.complete, \(FolderRow.synced), f.mode_set, f.interval_set, f.since_set, f.push, f.refused,
            f.namespace, f.rights, f.next_sync, \(leftOut)
            """,
        id: "f.id", visible: "f.leaving = 0",
        rules: [
            "id": .column("f.id"), "account": .column("f.account"), "path": .column("f.path"),
            "role": .column(FolderRow.role), "synced": .truth(FolderRow.synced),
        ].merging(owner("f.account")) { one, _ in one },
        orders: ["id": "f.id", "path": "f.path"],
        record: { (row, _, _) throws(Failure) in
            var record = Record()
            record.set("id", row.int(1))
            record.set("account", row.int(2))
            record.set("path", row.text(3))
            record.set("delimiter", row.optionalText(4))
            record.set("role", row.optionalText(5))
            record.set("selectable", row.int(6))
            record.set("messages", row.int(7))
            record.set("unseen", row.int(8))
            record.set("server_messages", row.optionalInt(9))
            record.set("left_out", row.int(21))
            record.set("synced_at", row.optionalInt(10))
            record.set("complete", row.int(11))
            record.set("synced", row.int(12))
            record.set("mode", row.optionalText(13))
            record.set("interval_ms", row.optionalInt(14))
            record.set("since", row.optionalInt(15))
            record.set("push", row.optionalText(16))
            record.set("refused", row.optionalText(17))
            record.set("namespace", row.text(18))
            record.set("rights", row.optionalText(19))
            record.set("next_sync", row.optionalInt(20).flatMap { $0 == Int64.max ? nil : $0 })
            return record
        })
    /// Places that no message is stored for, but those in quarantine, which are few.
    private static let leftOut = """
        (SELECT count(*) FROM place p WHERE p.folder = f.id AND p.message IS NULL)
          - (SELECT count(*) FROM quarantine q JOIN place p ON p.id = q.place WHERE q.account = f.account AND p.folder = f.id)
        """
}
