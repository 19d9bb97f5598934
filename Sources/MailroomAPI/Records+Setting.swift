import Base
import CMailroom

/// Changes a field of the record behind a handle.
private func change(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, append: Bool = false,
    _ value: (String) throws(Failure) -> Value
) -> mr_result {
    done(nil) { () throws(Failure) in
        let box: RecordBox = try Handle.box(record, "record")
        try box.change(name, append: append, value)
    }
}

@_cdecl("mr_record_set_text") @implementation
public func mr_record_set_text(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?
) -> mr_result {
    change(record, name) { field throws(Failure) in .text(try Input.text(text, field)) }
}

@_cdecl("mr_record_set_int") @implementation
public func mr_record_set_int(_ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: Int64) -> mr_result {
    change(record, name) { _ throws(Failure) in .int(value) }
}

@_cdecl("mr_record_set_bytes") @implementation
public func mr_record_set_bytes(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ bytes: UnsafeRawPointer?, _ length: Int
) -> mr_result {
    change(record, name) { field throws(Failure) in .bytes(Array(try Input.bytes(bytes, length, field))) }
}

@_cdecl("mr_record_set_record") @implementation
public func mr_record_set_record(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: OpaquePointer?
) -> mr_result {
    change(record, name) { field throws(Failure) in
        let inner: RecordBox = try Handle.box(value, field)
        return try inner.nested(in: field, depth: 1)
    }
}

@_cdecl("mr_record_add_text") @implementation
public func mr_record_add_text(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?
) -> mr_result {
    change(record, name, append: true) { field throws(Failure) in .text(try Input.text(text, field)) }
}

@_cdecl("mr_record_add_int") @implementation
public func mr_record_add_int(_ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: Int64) -> mr_result {
    change(record, name, append: true) { _ throws(Failure) in .int(value) }
}

@_cdecl("mr_record_add_record") @implementation
public func mr_record_add_record(
    _ record: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: OpaquePointer?
) -> mr_result {
    change(record, name, append: true) { field throws(Failure) in
        let inner: RecordBox = try Handle.box(value, field)
        return try inner.nested(in: field, depth: 2)
    }
}
