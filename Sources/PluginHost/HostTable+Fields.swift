import Base
import CMailroom

/// Named values. They are found through the thread's current invocation, to which all of them belong.
extension HostTable {
    /// A list's name, or a field's.
    private static let nameLimit = 64

    static func addFields(_ host: inout mr_host) {
        host.fields_new = { context in
            guard let context, let invocation = Invocation.current, invocation.context == context else { return nil }
            return invocation.fields(Record())
        }
        host.fields_set = { HostTable.fieldsSet($0, $1, $2, $3) }
        host.fields_get = { HostTable.fieldsGet($0, $1, $2, $3) }
        host.fields_add = { HostTable.fieldsAdd($0, $1, $2) }
        host.fields_count = { fields, list in
            guard let object = Invocation.current?.find(fields),
                let list = HostText.read(list, limit: HostTable.nameLimit)
            else {
                return 0
            }
            return object.count(list)
        }
        host.fields_item = { fields, list, index in
            guard let invocation = Invocation.current, let list = HostText.read(list, limit: HostTable.nameLimit),
                index >= 0
            else {
                return nil
            }
            return invocation.item(of: fields, list, index)
        }
    }

    private static func fieldsSet(
        _ fields: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ type: Int32, _ value: mr_bytes
    ) -> Int32 {
        object(fields) { object throws(Failure) in
            let name = try text(name, "name", limit: nameLimit)
            try object.set(name, type: type, try bytes(value, name, limit: FieldsObject.maximumBytes))
        }
    }

    private static func fieldsGet(
        _ fields: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ type: Int32, _ out: UnsafeMutablePointer<mr_bytes>?
    ) -> Int32 {
        guard let out else { return Int32(MR_E_INVALID) }
        out.pointee = mr_bytes()
        guard let object = Invocation.current?.find(fields), let name = HostText.read(name, limit: nameLimit) else {
            return Int32(MR_E_INVALID)
        }
        do {
            out.pointee = mr_bytes(try object.get(name, type: type))
            return 0
        } catch {
            // An absent field is an answer, not something to remember.
            return error.result
        }
    }

    private static func fieldsAdd(
        _ fields: OpaquePointer?, _ list: UnsafePointer<CChar>?, _ item: OpaquePointer?
    ) -> Int32 {
        object(fields) { object throws(Failure) in
            let list = try text(list, "list", limit: nameLimit)
            guard let item = Invocation.current?.find(item) else {
                throw .invalid(list, "the item is not of this call")
            }
            try object.add(list, item)
        }
    }

    private static func object(_ fields: OpaquePointer?, _ body: (FieldsObject) throws(Failure) -> Void) -> Int32 {
        guard let invocation = Invocation.current, let object = invocation.find(fields) else {
            return Int32(MR_E_INVALID)
        }
        do {
            try body(object)
            return 0
        } catch {
            invocation.explained = error
            return error.result
        }
    }
}
