import Base
import CMailroom

/// How one kind of row is read: its table, its conditions, its sort keys, and the record made of a row.
struct KindTable: Sendable {
    /// What stands after SELECT ... FROM.
    let from: String
    /// The columns that `record` reads, after the sort key and the id, which are columns 0 and 1.
    let select: String
    let id: String
    /// Always true of the rows: those that are leaving are not shown.
    let visible: String
    /// As `visible`, for one row that is asked for by its id.
    var visibleByID: String?
    let rules: [String: SQLConditions.Rule]
    /// Field to SQL expression; never null. `id` always is one.
    let orders: [String: String]
    let record: @Sendable (Row, Connection, Query) throws(Failure) -> Record

    static func named(_ kind: String) -> KindTable? { all[kind] }

    private static let all: [String: KindTable] = [
        "account": .account, "folder": .folder, "message": .message, "place": .place, "thread": .thread,
        "company": .company, "wish": .wish, "send": .send, "recipient": .recipient, "attempt": .attempt, "log": .log,
        "job": .job, "contact": .contact, "batch": .batch, "policy": .policy, "pacing": .pacing,
    ]
}
