import CMailroom
import CSystem

/// Records to and from JSON (RFC 8259), by jansson.
///
/// Text, integers, lists and records map one to one. Bytes have no form in JSON: they go out as base64 text.
/// Coming in, `true` and `false` are the integers 1 and 0, `null` is an absent field, and a number with a
/// fraction is refused, because no field has one. What an API answers is read more leniently: there a number with a
/// fraction is text, a `null` in a list is left out, and an octet of zero within a text, which a stranger can have written, is a
/// blank.
package enum JSON {
    /// Nested deeper than this is refused, in and out.
    static let maximumDepth = 64

    package static func parse(_ text: String) throws(Failure) -> Record {
        let copy = Array(text.utf8)
        return try parse(copy)
    }

    package static func parse(_ bytes: [UInt8], lenient: Bool = false) throws(Failure) -> Record {
        var error = json_error_t()
        let root = bytes.withUnsafeBytes {
            json_loadb(
                $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count,
                Int(lenient ? JSON_ALLOW_NUL : JSON_REJECT_DUPLICATES), &error)
        }
        guard let root else {
            let reason = withUnsafeBytes(of: &error.text) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw .invalid("json", "\(reason) (line \(error.line), column \(error.column))")
        }
        defer { csystem_json_decref(root) }
        guard case .record(let record)? = try value(root, at: "json", depth: 0, lenient) else {
            throw .invalid("json", "the outermost value is not an object")
        }
        return record
    }

    private static func value(
        _ node: UnsafeMutablePointer<json_t>, at path: String, depth: Int, _ lenient: Bool
    ) throws(Failure) -> Value? {
        guard depth < maximumDepth else { throw .invalid(path, "nested too deeply") }
        switch json_type(UInt32(csystem_json_type(node))) {
        case JSON_STRING:
            let bytes = UnsafeRawBufferPointer(
                start: json_string_value(node), count: json_string_length(node))
            guard bytes.contains(0) else { return .text(String(decoding: bytes, as: UTF8.self)) }
            return .text(String(decoding: bytes.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self))
        case JSON_INTEGER: return .int(Int64(json_integer_value(node)))
        case JSON_TRUE: return .int(1)
        case JSON_FALSE: return .int(0)
        case JSON_NULL: return nil
        case JSON_REAL:
            guard lenient else { throw .invalid(path, "a number with a fraction") }
            return .text("\(json_real_value(node))")
        case JSON_ARRAY:
            var items: [Value] = []
            for index in 0..<json_array_size(node) {
                guard let item = json_array_get(node, index) else { continue }
                guard let value = try value(item, at: "\(path)[\(index)]", depth: depth + 1, lenient) else {
                    if lenient { continue }
                    throw .invalid("\(path)[\(index)]", "null in a list")
                }
                items.append(value)
            }
            return .list(items)
        default:
            var record = Record()
            var iterator = json_object_iter(node)
            while let current = iterator {
                let name = String(cString: json_object_iter_key(current))
                if let item = json_object_iter_value(current) {
                    record[name] = try value(item, at: name, depth: depth + 1, lenient)
                }
                iterator = json_object_iter_next(node, current)
            }
            return .record(record)
        }
    }

    /// One line, fields in the record's order.
    package static func text(_ record: Record, pretty: Bool = false) -> String {
        guard let root = node(.record(record), depth: 0) else { return "{}" }
        defer { csystem_json_decref(root) }
        let flags = pretty ? 2 : Int(JSON_COMPACT)
        guard let dumped = json_dumps(root, flags) else { return "{}" }
        defer { free(dumped) }
        return String(cString: dumped)
    }

    private static func node(_ value: Value, depth: Int) -> UnsafeMutablePointer<json_t>? {
        guard depth < maximumDepth else { return json_null() }
        switch value {
        case .int(let int): return json_integer(int)
        case .text(let text):
            var copy = text
            return copy.withUTF8 {
                $0.withMemoryRebound(to: CChar.self) { json_stringn($0.baseAddress ?? emptyText, $0.count) }
            }
        case .bytes(let bytes): return node(.text(Base64.encode(bytes)), depth: depth)
        case .list(let items):
            let array = json_array()
            for item in items { _ = csystem_json_array_append(array, node(item, depth: depth + 1)) }
            return array
        case .record(let record):
            let object = json_object()
            for field in record.fields {
                _ = csystem_json_object_set(
                    object, field.name, field.name.utf8.count, node(field.value, depth: depth + 1))
            }
            return object
        }
    }

    nonisolated(unsafe) private static let emptyText = UnsafePointer<CChar>(strdup("")!)
}
