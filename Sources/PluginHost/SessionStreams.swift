import Base
import CMailroom
import Transport

/// The streams of one session: they outlive the invocation that dialled them and end with the session.
final class SessionStreams {
    /// More open at once is a plugin's mistake.
    static let maximum = 16

    private let serial = Handle.serial()
    private var streams: [Int: Connection] = [:]
    private var next = 0

    deinit { closeAll() }

    func add(_ connection: Connection) throws(Failure) -> OpaquePointer? {
        guard streams.count < SessionStreams.maximum, next <= Handle.maximumIndex else {
            throw Failure(MR_E_PLUGIN, "more than \(SessionStreams.maximum) streams open in one session")
        }
        defer { next += 1 }
        streams[next] = connection
        return Handle(.stream, serial: serial, index: next).pointer
    }

    /// - Throws: `MR_E_INVALID` for anything but an open stream of this session.
    func find(_ pointer: OpaquePointer?) throws(Failure) -> Connection {
        guard let index = Handle(pointer).index(.stream, serial: serial), let found = streams[index] else {
            throw .invalid("stream", "is not an open stream of this session")
        }
        return found
    }

    func close(_ pointer: OpaquePointer?) {
        guard let index = Handle(pointer).index(.stream, serial: serial) else { return }
        streams.removeValue(forKey: index)?.close()
    }

    func closeAll() {
        for stream in streams.values { stream.close() }
        streams = [:]
    }
}
