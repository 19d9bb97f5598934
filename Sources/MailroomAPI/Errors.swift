import CMailroom
import Glibc

@_cdecl("mr_error_result") @implementation
public func mr_error_result(_ error: OpaquePointer?) -> mr_result {
    guard let box: ErrorBox = Handle.find(error) else { return mr_result(error == nil ? MR_OK : MR_E_INVALID) }
    return box.result
}

@_cdecl("mr_error_message") @implementation
public func mr_error_message(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
    guard let box: ErrorBox = Handle.find(error) else { return noText }
    return box.text("message") ?? noText
}

@_cdecl("mr_error_field") @implementation
public func mr_error_field(_ error: OpaquePointer?, _ name: UnsafePointer<CChar>?) -> UnsafePointer<CChar>? {
    guard let box: ErrorBox = Handle.find(error), let name = try? Input.name(name) else { return nil }
    return box.text(name)
}

@_cdecl("mr_error_free") @implementation
public func mr_error_free(_ error: OpaquePointer?) {
    let box: Unmanaged<ErrorBox>? = Handle.free(error)
    box?.release()
}

/// A text without characters that lives as long as the process.
nonisolated(unsafe) private let noText = UnsafePointer<CChar>(calloc(1, 1)?.assumingMemoryBound(to: CChar.self))
