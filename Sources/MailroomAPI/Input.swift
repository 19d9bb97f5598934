import Base
import CMailroom
import Engine
import Glibc

/// What comes in from the caller, checked: text, bytes, records. Every failure is MR_E_INVALID and names the parameter.
enum Input {
    /// NUL-terminated text of at most `limit` bytes.
    static func text(_ pointer: UnsafePointer<CChar>?, _ name: String, limit: Int = Limits.text) throws(Failure)
        -> String
    {
        guard let pointer else { throw .invalid(name, "is NULL") }
        let length = strnlen(pointer, limit + 1)
        guard length <= limit else { throw .invalid(name, "is longer than \(limit) bytes") }
        return try text(UnsafeRawBufferPointer(start: pointer, count: length), name)
    }

    static func text(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalid(name, "is not valid UTF-8") }
        return text
    }

    /// As `text`, with nil for NULL and for the empty text.
    static func optional(_ pointer: UnsafePointer<CChar>?, _ name: String, limit: Int) throws(Failure) -> String? {
        guard let pointer, pointer.pointee != 0 else { return nil }
        return try text(pointer, name, limit: limit)
    }

    /// A pointer and a size_t; NULL is good for no bytes.
    static func bytes(_ pointer: UnsafeRawPointer?, _ length: Int, _ name: String) throws(Failure)
        -> UnsafeRawBufferPointer
    {
        // A size_t beyond Int.max arrives as a negative number.
        guard length >= 0, length <= Limits.text else {
            throw .invalid(name, "is longer than \(Limits.text) bytes")
        }
        guard pointer != nil || length == 0 else { throw .invalid(name, "is NULL") }
        return UnsafeRawBufferPointer(start: pointer, count: length)
    }

    /// The name of a field (`Limits.name`).
    static func name(_ pointer: UnsafePointer<CChar>?) throws(Failure) -> String {
        guard let pointer else { throw .invalid("name", "is NULL") }
        let length = strnlen(pointer, Limits.name + 1)
        let bytes = UnsafeRawBufferPointer(start: pointer, count: min(length, Limits.name))
        guard length <= Limits.name, Limits.isName(bytes) else {
            throw .invalid("name", "'\(Limits.printable(bytes))' is no name of a field")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A record that the function cannot do without.
    static func record(_ pointer: OpaquePointer?, _ name: String) throws(Failure) -> Record {
        let box: RecordBox = try Handle.box(pointer, name)
        try box.checkRefusals()
        return box.record
    }

    /// A record of options: NULL is one without fields.
    static func options(_ pointer: OpaquePointer?, _ name: String) throws(Failure) -> Record {
        pointer == nil ? Record() : try record(pointer, name)
    }

    /// The engine behind a handle, in the process that opened it.
    static func engine(_ pointer: OpaquePointer?) throws(Failure) -> EngineBox {
        let box: EngineBox = try Handle.box(pointer, "engine")
        try box.engine.checkFork()
        return box
    }
}
