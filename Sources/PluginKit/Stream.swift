import Base
import CMailroom

/// A connection that the host keeps: socket, proxy, TLS, compression. It belongs to a session and outlives the call that made
/// it, so each method takes the host of the present call.
package final class Stream {
    /// How a connection begins.
    package enum Security: Int32, Sendable {
        case plain = 0
        /// TLS from the first byte; the host verifies certificate and name.
        case tls = 1
    }

    private var pointer: OpaquePointer?
    private let table: UnsafePointer<mr_host>
    /// How the first octets that came begin: they tell which protocol the server speaks.
    private var greeting: [UInt8]?

    /// Resolves, connects and, where asked, does the TLS handshake.
    package init(_ host: Host, connect name: String, port: UInt16, security: Security) throws(Failure) {
        guard let call = host.table.pointee.connect else { throw Host.missing("connect") }
        table = host.table
        var made: OpaquePointer?
        try Host.taken(call(host.context, name, port, security.rawValue, &made))
        pointer = made
    }

    deinit { close() }

    package var isOpen: Bool { pointer != nil }

    private func open() throws(Failure) -> OpaquePointer {
        guard let pointer else { throw Failure(MR_E_CONNECTION, "the connection is closed") }
        return pointer
    }

    /// Upgrades to TLS. `MR_E_TLS` where plain bytes came before the handshake (an injection).
    package func startTLS(_ host: Host) throws(Failure) {
        guard let call = table.pointee.start_tls else { throw Host.missing("start_tls") }
        try Host.taken(call(host.context, open()))
    }

    /// Compression in both directions from here on (RFC 4978), directly after the server's consent was read.
    package func startDeflate(_ host: Host) throws(Failure) {
        guard let call = table.pointee.start_deflate else { throw Host.missing("start_deflate") }
        try Host.taken(call(host.context, open()))
    }

    /// Hands the stream to the host's poller; the method that calls it (`watch` or `wake`) returns next. It wakes for a whole
    /// line where it was last read by `readLine`, for any octet where it was last read by `read`.
    package func park(_ host: Host, wakeAfter milliseconds: Int64) throws(Failure) {
        guard let call = table.pointee.park else { throw Host.missing("park") }
        try Host.taken(call(host.context, open(), milliseconds))
    }

    /// What is there, at least one byte. `MR_E_CONNECTION` at the end of the stream.
    package func read(_ host: Host, into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard let call = table.pointee.read else { throw Host.missing("read") }
        var length = 0
        try Host.taken(call(host.context, open(), buffer.baseAddress, buffer.count, &length))
        length = min(max(length, 0), buffer.count)
        if greeting == nil { greeting = Array(buffer.prefix(min(length, 12))) }
        return length
    }

    /// One line without its CRLF (an LF alone ends it, too). More than `limit` octets: `MR_E_PROTOCOL`.
    /// The bytes are the host's, and live until the next call on this stream.
    package func readLine(_ host: Host, limit: Int) throws(Failure) -> UnsafeRawBufferPointer {
        guard let call = table.pointee.read_line else { throw Host.missing("read_line") }
        var line = mr_bytes()
        try Host.taken(call(host.context, open(), limit, &line))
        let bytes = UnsafeRawBufferPointer(line)
        if greeting == nil { greeting = Array(bytes.prefix(12)) }
        return bytes
    }

    /// Writes all of it.
    package func write(_ host: Host, _ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard let call = table.pointee.write else { throw Host.missing("write") }
        if bytes.isEmpty { return }
        try Host.taken(call(host.context, open(), mr_bytes(bytes)))
    }

    package func write(_ host: Host, _ bytes: [UInt8]) throws(Failure) {
        guard let call = table.pointee.write else { throw Host.missing("write") }
        if bytes.isEmpty { return }
        let pointer = try open()
        try Host.taken(bytes.withUnsafeBytes { call(host.context, pointer, mr_bytes($0)) })
    }

    /// A greeting that makes no sense: the server's place is named, and what it speaks where that can be told.
    package func explain(_ failure: Failure, _ server: ServerSettings, speaks name: String) -> Failure {
        guard failure.result == Int32(MR_E_PROTOCOL), failure.step == "greeting" else { return failure }
        let words = String(decoding: greeting ?? [], as: UTF8.self).uppercased()
        let known = [
            ("* OK", "IMAP"), ("* PREAUTH", "IMAP"), ("+OK", "POP3"), ("220", "SMTP"), ("554", "SMTP"),
            ("HTTP/", "HTTP"),
        ]
        let other = known.first { words.hasPrefix($0.0) }?.1
        guard other != name else { return failure }
        var told = failure
        let place = server.host.contains(":") ? "[\(server.host)]:\(server.port)" : "\(server.host):\(server.port)"
        told.message = "\(place) does not speak \(name)" + (other.map { " (it greets as \($0))" } ?? "")
        return told
    }

    /// Hangs up. Afterwards every method throws `MR_E_CONNECTION`; closing again does nothing.
    package func close() {
        guard let pointer else { return }
        self.pointer = nil
        table.pointee.close?(pointer)
    }
}
