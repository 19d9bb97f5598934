import Base

/// The folders that a query is about (its conditions on account, company, user, role and folder, all of one and the
/// same folder), and how the rows are best reached: from these folders' places, or from the newest row down, asking of
/// each whether one of the folders has it.
///
/// Whoever asks for a page of many rows of a large mailbox gets it from a walk over the dates, which stops when the page is
/// full; few rows among many are gathered from their folders and sorted. Both ways give the same rows.
struct FolderScope {
    /// Conditions on the folder `f`.
    let sql: String
    let values: [SQLValue]
    /// Only what no place shows as \Seen.
    let unseen: Bool

    /// Messages that the folders hold, as counted.
    private(set) var candidates: Int64 = 0
    /// The dates between which they lie, or more.
    private(set) var oldest: Int64?
    private(set) var newest: Int64?
    private var total: Int64 = 0

    /// So many folders at most are looked at: beyond that the walk is taken.
    private static let mostFolders: Int64 = 2_000
    /// So many rows are gathered in any case.
    private static let few: Int64 = 500

    init(_ sql: String, _ values: [SQLValue], unseen: Bool) {
        self.sql = sql
        self.values = values
        self.unseen = unseen
    }

    mutating func measure(_ db: Connection) throws(Failure) {
        let found = try db.all(
            composed: """
                SELECT count(*), sum(n), min(oldest), max(newest), (SELECT sum(messages) FROM account)
                FROM (SELECT f.\(unseen ? "unseen" : "messages") n, f.oldest, f.newest FROM folder f
                  WHERE f.leaving = 0 AND \(sql) LIMIT \(FolderScope.mostFolders))
                """, values
        ) { (row) throws(Failure) in
            (
                folders: row.int(0), sum: row.int(1), oldest: row.optionalInt(2), newest: row.optionalInt(3),
                total: row.int(4)
            )
        }
        guard let found = found.first else { return }
        total = found.total
        if found.folders >= FolderScope.mostFolders {
            candidates = .max
        } else {
            candidates = found.sum
            (oldest, newest) = (found.oldest, found.newest)
        }
    }

    /// Whether gathering the candidates takes fewer steps than walking until a page is full.
    func isGathered(page: Int64) -> Bool {
        if candidates <= FolderScope.few { return true }
        let squared = candidates.multipliedReportingOverflow(by: candidates)
        return !squared.overflow && squared.partialValue <= page.multipliedReportingOverflow(by: total).partialValue
    }

    /// The messages of the folders, for `IN (...)`.
    var messages: String { "SELECT p.message FROM \(places)" }

    /// Their threads.
    var threads: String { "SELECT x.thread FROM \(places) JOIN message x ON x.id = p.message" }

    private var places: String {
        let (join, seen) = unseen ? ("INDEXED BY place_unseen", " AND p.bits & 1 = 0") : ("", "")
        return """
            folder f CROSS JOIN place p \(join) ON p.folder = f.id AND p.message IS NOT NULL AND p.leaving = 0\(seen) \
            AND f.leaving = 0 AND \(sql)
            """
    }
}
