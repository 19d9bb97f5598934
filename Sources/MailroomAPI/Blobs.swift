import Base
import CMailroom
import Engine

/// Behind `mr_blob`: a body being read, one being written, or one that is sealed.
final class BlobBox: Box {
    static let kind = HandleKind.blob

    enum State {
        case reading(BlobReader)
        case writing(BlobWriter)
        case sealed
    }

    let engine: EngineBox
    var state: State

    init(_ engine: EngineBox, _ state: State) {
        self.engine = engine
        self.state = state
    }

    /// The box behind a handle, in the process that opened its engine.
    static func of(_ pointer: OpaquePointer?) throws(Failure) -> BlobBox {
        let box: BlobBox = try Handle.box(pointer, "blob")
        try box.engine.engine.checkFork()
        return box
    }

    var writer: BlobWriter {
        get throws(Failure) {
            switch state {
            case .reading: throw .invalid("blob", "was opened for reading")
            case .sealed: throw .invalid("blob", "is sealed already")
            case .writing(let writer): return writer
            }
        }
    }
}

@_cdecl("mr_blob_open") @implementation
public func mr_blob_open(
    _ engine: OpaquePointer?, _ message: Int64, _ part: UnsafePointer<CChar>?,
    _ out: UnsafeMutablePointer<OpaquePointer?>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        let part = try Input.optional(part, "part", limit: Limits.word)
        return BlobBox(box, .reading(try box.engine.blobOpen(message, part: part)))
    }
}

@_cdecl("mr_blob_read") @implementation
public func mr_blob_read(
    _ blob: OpaquePointer?, _ buffer: UnsafeMutableRawPointer?, _ capacity: Int,
    _ length: UnsafeMutablePointer<Int>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    length?.pointee = 0
    return done(err) { () throws(Failure) in
        let box = try BlobBox.of(blob)
        guard case .reading(let reader) = box.state else { throw .invalid("blob", "was made for writing") }
        guard let buffer else { throw .invalid("buffer", "is NULL") }
        // A size_t beyond Int.max arrives as a negative number.
        guard capacity > 0 else { throw .invalid("capacity", "is 0, or more than there is memory") }
        guard let length else { throw .invalid("length", "is NULL") }
        length.pointee = try reader.read(
            into: UnsafeMutableRawBufferPointer(start: buffer, count: min(capacity, Limits.text)))
    }
}

@_cdecl("mr_blob_new") @implementation
public func mr_blob_new(
    _ engine: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return BlobBox(box, .writing(try box.engine.blobNew()))
    }
}

@_cdecl("mr_blob_write") @implementation
public func mr_blob_write(
    _ blob: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ length: Int, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    done(err) { () throws(Failure) in
        let writer = try BlobBox.of(blob).writer
        try writer.write(try Input.bytes(bytes, length, "bytes"))
    }
}

@_cdecl("mr_blob_seal") @implementation
public func mr_blob_seal(
    _ blob: OpaquePointer?, _ id: UnsafeMutablePointer<Int64>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    counting(id, "id", err) { () throws(Failure) in
        let box = try BlobBox.of(blob)
        let sealed = try box.writer.seal()
        box.state = .sealed
        return sealed
    }
}

@_cdecl("mr_blob_free") @implementation
public func mr_blob_free(_ blob: OpaquePointer?) {
    guard let box: Unmanaged<BlobBox> = Handle.free(blob) else { return }
    box.takeUnretainedValue().engine.release(box) {
        if case .writing(let writer) = $0.state { writer.abandon() }
    }
}
