import Base

extension KindTable {
    static let wish = KindTable(
        from: "wish w",
        select: """
            w.account, w.kind, w.message, w.place, w.folder, w.target, w.params, w.state, w.outcome, w.attempts,
            w.next_attempt, w.reason, w.cause, w.server_text, w.created_at, w.ended_at
            """,
        id: "w.id", visible: "1",
        rules: [
            "id": .column("w.id"), "account": .column("w.account"), "kind": .column("w.kind"),
            "message": .column("w.message"), "place": .column("w.place"), "folder": .column("w.folder"),
            "target": .column("w.target"), "state": .column("w.state"), "created_at": .column("w.created_at"),
        ].merging(owner("w.account")) { one, _ in one },
        orders: ["id": "w.id"],
        record: { (row, _, _) throws(Failure) in
            let params = Unpacker.record(row.bytes(8))
            var record = Record()
            record.set("id", row.int(1))
            record.set("account", row.int(2))
            record.set("kind", row.text(3))
            record.set("message", row.optionalInt(4))
            record.set("place", row.optionalInt(5))
            record.set("folder", row.optionalInt(6))
            record.set("target", row.optionalInt(7))
            for name in ["add", "remove"] where params[name] != nil { record[name] = params[name] }
            record.set("state", row.text(9))
            record.set("outcome", row.optionalText(10))
            record.set("attempts", row.int(11))
            record.set("next_attempt", row.optionalInt(12))
            record.set("reason", row.optionalText(13))
            record.set("cause", row.optionalText(14))
            record.set("server_text", row.optionalText(15))
            record.set("created_at", row.int(16))
            record.set("ended_at", row.optionalInt(17))
            return record
        })
}
