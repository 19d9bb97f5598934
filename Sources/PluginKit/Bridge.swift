import Base
import CMailroom

/// From the C table to a `Provider` and its `Session`, and from a `Failure` back to a result: nothing else gets out.
package enum Bridge {
    /// Holds a session behind the host's `mr_session *`.
    private final class Box {
        let session: any Session
        init(_ session: any Session) { self.session = session }
    }

    /// The table of one scheme. `open` must be a closure without captures:
    /// `Bridge.table(of: P.self) { Bridge.open(P.self, $0, $1) }`.
    package static func table<P: Provider>(
        of provider: P.Type,
        open: @escaping @convention(c) (OpaquePointer?, UnsafeMutablePointer<OpaquePointer?>?) -> mr_result
    ) -> mr_provider {
        var table = mr_provider()
        table.size = UInt32(MemoryLayout<mr_provider>.size)
        table.scheme = UnsafeRawPointer(P.scheme.utf8Start).assumingMemoryBound(to: CChar.self)
        table.open = open
        table.close = { Bridge.close($0, $1) }
        table.folders = { Bridge.call($0, $1) { (session, host) throws(Failure) in try session.folders(host) } }
        table.sync = { session, context, folder, cursor in
            Bridge.call(session, context, folder) { (session, host, folder) throws(Failure) in
                try session.sync(host, folder: folder, cursor: Array(UnsafeRawBufferPointer(cursor)))
            }
        }
        table.fetch = {
            Bridge.call($0, $1, $2) { (session, host, what) throws(Failure) in try session.fetch(host, what: what) }
        }
        table.list = {
            Bridge.call($0, $1, $2) { (session, host, folder) throws(Failure) in
                try session.list(host, folder: folder)
            }
        }
        table.apply = {
            Bridge.call($0, $1, $2) { (session, host, change) throws(Failure) in
                try session.apply(host, change: change)
            }
        }
        table.send = { session, context, envelope, message in
            Bridge.call(session, context, envelope) { (session, host, envelope) throws(Failure) in
                try session.send(host, envelope: envelope, message: UnsafeRawBufferPointer(message))
            }
        }
        table.find_sent = {
            Bridge.call($0, $1, $2) { (session, host, what) throws(Failure) in try session.findSent(host, what: what) }
        }
        table.watch = { session, context, folders in
            Bridge.answer(session, context, folders) { (session, host, folders) throws(Failure) in
                try session.watch(host, folders: folders.items("items"))
                return mr_result(MR_PARKED)
            }
        }
        table.wake = { session, context, reason in
            guard let host = Bridge.host(context), let session else { return mr_result(MR_E_INVALID) }
            let box = Unmanaged<Box>.fromOpaque(UnsafeRawPointer(session)).takeUnretainedValue()
            return Bridge.report(host) { () throws(Failure) -> mr_result in
                guard let reason = WakeReason(rawValue: reason) else { throw .invalid("reason", "is none") }
                return try mr_result(box.session.wake(host, reason) ? MR_CHANGED : MR_PARKED)
            }
        }
        table.append = { session, context, what, message in
            Bridge.call(session, context, what) { (session, host, what) throws(Failure) in
                try session.append(host, what: what, message: UnsafeRawBufferPointer(message))
            }
        }
        table.operations = Operation.table(P.operations)
        table.operation_count = UInt32(clamping: P.operations.count)
        table.operation_size = UInt32(MemoryLayout<mr_operation>.size)
        return table
    }

    /// The `open` of a scheme's table.
    package static func open<P: Provider>(
        _ provider: P.Type, _ context: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?
    ) -> mr_result {
        guard let host = host(context), let out else { return mr_result(MR_E_INVALID) }
        out.pointee = nil
        return report(host) { () throws(Failure) -> mr_result in
            let session = try P.open(host)
            out.pointee = OpaquePointer(Unmanaged.passRetained(Box(session)).toOpaque())
            return mr_result(MR_OK)
        }
    }

    private static func close(_ context: OpaquePointer?, _ session: OpaquePointer?) {
        guard let session else { return }
        let box = Unmanaged<Box>.fromOpaque(UnsafeRawPointer(session)).takeRetainedValue()
        if let host = host(context) { box.session.close(host) }
    }

    static func call(
        _ session: OpaquePointer?, _ context: OpaquePointer?,
        _ body: (any Session, Host) throws(Failure) -> Void
    ) -> mr_result {
        guard let session, let host = host(context) else { return mr_result(MR_E_INVALID) }
        let box = Unmanaged<Box>.fromOpaque(UnsafeRawPointer(session)).takeUnretainedValue()
        return report(host) { () throws(Failure) in
            try body(box.session, host)
            return mr_result(MR_OK)
        }
    }

    private static func call(
        _ session: OpaquePointer?, _ context: OpaquePointer?, _ fields: OpaquePointer?,
        _ body: (any Session, Host, Fields) throws(Failure) -> Void
    ) -> mr_result {
        answer(session, context, fields) { (session, host, fields) throws(Failure) in
            try body(session, host, fields)
            return mr_result(MR_OK)
        }
    }

    static func answer(
        _ session: OpaquePointer?, _ context: OpaquePointer?, _ fields: OpaquePointer?,
        _ body: (any Session, Host, Fields) throws(Failure) -> mr_result
    ) -> mr_result {
        guard let session, let fields, let host = host(context) else { return mr_result(MR_E_INVALID) }
        let box = Unmanaged<Box>.fromOpaque(UnsafeRawPointer(session)).takeUnretainedValue()
        return report(host) { () throws(Failure) in try body(box.session, host, Fields(host, fields)) }
    }

    private static func host(_ context: OpaquePointer?) -> Host? {
        guard let context, let table = HostTable.current else { return nil }
        return Host(table: table, context: context)
    }

    private static func report(_ host: Host, _ body: () throws(Failure) -> mr_result) -> mr_result {
        do throws(Failure) {
            return try body()
        } catch {
            host.fail(error)
            return error.result < 0 ? error.result : mr_result(MR_E_INTERNAL)
        }
    }
}
