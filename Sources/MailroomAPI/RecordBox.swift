import Base
import CMailroom

/// Behind `mr_record`: a record, what it lends to the caller, and the fields that it refused.
///
/// Used by one thread at a time, as mailroom.h says. What is lent lives until the record changes.
final class RecordBox: Box {
    static let kind = HandleKind.record

    private(set) var record: Record
    /// Lent by a cursor or another record: neither changed nor freed by the caller.
    let lent: Bool
    private var refusals: [(field: String, failure: Failure)] = []

    private struct Place: Hashable {
        let field: Int
        let item: Int
    }
    private var copies: [Place: Lent] = [:]
    private var names: [Int: Lent] = [:]
    private var items: [Place: OpaquePointer] = [:]
    private var line: Lent?

    init(_ record: Record, lent: Bool = false) {
        self.record = record
        self.lent = lent
    }

    deinit { takeBack() }

    /// Ends everything that was lent.
    private func takeBack() {
        copies = [:]
        names = [:]
        line = nil
        for item in items.values {
            let box: Unmanaged<RecordBox>? = Handle.free(item)
            box?.release()
        }
        items = [:]
    }
}

// MARK: changing

extension RecordBox {
    /// For a cursor's row: the same handle, the next row.
    func replace(by record: Record) {
        takeBack()
        self.record = record
    }

    /// Sets a field, or appends to a list field. Where that fails the field is remembered as refused, until it is set
    /// successfully.
    @inline(never)
    func change(
        _ name: UnsafePointer<CChar>?, append: Bool = false, _ value: (String) throws(Failure) -> Value
    ) throws(Failure) {
        guard !lent else { throw .invalid("record", "is lent and cannot be changed") }
        var field = "name"
        do throws(Failure) {
            field = try Input.name(name)
            let value = try value(field)
            guard record[field] != nil || record.fields.count < Limits.fields else {
                throw .invalid(field, "is one field too many: a record has at most \(Limits.fields)")
            }
            if append { try self.append(value, to: field) } else { record[field] = value }
        } catch {
            refuse(field, error)
            throw error
        }
        takeBack()
        refusals.removeAll { $0.field == field }
    }

    /// Holds no copy of the list meanwhile: it would be copied whole for each item.
    private func append(_ value: Value, to field: String) throws(Failure) {
        switch record[field] {
        case .list(let values)? where values.count >= Limits.items:
            throw .invalid(field, "has \(Limits.items) items already, and that is the limit")
        case .list?, nil: break
        case let other?: throw .invalid(field, "is \(other.kindName), expected list")
        }
        _ = record.add(field, value)
    }

    /// A copy of this record's value, to stand within another.
    /// - Parameter depth: how many records and lists it will stand in.
    func nested(in field: String, depth: Int) throws(Failure) -> Value {
        try checkRefusals()
        try Limits.check(record, field, depth: depth)
        return .record(record)
    }

    private func refuse(_ field: String, _ failure: Failure) {
        // As many as a record has fields are enough to name the first.
        guard refusals.count < Limits.fields, !refusals.contains(where: { $0.field == field }) else { return }
        refusals.append((field, failure))
    }

    /// Fails as the first field failed that this record refused.
    func checkRefusals() throws(Failure) {
        if let first = refusals.first { throw first.failure }
    }
}

// MARK: lending

extension RecordBox {
    /// The index of a field.
    func index(_ name: UnsafePointer<CChar>?) throws(Failure) -> Int {
        let name = try Input.name(name)
        guard let index = record.fields.firstIndex(where: { $0.name == name }) else { throw .notFound(name) }
        return index
    }

    /// The value of a field, or the item of a list field.
    func value(_ field: Int, item: Int? = nil) throws(Failure) -> Value {
        let held = record.fields[field]
        guard let item else { return held.value }
        switch held.value {
        case .list(let values):
            guard values.indices.contains(item) else { throw .notFound("\(held.name)[\(item)]") }
            return values[item]
        case .record:
            guard item == 0 else { throw .notFound("\(held.name)[\(item)]") }
            return held.value
        default: throw .invalid(held.name, "is \(held.value.kindName), expected list")
        }
    }

    /// The text or the bytes of a field or an item, as memory that lives until the record changes.
    func lend(_ field: Int, item: Int? = nil, bytes: Bool = false) throws(Failure) -> Lent {
        let place = Place(field: field, item: item ?? -1)
        let value = try value(field, item: item)
        let copy: Lent?
        switch value {
        case .text(let text): copy = copies[place] ?? Lent.copy(text)
        case .bytes(let held) where bytes: copy = copies[place] ?? Lent.copy(held)
        default: throw .invalid(record.fields[field].name, "is \(value.kindName)")
        }
        guard let copy else { throw Failure(MR_E_INTERNAL, "memory is out") }
        copies[place] = copy
        return copy
    }

    /// The handle of a record within this one.
    func lendItem(_ field: Int, item: Int) throws(Failure) -> OpaquePointer {
        let place = Place(field: field, item: item)
        if let known = items[place] { return known }
        let value = try value(field, item: item)
        guard let inner = value.record else {
            throw .invalid(record.fields[field].name, "is \(value.kindName), expected record")
        }
        let handle = try Handle.make(RecordBox(inner, lent: true))
        items[place] = handle
        return handle
    }

    func lendName(_ field: Int) -> UnsafePointer<CChar>? {
        guard record.fields.indices.contains(field) else { return nil }
        if let known = names[field] { return known.text }
        guard let copy = Lent.copy(record.fields[field].name) else { return nil }
        names[field] = copy
        return copy.text
    }

    func lendLine() -> UnsafePointer<CChar>? {
        if line == nil { line = Lent.copy(JSON.text(record)) }
        return line?.text
    }
}
