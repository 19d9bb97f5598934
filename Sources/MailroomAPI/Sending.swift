import Base
import CMailroom
import Engine

@_cdecl("mr_send") @implementation
public func mr_send(
    _ engine: OpaquePointer?, _ account: Int64, _ message: OpaquePointer?, _ send: UnsafeMutablePointer<Int64>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    counting(send, "send", err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return try box.engine.send(account, try Input.record(message, "message"))
    }
}

@_cdecl("mr_resend") @implementation
public func mr_resend(
    _ engine: OpaquePointer?, _ send: Int64, _ options: OpaquePointer?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    done(err) { () throws(Failure) in
        let box = try Input.engine(engine)
        try box.engine.resend(send, try Input.options(options, "options"))
    }
}

@_cdecl("mr_resend_all") @implementation
public func mr_resend_all(
    _ engine: OpaquePointer?, _ query: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    counting(count, "count", required: false, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return try box.engine.resendAll(try Input.options(query, "where"))
    }
}

@_cdecl("mr_cancel") @implementation
public func mr_cancel(_ engine: OpaquePointer?, _ send: Int64, _ err: UnsafeMutablePointer<OpaquePointer?>?)
    -> mr_result
{
    done(err) { () throws(Failure) in try Input.engine(engine).engine.cancel(send) }
}

@_cdecl("mr_send_wait") @implementation
public func mr_send_wait(
    _ engine: OpaquePointer?, _ send: Int64, _ timeout: Int32, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    waiting(out, required: true, err) { () throws(Failure) in
        try Input.engine(engine).engine.sendWait(send, timeoutMs: timeout)
    }
}
