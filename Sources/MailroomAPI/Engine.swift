import Base
import CMailroom
import Engine

@_cdecl("mr_open") @implementation
public func mr_open(
    _ store: UnsafePointer<CChar>?, _ options: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let path = try Input.text(store, "store", limit: Limits.path)
        return EngineBox(try Engine.open(path, try Input.options(options, "options")))
    }
}

@_cdecl("mr_start") @implementation
public func mr_start(_ engine: OpaquePointer?, _ err: UnsafeMutablePointer<OpaquePointer?>?) -> mr_result {
    done(err) { () throws(Failure) in try Input.engine(engine).engine.start() }
}

@_cdecl("mr_stop") @implementation
public func mr_stop(_ engine: OpaquePointer?, _ err: UnsafeMutablePointer<OpaquePointer?>?) -> mr_result {
    done(err) { () throws(Failure) in try Input.engine(engine).engine.stop() }
}

@_cdecl("mr_close") @implementation
public func mr_close(_ engine: OpaquePointer?) {
    guard let box: Unmanaged<EngineBox> = Handle.free(engine) else { return }
    box.takeUnretainedValue().release(box) { $0.engine.close() }
}
