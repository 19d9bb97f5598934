import Base
import CMailroom

/// The host's side of mailroom_plugin.h: one table for every plugin, valid until the process ends. Its functions check
/// what they are given, answer a result, and never trap.
enum HostTable {
    static let minor: UInt32 = 0

    nonisolated(unsafe) static let pointer: UnsafePointer<mr_host> = {
        let table = UnsafeMutablePointer<mr_host>.allocate(capacity: 1)
        table.initialize(to: make())
        return UnsafePointer(table)
    }()

    private static func make() -> mr_host {
        var host = mr_host()
        host.size = UInt32(MemoryLayout<mr_host>.size)
        host.minor = minor
        host.has = { _ in 0 }
        addCall(&host)
        addAccount(&host)
        addStreams(&host)
        addHTTP(&host)
        addFields(&host)
        addFindings(&host)
        return host
    }

    /// Runs a host function for a context.
    /// - Returns: its answer; a failure's code, and then the failure is remembered; `MR_E_INVALID` for a context that is not
    ///   the thread's current one.
    static func with(_ context: OpaquePointer?, _ body: (Invocation) throws(Failure) -> Int32) -> Int32 {
        guard let context, let invocation = Invocation.current, invocation.context == context else {
            return Int32(MR_E_INVALID)
        }
        do {
            return try body(invocation)
        } catch {
            invocation.explained = error
            return error.result
        }
    }

    /// The same for functions that the engine or the network may end: once the invocation has failed, they fail.
    static func working(_ context: OpaquePointer?, _ body: (Invocation) throws(Failure) -> Int32) -> Int32 {
        with(context) { invocation throws(Failure) in
            if let verdict = invocation.verdict { throw verdict }
            return try body(invocation)
        }
    }

    /// - Throws: `MR_E_INVALID` for a NULL with a size, or a size beyond the limit.
    static func bytes(_ bytes: mr_bytes, _ name: String, limit: Int) throws(Failure) -> UnsafeRawBufferPointer {
        guard bytes.size >= 0, bytes.size <= limit else { throw .invalid(name, "more than \(limit) octets") }
        guard bytes.size > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        guard let data = bytes.data else { throw .invalid(name, "NULL with a size of \(bytes.size)") }
        return UnsafeRawBufferPointer(start: data, count: bytes.size)
    }

    static func text(_ pointer: UnsafePointer<CChar>?, _ name: String, limit: Int) throws(Failure) -> String {
        guard pointer != nil else { throw .invalid(name, "NULL") }
        guard let text = HostText.read(pointer, limit: limit) else {
            throw .invalid(name, "longer than \(limit) octets")
        }
        guard !text.isEmpty else { throw .invalid(name, "empty") }
        return text
    }
}

extension mr_bytes {
    init(_ bytes: UnsafeRawBufferPointer) { self.init(data: bytes.baseAddress, size: bytes.count) }
}
