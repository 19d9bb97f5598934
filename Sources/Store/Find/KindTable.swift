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
    /// Field to SQL expression. `id` always is one.
    let orders: [String: String]
    /// Of these, those that a row may not have: sorted by one, only rows come that have it.
    var absent: Set<String> = []
    /// Where a row is in folders: how `FolderScope` finds it.
    var folders: Folders?
    let record: @Sendable (Row, Connection, Query) throws(Failure) -> Record

    /// How rows are found by the folders that have them.
    struct Folders: Sendable {
        /// The row is in a folder; `{}` stands for the conditions on the folder `f`.
        let holds: String
        /// Threads are gathered, not messages.
        let threads: Bool
        /// The sort key that is a date of messages.
        let dated: String
        /// That sort key lies between the dates of the messages in the folders; false: it may be later.
        let datesEndHere: Bool
    }

    static func named(_ kind: String) -> KindTable? { all[kind] }

    /// Compares a company's id, or a contact's, by the key that the CRM gave it.
    static let companyKey = "IN (SELECT id FROM company WHERE key {})"
    static let contactKey = "IN (SELECT id FROM contact WHERE key {})"

    /// The conditions by company and user of what belongs to the account in `column`.
    static func owner(_ column: String) -> [String: SQLConditions.Rule] {
        [
            "company": .among("\(column) IN (SELECT id FROM account WHERE company {})"),
            "company_key": .among("\(column) IN (SELECT id FROM account WHERE company \(companyKey))"),
            "user_key": .among("\(column) IN (SELECT id FROM account WHERE user_key {})"),
        ]
    }

    /// The conditions on the folder `f` that a message is in.
    static let places: [String: SQLConditions.Rule] = [
        "account": .place("f.account {}"),
        "company": .place("f.account IN (SELECT id FROM account WHERE company {})"),
        "company_key": .place("f.account IN (SELECT id FROM account WHERE company \(companyKey))"),
        "user_key": .place("f.account IN (SELECT id FROM account WHERE user_key {})"),
    ]

    private static let all: [String: KindTable] = [
        "account": .account, "folder": .folder, "message": .message, "place": .place, "thread": .thread,
        "company": .company, "wish": .wish, "send": .send, "recipient": .recipient, "attempt": .attempt, "log": .log,
        "job": .job, "contact": .contact, "batch": .batch, "policy": .policy, "pacing": .pacing,
    ]
}
