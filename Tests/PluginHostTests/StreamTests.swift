import Base
import CMailroom
import CSystem
import Glibc
import PluginHost
import Testing
import Transport

/// A plugin's streams: what the host knows of a failure reaches the engine with what the plugin adds.
struct StreamTests {
    private let scratch: Scratch
    private let provider: LoadedProvider

    init() throws {
        scratch = try Scratch()
        provider = try ToyPlugin.load(scratch)
    }

    private func dial(_ port: UInt16, _ options: CallOptions = CallOptions()) throws -> RecordingDelegate {
        let delegate = RecordingDelegate(["act": "dials", "port": "\(port)"])
        let session = try ProviderSession.open(provider, options, delegate)
        defer { session.close(options, delegate) }
        try session.sync(options, delegate, folder: Record(), cursor: [])
        return delegate
    }

    @Test func aLineFromAServer() throws {
        let server = try Listener(answer: "* OK \u{1}\r\nmore\r\n")
        #expect(try dial(server.port).kinds("line").map { $0.bytes("line") } == [Array("* OK \u{1}".utf8)])
    }

    @Test func hostsFactsAndPluginsFacts() throws {
        let nobody = try Listener(answer: nil)
        let port = nobody.port
        let failure = try #require(throws: Failure.self) { try dial(port, CallOptions(account: 3)) }
        withExtendedLifetime(nobody) {}
        #expect(Int(failure.result) == MR_E_CONNECTION)
        #expect(failure.cause == "connection.refused")
        #expect(failure.step == "dial")
        #expect(failure.serverText == "127.0.0.1: Connection refused")
        #expect(failure.message == "127.0.0.1:\(port): connection refused")
        #expect(failure.code == "TOY")
        #expect(failure.provider == "toy")
        #expect(failure.account == 3)
    }

    @Test func hangsUp() throws {
        let server = try Listener(answer: "half a li")
        let failure = try #require(throws: Failure.self) { try dial(server.port) }
        #expect(failure.cause == "connection.lost")
    }

    @Test func hangs() throws {
        let server = try Listener(answer: "", hold: true)
        let failure = try #require(throws: Failure.self) { try dial(server.port, CallOptions(ioTimeoutMs: 200)) }
        #expect(failure.cause == "connection.timed_out")
    }

    @Test func cancelledWhileItWaits() throws {
        let server = try Listener(answer: "", hold: true)
        let cancellation = Cancellation()
        let began = Clock.boot()
        server.onceAccepted { cancellation.cancel() }
        let failure = try #require(throws: Failure.self) {
            try dial(server.port, CallOptions(ioTimeoutMs: 300_000, cancellation: cancellation))
        }
        #expect(Int(failure.result) == MR_E_CANCELLED)
        #expect(Clock.boot() - began < 60_000)
    }
}

/// Accepts one connection, answers with a text, and hangs up or holds.
private final class Listener: @unchecked Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let answer: String?
    private let hold: Bool
    private var thread: pthread_t?
    private let accepted = Cancellation()
    private let ended = Cancellation()
    private var hook: (@Sendable () -> Void)?

    /// - Parameter answer: nil: nobody listens.
    init(answer: String?, hold: Bool = false) throws {
        self.answer = answer
        self.hold = hold
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
        guard answer != nil else { return }
        try #require(listen(descriptor, 4) == 0)
        var made = pthread_t()
        let code = pthread_create(
            &made, nil,
            { argument in
                if let argument { Unmanaged<Listener>.fromOpaque(argument).takeUnretainedValue().serve() }
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
        try #require(code == 0)
        thread = made
    }

    /// Runs on the server's thread, some moments after a connection came.
    func onceAccepted(_ body: @escaping @Sendable () -> Void) {
        hook = body
        accepted.cancel()
    }

    private func serve() {
        let client = accept(descriptor, nil, nil)
        guard client >= 0, let answer else { return }
        let bytes = Array(answer.utf8)
        _ = csystem_send(client, bytes, bytes.count)
        if hold {
            while !accepted.isCancelled, !ended.isCancelled { usleep(5000) }
            usleep(100_000)
            hook?()
            while !ended.isCancelled { usleep(5000) }
        }
        close(client)
    }

    deinit {
        ended.cancel()
        if let thread {
            shutdown(descriptor, Int32(SHUT_RDWR))
            pthread_join(thread, nil)
        }
        close(descriptor)
    }
}
