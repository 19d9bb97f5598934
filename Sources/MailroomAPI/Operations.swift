import Base
import CMailroom
import Engine

@_cdecl("mr_call") @implementation
public func mr_call(
    _ engine: OpaquePointer?, _ account: Int64, _ operation: UnsafePointer<CChar>?, _ arguments: OpaquePointer?,
    _ out: UnsafeMutablePointer<OpaquePointer?>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        let operation = try Input.text(operation, "operation", limit: Limits.word)
        return JobBox(box, try box.engine.call(account, operation, try Input.options(arguments, "arguments")))
    }
}
