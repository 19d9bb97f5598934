import Base
import CMailroom
import Engine

@_cdecl("mr_check") @implementation
public func mr_check(
    _ engine: OpaquePointer?, _ what: UnsafePointer<CChar>?, _ arguments: OpaquePointer?,
    _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        let what = try Input.text(what, "what", limit: Limits.word)
        return JobBox(box, try box.engine.check(what, try Input.options(arguments, "arguments")))
    }
}

@_cdecl("mr_maintain") @implementation
public func mr_maintain(
    _ engine: OpaquePointer?, _ what: UnsafePointer<CChar>?, _ arguments: OpaquePointer?,
    _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        let what = try Input.text(what, "what", limit: Limits.word)
        return JobBox(box, try box.engine.maintain(what, try Input.options(arguments, "arguments")))
    }
}
