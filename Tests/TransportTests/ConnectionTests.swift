import Base
import CMailroom
import Glibc
import Testing
import Transport

/// Dialling, reading, writing over plain sockets; deadlines and cancellation.
struct ConnectionTests {
    private func dial(
        _ port: UInt16, host: String = "127.0.0.1", _ patience: Patience = Patience(), connectMs: Int64 = 10_000
    ) throws -> Connection {
        try Connection.dial(
            try Peer(host: host, port: port), .plain, caFile: nil, connectTimeoutMs: connectMs, patience)
    }

    private func line(_ connection: Connection, limit: Int = 1000, _ patience: Patience = Patience()) throws -> String {
        String(decoding: try connection.readLine(limit: limit, patience), as: UTF8.self)
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func linesBothWays(host: String) throws {
        let server = try LocalServer { client in
            client.send("* OK ready\r\nsecond\nthird\r\n")
            client.send("you said \(client.receiveLine())\r\n")
            client.waitForEnd()
        }
        let connection = try dial(server.port, host: host)
        #expect(try line(connection) == "* OK ready")
        #expect(try line(connection) == "second")
        #expect(try line(connection) == "third")
        try connection.write(Array("hello\r\n".utf8), Patience())
        #expect(try line(connection) == "you said hello")
        connection.close()
        connection.close()
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(failure.cause == "connection.lost")
    }

    /// A line longer than a piece of the buffer, a limit met and a limit passed.
    @Test func longLines() throws {
        let server = try LocalServer { client in
            client.send(String(repeating: "a", count: 100_000) + "\r\n")
            client.send(String(repeating: "b", count: 10) + "\r\n")
            client.send(String(repeating: "c", count: 11) + "\r\n")
            client.waitForEnd()
        }
        let connection = try dial(server.port)
        #expect(try line(connection, limit: 100_000).utf8.count == 100_000)
        #expect(try line(connection, limit: 10) == "bbbbbbbbbb")
        let failure = try #require(throws: Failure.self) { try line(connection, limit: 10) }
        #expect(Int(failure.result) == MR_E_PROTOCOL)
    }

    @Test func endlessLine() throws {
        let server = try LocalServer { client in
            for _ in 0..<100 { client.send(String(repeating: "x", count: 10_000)) }
            client.waitForEnd()
        }
        let connection = try dial(server.port)
        let failure = try #require(throws: Failure.self) { try line(connection, limit: 50_000) }
        #expect(Int(failure.result) == MR_E_PROTOCOL)
    }

    @Test(arguments: [0, -1, Int.max])
    func badLimits(limit: Int) throws {
        let server = try LocalServer { $0.waitForEnd() }
        let connection = try dial(server.port)
        let failure = try #require(throws: Failure.self) { try line(connection, limit: limit) }
        #expect(Int(failure.result) == MR_E_INVALID)
    }

    /// Bytes and lines mixed, in buffers of several sizes: nothing is lost or moved.
    @Test(arguments: [1, 7, 4096, 70_000])
    func bytesAfterALine(capacity: Int) throws {
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = try LocalServer { client in
            client.send(Array("BODY\r\n".utf8) + body + Array("END\r\n".utf8))
            client.waitForEnd()
        }
        let connection = try dial(server.port)
        #expect(try line(connection) == "BODY")
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: capacity)
        while received.count < body.count {
            let wanted = min(capacity, body.count - received.count)
            let count = try buffer.withUnsafeMutableBytes {
                try connection.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]), Patience())
            }
            received += buffer[..<count]
        }
        #expect(received == body)
        #expect(try line(connection) == "END")
    }

    /// More than any socket buffer holds, to a reader that begins late.
    @Test func largeWrite() throws {
        let server = try LocalServer { client in
            usleep(100_000)
            var count = 0
            while count < 20_000_000 {
                let piece = client.receive()
                if piece.isEmpty { break }
                count += piece.count
            }
            client.send("\(count)\r\n")
            client.waitForEnd()
        }
        let connection = try dial(server.port)
        try connection.write([UInt8](repeating: 65, count: 20_000_000), Patience())
        #expect(try line(connection) == "20000000")
    }

    @Test func hangsUpInTheMiddle() throws {
        let server = try LocalServer { $0.send("* OK rea") }
        let connection = try dial(server.port)
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(Int(failure.result) == MR_E_CONNECTION)
        #expect(failure.cause == "connection.lost")
        #expect(failure.message.hasPrefix("127.0.0.1:\(server.port): "))
    }

    /// The peer is gone while it is written to: a failure, never a signal.
    @Test func writingToNobody() throws {
        let server = try LocalServer { _ in }
        let connection = try dial(server.port)
        let failure = try #require(throws: Failure.self) {
            for _ in 0..<1000 {
                try connection.write([UInt8](repeating: 65, count: 100_000), Patience(timeoutMs: 5000))
            }
        }
        #expect(failure.cause == "connection.lost")
    }

    @Test func hangingServer() throws {
        let server = try LocalServer { $0.waitForEnd() }
        let connection = try dial(server.port)
        let began = Clock.boot()
        let failure = try #require(throws: Failure.self) { try line(connection, Patience(timeoutMs: 200)) }
        #expect(Int(failure.result) == MR_E_CONNECTION)
        #expect(failure.cause == "connection.timed_out")
        #expect((190..<60_000).contains(Clock.boot() - began))
    }

    /// An octet now and then is no answer.
    @Test func drippingServer() throws {
        let server = try LocalServer { client in
            for _ in 0..<60 {
                client.send("x")
                usleep(50_000)
            }
        }
        let connection = try dial(server.port)
        let failure = try #require(throws: Failure.self) { try line(connection, Patience(timeoutMs: 300)) }
        #expect(failure.cause == "connection.timed_out")
    }

    @Test func hangingReader() throws {
        let gate = Cancellation()
        let server = try LocalServer { _ in while !gate.isCancelled { usleep(10_000) } }
        defer { gate.cancel() }
        let connection = try dial(server.port)
        let failure = try #require(throws: Failure.self) {
            try connection.write([UInt8](repeating: 65, count: 50_000_000), Patience(timeoutMs: 200))
        }
        #expect(failure.cause == "connection.timed_out")
    }

    @Test func deadlineBeforeTimeout() throws {
        let server = try LocalServer { $0.waitForEnd() }
        let connection = try dial(server.port)
        let began = Clock.boot()
        let failure = try #require(throws: Failure.self) {
            try line(connection, Patience(deadline: began + 150, timeoutMs: 60_000))
        }
        #expect(failure.cause == "connection.timed_out")
        #expect(Clock.boot() - began < 60_000)
    }

    @Test func cancelWakesAtOnce() throws {
        let server = try LocalServer { $0.waitForEnd() }
        let cancellation = Cancellation()
        let connection = try dial(server.port, Patience(cancellation: cancellation))
        let canceller = Later(afterMs: 100) { cancellation.cancel() }
        let began = Clock.boot()
        let failure = try #require(throws: Failure.self) {
            try line(connection, Patience(timeoutMs: 300_000, cancellation: cancellation))
        }
        #expect(Int(failure.result) == MR_E_CANCELLED)
        #expect(Clock.boot() - began < 60_000)
        canceller.join()
    }

    @Test func pulseEndsAWait() throws {
        let server = try LocalServer { $0.waitForEnd() }
        let connection = try dial(server.port)
        var asked = 0
        let patience = Patience(timeoutMs: 60_000) { () throws(Failure) in
            asked += 1
            if asked == 2 { throw Failure(MR_E_BUSY, "enough") }
        }
        let failure = try #require(throws: Failure.self) { try line(connection, patience) }
        #expect(failure.message == "enough")
    }

    @Test func refused() throws {
        let (descriptor, port) = try LocalServer.silentPort()
        defer { close(descriptor) }
        let failure = try #require(throws: Failure.self) { try dial(port) }
        #expect(Int(failure.result) == MR_E_CONNECTION)
        #expect(failure.cause == "connection.refused")
        #expect(failure.step == "dial")
        #expect(failure.message == "127.0.0.1:\(port): connection refused")
        #expect(failure.serverText == "127.0.0.1: Connection refused")
    }

    /// A listener whose queue is full answers nothing (Linux drops the request).
    @Test func silentHost() throws {
        let (listener, port) = try LocalServer.listen(backlog: 0)
        defer { close(listener) }
        var fillers: [Int32] = []
        defer { for filler in fillers { close(filler) } }
        let began = Clock.boot()
        // The first few may still get through.
        for _ in 0..<8 {
            do {
                let connection = try dial(port, connectMs: 300)
                fillers.append(-1)
                withExtendedLifetime(connection) { kept.append(connection) }
            } catch let failure as Failure {
                #expect(failure.cause == "connection.timed_out")
                #expect(failure.step == "dial")
                #expect(Clock.boot() - began < 60_000)
                return
            }
        }
        Issue.record("the queue never filled")
    }
    private let kept = Kept()

    @Test func unknownName() throws {
        let failure = try #require(throws: Failure.self) {
            try dial(25, host: "no-such-host.invalid", connectMs: 20_000)
        }
        #expect(Int(failure.result) == MR_E_CONNECTION)
        #expect(failure.step == "dial")
        // A machine without any name service cannot tell.
        #expect(["connection.name_unknown", "connection.unreachable"].contains(failure.cause ?? ""))
    }

    @Test(arguments: ["", "a b", "a\nb", "a/b", "ü.example", "a\u{0}"])
    func badHost(host: String) throws {
        let failure = try #require(throws: Failure.self) { try Peer(host: host, port: 1) }
        #expect(failure.field == "host")
    }

    @Test func longHost() throws {
        try badHost(host: String(repeating: "a", count: 300))
    }

    @Test(arguments: [
        ("[::1]", "[::1]:5"), ("mail.example.org.", "mail.example.org:5"), ("192.0.2.1", "192.0.2.1:5"),
    ])
    func peerText(host: String, text: String) throws {
        #expect(try Peer(host: host, port: 5).text == text)
    }

    @Test func portZero() throws {
        #expect(throws: Failure.self) { try Peer(host: "localhost", port: 0) }
    }
}

/// Connections that a test keeps open.
final class Kept {
    private var connections: [Connection] = []
    func append(_ connection: Connection) { connections.append(connection) }
}

/// Something done a little later on a thread.
final class Later: @unchecked Sendable {
    private let body: @Sendable () -> Void
    private let pause: UInt32
    private var thread = pthread_t()

    init(afterMs: UInt32, _ body: @escaping @Sendable () -> Void) {
        self.body = body
        pause = afterMs * 1000
        pthread_create(
            &thread, nil,
            { argument in
                if let argument {
                    let later = Unmanaged<Later>.fromOpaque(argument).takeRetainedValue()
                    usleep(later.pause)
                    later.body()
                }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
    }

    func join() { pthread_join(thread, nil) }
}
