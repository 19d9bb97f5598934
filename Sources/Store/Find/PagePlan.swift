import Base
import CMailroom

/// The statement for one page of rows.
struct PagePlan {
    private let table: KindTable
    private let query: Query
    private let key: String
    private var conditions = SQLConditions()
    private var scope: FolderScope?

    /// - Parameter position: sort key and id of the last row of the page before.
    init(
        _ table: KindTable, _ query: Query, key: String, position: (key: SQLValue, id: Int64)?, byID: Bool
    ) throws(Failure) {
        self.table = table
        self.query = query
        self.key = key
        conditions.add(byID ? table.visibleByID ?? table.visible : table.visible)
        if let order = query.order, table.absent.contains(order) { conditions.add("\(key) IS NOT NULL") }
        try conditions.add(query, columns: table.rules)
        let way = query.descending ? "<" : ">"
        if let position {
            conditions.add("(\(key), \(table.id)) \(way) (?, ?)", position.key, .int(position.id))
        } else if let after = query.after {
            if key == table.id {
                conditions.add("\(table.id) \(way) ?", .int(after))
            } else {
                conditions.add(
                    "(\(key), \(table.id)) \(way) ((SELECT \(key) FROM \(table.from) WHERE \(table.id) = ?), ?)",
                    .int(after), .int(after))
            }
        }
        guard let folders = table.folders else { return }
        let unseen = query.asksForUnseen
        if let asked = query.folders {
            // A thread may be unread by a message that is in none of the folders.
            scope = FolderScope(asked.sql, asked.values, unseen: unseen && !folders.threads)
        } else if unseen {
            scope = FolderScope("1", [], unseen: true)
        }
    }

    func statement(_ db: Connection, page: Int64) throws(Failure) -> (sql: String, values: [SQLValue]) {
        var conditions = conditions
        var key = key
        if var scope, let folders = table.folders {
            try scope.measure(db)
            if scope.isGathered(page: page) {
                // The sign keeps SQLite from walking along the sort key all the same.
                if key != table.id { key = "+" + key }
                conditions.add("\(table.id) IN (\(folders.threads ? scope.threads : scope.messages))", scope.values)
            } else {
                if let asked = query.folders {
                    conditions.add(SQLConditions.filled(folders.holds, asked.sql), asked.values)
                }
                if key == folders.dated { bound(&conditions, by: scope, endsHere: folders.datesEndHere) }
            }
        }
        let direction = query.descending ? " DESC" : ""
        let order = key == table.id ? "\(key)\(direction)" : "\(key)\(direction), \(table.id)\(direction)"
        conditions.values.append(.int(page + 1))
        return (
            "SELECT \(key), \(table.id), \(table.select) FROM \(table.from) WHERE \(conditions.sql) ORDER BY \(order) LIMIT ?",
            conditions.values
        )
    }

    /// The walk begins and ends where the folders have mail.
    private func bound(_ conditions: inout SQLConditions, by scope: FolderScope, endsHere: Bool) {
        if let oldest = scope.oldest { conditions.add("\(key) >= ?", .int(oldest)) }
        if endsHere, let newest = scope.newest { conditions.add("\(key) <= ?", .int(newest)) }
    }
}

extension Query {
    var asksForUnseen: Bool {
        conditions.contains { $0.field == "seen" && $0.comparison == .equal && $0.values == [.int(0)] }
    }
}
