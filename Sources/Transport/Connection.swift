import Base
import CMailroom
import Glibc

/// One stream to a server: a socket, TLS over it where asked for, and what came and was not yet read.
///
/// Used by one thread at a time, not always the same one. Every call that may wait takes its `Patience` and ends at
/// its deadline, after its time-out without anything moving, or at once when cancelled. After a failure the stream
/// is of no further use but to be closed.
package final class Connection {
    package enum Security: Sendable {
        case plain
        /// TLS from the first octet (RFC 8314, section 3).
        case implicit
    }

    package let peer: Peer
    /// Certificates trusted beside the system's.
    let caFile: String?
    package private(set) var descriptor: Int32
    /// The uppermost layer.
    var filter: any StreamFilter
    package private(set) var isEncrypted = false
    var buffer = StreamBuffer()
    /// How many bytes of the buffer the last line took, dropped at the next call.
    var lent = 0
    /// What ended the stream while it was parked: the next read's failure.
    var fault: Failure?
    package private(set) var isCompressed = false
    /// Whether anything at all has come from the server.
    package internal(set) var hasHeard = false
    /// Whether it was last read by lines: then a parked stream wakes for nothing less than a line.
    package internal(set) var readsLines = true

    private init(_ peer: Peer, _ descriptor: Int32, caFile: String?) {
        self.peer = peer
        self.descriptor = descriptor
        self.caFile = caFile
        filter = SocketFilter(descriptor, peer)
    }

    /// A stream over a non-blocking socket that is connected already, and is its own from now on.
    convenience init(adopting descriptor: Int32, _ peer: Peer) { self.init(peer, descriptor, caFile: nil) }

    deinit { close() }

    /// Dials: the name, every address, TLS where asked for, all within `connectTimeoutMs` and the deadline.
    /// - Parameter routes: where the connection is made to in the place of the peer's own address.
    /// - Throws: `MR_E_CONNECTION` (step `dial`), `MR_E_TLS` (step `tls`), `MR_E_CANCELLED`, `MR_E_INVALID`.
    package static func dial(
        _ peer: Peer, _ security: Security, caFile: String?, connectTimeoutMs: Int64, _ patience: Patience,
        routes: Routes = Routes()
    ) throws(Failure) -> Connection {
        var dialling = patience
        dialling.timeoutMs = connectTimeoutMs
        let until = dialling.until
        dialling.deadline = until
        let addresses = try Resolver.addresses(of: routes.target(of: peer), until: until, dialling)
        let descriptor = try Dialer.connect(peer, addresses, until: until, dialling)
        let connection = Connection(peer, descriptor, caFile: caFile)
        if security == .implicit { try connection.startTLS(dialling) }
        return connection
    }

    /// Puts TLS over the stream, after the server agreed to it (STARTTLS).
    /// - Throws: `MR_E_TLS` with cause `tls.injection` where plain bytes that nobody read are there: they were sent
    ///   before the encryption and must not be taken for something that the server said inside it (RFC 2595,
    ///   section 2.4; CVE-2011-0411).
    package func startTLS(_ patience: Patience) throws(Failure) {
        try open()
        guard !isEncrypted else { throw Failure(MR_E_INVALID, "\(peer.text): TLS is on already") }
        guard !isCompressed else { throw Failure(MR_E_INVALID, "\(peer.text): TLS cannot begin inside compression") }
        dropLent()
        guard buffer.count == 0 else {
            throw peer.tls("injection", "\(buffer.count) octets came unencrypted after the command that starts TLS")
        }
        let tls = try TLSFilter(descriptor, peer, caFile: caFile)
        let until = patience.until
        while let step = try tls.handshake() {
            guard let events = step.events else {
                throw peer.connection("lost", "the server hung up (TLS handshake)", step: "tls")
            }
            var watched = [pollfd(fd: descriptor, events: Int16(events), revents: 0)]
            guard try patience.wait(&watched, until: until) else {
                throw peer.connection("timed_out", "no answer in time (TLS handshake)", step: "tls")
            }
        }
        filter = tls
        isEncrypted = true
    }

    /// What protects the stream, in words: the protocol, and until when the server's certificate is good. Nil without TLS.
    package var security: String? { (filter as? TLSFilter)?.summary }

    /// Whether the server's certificate is good for this name as well. False without TLS.
    package func isCertified(for name: String) -> Bool { (filter as? TLSFilter)?.covers(name) == true }

    /// Compresses both directions from here on, after the server agreed to it (COMPRESS, RFC 4978).
    ///
    /// What is buffered behind the server's consent is taken for compressed already: the server compresses from there on,
    /// and may have something to say at once. It is no injection as before STARTTLS, because nothing is believed more
    /// after this point than before it; plain text there does not unpack, and ends the stream.
    /// - Throws: `MR_E_INVALID` where it is on already.
    package func startDeflate() throws(Failure) {
        try open()
        guard !isCompressed else { throw Failure(MR_E_INVALID, "\(peer.text): compression is on already") }
        dropLent()
        filter = DeflateFilter(over: filter, peer, behind: buffer.bytes)
        buffer.drop(buffer.count)
        isCompressed = true
    }

    /// Says goodbye, closes the socket and drops what was buffered. Never waits; again is harmless.
    package func close() {
        guard descriptor >= 0 else { return }
        filter.farewell()
        Glibc.close(descriptor)
        descriptor = -1
        lent = 0
        buffer.drop(buffer.count)
        buffer.release()
    }

    /// - Throws: `MR_E_CONNECTION` where the stream was closed.
    func open() throws(Failure) {
        guard descriptor >= 0 else { throw peer.connection("lost", "the stream is closed", step: nil) }
    }

    /// The last line's bytes are no longer needed.
    func dropLent() {
        buffer.drop(lent)
        lent = 0
    }

    /// Waits for what a layer asked for.
    func wait(_ step: FilterStep, _ patience: Patience, for what: String) throws(Failure) {
        guard let events = step.events else { return }
        let began = Clock.boot()
        guard try patience.wait(descriptor, for: events) else {
            let waited = max(0, Clock.boot() - began)
            throw peer.connection("timed_out", "\(what) for \(waited / 1000).\(waited % 1000 / 100) s", step: nil)
        }
    }
}
