import Base
import CMailroom
import Engine

/// Behind `mr_events`: a bell, and its descriptor.
final class EventsBox: Box {
    static let kind = HandleKind.events

    let engine: EngineBox
    let events: Events

    init(_ engine: EngineBox, _ events: Events) {
        self.engine = engine
        self.events = events
    }
}

@_cdecl("mr_changes") @implementation
public func mr_changes(
    _ engine: OpaquePointer?, _ after: Int64, _ query: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return CursorBox(box, try box.engine.changes(after, try Input.options(query, "where")))
    }
}

@_cdecl("mr_events_open") @implementation
public func mr_events_open(
    _ engine: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return EventsBox(box, try box.engine.events())
    }
}

@_cdecl("mr_events_fd") @implementation
public func mr_events_fd(_ events: OpaquePointer?) -> Int32 {
    guard let box: EventsBox = Handle.find(events), !box.engine.forked else { return -1 }
    return box.events.fd
}

@_cdecl("mr_events_wait") @implementation
public func mr_events_wait(
    _ events: OpaquePointer?, _ timeout: Int32, _ latest: UnsafeMutablePointer<Int64>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    latest?.pointee = 0
    return answer(err) { () throws(Failure) in
        let box: EventsBox = try Handle.box(events, "events")
        try box.engine.engine.checkFork()
        guard let number = try box.events.wait(timeoutMs: timeout) else { return mr_result(MR_TIMEOUT) }
        latest?.pointee = number
        return mr_result(MR_OK)
    }
}

@_cdecl("mr_events_free") @implementation
public func mr_events_free(_ events: OpaquePointer?) {
    guard let box: Unmanaged<EventsBox> = Handle.free(events) else { return }
    box.takeUnretainedValue().engine.release(box) { $0.events.close() }
}
