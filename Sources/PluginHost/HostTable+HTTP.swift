import Base
import CMailroom

/// What this version of the host does not do. The entries are there, so that a plugin need not look for them.
extension HostTable {
    static func addHTTP(_ host: inout mr_host) {
        host.http = { context, _, reply in
            reply?.pointee = nil
            return HostTable.unsupported(context, nil, "HTTP")
        }
        host.reply_head = { _ in nil }
        host.reply_read = { context, _, _, _, length in
            length?.pointee = 0
            return HostTable.unsupported(context, nil, "HTTP")
        }
        host.reply_park = { context, _, _ in HostTable.unsupported(context, nil, "parked replies") }
        host.reply_close = { _ in }
    }

    static func unsupported(_ context: OpaquePointer?, _ out: UnsafeMutablePointer<mr_bytes>?, _ what: String) -> Int32
    {
        out?.pointee = mr_bytes()
        return with(context) { _ throws(Failure) in
            throw .unsupported("this version of Mailroom does not offer \(what) to plugins")
        }
    }
}
