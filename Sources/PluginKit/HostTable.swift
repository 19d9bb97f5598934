import CMailroom
import Glibc
import Synchronization

/// The host's table of functions, as `mr_plugin_init_1` was given it.
///
/// It is kept as an own copy as long as this header knows it: what a host of an older minor version does not
/// reach stays nil, so that every use is one check for nil.
package enum HostTable {
    private static let copy = Atomic<UInt>(0)

    /// Takes the table over. Called once at load; a second time replaces it (the old copy stays, callers may
    /// still read it).
    package static func install(_ host: UnsafePointer<mr_host>) {
        let own = UnsafeMutablePointer<mr_host>.allocate(capacity: 1)
        memset(own, 0, MemoryLayout<mr_host>.size)
        memcpy(own, host, min(Int(host.pointee.size), MemoryLayout<mr_host>.size))
        copy.store(UInt(bitPattern: own), ordering: .releasing)
    }

    /// Nil before `install`.
    static var current: UnsafePointer<mr_host>? {
        UnsafePointer(bitPattern: copy.load(ordering: .acquiring))
    }
}
