import CMailroom

/// The rows of a query, one after the other. A failure ends them and is kept in `failure`.
final class Rows: Sequence, IteratorProtocol {
    private let cursor: OpaquePointer
    private(set) var failure: Error?
    private var ended = false

    init(_ cursor: OpaquePointer?) throws {
        guard let cursor else { throw ToolError(.failed, "the library gave no cursor") }
        self.cursor = cursor
    }

    deinit { mr_cursor_free(cursor) }

    func next() -> Row? {
        guard !ended else { return nil }
        do {
            var record: OpaquePointer?
            let result = try checked { mr_cursor_next(cursor, &record, &$0) }
            if result != MR_END, let record { return try Row(copying: record) }
        } catch { failure = error }
        ended = true
        return nil
    }

    /// Every row.
    /// - Throws: what ended them early.
    func all() throws -> [Row] {
        let rows = Array(self)
        if let failure { throw failure }
        return rows
    }

    func first() throws -> Row? {
        let row = next()
        if let failure { throw failure }
        return row
    }
}
