import Base

extension KindTable {
    static let log = KindTable(
        from: "log l",
        select: """
            l.account, l.level, l.what, l.message, l.cause, l.class, l.code, l.step, l.server_text, l.advice, l.first_at,
            l.at, l.count, l.send, l.company
            """,
        id: "l.id", visible: "1",
        rules: [
            "id": .column("l.id"), "account": .column("l.account"), "level": .column("l.level"),
            "what": .column("l.what"), "cause": .column("l.cause"), "class": .column("l.class"),
            "code": .column("l.code"), "at": .column("l.at"), "send": .column("l.send"),
            "company": .among(ofCompany("id")), "company_key": .among(ofCompany("key")),
        ].merging(owner("l.account")) { one, _ in one },
        orders: ["id": "l.id", "at": "l.at"],
        record: { (row, _, _) throws(Failure) in
            var record = Record()
            record.set("id", row.int(1))
            record.set("account", row.optionalInt(2))
            record.set("level", row.text(3))
            record.set("what", row.text(4))
            record.set("message", row.text(5))
            record.set("cause", row.optionalText(6))
            record.set("class", row.optionalText(7))
            record.set("code", row.optionalText(8))
            record.set("step", row.optionalText(9))
            record.set("server_text", row.optionalText(10))
            record.set("advice", row.optionalText(11))
            record.set("first_at", row.int(12))
            record.set("at", row.int(13))
            record.set("count", row.int(14))
            record.set("send", row.optionalInt(15))
            record.set("company", row.optionalInt(16))
            return record
        })

    /// A row of the log is about a company, or about one of its accounts.
    private static func ofCompany(_ column: String) -> String {
        """
        EXISTS (SELECT 1 FROM company k WHERE k.\(column) {} AND (l.company = k.id
          OR EXISTS (SELECT 1 FROM account a WHERE a.id = l.account AND a.company = k.id)))
        """
    }

    static let job = KindTable(
        from: "job j", select: JobRow.columns, id: "j.id", visible: "1",
        rules: [
            "id": .column("j.id"), "kind": .column("j.kind"), "account": .column("j.account"),
            "state": .column("j.state"), "created_at": .column("j.created_at"),
        ].merging(owner("j.account")) { one, _ in one },
        orders: ["id": "j.id", "created_at": "j.created_at"],
        record: { (row, _, _) throws(Failure) in
            let job = JobRow(row, from: 2)
            var record = Record()
            record.set("id", job.id)
            record.set("kind", job.kind)
            record.set("account", job.account)
            record.set("state", job.state)
            record.set("done", job.done)
            record.set("total", job.total)
            record.set("note", job.note)
            record.set("created_at", job.createdAt)
            record.set("started_at", job.startedAt)
            record.set("finished_at", job.finishedAt)
            record.set("reason", job.failure?.message)
            record.set("code", job.failure.map { Failure.name(of: $0.result) })
            record["result"] = job.result.map(Value.record)
            return record
        })
}
