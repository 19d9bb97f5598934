import Base
import CMailroom

/// Named values that the host keeps, until the call ends: arguments coming in, findings going out.
package struct Fields {
    let host: Host
    package let pointer: OpaquePointer

    /// Fields that the host made.
    package init(_ host: Host, _ pointer: OpaquePointer) {
        self.host = host
        self.pointer = pointer
    }

    /// New fields, filled from the record. Lists may hold records only.
    package init(_ host: Host, _ record: Record) throws(Failure) {
        guard let make = host.table.pointee.fields_new, let pointer = make(host.context) else {
            throw Host.missing("fields_new")
        }
        self.init(host, pointer)
        try set(record)
    }

    /// Sets every field of the record; those set before under other names stay.
    package func set(_ record: Record) throws(Failure) {
        for field in record.fields {
            switch field.value {
            case .text(var text):
                try Host.taken(text.withUTF8 { put(field.name, MR_TEXT, UnsafeRawBufferPointer($0)) })
            case .int(let value):
                try Host.taken(withUnsafeBytes(of: value) { put(field.name, MR_INT, $0) })
            case .bytes(let bytes):
                try Host.taken(bytes.withUnsafeBytes { put(field.name, MR_BYTES, $0) })
            case .record(let record): try add(field.name, record)
            case .list(let items):
                for item in items {
                    guard let record = item.record else {
                        throw .invalid(field.name, "a list of fields holds records")
                    }
                    try add(field.name, record)
                }
            }
        }
    }

    private func put(_ name: String, _ type: Int, _ bytes: UnsafeRawBufferPointer) -> mr_result {
        guard let call = host.table.pointee.fields_set else { return mr_result(MR_E_UNSUPPORTED) }
        return call(pointer, name, Int32(type), mr_bytes(bytes))
    }

    private func add(_ list: String, _ record: Record) throws(Failure) {
        guard let call = host.table.pointee.fields_add else { throw Host.missing("fields_add") }
        try Host.taken(call(pointer, list, Fields(host, record).pointer))
    }

    // MARK: Reading

    /// The text of a field, or nil where it is absent or of another type.
    package func text(_ name: String) -> String? {
        get(name, MR_TEXT).map { String(decoding: $0, as: UTF8.self) }
    }

    package func bytes(_ name: String) -> [UInt8]? { get(name, MR_BYTES).map { Array($0) } }

    package func int(_ name: String) -> Int64? {
        guard let raw = get(name, MR_INT), raw.count == 8 else { return nil }
        return raw.loadUnaligned(as: Int64.self)
    }

    /// The records of a list field.
    package func items(_ list: String) -> [Fields] {
        let table = host.table.pointee
        guard let count = table.fields_count?(pointer, list), let item = table.fields_item else { return [] }
        return (0..<count).compactMap { index in item(pointer, list, index).map { Fields(host, $0) } }
    }

    /// Whether the field is a list, of whatever.
    package func isList(_ name: String) -> Bool { host.table.pointee.fields_count?(pointer, name) ?? 0 > 0 }

    private func get(_ name: String, _ type: Int) -> UnsafeRawBufferPointer? {
        var out = mr_bytes()
        guard let call = host.table.pointee.fields_get, call(pointer, name, Int32(type), &out) == mr_result(MR_OK)
        else { return nil }
        return UnsafeRawBufferPointer(out)
    }
}
