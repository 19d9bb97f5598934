import Base
import CMailroom

extension Host {
    /// Sends an HTTP request through the host, and waits for the head of its answer. An answer of whatever status is none of
    /// the failures. Where `request.bodySize` is set, the body follows by `write` of what is returned.
    /// - Parameters:
    ///   - cost: what it costs of the manifest's budgets; 0: as one that names no cost.
    ///   - authorize: with the account's access token, which is renewed once where the server refuses it.
    package func http(
        _ request: HTTPRequest, cost: Int64 = 0, authorize: Bool = true
    ) throws(Failure) -> HTTPAnswer {
        guard let call = table.pointee.http else { throw Host.missing("http") }
        var record = Record(["method": .text(request.method), "url": .text(request.url)])
        if !request.headers.isEmpty {
            record["headers"] = .list(
                request.headers.map { .record(Record(["name": .text($0.name), "value": .text($0.value)])) })
        }
        if !request.body.isEmpty { record["body"] = .bytes(request.body) }
        record.set("body_size", request.bodySize)
        record.set("limit", request.limitBytes)
        record.set("timeout_ms", request.timeoutMs)
        if !request.sameSite.isEmpty { record["redirect_hosts"] = .text(request.sameSite.joined(separator: " ")) }
        if !request.compressed { record["identity"] = .int(1) }
        if authorize { record["authorize"] = .int(1) }
        if cost > 0 { record["cost"] = .int(cost) }
        var made: OpaquePointer?
        try Host.taken(call(context, Fields(self, record).pointer, &made))
        return try HTTPAnswer(self, made)
    }
}

/// The answer to an HTTP request. It belongs to the session and outlives the call that made it; let go of, it is closed.
package final class HTTPAnswer {
    private let table: UnsafePointer<mr_host>
    private var pointer: OpaquePointer?
    /// 0 while there is no answer.
    package private(set) var status: Int32 = 0
    /// Names in small letters.
    package private(set) var headers: [HTTPRequest.Header] = []
    /// Where it came from, after redirects.
    package private(set) var url = ""
    /// How long the server asks to wait.
    package private(set) var retryAfterMs: Int64?

    init(_ host: Host, _ pointer: OpaquePointer?) throws(Failure) {
        table = host.table
        self.pointer = pointer
        readHead(host)
    }

    deinit { close() }

    private func readHead(_ host: Host) {
        guard let pointer, let found = table.pointee.reply_head?(pointer) else { return }
        let head = Fields(host, found)
        status = Int32(clamping: head.int("status") ?? 0)
        headers = head.items("headers").map { HTTPRequest.Header($0.text("name") ?? "", $0.text("value") ?? "") }
        url = head.text("url") ?? ""
        retryAfterMs = head.int("retry_after_ms")
    }

    /// The first header field of this name.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name == wanted }?.value
    }

    private func open() throws(Failure) -> OpaquePointer {
        guard let pointer else { throw Failure(MR_E_CONNECTION, "the reply is closed") }
        return pointer
    }

    /// Whether the server has refused the request already, and waits for no more of its body.
    package func isRefused(_ host: Host) -> Bool {
        if status == 0 { readHead(host) }
        return status >= 400
    }

    /// A piece of the request's body. An empty one ends it, and then there are status and headers.
    package func write(_ host: Host, _ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard MemoryLayout<mr_host>.offset(of: \.reply_write).map({ Int(table.pointee.size) > $0 }) == true,
            let call = table.pointee.reply_write
        else { throw Host.missing("reply_write") }
        try Host.taken(call(host.context, open(), mr_bytes(bytes)))
        if bytes.isEmpty { readHead(host) }
    }

    package func write(_ host: Host, _ bytes: [UInt8]) throws(Failure) {
        if bytes.isEmpty { return }
        try bytes.withBytes { (bytes) throws(Failure) in try write(host, bytes) }
    }

    /// The request's body is over.
    package func endBody(_ host: Host) throws(Failure) { try write(host, UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// What is there of the body, at least one octet; 0 at its end.
    package func read(_ host: Host, into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard let call = table.pointee.reply_read else { throw Host.missing("reply_read") }
        var length = 0
        try Host.taken(call(host.context, open(), buffer.baseAddress, buffer.count, &length))
        return min(max(length, 0), buffer.count)
    }

    /// The rest of the body; then the reply is closed.
    /// - Throws: `MR_E_PROTOCOL` where it is longer than the limit.
    package func body(_ host: Host, limit: Int = 64 << 20) throws(Failure) -> [UInt8] {
        var body: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { piece.deallocate() }
        while true {
            let count = try read(host, into: piece)
            if count == 0 { break }
            guard body.count + count <= limit else {
                throw Failure(MR_E_PROTOCOL, "the answer is longer than \(limit) octets")
            }
            body.append(contentsOf: piece[..<count])
        }
        close()
        return body
    }

    /// Hands a quiet reply to the host's poller; the method that calls it (`watch` or `wake`) returns next.
    package func park(_ host: Host, wakeAfter milliseconds: Int64) throws(Failure) {
        guard let call = table.pointee.reply_park else { throw Host.missing("reply_park") }
        try Host.taken(call(host.context, open(), milliseconds))
    }

    package func close() {
        guard let pointer else { return }
        self.pointer = nil
        table.pointee.reply_close?(pointer)
    }
}
