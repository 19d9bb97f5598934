import Base
import CMailroom
import Engine

/// Behind `mr_cursor`: a running query, and the row that it lends.
final class CursorBox: Box {
    static let kind = HandleKind.cursor

    let engine: EngineBox
    private let cursor: Cursor
    private var row: (handle: OpaquePointer, box: RecordBox)?

    init(_ engine: EngineBox, _ cursor: Cursor) {
        self.engine = engine
        self.cursor = cursor
    }

    deinit {
        let box: Unmanaged<RecordBox>? = Handle.free(row?.handle)
        box?.release()
    }

    /// The next row, in the same handle each time. Nil after the last.
    func next() throws(Failure) -> OpaquePointer? {
        guard let record = try cursor.next() else { return nil }
        if let row {
            row.box.replace(by: record)
            return row.handle
        }
        let box = RecordBox(record, lent: true)
        let handle = try Handle.make(box)
        row = (handle, box)
        return handle
    }
}

@_cdecl("mr_cursor_next") @implementation
public func mr_cursor_next(
    _ cursor: OpaquePointer?, _ row: UnsafeMutablePointer<OpaquePointer?>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    row?.pointee = nil
    return answer(err) { () throws(Failure) in
        let box: CursorBox = try Handle.box(cursor, "cursor")
        try box.engine.engine.checkFork()
        guard let row else { throw .invalid("row", "is NULL") }
        guard let next = try box.next() else { return mr_result(MR_END) }
        row.pointee = next
        return mr_result(MR_OK)
    }
}

@_cdecl("mr_cursor_free") @implementation
public func mr_cursor_free(_ cursor: OpaquePointer?) {
    guard let box: Unmanaged<CursorBox> = Handle.free(cursor) else { return }
    box.takeUnretainedValue().engine.release(box)
}
