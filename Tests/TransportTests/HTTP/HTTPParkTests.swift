import Base
import Glibc
import Testing

@testable import Transport

/// Long polls: a reply waits with the poller, and no thread with it.
@Suite struct HTTPParkTests {
    private typealias Exchange = HTTPExchangeTests
    private let wakes = Wakes()

    @Test func aQuietBodyWakesForWhatComes() throws {
        let gate = Signal()
        let server = try Exchange.server { client, _, _ in
            client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            gate.wait()
            client.send("5\r\nevent\r\n")
            gate.wait()
            client.send("0\r\n\r\n")
        }
        let reply = try HTTPClient.open(
            HTTPRequest("GET", "http://127.0.0.1:\(server.port)/"), HTTPOptions(ioTimeoutMs: 5000, plain: .here))
        #expect(reply.status == 200)
        _ = try Poller.park(reply, wakeAfterMs: 60_000, onWake: wakes.note(1))
        #expect(Poller.count >= 1)
        gate.open()
        #expect(wakes.wait().map(\.reason) == [.data])
        var room = [UInt8](repeating: 0, count: 100)
        let count = try room.withUnsafeMutableBytes { try reply.read(into: $0) }
        #expect(Array(room.prefix(count)) == Array("event".utf8))
        _ = try Poller.park(reply, wakeAfterMs: 60_000, onWake: wakes.note(2))
        gate.open()
        #expect(wakes.wait(2).count == 2)
        #expect(try room.withUnsafeMutableBytes { try reply.read(into: $0) } == 0)
        reply.close()
    }

    /// The head itself is long in coming: a request that was written whole is ended by being parked.
    @Test func aHeadThatIsLongInComing() throws {
        let gate = Signal()
        let server = try Exchange.server { client, _, body in
            #expect(String(decoding: body, as: UTF8.self) == "ping")
            gate.wait()
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnews")
        }
        let reply = try HTTPClient.open(
            HTTPRequest("POST", "http://127.0.0.1:\(server.port)/", bodySize: 4),
            HTTPOptions(ioTimeoutMs: 5000, plain: .here))
        try Array("ping".utf8).withBytes { (bytes) throws(Failure) in try reply.write(bytes) }
        _ = try Poller.park(reply, wakeAfterMs: 60_000, onWake: wakes.note(1))
        usleep(100_000)
        #expect(reply.status == 0)
        gate.open()
        #expect(wakes.wait().map(\.reason) == [.data])
        #expect(String(decoding: try reply.body(limit: 10), as: UTF8.self) == "news")
        #expect(reply.status == 200)
        reply.close()
    }

    @Test func aServerThatHangsUpWakes() throws {
        let gate = Signal()
        let server = try LocalServer { client in
            _ = Exchange.request(client)
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
            gate.wait()
        }
        let reply = try HTTPClient.open(
            HTTPRequest("GET", "http://127.0.0.1:\(server.port)/"), HTTPOptions(ioTimeoutMs: 5000, plain: .here))
        #expect(reply.status == 200)
        _ = try Poller.park(reply, wakeAfterMs: 60_000, onWake: wakes.note(1))
        gate.open()
        #expect(wakes.wait().map(\.reason) == [.hungUp])
        let failure = #expect(throws: Failure.self) { try reply.body(limit: 100) }
        #expect(failure?.cause == "connection.lost")
        reply.close()
    }

    /// Opened by the test, waited for by the server: once each.
    private final class Signal: Sendable {
        private let count = Monitor(0)
        func open() { count.signal { $0 += 1 } }
        func wait() {
            _ = count.wait(milliseconds: 10_000) { count -> Bool? in
                guard count > 0 else { return nil }
                count -= 1
                return true
            }
        }
    }
}
