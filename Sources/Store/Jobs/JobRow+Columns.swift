import Base

extension JobRow {
    static let columns = """
        id, kind, account, state, params, on_death, done, total, note, created_at, started_at, finished_at, result, failure,
        cancel, claims
        """

    init(_ row: Row, from first: Int32 = 0) {
        self.init(
            id: row.int(first), kind: row.text(first + 1), account: row.optionalInt(first + 2),
            state: row.text(first + 3), params: Unpacker.record(row.bytes(first + 4)), secretParams: [:],
            onDeath: NewJob.OnDeath(rawValue: row.text(first + 5)) ?? .fail, done: row.int(first + 6),
            total: row.optionalInt(first + 7), note: row.optionalText(first + 8), createdAt: row.int(first + 9),
            startedAt: row.optionalInt(first + 10), finishedAt: row.optionalInt(first + 11),
            result: row.optionalBytes(first + 12).map(Unpacker.record),
            failure: row.optionalBytes(first + 13).map(Failure.init(packed:)), cancelRequested: row.bool(first + 14),
            claims: row.int(first + 15))
    }
}
