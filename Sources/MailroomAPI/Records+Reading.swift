import Base
import CMailroom

/// A text or bytes out of a record: the pointer and its length, or NULL and 0 with the reason.
private func lend<Pointer>(
    _ record: OpaquePointer?, _ out: UnsafeMutablePointer<Pointer?>?, _ length: UnsafeMutablePointer<Int>?,
    as pointer: (Lent) -> Pointer, _ body: (RecordBox) throws(Failure) -> Lent
) -> mr_result {
    out?.pointee = nil
    length?.pointee = 0
    return done(nil) { () throws(Failure) in
        let box: RecordBox = try Handle.box(record, "record")
        let lent = try body(box)
        guard let out else { throw .invalid("out", "is NULL") }
        out.pointee = pointer(lent)
        length?.pointee = lent.count
    }
}

private func integer(
    _ record: OpaquePointer?, _ out: UnsafeMutablePointer<Int64>?, _ body: (RecordBox) throws(Failure) -> Value
) -> mr_result {
    counting(out, "value", nil) { () throws(Failure) in
        let box: RecordBox = try Handle.box(record, "record")
        let value = try body(box)
        guard let int = value.int else { throw .invalid("value", "is \(value.kindName), expected integer") }
        return int
    }
}

@_cdecl("mr_record_text") @implementation
public func mr_record_text(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?,
    _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ length: UnsafeMutablePointer<Int>?
) -> mr_result {
    lend(record, text, length, as: \.text) { box throws(Failure) in try box.lend(try box.index(name)) }
}

@_cdecl("mr_record_int") @implementation
public func mr_record_int(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Int64>?
) -> mr_result {
    integer(record, value) { box throws(Failure) in try box.value(try box.index(name)) }
}

@_cdecl("mr_record_bytes") @implementation
public func mr_record_bytes(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?,
    _ bytes: UnsafeMutablePointer<UnsafeRawPointer?>?, _ length: UnsafeMutablePointer<Int>?
) -> mr_result {
    lend(record, bytes, length, as: { UnsafeRawPointer($0.start) }) { box throws(Failure) in
        try box.lend(try box.index(name), bytes: true)
    }
}

@_cdecl("mr_record_count") @implementation
public func mr_record_count(_ record: OpaquePointer?, _ name: UnsafePointer<CChar>?) -> Int {
    guard let box: RecordBox = Handle.find(record), let index = try? box.index(name) else { return 0 }
    return switch box.record.fields[index].value {
    case .list(let values): values.count
    case .record: 1
    default: 0
    }
}

@_cdecl("mr_record_item_type") @implementation
public func mr_record_item_type(_ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ index: Int) -> Int32 {
    guard let box: RecordBox = Handle.find(record), let field = try? box.index(name) else { return 0 }
    return (try? box.value(field, item: index))?.type ?? 0
}

@_cdecl("mr_record_item_text") @implementation
public func mr_record_item_text(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ index: Int,
    _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ length: UnsafeMutablePointer<Int>?
) -> mr_result {
    lend(record, text, length, as: \.text) { box throws(Failure) in
        try box.lend(try box.index(name), item: index)
    }
}

@_cdecl("mr_record_item_int") @implementation
public func mr_record_item_int(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ index: Int, _ value: UnsafeMutablePointer<Int64>?
) -> mr_result {
    integer(record, value) { box throws(Failure) in try box.value(try box.index(name), item: index) }
}

@_cdecl("mr_record_item") @implementation
public func mr_record_item(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ index: Int, _ item: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    item?.pointee = nil
    return done(nil) { () throws(Failure) in
        let box: RecordBox = try Handle.box(record, "record")
        let field = try box.index(name)
        guard let item else { throw .invalid("item", "is NULL") }
        item.pointee = try box.lendItem(field, item: index)
    }
}

@_cdecl("mr_record_size") @implementation
public func mr_record_size(_ record: OpaquePointer?) -> Int {
    let box: RecordBox? = Handle.find(record)
    return box?.record.fields.count ?? 0
}

@_cdecl("mr_record_name") @implementation
public func mr_record_name(_ record: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
    let box: RecordBox? = Handle.find(record)
    return box?.lendName(index)
}

@_cdecl("mr_record_type") @implementation
public func mr_record_type(_ record: OpaquePointer?, _ index: Int) -> Int32 {
    guard let box: RecordBox = Handle.find(record), box.record.fields.indices.contains(index) else { return 0 }
    return box.record.fields[index].value.type
}

extension Value {
    /// The type as mailroom_result.h numbers them.
    fileprivate var type: Int32 {
        switch self {
        case .text: Int32(MR_TEXT)
        case .int: Int32(MR_INT)
        case .bytes: Int32(MR_BYTES)
        case .list: Int32(MR_LIST)
        case .record: Int32(MR_RECORD)
        }
    }
}
