import Base
import CMailroom
import Transport

/// HTTP for plugins.
extension HostTable {
    private static let bodyLimit = 16 << 20

    static func addHTTP(_ host: inout mr_host) {
        host.http = { HostTable.http($0, $1, $2) }
        host.reply_head = { HostTable.replyHead($0) }
        host.reply_read = { HostTable.replyRead($0, $1, $2, $3, $4) }
        host.reply_write = { HostTable.replyWrite($0, $1, $2) }
        host.reply_park = { HostTable.replyPark($0, $1, $2) }
        host.reply_close = { Invocation.current?.streams.closeReply($0) }
    }

    private static func http(
        _ context: OpaquePointer?, _ fields: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        stream(context) { invocation throws(Failure) in
            guard let out else { throw .invalid("out", "NULL") }
            out.pointee = nil
            let record = try invocation.record(fields, "request")
            let request = try request(record)
            let cost = record.int("cost") ?? 1
            guard (0...1_000_000_000).contains(cost) else { throw .invalid("cost", "\(cost)") }
            let need = RequestNeed(
                manifest: invocation.manifest, units: cost,
                octets: request.bodySize.map { max(0, $0) } ?? Int64(request.body.count),
                deadline: invocation.options.deadline)
            let (reply, ticket) = try exchange(request, need, authorize: record.int("authorize") == 1, invocation)
            do throws(Failure) {
                out.pointee = try invocation.streams.add(reply, ticket)
            } catch {
                reply.close()
                invocation.end(with: error)
                throw error
            }
            return 0
        }
    }

    /// With a token, where it is wanted: a token that is refused is renewed once.
    private static func exchange(
        _ request: HTTPRequest, _ need: RequestNeed, authorize: Bool, _ invocation: Invocation
    ) throws(Failure) -> (HTTPReply, (any AnyObject & Sendable)?) {
        guard authorize else { return try open(request, need, invocation) }
        var request = request
        request.set(
            "Authorization", "Bearer " + String(decoding: try accessToken(invocation, refresh: false), as: UTF8.self))
        do {
            let first = try open(request, need, invocation)
            guard first.0.status == 401 else { return first }
            first.0.close()
        }
        // Its place among those under way is free again before another is asked for.
        request.set(
            "Authorization", "Bearer " + String(decoding: try accessToken(invocation, refresh: true), as: UTF8.self))
        return try open(request, need, invocation)
    }

    /// When it is its turn.
    private static func open(
        _ request: HTTPRequest, _ need: RequestNeed, _ invocation: Invocation
    ) throws(Failure) -> (HTTPReply, (any AnyObject & Sendable)?) {
        let ticket = try invocation.ask { delegate throws(Failure) in try delegate.admit(need) }
        let began = Clock.boot()
        let reply = try HTTPClient.open(request, options(invocation))
        if let trace = invocation.options.trace, let address = try? HTTPAddress(request.url) {
            trace.noteReply(from: address, since: began)
        }
        heed(reply, need, invocation)
        return (reply, ticket)
    }

    /// A server that names a time is left alone until then.
    private static func heed(_ reply: HTTPReply, _ need: RequestNeed, _ invocation: Invocation) {
        guard [403, 429, 503].contains(reply.status), let wait = reply.retryAfterMs, wait > 0 else { return }
        invocation.delegate.heldOff(wait, need)
    }

    private static func options(_ invocation: Invocation) -> HTTPOptions {
        let options = invocation.options
        let secret = invocation.delegate.secret("proxy").map { String(decoding: $0, as: UTF8.self) }
        let proxy = secret ?? invocation.delegate.setting("proxy") ?? ""
        var http = HTTPOptions(
            proxy: proxy.isEmpty ? nil : proxy, caFile: options.caFile, connectTimeoutMs: options.connectTimeoutMs,
            plain: invocation.delegate.setting("insecure_http") == "1" ? .here : .nowhere, account: options.account ?? 0
        )
        http.patience = invocation.patience
        http.routes = options.routes
        return http
    }

    /// - Throws: `MR_E_INVALID` naming the field.
    private static func request(_ record: Record) throws(Failure) -> HTTPRequest {
        var request = HTTPRequest(record.text("method") ?? "GET", record.text("url") ?? "")
        for header in record.records("headers") {
            guard let name = header.text("name"), let value = header.text("value") else {
                throw .invalid("headers", "has an item without name or value")
            }
            request.headers.append(HTTPRequest.Header(name, value))
        }
        request.body = record.bytes("body") ?? record.text("body").map { Array($0.utf8) } ?? []
        if let size = record.int("body_size") {
            guard size >= -1 else { throw .invalid("body_size", "\(size)") }
            guard request.body.isEmpty else { throw .invalid("body_size", "there is a body already") }
            request.bodySize = size
        }
        if let limit = record.int("limit") {
            guard limit > 0 else { throw .invalid("limit", "\(limit)") }
            request.limitBytes = limit
        }
        request.timeoutMs = record.int("timeout_ms")
        request.sameSite = (record.text("redirect_hosts") ?? "").split(separator: " ").map(String.init)
        request.compressed = record.int("identity") != 1
        return request
    }

    private static func replyHead(_ pointer: OpaquePointer?) -> OpaquePointer? {
        guard let invocation = Invocation.current, let reply = try? invocation.streams.reply(pointer) else {
            return nil
        }
        var head = Record(["status": .int(Int64(reply.status)), "url": .text(reply.url)])
        for header in reply.headers {
            _ = head.add("headers", .record(Record(["name": .text(header.name), "value": .text(header.value)])))
        }
        head.set("retry_after_ms", reply.retryAfterMs)
        return invocation.fields(head)
    }

    private static func replyRead(
        _ context: OpaquePointer?, _ pointer: OpaquePointer?, _ target: UnsafeMutableRawPointer?, _ capacity: Int,
        _ length: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        stream(context) { invocation throws(Failure) in
            guard let length else { throw .invalid("length", "NULL") }
            length.pointee = 0
            guard let target, capacity > 0 else { throw .invalid("capacity", "no room to read into") }
            let reply = try invocation.streams.reply(pointer)
            reply.patience = invocation.patience
            length.pointee = try reply.read(into: UnsafeMutableRawBufferPointer(start: target, count: capacity))
            if length.pointee == 0 { invocation.streams.letGo(pointer) }
            return 0
        }
    }

    private static func replyWrite(_ context: OpaquePointer?, _ pointer: OpaquePointer?, _ data: mr_bytes) -> Int32 {
        stream(context) { invocation throws(Failure) in
            let reply = try invocation.streams.reply(pointer)
            reply.patience = invocation.patience
            try reply.write(try bytes(data, "bytes", limit: .max))
            return 0
        }
    }

    private static func replyPark(_ context: OpaquePointer?, _ pointer: OpaquePointer?, _ wakeAfterMs: Int64) -> Int32 {
        stream(context) { invocation throws(Failure) in
            let reply = try invocation.streams.reply(pointer)
            try checkParking(invocation, wakeAfterMs)
            invocation.streams.letGo(pointer)
            try invocation.streams.park(reply, wakeAfterMs: wakeAfterMs)
            return 0
        }
    }
}
