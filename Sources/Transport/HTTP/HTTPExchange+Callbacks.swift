import Base
import CMailroom
import CSystem
import Glibc

/// What libcurl calls, inside `step`.
extension HTTPExchange {
    private static func of(_ context: UnsafeMutableRawPointer?) -> HTTPExchange? {
        context.map { Unmanaged<HTTPExchange>.fromOpaque($0).takeUnretainedValue() }
    }

    static func takeHeader(
        _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let exchange = of(context), let bytes else { return 0 }
        exchange.moves += 1
        if exchange.head.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) { return size * count }
        exchange.refusal = exchange.protocolFault("the answer's head is too long, or makes no sense")
        return 0
    }

    static func takeBody(
        _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        let length = size * count
        guard let exchange = of(context), let bytes else { return 0 }
        exchange.moves += 1
        guard exchange.received.count < HTTPExchange.highWater else {
            exchange.receivingPaused = true
            return csystem_curl_receive_pause()
        }
        guard exchange.receivedTotal + Int64(length) <= exchange.request.limitBytes else {
            exchange.refusal = exchange.protocolFault(
                "the answer is longer than \(exchange.request.limitBytes) octets", code: "too_long")
            return 0
        }
        exchange.receivedTotal += Int64(length)
        var rest = UnsafeRawBufferPointer(start: bytes, count: length)
        while !rest.isEmpty {
            let room = exchange.received.room()
            let piece = min(room.count, rest.count)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<piece]))
            exchange.received.filled(piece)
            rest = UnsafeRawBufferPointer(rebasing: rest[piece...])
        }
        return length
    }

    static func giveBody(
        _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let exchange = of(context), let bytes else { return csystem_curl_send_abort() }
        let room = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
        let given: Int
        if exchange.request.bodySize == nil {
            let body = exchange.request.body
            given = min(room.count, body.count - Int(exchange.sent))
            if given > 0 { room.copyBytes(from: body[Int(exchange.sent)..<Int(exchange.sent) + given]) }
        } else if let piece = exchange.outgoing, !piece.isEmpty {
            given = min(room.count, piece.count)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[..<given]))
            exchange.outgoing = UnsafeRawBufferPointer(rebasing: piece[given...])
        } else if exchange.isLastPiece {
            return 0
        } else {
            exchange.sendingPaused = true
            return csystem_curl_send_pause()
        }
        exchange.sent += Int64(given)
        exchange.moves += 1
        return given
    }

    /// libcurl begins the body again: where a kept connection was dead.
    static func seek(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
        guard let exchange = of(context), origin == SEEK_SET, offset >= 0 else { return Int32(CURL_SEEKFUNC_FAIL) }
        if exchange.request.bodySize == nil, offset <= exchange.request.body.count {
            exchange.sent = Int64(offset)
            return Int32(CURL_SEEKFUNC_OK)
        }
        return exchange.sent == offset ? Int32(CURL_SEEKFUNC_OK) : Int32(CURL_SEEKFUNC_FAIL)
    }

    /// A connection is there, and the request goes out on it.
    static func begin(_ context: UnsafeMutableRawPointer?) -> Int32 {
        guard let exchange = of(context) else { return Int32(CURL_PREREQFUNC_ABORT) }
        exchange.goes += 1
        exchange.moves += 1
        guard exchange.goes == 1 || exchange.isIdempotent else {
            exchange.refusal = exchange.address.peer.connection(
                "lost", "the server hung up without an answer", step: "http")
            return Int32(CURL_PREREQFUNC_ABORT)
        }
        return Int32(CURL_PREREQFUNC_OK)
    }

    /// Certificates are checked against the same authorities as on every other connection.
    static func trust(
        _ easy: UnsafeMutableRawPointer?, _ tls: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?
    ) -> CURLcode {
        guard let exchange = of(context), let tls else { return CURLE_SSL_CERTPROBLEM }
        let pointer = OpaquePointer(tls)
        // libcurl writes the keys of its sessions into a file that the environment names.
        SSL_CTX_set_keylog_callback(pointer, nil)
        let store = SSL_CTX_get_cert_store(pointer)
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        TrustStore.load(into: store)
        if let caFile = exchange.options.caFile, X509_STORE_load_file(store, caFile) != 1 {
            return CURLE_SSL_CACERT_BADFILE
        }
        ERR_clear_error()
        return CURLE_OK
    }
}
