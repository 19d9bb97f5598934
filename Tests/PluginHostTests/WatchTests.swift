import Base
import CMailroom
import CSystem
import Glibc
import Synchronization
import Testing
import Transport

@testable import PluginHost

/// Sessions that wait: park, wake, and what is refused meanwhile.
final class WatchTests {
    private let scratch: Scratch
    private let provider: LoadedProvider
    private let options = CallOptions(ioTimeoutMs: 10_000)
    private let server: Server

    init() throws {
        scratch = try Scratch()
        provider = try ToyPlugin.load(scratch)
        server = try Server()
    }

    deinit { server.stop() }

    private func open(_ act: String) throws -> (ProviderSession, RecordingDelegate) {
        let delegate = RecordingDelegate(["act": act, "port": "\(server.port)"])
        return (try ProviderSession.open(provider, options, delegate), delegate)
    }

    private let folders = [Record(["path": .text("INBOX")]), Record(["path": .text("Sent")])]

    @Test func parksWakesAndParksAgain() throws {
        let (session, delegate) = try open("watches")
        #expect(try session.watch(options, delegate, folders: folders) == .parked)
        #expect(delegate.kinds("unwatched").map { $0.text("path") } == ["Sent"])
        for round in 1...3 {
            let parked = try #require(session.parked)
            #expect(parked.wakeAfterMs == 60_000)
            #expect(parked.host == "127.0.0.1")
            let woken = Signal()
            try parked.wait { woken.give($0) }
            server.send("* \(round) EXISTS\r\n")
            #expect(woken.wait() == .data)
            #expect(try session.wake(options, delegate, reason: WakeReason.data.rawValue))
            #expect(delegate.kinds("line").last?.bytes("line") == Array("* \(round) EXISTS".utf8))
            #expect(delegate.kinds("changed").count == round)
        }
        // Because of its time it says nothing and parks again.
        #expect(try session.wake(options, delegate, reason: WakeReason.timer.rawValue) == false)
        #expect(session.parked != nil)
        // A stop takes it back, and nothing is parked afterwards.
        let woken = Signal()
        try session.parked?.wait { woken.give($0) }
        #expect(try session.wake(options, delegate, reason: WakeReason.stop.rawValue) == false)
        #expect(session.parked == nil)
        server.send("late\r\n")
        #expect(woken.wait(milliseconds: 100) == nil)
        session.close(options, delegate)
    }

    @Test func whileItIsParkedNothingElseMayUseIt() throws {
        let (session, delegate) = try open("uses-parked")
        #expect(try session.watch(options, delegate, folders: folders) == .parked)
        #expect(delegate.kinds("told").first?.int("n") == 5)
        let failure = try #require(throws: Failure.self) { try session.folders(options, delegate) }
        #expect(Int(failure.result) == MR_E_INTERNAL)
        #expect(session.parked != nil)
        session.close(options, delegate)
    }

    @Test func closingTheSessionTakesItBack() throws {
        let (session, delegate) = try open("watches")
        #expect(try session.watch(options, delegate, folders: folders) == .parked)
        let woken = Signal()
        try session.parked?.wait { woken.give($0) }
        session.close(options, delegate)
        #expect(session.parked == nil)
        server.send("x\r\n")
        #expect(woken.wait(milliseconds: 100) == nil)
    }

    @Test func closingTheStreamTakesItBack() throws {
        let (session, delegate) = try open("closes-parked")
        let failure = try #require(throws: Failure.self) {
            try session.watch(options, delegate, folders: folders)
        }
        #expect(Int(failure.result) == MR_E_PLUGIN)
        #expect(session.parked == nil)
        session.close(options, delegate)
    }

    /// act, the outcome or the failure
    @Test(
        arguments: [
            ("watch-changed", WatchOutcome.changed, 0), ("watch-ends", .ended, 0), ("parks-nothing", nil, MR_E_PLUGIN),
            ("no-push", nil, MR_E_UNSUPPORTED), ("fails-parked", nil, MR_E_OUTAGE),
        ] as [(String, WatchOutcome?, Int)])
    func beginnings(act: String, outcome: WatchOutcome?, result: Int) throws {
        let (session, delegate) = try open(act)
        defer { session.close(options, delegate) }
        if let outcome {
            #expect(try session.watch(options, delegate, folders: folders) == outcome)
            #expect((session.parked != nil) == (outcome != .ended))
        } else {
            let failure = try #require(throws: Failure.self) {
                try session.watch(options, delegate, folders: folders)
            }
            #expect(Int(failure.result) == result)
            #expect(session.parked == nil)
        }
    }

    @Test func theServerHangsUp() throws {
        let (session, delegate) = try open("watches")
        #expect(try session.watch(options, delegate, folders: folders) == .parked)
        let woken = Signal()
        try session.parked?.wait { woken.give($0) }
        server.hangUp()
        #expect(woken.wait() == .hungUp)
        let failure = try #require(throws: Failure.self) {
            try session.wake(options, delegate, reason: WakeReason.hungUp.rawValue)
        }
        #expect(failure.cause == "connection.lost")
        #expect(session.parked == nil)
        session.close(options, delegate)
    }

    @Test func theWatchingEnds() throws {
        let (session, delegate) = try open("ends-on-wake")
        #expect(try session.watch(options, delegate, folders: folders) == .parked)
        server.send("x\r\n")
        #expect(try session.wake(options, delegate, reason: WakeReason.data.rawValue) == false)
        #expect(session.parked == nil)
        session.close(options, delegate)
    }

    @Test func appends() throws {
        let (session, delegate) = try open("x")
        let body = Array("Subject: x\r\n\r\n".utf8)
        try body.withUnsafeBytes {
            try session.append(options, delegate, what: Record(["flags": .text("\\Seen")]), message: $0)
        }
        #expect(delegate.kinds("told").first == Record(["what": .text("\\Seen"), "n": .int(Int64(body.count))]))
        #expect(delegate.kinds("placed").map { $0.text("ref") } == ["77"])
        session.close(options, delegate)
    }

    /// What an audit lists may be more than what waits for a commit.
    @Test func listsWithoutACommit() throws {
        let (session, delegate) = try open("x")
        try session.list(options, delegate, folder: Record(["path": .text("INBOX")]))
        #expect(delegate.kinds("listed").count == 20_000)
        session.close(options, delegate)
    }

    @Test func findingsAtTheWrongPlace() throws {
        let (session, delegate) = try open("x")
        try session.apply(options, delegate, change: Record(["ref": .text("1")]))
        #expect(delegate.kinds("told").first?.text("what") == "all refused")
        #expect(delegate.kinds("told").first?.int("n") == 20)
        #expect(delegate.kinds("flags").count == 1)
        session.close(options, delegate)
    }
}

/// One wake, waited for.
private final class Signal: Sendable {
    private let reason = Atomic<Int32>(0)

    func give(_ reason: WakeReason) { self.reason.store(reason.rawValue, ordering: .releasing) }

    func wait(milliseconds: Int = 10_000) -> WakeReason? {
        for _ in 0..<(milliseconds / 2) where reason.load(ordering: .acquiring) == 0 { usleep(2000) }
        return WakeReason(rawValue: reason.load(ordering: .acquiring))
    }
}

/// Greets the one connection that it gets, and says what the test has it say.
private final class Server: @unchecked Sendable {
    let port: UInt16
    private let listener: Int32
    private let client = Atomic<Int32>(-1)

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = try withUnsafeMutableBytes(of: &address) { raw -> UInt16 in
            let pointer = raw.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            try #require(bind(listener, pointer, length) == 0)
            try #require(getsockname(listener, pointer, &length) == 0)
            return raw.load(as: sockaddr_in.self).sin_port.bigEndian
        }
        try #require(listen(listener, 4) == 0)
        self.listener = listener
        try PosixThread.start("server") { [self] in
            let descriptor = accept(listener, nil, nil)
            client.store(descriptor, ordering: .releasing)
            if descriptor >= 0 { send("+ idling\r\n") }
        }.detach()
    }

    deinit {
        close(listener)
        let descriptor = client.load(ordering: .acquiring)
        if descriptor >= 0 { close(descriptor) }
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = csystem_send(client.load(ordering: .acquiring), bytes, bytes.count)
    }

    func hangUp() { shutdown(client.load(ordering: .acquiring), Int32(SHUT_RDWR)) }

    /// The thread holds the server: it ends when there was a connection, or with this.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }
}
