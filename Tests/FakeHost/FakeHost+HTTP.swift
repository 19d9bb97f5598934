import Base
import CMailroom
import PluginKit

/// One request as a provider made it.
package struct FakeRequest {
    package let method: String
    package let url: String
    package let headers: [(name: String, value: String)]
    package internal(set) var body: [UInt8]
    /// With the account's access token.
    package let isAuthorized: Bool

    /// Without the server, and without the query.
    package var path: String {
        let rest = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst(3).first ?? ""
        return "/" + rest.prefix { $0 != "?" }
    }

    /// The parts of the query as they stand there.
    package var query: [String] {
        guard let mark = url.firstIndex(of: "?") else { return [] }
        return url[url.index(after: mark)...].split(separator: "&").map(String.init)
    }
}

package struct FakeAnswer {
    package var status: Int32
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Behind what there is of the body the connection breaks.
    package var isCut = false

    package init(_ status: Int32, _ body: String = "", headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = headers
        self.body = Array(body.utf8)
    }
}

/// What stands behind the fake host's `mr_reply`.
final class FakeExchange {
    unowned let host: FakeHost
    var request: FakeRequest
    /// Nil while the body is yet to be written, and where the connection broke.
    var answer: FakeAnswer?
    var taken = 0

    init(_ host: FakeHost, _ request: FakeRequest) {
        self.host = host
        self.request = request
    }

    static func of(_ pointer: OpaquePointer?) -> FakeExchange? {
        pointer.map { Unmanaged<FakeExchange>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }

    var pointer: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

    /// The request is whole.
    func ask() -> Int32 {
        host.requests.append(request)
        answer = host.answer(request)
        return answer == nil ? Int32(MR_E_CONNECTION) : 0
    }

    var head: OpaquePointer {
        var record = Record(["status": .int(Int64(answer?.status ?? 0)), "url": .text(request.url)])
        for field in answer?.headers ?? [] {
            _ = record.add("headers", .record(Record(["name": .text(field.name), "value": .text(field.value)])))
            if field.name == "retry-after" {
                record.set("retry_after_ms", Int64(field.value).map { min(max($0, 0), 604_800) * 1000 })
            }
        }
        return host.make(record)
    }

    /// Nil where the connection breaks.
    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let answer else { return 0 }
        if answer.isCut, taken == answer.body.count { return nil }
        let count = min(buffer.count, host.piece, answer.body.count - taken)
        buffer.copyBytes(from: answer.body[taken..<taken + count])
        taken += count
        return count
    }
}

extension FakeHost {
    func exchange(_ record: Record, _ out: UnsafeMutablePointer<OpaquePointer?>?) -> Int32 {
        let headers = record.records("headers").map { ($0.text("name") ?? "", $0.text("value") ?? "") }
        let request = FakeRequest(
            method: record.text("method") ?? "", url: record.text("url") ?? "", headers: headers,
            body: record.bytes("body") ?? [], isAuthorized: record.int("authorize") == 1)
        // What the real one refuses (HTTPAddress, HTTPExchange).
        if request.url.utf8.contains(where: { $0 <= 32 || $0 >= 127 }) { broken.append("an address that is none") }
        if headers.contains(where: { $0.1.utf8.contains { $0 < 32 && $0 != 9 || $0 == 127 } }) {
            broken.append("a header field that is none")
        }
        let made = FakeExchange(self, request)
        exchanges.append(made)
        out?.pointee = made.pointer
        return record.int("body_size") == nil ? made.ask() : 0
    }
}

extension FakeTable {
    static func addHTTP(_ table: inout mr_host) {
        table.http = { context, fields, out in
            guard let host = FakeTable.host(context), let fields = FakeFields.of(fields) else {
                return Int32(MR_E_INVALID)
            }
            return host.exchange(fields.record, out)
        }
        table.reply_head = { FakeExchange.of($0)?.head }
        table.reply_read = { _, reply, buffer, capacity, length in
            guard let exchange = FakeExchange.of(reply), let buffer else { return Int32(MR_E_INVALID) }
            let count = exchange.read(UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
            length?.pointee = count ?? 0
            return count == nil ? Int32(MR_E_CONNECTION) : 0
        }
        table.reply_write = { _, reply, bytes in
            guard let exchange = FakeExchange.of(reply) else { return Int32(MR_E_INVALID) }
            if bytes.size == 0 { return exchange.ask() }
            exchange.request.body += Array(UnsafeRawBufferPointer(bytes))
            return 0
        }
        table.reply_close = { _ in }
        table.sleep = { context, milliseconds in
            FakeTable.host(context)?.slept.append(milliseconds)
            return 0
        }
        table.token = { context, isRenewed, out in
            guard let host = FakeTable.host(context) else { return Int32(MR_E_INVALID) }
            if isRenewed != 0 { host.renewals += 1 }
            out?.pointee = host.keep("token\(host.renewals)".utf8)
            return 0
        }
    }
}
