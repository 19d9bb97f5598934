import CMailroom

/// A record on its way into the library.
final class Fields {
    let pointer: OpaquePointer

    init() throws {
        guard let record = mr_record_new() else {
            throw ToolError(.failed, "the library made no record: out of memory")
        }
        pointer = record
    }

    deinit { mr_record_free(pointer) }

    private func set(_ name: String, _ result: mr_result) throws {
        guard result >= 0 else { throw ToolError(.usage, "\(name): the library refused this value") }
    }

    private func clean(_ name: String, _ text: String) throws {
        guard !text.utf8.contains(0) else { throw ToolError(.usage, "\(name): holds a NUL byte") }
    }

    /// Sets nothing where the text is nil.
    func text(_ name: String, _ text: String?) throws {
        guard let text else { return }
        try clean(name, text)
        try set(name, mr_record_set_text(pointer, name, text))
    }

    func int(_ name: String, _ int: Int64?) throws {
        guard let int else { return }
        try set(name, mr_record_set_int(pointer, name, int))
    }

    func bytes(_ name: String, _ bytes: [UInt8]) throws {
        try set(name, bytes.withUnsafeBytes { mr_record_set_bytes(pointer, name, $0.baseAddress, $0.count) })
    }

    /// A list of texts; no field at all where there are none.
    func texts(_ name: String, _ texts: [String]) throws {
        for text in texts {
            try clean(name, text)
            try set(name, mr_record_add_text(pointer, name, text))
        }
    }

    /// A list of numbers; no field at all where there are none.
    func ints(_ name: String, _ ints: [Int64]) throws {
        for int in ints { try set(name, mr_record_add_int(pointer, name, int)) }
    }

    func put(_ name: String, _ record: Fields) throws {
        try set(name, mr_record_set_record(pointer, name, record.pointer))
    }

    func add(_ name: String, _ record: Fields) throws {
        try set(name, mr_record_add_record(pointer, name, record.pointer))
    }
}
