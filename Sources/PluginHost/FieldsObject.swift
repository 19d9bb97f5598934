import Base
import CMailroom
import Glibc

/// What stands behind an `mr_fields`: a record with bounds, and the copies of values that a plugin was shown.
final class FieldsObject {
    static let maximumFields = 256
    static let maximumItems = 100_000
    static let maximumDepth = 16
    static let maximumBytes = 16 << 20

    private(set) var record: Record
    /// Roughly what the values take.
    private(set) var bytes: Int
    /// 1 for a record without records in it.
    private(set) var depth: Int
    private var shown: [(name: String, memory: UnsafeMutableRawBufferPointer, size: Int)] = []
    /// Handles of items that were asked for, by list and index.
    private var items: [String: [Int: OpaquePointer]] = [:]

    init(_ record: Record = Record()) {
        self.record = record
        (bytes, depth) = FieldsObject.measure(record)
    }

    deinit { for cell in shown { cell.memory.deallocate() } }

    /// - Throws: `MR_E_INVALID` for bad names, types and values beyond the bounds.
    func set(_ name: String, type: Int32, _ value: UnsafeRawBufferPointer) throws(Failure) {
        try FieldsObject.check(name)
        let new: Value
        switch Int(type) {
        case MR_TEXT: new = .text(HostText.repaired(value))
        case MR_BYTES: new = .bytes(Array(value))
        case MR_INT:
            guard value.count == 8 else { throw .invalid(name, "an integer of \(value.count) octets instead of 8") }
            new = .int(value.loadUnaligned(as: Int64.self))
        default: throw .invalid(name, "a type (\(type)) that cannot be set")
        }
        let old = record[name]
        let size = bytes - (old.map(FieldsObject.size) ?? 0) + FieldsObject.size(new)
        guard size <= FieldsObject.maximumBytes else { throw .invalid(name, "more than 16 MiB in one record") }
        guard old != nil || record.fields.count < FieldsObject.maximumFields else {
            throw .invalid(name, "more than \(FieldsObject.maximumFields) fields")
        }
        bytes = size
        forget(name)
        record[name] = new
    }

    /// Appends a copy of another record to a list.
    func add(_ list: String, _ item: FieldsObject) throws(Failure) {
        try FieldsObject.check(list)
        let size = bytes + item.bytes + 64
        guard size <= FieldsObject.maximumBytes else { throw .invalid(list, "more than 16 MiB in one record") }
        guard item.depth < FieldsObject.maximumDepth else { throw .invalid(list, "nested too deeply") }
        let old = record[list]
        guard old != nil || record.fields.count < FieldsObject.maximumFields else {
            throw .invalid(list, "more than \(FieldsObject.maximumFields) fields")
        }
        guard (old?.list?.count ?? 0) < FieldsObject.maximumItems else { throw .invalid(list, "too many items") }
        guard record.add(list, .record(item.record)) else { throw .invalid(list, "is not a list") }
        bytes = size
        depth = max(depth, item.depth + 1)
    }

    /// The value's bytes, which live until the field is set again or the invocation ends; a NUL follows.
    func get(_ name: String, type: Int32) throws(Failure) -> UnsafeRawBufferPointer {
        guard let value = record[name] else { throw Failure(MR_E_NOT_FOUND, "\(name): is not there") }
        let wanted: Bool
        switch value {
        case .text: wanted = Int(type) == MR_TEXT
        case .int: wanted = Int(type) == MR_INT
        case .bytes: wanted = Int(type) == MR_BYTES
        case .list, .record: wanted = false
        }
        guard wanted else { throw .invalid(name, "is \(value.kindName)") }
        if let cell = shown.first(where: { $0.name == name }) {
            return UnsafeRawBufferPointer(rebasing: cell.memory[..<cell.size])
        }
        switch value {
        case .text(let text): return show(name, text.utf8)
        case .bytes(let bytes): return show(name, bytes)
        case .int(let int): return withUnsafeBytes(of: int) { show(name, $0) }
        case .list, .record: throw .invalid(name, "is \(value.kindName)")
        }
    }

    func count(_ list: String) -> Int {
        switch record[list] {
        case .list(let items): items.count
        case .record: 1
        default: 0
        }
    }

    /// One item of a list as a record of its own; an item that is not a record has its value in the field `value`.
    func item(_ list: String, _ index: Int) -> Record? {
        switch record[list] {
        case .list(let items):
            guard items.indices.contains(index) else { return nil }
            return items[index].record ?? Record(["value": items[index]])
        case .record(let record): return index == 0 ? record : nil
        default: return nil
        }
    }

    /// The handle that was given out for an item, so that asking twice costs nothing.
    func handle(_ list: String, _ index: Int) -> OpaquePointer? { items[list]?[index] }
    func remember(_ handle: OpaquePointer?, _ list: String, _ index: Int) { items[list, default: [:]][index] = handle }

    private func show(_ name: String, _ bytes: some Collection<UInt8>) -> UnsafeRawBufferPointer {
        let count = bytes.count
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 1, alignment: 8)
        memory.copyBytes(from: bytes)
        memory[count] = 0
        shown.append((name, memory, count))
        return UnsafeRawBufferPointer(rebasing: memory[..<count])
    }

    private func forget(_ name: String) {
        items[name] = nil
        guard let index = shown.firstIndex(where: { $0.name == name }) else { return }
        shown.remove(at: index).memory.deallocate()
    }

    private static func size(_ value: Value) -> Int { measure(value).bytes }

    private static func measure(_ record: Record) -> (bytes: Int, depth: Int) {
        var all = (bytes: 0, depth: 1)
        for field in record.fields {
            let one = measure(field.value)
            all = (all.bytes + one.bytes, max(all.depth, one.depth + 1))
        }
        return all
    }

    private static func measure(_ value: Value) -> (bytes: Int, depth: Int) {
        switch value {
        case .text(let text): return (text.utf8.count + 32, 0)
        case .bytes(let bytes): return (bytes.count + 32, 0)
        case .int: return (32, 0)
        case .record(let record):
            let inner = measure(record)
            return (inner.bytes + 64, inner.depth)
        case .list(let items):
            var all = (bytes: 32, depth: 0)
            for item in items {
                let one = measure(item)
                all = (all.bytes + one.bytes, max(all.depth, one.depth))
            }
            return all
        }
    }

    /// `[a-z0-9_.]{1,64}`
    static func check(_ name: String) throws(Failure) {
        guard HostText.isName(name, limit: 64, dots: true) else { throw .invalid("name", "no name for a field") }
    }
}
