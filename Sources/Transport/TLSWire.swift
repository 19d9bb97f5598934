import Base
import CSystem
import Glibc

/// OpenSSL's way to the socket: an own BIO, because the library's socket BIO writes with write(2), which raises
/// SIGPIPE. Also keeps the first octets that came, to tell a server that does not speak TLS at all.
final class TLSWire {
    private static let openingSize = 128

    let descriptor: Int32
    /// The first octets received.
    private(set) var opening: [UInt8] = []
    /// The errno value that ended it; 0 while it works.
    private(set) var fault: Int32 = 0
    /// The peer closed its side.
    private(set) var ended = false
    /// The certificate that was refused, for a person who compares: its subject and last day.
    private(set) var refused: String?

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// A BIO over this wire; the wire must outlive it.
    func makeBIO() -> OpaquePointer? {
        guard let method = TLSWire.method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    nonisolated(unsafe) private static let method: OpaquePointer? = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "mailroom socket") else {
            return nil
        }
        BIO_meth_set_read(method) { bio, bytes, count in
            guard let bio, let bytes, count > 0, let wire = TLSWire.of(bio) else { return -1 }
            return wire.read(bio, bytes, Int(count))
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let bio, let bytes, count > 0, let wire = TLSWire.of(bio) else { return -1 }
            return wire.write(bio, bytes, Int(count))
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()

    /// OpenSSL's verify callback: keeps its verdict, and describes what it refused while the certificate is at hand.
    static func verify(_ accepted: Int32, _ context: OpaquePointer?) -> Int32 {
        guard accepted != 1, let context, let certificate = X509_STORE_CTX_get_current_cert(context),
            let session = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()),
            let bio = SSL_get_rbio(OpaquePointer(session)), let wire = TLSWire.of(bio)
        else { return accepted }
        wire.refused = describe(certificate)
        return accepted
    }

    private static func describe(_ certificate: OpaquePointer) -> String? {
        guard let memory = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(memory) }
        _ = csystem_print_name(memory, X509_get_subject_name(certificate))
        BIO_puts(memory, ", valid until ")
        ASN1_TIME_print(memory, X509_get0_notAfter(certificate))
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = BIO_read(memory, &buffer, Int32(buffer.count))
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(Int(count)).map { $0 < 32 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }

    private static func of(_ bio: OpaquePointer) -> TLSWire? {
        BIO_get_data(bio).map { Unmanaged<TLSWire>.fromOpaque($0).takeUnretainedValue() }
    }

    private func read(_ bio: OpaquePointer, _ bytes: UnsafeMutablePointer<CChar>, _ capacity: Int) -> Int32 {
        csystem_bio_clear_retry(bio)
        while true {
            let count = recv(descriptor, bytes, capacity, 0)
            if count > 0 {
                if opening.count < TLSWire.openingSize {
                    let more = UnsafeRawBufferPointer(start: bytes, count: count)
                    opening.append(contentsOf: more.prefix(TLSWire.openingSize - opening.count))
                }
                return Int32(clamping: count)
            }
            if count == 0 {
                ended = true
                return 0
            }
            switch csystem_errno() {
            case EINTR: continue
            case EAGAIN: csystem_bio_retry_read(bio)
            case let code: fault = code
            }
            return -1
        }
    }

    private func write(_ bio: OpaquePointer, _ bytes: UnsafePointer<CChar>, _ size: Int) -> Int32 {
        csystem_bio_clear_retry(bio)
        while true {
            let count = csystem_send(descriptor, bytes, size)
            if count >= 0 { return Int32(clamping: count) }
            switch csystem_errno() {
            case EINTR: continue
            case EAGAIN: csystem_bio_retry_write(bio)
            case let code: fault = code
            }
            return -1
        }
    }

    /// What came instead of TLS, as printable text; nil where the first octet is one of TLS (RFC 8446, section 5.1:
    /// 21 alert, 22 handshake) or nothing came.
    var plaintext: String? {
        guard let first = opening.first, first != 21, first != 22 else { return nil }
        let line = opening.prefix { $0 != 13 && $0 != 10 }
        return String(decoding: line.map { $0 < 32 || $0 == 127 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }
}
