import Base
import CMailroom
import CSystem
import Glibc
import Synchronization
import Testing
import Transport

@testable import PluginHost

/// HTTP as a plugin has it: tokens, budgets, bodies both ways, replies that wait.
struct HTTPTests {
    private let scratch: Scratch
    private let provider: LoadedProvider

    init() throws {
        scratch = try Scratch()
        provider = try ToyPlugin.load(scratch)
    }

    private func run(_ act: String, _ server: WebScript, _ tokens: [String] = ["first"]) throws -> RecordingDelegate {
        let delegate = RecordingDelegate([
            "act": act, "url": "http://127.0.0.1:\(server.port)/x", "insecure_http": "1",
        ])
        delegate.tokens = tokens
        let options = CallOptions(ioTimeoutMs: 5000)
        let session = try ProviderSession.open(provider, options, delegate)
        defer { session.close(options, delegate) }
        try session.sync(options, delegate, folder: Record(), cursor: [])
        return delegate
    }

    private static func answer(_ status: String, _ body: String, _ more: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nX-Answer: \(status)\r\n\(more)\r\n\(body)"
    }

    @Test func aRequestWithToken() throws {
        let server = try WebScript([Self.answer("200 OK", "hello plugin")])
        let delegate = try run("fetches", server)
        #expect(
            delegate.kinds("told") == [
                Record([
                    "status": .int(200), "wait": .int(-1), "header": .text("200 OK"),
                    "body": .bytes(Array("hello plugin".utf8)),
                ])
            ])
        #expect(server.heads.count == 1)
        #expect(server.heads[0].contains("authorization: bearer first"))
        #expect(server.heads[0].contains("x-toy: yes"))
        #expect(delegate.admitted == ["toy 7 0"])
        #expect(delegate.tickets.load(ordering: .relaxed) == 0)
    }

    @Test func aTokenThatIsRefusedIsRenewedOnce() throws {
        let refused = Self.answer("401 No", "{}")
        let server = try WebScript([refused, Self.answer("200 OK", "ok")])
        let delegate = try run("fetches", server, ["old", "new"])
        #expect(delegate.kinds("told").map { $0.int("status") } == [200])
        #expect(delegate.refreshes == 1)
        // The first has given its place back: where there is one alone, the second would wait for it for ever.
        #expect(delegate.outWhenAsked == [0, 0])
        #expect(server.heads.map { $0.contains("authorization: bearer new") } == [false, true])
        // What is refused again is the plugin's to explain.
        let closed = try WebScript([refused, refused])
        let second = try run("fetches", closed, ["old", "new"])
        #expect(second.kinds("told").map { $0.int("status") } == [401])
        #expect(second.refreshes == 1)
        #expect(closed.heads.count == 2)
    }

    @Test func aServerThatNamesATimeIsHeard() throws {
        let server = try WebScript([Self.answer("429 Slow", "", "Retry-After: 12\r\n")])
        let delegate = try run("fetches", server)
        #expect(delegate.kinds("told").map { $0.int("wait") } == [12_000])
        #expect(delegate.heldOff == [12_000])
    }

    @Test func aBodyInPieces() throws {
        let server = try WebScript([Self.answer("201 Made", "thanks")])
        let delegate = try run("uploads", server)
        #expect(delegate.kinds("told").map { $0.int("early") } == [0])
        #expect(delegate.kinds("told").map { $0.int("status") } == [201])
        #expect(server.heads[0].contains("content-length: 11"))
        #expect(server.bodies == ["hello world"])
        #expect(delegate.admitted == ["toy 7 11"])
    }

    @Test func withoutOAuthAndWithoutPermission() throws {
        let server = try WebScript([])
        let failure = try #require(throws: Failure.self) { try run("fetches", server, []) }
        #expect(Int(failure.result) == MR_E_UNSUPPORTED)
        let delegate = RecordingDelegate(["act": "fetches", "url": "http://127.0.0.1:\(server.port)/x"])
        delegate.tokens = ["t"]
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        let plain = try #require(throws: Failure.self) {
            try session.sync(CallOptions(), delegate, folder: Record(), cursor: [])
        }
        #expect(Int(plain.result) == MR_E_INVALID)
        #expect(plain.field == "url")
        #expect(server.heads.isEmpty)
        // With it, a token goes in the clear to this machine alone.
        let elsewhere = RecordingDelegate(["act": "fetches", "url": "http://192.0.2.1/x", "insecure_http": "1"])
        elsewhere.tokens = ["t"]
        let far = try #require(throws: Failure.self) {
            try session.sync(CallOptions(connectTimeoutMs: 200), elsewhere, folder: Record(), cursor: [])
        }
        #expect(Int(far.result) == MR_E_INVALID && far.field == "url")
    }

    @Test func aBudgetThatIsUsedUpEndsTheCallWithItsFailure() throws {
        let server = try WebScript([])
        let delegate = RecordingDelegate([
            "act": "fetches", "url": "http://127.0.0.1:\(server.port)/x", "insecure_http": "1",
        ])
        delegate.tokens = ["t"]
        var full = Failure(MR_E_THROTTLED, "waits")
        full.cause = "limit.budget"
        delegate.failing["admit"] = full
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        let failure = try #require(throws: Failure.self) {
            try session.sync(CallOptions(), delegate, folder: Record(), cursor: [])
        }
        #expect(failure.cause == "limit.budget")
        #expect(server.heads.isEmpty)
    }

    /// A long poll waits with the poller, and holds no place among the requests under way meanwhile.
    @Test func aReplyThatWaits() throws {
        let server = try WebScript(["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"], later: "event: mail\n")
        let delegate = RecordingDelegate([
            "act": "watch-reply", "url": "http://127.0.0.1:\(server.port)/x", "insecure_http": "1",
        ])
        let options = CallOptions(ioTimeoutMs: 5000)
        let session = try ProviderSession.open(provider, options, delegate)
        defer { session.close(options, delegate) }
        #expect(try session.watch(options, delegate, folders: [Record(["path": .text("INBOX")])]) == .parked)
        #expect(delegate.tickets.load(ordering: .relaxed) == 0)
        let parked = try #require(session.parked)
        #expect(parked.host == "127.0.0.1")
        let woken = Mutex<WakeReason?>(nil)
        try parked.wait { reason in woken.withLock { $0 = reason } }
        server.goOn()
        for _ in 0..<2000 where woken.withLock({ $0 }) == nil { usleep(5000) }
        #expect(woken.withLock { $0 } == .data)
        #expect(try session.wake(options, delegate, reason: WakeReason.data.rawValue))
        #expect(delegate.kinds("line").map { $0.bytes("line") } == [Array("event: mail\n".utf8)])
        #expect(delegate.kinds("changed").count == 1)
    }
}

/// A web server that answers its connection's requests one after the other from a list.
private final class WebScript: @unchecked Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let answers: [String]
    private let later: String?
    private let gate = Cancellation()
    private let seen = Mutex<(heads: [String], bodies: [String])>(([], []))
    private var thread = pthread_t()

    init(_ answers: [String], later: String? = nil) throws {
        self.answers = answers
        self.later = later
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        port = try withUnsafeMutableBytes(of: &address) { raw -> UInt16 in
            let pointer = raw.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            try #require(bind(descriptor, pointer, length) == 0)
            try #require(getsockname(descriptor, pointer, &length) == 0)
            return raw.load(as: sockaddr_in.self).sin_port.bigEndian
        }
        try #require(listen(descriptor, 4) == 0)
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<WebScript>.fromOpaque(argument).takeUnretainedValue().serve() }
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
        try #require(code == 0)
    }

    /// The requests' heads in small letters, and their bodies.
    var heads: [String] { seen.withLock { $0.heads } }
    var bodies: [String] { seen.withLock { $0.bodies } }

    func goOn() { gate.cancel() }

    private func serve() {
        var left = answers[...]
        while !left.isEmpty {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else { return }
            while let answer = left.first, request(client) {
                left.removeFirst()
                send(client, answer)
                guard let later else { continue }
                while !gate.isCancelled { usleep(2000) }
                send(client, later)
            }
            // Held open until the other side goes.
            var byte: UInt8 = 0
            while left.isEmpty, recv(client, &byte, 1, 0) > 0 {}
            close(client)
        }
    }

    private func send(_ client: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        _ = csystem_send(client, bytes, bytes.count)
    }

    private func request(_ client: Int32) -> Bool {
        var head = ""
        var body: [UInt8] = []
        var byte: UInt8 = 0
        while !head.hasSuffix("\r\n\r\n") {
            guard recv(client, &byte, 1, 0) == 1 else { return false }
            head.unicodeScalars.append(Unicode.Scalar(byte))
        }
        head = head.lowercased()
        for line in head.split(separator: "\r\n") where line.hasPrefix("content-length: ") {
            let length = Int(line.dropFirst(16)) ?? 0
            while body.count < length, recv(client, &byte, 1, 0) == 1 { body.append(byte) }
        }
        seen.withLock { seen in
            seen.heads.append(head)
            if !body.isEmpty { seen.bodies.append(String(decoding: body, as: UTF8.self)) }
        }
        return true
    }

    deinit {
        gate.cancel()
        shutdown(descriptor, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        close(descriptor)
    }
}
