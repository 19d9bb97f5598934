import Base
import CMailroom

@_cdecl("mr_record_new") @implementation
public func mr_record_new() -> OpaquePointer? { try? Handle.make(RecordBox(Record())) }

@_cdecl("mr_record_from_json") @implementation
public func mr_record_from_json(
    _ json: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let record = try JSON.parse(try Input.text(json, "json"))
        try Limits.check(record, "json", depth: 0)
        return RecordBox(record)
    }
}

@_cdecl("mr_record_json") @implementation
public func mr_record_json(_ record: OpaquePointer?) -> UnsafePointer<CChar>? {
    let box: RecordBox? = Handle.find(record)
    return box?.lendLine()
}

@_cdecl("mr_record_free") @implementation
public func mr_record_free(_ record: OpaquePointer?) {
    let box: Unmanaged<RecordBox>? = Handle.free(record) { !$0.lent }
    box?.release()
}
