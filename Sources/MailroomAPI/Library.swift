import CMailroom
import Glibc

/// The interface's version, major << 16 | minor. The minor grows with each function added to mailroom.h.
private let abi: UInt32 = 1 << 16 | 0
nonisolated(unsafe) private let version = Lent.copy("1.0.0")

/// The features of `mr_has`. What mailroom.h names beside these is not there yet.
private let features: Set<String> = {
    var features: Set<String> = [
        "connect", "sync", "send", "resend", "find", "blobs", "changes", "events", "call", "audit", "check", "discover",
        "authorize", "token_put", "secrets", "key_file",
    ]
    #if MAILROOM_TEST
        features.insert("test")
    #endif
    return features
}()

@_cdecl("mr_abi") @implementation
public func mr_abi() -> UInt32 { abi }

@_cdecl("mr_version") @implementation
public func mr_version() -> UnsafePointer<CChar>? { version?.text }

@_cdecl("mr_has") @implementation
public func mr_has(_ feature: UnsafePointer<CChar>?) -> Int32 {
    guard let name = try? Input.name(feature) else { return 0 }
    return features.contains(name) ? 1 : 0
}
