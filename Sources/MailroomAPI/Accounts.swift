import Base
import CMailroom
import Engine

@_cdecl("mr_discover") @implementation
public func mr_discover(
    _ engine: OpaquePointer?, _ address: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        let address = try Input.text(address, "address", limit: Limits.address)
        return JobBox(box, try box.engine.discover(address))
    }
}

@_cdecl("mr_authorize") @implementation
public func mr_authorize(
    _ engine: OpaquePointer?, _ request: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return RecordBox(try box.engine.authorize(try Input.record(request, "request")))
    }
}

@_cdecl("mr_connect") @implementation
public func mr_connect(
    _ engine: OpaquePointer?, _ account: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return JobBox(box, try box.engine.connect(try Input.record(account, "account")))
    }
}

@_cdecl("mr_reconnect") @implementation
public func mr_reconnect(
    _ engine: OpaquePointer?, _ account: Int64, _ changes: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return JobBox(box, try box.engine.reconnect(account, try Input.options(changes, "changes")))
    }
}

@_cdecl("mr_disconnect") @implementation
public func mr_disconnect(
    _ engine: OpaquePointer?, _ account: Int64, _ options: OpaquePointer?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    done(err) { () throws(Failure) in
        let box = try Input.engine(engine)
        try box.engine.disconnect(account, try Input.options(options, "options"))
    }
}

@_cdecl("mr_status") @implementation
public func mr_status(
    _ engine: OpaquePointer?, _ account: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in RecordBox(try Input.engine(engine).engine.status(account)) }
}

@_cdecl("mr_token_put") @implementation
public func mr_token_put(
    _ engine: OpaquePointer?, _ account: Int64, _ token: OpaquePointer?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    done(err) { () throws(Failure) in
        let box = try Input.engine(engine)
        try box.engine.tokenPut(account, try Input.record(token, "token"))
    }
}
