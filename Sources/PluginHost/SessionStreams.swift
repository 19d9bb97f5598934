import Base
import CMailroom
import Transport

/// The streams of one session: they outlive the invocation that dialled them and end with the session.
final class SessionStreams {
    /// More open at once is a plugin's mistake.
    static let maximum = 16

    /// A reply, and what it was let in by: the right to be under way, which ends with its answer.
    private struct Held {
        let reply: HTTPReply
        var ticket: (any AnyObject & Sendable)?
    }

    private let serial = Handle.serial()
    private var streams: [Int: Connection] = [:]
    private var replies: [Int: Held] = [:]
    private var next = 0
    /// What must not be in any text that leaves the session.
    var cut = SecretCut()
    /// The one that waits, from `park` until the next call of the session.
    private(set) var parked: ParkedStream?

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
        guard found !== parked?.connection else { throw .invalid("stream", "is parked") }
        return found
    }

    /// Marks a stream as one that waits; the engine gives it to the poller when the plugin has returned.
    /// - Throws: `MR_E_INVALID` for a second one.
    func park(_ connection: any Parkable, wakeAfterMs: Int64) throws(Failure) {
        guard parked == nil else { throw .invalid("stream", "another stream of this session is parked") }
        parked = ParkedStream(connection, wakeAfterMs: wakeAfterMs)
    }

    /// It waits no longer: the poller does not touch it any more.
    func unpark() {
        parked?.cancel()
        parked = nil
    }

    func rest() {
        for stream in streams.values where stream !== parked?.connection { stream.rest() }
    }

    var isSevered: Bool { streams.values.contains { $0.isSevered } }

    func close(_ pointer: OpaquePointer?) {
        guard let index = Handle(pointer).index(.stream, serial: serial),
            let closing = streams.removeValue(forKey: index)
        else { return }
        if closing === parked?.connection { unpark() }
        closing.close()
    }

    func closeAll() {
        unpark()
        for stream in streams.values { stream.close() }
        streams = [:]
        for held in replies.values { held.reply.close() }
        replies = [:]
    }

    // MARK: HTTP replies

    func add(_ reply: HTTPReply, _ ticket: (any AnyObject & Sendable)?) throws(Failure) -> OpaquePointer? {
        guard replies.count < SessionStreams.maximum, next <= Handle.maximumIndex else {
            throw Failure(MR_E_PLUGIN, "more than \(SessionStreams.maximum) replies open in one session")
        }
        defer { next += 1 }
        replies[next] = Held(reply: reply, ticket: ticket)
        return Handle(.reply, serial: serial, index: next).pointer
    }

    /// - Throws: `MR_E_INVALID` for anything but an open reply of this session.
    func reply(_ pointer: OpaquePointer?) throws(Failure) -> HTTPReply {
        guard let index = Handle(pointer).index(.reply, serial: serial), let found = replies[index]?.reply else {
            throw .invalid("reply", "is not an open reply of this session")
        }
        guard found !== parked?.connection else { throw .invalid("reply", "is parked") }
        return found
    }

    func closeReply(_ pointer: OpaquePointer?) {
        guard let index = Handle(pointer).index(.reply, serial: serial) else { return }
        guard let closing = replies.removeValue(forKey: index)?.reply else { return }
        if closing === parked?.connection { unpark() }
        closing.close()
    }

    /// The answer has been read, or is only waited for: others may be under way.
    func letGo(_ pointer: OpaquePointer?) {
        guard let index = Handle(pointer).index(.reply, serial: serial) else { return }
        replies[index]?.ticket = nil
    }
}
