import Base
import CSystem
import Glibc
import Testing
import Transport

/// A listener whose connections a test holds by hand: each dialled stream with its server's end.
final class Crowd {
    let port: UInt16
    private let listener: Int32

    init() throws { (listener, port) = try LocalServer.listen(backlog: 4096) }

    deinit { close(listener) }

    func pair() throws -> (Connection, LocalServer.Client) {
        let connection = try Connection.dial(
            try Peer(host: "127.0.0.1", port: port), .plain, caFile: nil, connectTimeoutMs: 20_000, Patience())
        let descriptor = accept(listener, nil, nil)
        try #require(descriptor >= 0)
        csystem_prepare_stream(descriptor)
        return (connection, LocalServer.Client(descriptor: descriptor))
    }

    /// The same with TLS, the handshake done on both sides.
    func pair(_ server: TLSPeer.Context) throws -> (Connection, TLSPeer) {
        let peer = Box<TLSPeer?>(nil)
        let listener = listener
        let thread = try PosixThread.start("server") {
            let descriptor = accept(listener, nil, nil)
            csystem_prepare_stream(descriptor)
            peer.value = TLSPeer(server, descriptor)
        }
        let dialled = Result {
            try Connection.dial(
                try Peer(host: "localhost", port: port), .implicit, caFile: server.caFile, connectTimeoutMs: 20_000,
                Patience())
        }
        thread.join()
        return (try dialled.get(), try #require(peer.value))
    }
}

final class Box<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// The server's end of a TLS stream, by OpenSSL itself, blocking.
final class TLSPeer {
    /// Certificate and key, and the version that is spoken.
    final class Context: @unchecked Sendable {
        let pointer: OpaquePointer
        private let scratch: Scratch
        var caFile: String { "\(scratch.path)/ca.pem" }

        init(version: Int32? = nil) throws {
            CryptoLibrary.prepare()
            signal(SIGPIPE, SIG_IGN)
            scratch = try Scratch()
            try TLSServer.make(.good, in: scratch)
            pointer = try #require(SSL_CTX_new(TLS_server_method()))
            if let version {
                // SSL_CTX_set_max_proto_version, a macro
                try #require(SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil) == 1)
            }
            let pem = Int32(SSL_FILETYPE_PEM)
            try #require(SSL_CTX_use_certificate_file(pointer, "\(scratch.path)/server.pem", pem) == 1)
            try #require(SSL_CTX_use_PrivateKey_file(pointer, "\(scratch.path)/server.key", pem) == 1)
        }

        deinit { SSL_CTX_free(pointer) }
    }

    let descriptor: Int32
    private let session: OpaquePointer
    private let context: Context

    /// Nil where the handshake fails.
    init?(_ context: Context, _ descriptor: Int32) {
        guard descriptor >= 0, let session = SSL_new(context.pointer) else { return nil }
        self.context = context
        self.descriptor = descriptor
        self.session = session
        SSL_set_fd(session, descriptor)
        guard SSL_accept(session) == 1 else { return nil }
    }

    deinit {
        SSL_free(session)
        Glibc.close(descriptor)
    }

    func send(_ bytes: [UInt8]) {
        ERR_clear_error()
        SSL_write(session, bytes, Int32(bytes.count))
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// What comes next, decrypted.
    func receive() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16384)
        let count = SSL_read(session, &buffer, Int32(buffer.count))
        return Array(buffer.prefix(Int(max(0, count))))
    }

    /// Changes its key and asks the other side to do the same (RFC 8446, section 4.6.3).
    func updateKeys() {
        SSL_key_update(session, Int32(SSL_KEY_UPDATE_REQUESTED))
        SSL_do_handshake(session)
    }

    /// Another ticket (RFC 8446, section 4.6.1).
    func ticket() {
        SSL_new_session_ticket(session)
        SSL_do_handshake(session)
    }

    func sayGoodbye() { SSL_shutdown(session) }
}
