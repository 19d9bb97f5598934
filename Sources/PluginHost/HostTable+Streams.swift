import Base
import CMailroom
import Transport

/// Streams to servers.
extension HostTable {
    static func addStreams(_ host: inout mr_host) {
        host.connect = { HostTable.connect($0, $1, $2, $3, $4) }
        host.start_tls = { HostTable.startTLS($0, $1) }
        host.start_deflate = { HostTable.startDeflate($0, $1) }
        host.read = { HostTable.read($0, $1, $2, $3, $4) }
        host.read_line = { HostTable.readLine($0, $1, $2, $3) }
        host.write = { HostTable.write($0, $1, $2) }
        host.park = { HostTable.park($0, $1, $2) }
        host.close = { Invocation.current?.streams.close($0) }
    }

    private static func connect(
        _ context: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ port: UInt16, _ tls: Int32,
        _ out: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        stream(context) { invocation throws(Failure) in
            guard let out else { throw .invalid("out", "NULL") }
            out.pointee = nil
            guard tls == 0 || tls == 1 else { throw .invalid("tls", "\(tls) is neither 0 nor 1") }
            let peer = try Peer(host: try text(name, "host", limit: 255), port: port)
            let connection = try dial(peer, tls == 1 ? .implicit : .plain, invocation)
            // What went wrong on the way to another address is no longer the reason of anything.
            invocation.explained = nil
            do throws(Failure) {
                out.pointee = try invocation.streams.add(connection)
            } catch {
                connection.close()
                invocation.end(with: error)
                throw error
            }
            return 0
        }
    }

    private static func dial(
        _ peer: Peer, _ security: Connection.Security, _ invocation: Invocation
    ) throws(Failure) -> Connection {
        let options = invocation.options
        guard let trace = options.trace else {
            return try Connection.dial(
                peer, security, caFile: options.caFile, connectTimeoutMs: options.connectTimeoutMs, invocation.patience,
                routes: options.routes)
        }
        // The same in steps that can be told of.
        var began = Clock.boot()
        let until = min(invocation.patience.deadline, began + options.connectTimeoutMs)
        let addresses = try Resolver.addresses(of: options.routes.target(of: peer), until: until, invocation.patience)
        trace.note("name_resolution", addresses.map(\.text).joined(separator: ", "), since: began)
        began = Clock.boot()
        let connection = try Connection.dial(
            peer, .plain, caFile: options.caFile, connectTimeoutMs: options.connectTimeoutMs, invocation.patience,
            routes: options.routes)
        trace.note("port", peer.text, since: began)
        guard security == .implicit else { return connection }
        do throws(Failure) {
            began = Clock.boot()
            var patience = invocation.patience
            patience.timeoutMs = options.connectTimeoutMs
            try connection.startTLS(patience)
            trace.note("tls", "implicit, " + (connection.security ?? ""), since: began)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    private static func startTLS(_ context: OpaquePointer?, _ pointer: OpaquePointer?) -> Int32 {
        stream(context) { invocation throws(Failure) in
            var patience = invocation.patience
            patience.timeoutMs = invocation.options.connectTimeoutMs
            let began = Clock.boot()
            let connection = try invocation.streams.find(pointer)
            try connection.startTLS(patience)
            invocation.options.trace?.note("tls", "by STARTTLS, " + (connection.security ?? ""), since: began)
            return 0
        }
    }

    private static func startDeflate(_ context: OpaquePointer?, _ pointer: OpaquePointer?) -> Int32 {
        stream(context) { invocation throws(Failure) in
            try invocation.streams.find(pointer).startDeflate()
            return 0
        }
    }

    private static func park(_ context: OpaquePointer?, _ pointer: OpaquePointer?, _ wakeAfterMs: Int64) -> Int32 {
        stream(context) { invocation throws(Failure) in
            try checkParking(invocation, wakeAfterMs)
            let connection = try invocation.streams.find(pointer)
            try invocation.streams.park(connection, wakeAfterMs: wakeAfterMs)
            return 0
        }
    }

    /// - Throws: `MR_E_INVALID` where nothing may be parked now.
    static func checkParking(_ invocation: Invocation, _ wakeAfterMs: Int64) throws(Failure) {
        guard invocation.kind == .watch || invocation.kind == .wake else {
            throw .invalid("park", "only watch and wake may park")
        }
        guard invocation.reason != Int32(MR_WAKE_STOP) else { throw .invalid("park", "the work stops") }
        guard wakeAfterMs > 0 else { throw .invalid("wake_after_ms", "\(wakeAfterMs)") }
    }

    private static func read(
        _ context: OpaquePointer?, _ pointer: OpaquePointer?, _ target: UnsafeMutableRawPointer?, _ capacity: Int,
        _ length: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        stream(context) { invocation throws(Failure) in
            guard let length else { throw .invalid("length", "NULL") }
            length.pointee = 0
            guard let target, capacity > 0 else { throw .invalid("capacity", "no room to read into") }
            let connection = try invocation.streams.find(pointer)
            let (isFirst, began) = (!connection.hasHeard, Clock.boot())
            length.pointee = try connection.read(
                into: UnsafeMutableRawBufferPointer(start: target, count: capacity),
                invocation.patience(toRead: connection))
            if isFirst, let trace = invocation.options.trace {
                let line = UnsafeRawBufferPointer(start: target, count: length.pointee).prefix { $0 != 10 && $0 != 13 }
                trace.note("greeting", HostText.repaired(UnsafeRawBufferPointer(rebasing: line)), since: began)
            }
            return 0
        }
    }

    private static func readLine(
        _ context: OpaquePointer?, _ pointer: OpaquePointer?, _ limit: Int, _ out: UnsafeMutablePointer<mr_bytes>?
    ) -> Int32 {
        stream(context) { invocation throws(Failure) in
            guard let out else { throw .invalid("out", "NULL") }
            out.pointee = mr_bytes()
            let connection = try invocation.streams.find(pointer)
            let (isFirst, began) = (!connection.hasHeard, Clock.boot())
            let line = try connection.readLine(limit: limit, invocation.patience(toRead: connection))
            out.pointee = mr_bytes(line)
            if isFirst, let trace = invocation.options.trace {
                trace.note("greeting", HostText.repaired(line), since: began)
            }
            return 0
        }
    }

    private static func write(_ context: OpaquePointer?, _ pointer: OpaquePointer?, _ data: mr_bytes) -> Int32 {
        stream(context) { invocation throws(Failure) in
            let data = try bytes(data, "bytes", limit: .max)
            try invocation.streams.find(pointer).write(data, invocation.patience)
            return 0
        }
    }

    /// As `working`; a cancellation that ended a wait ends the invocation.
    static func stream(_ context: OpaquePointer?, _ body: (Invocation) throws(Failure) -> Int32) -> Int32 {
        working(context) { invocation throws(Failure) in
            try invocation.check()
            do throws(Failure) {
                return try body(invocation)
            } catch {
                if Int(error.result) == MR_E_CANCELLED { invocation.end(with: error) }
                throw error
            }
        }
    }
}
