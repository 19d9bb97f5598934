import Base
import CMailroom
import CSystem
import Glibc
import Testing

@testable import Transport

/// Parked streams over TLS: what the layer itself says wakes nobody.
struct ParkedTLSTests {
    private let core = PollerCore(TestClock().clocks)
    private let wakes = Wakes()
    private let crowd: Crowd

    init() throws { crowd = try Crowd() }

    private func line(_ connection: Connection) throws -> String {
        String(decoding: try connection.readLine(limit: 1000, Patience(timeoutMs: 5000)), as: UTF8.self)
    }

    @Test func ticketsAndKeyUpdatesWakeNobody() throws {
        let (connection, server) = try crowd.pair(TLSPeer.Context())
        // Two tickets came behind the handshake, and nobody has read them.
        _ = try core.park(connection, wakes)
        server.ticket()
        #expect(wakes.stayQuiet())
        for _ in 0..<3 {
            server.updateKeys()
            #expect(wakes.stayQuiet(30))
        }
        for byte in Array("* 1 EXISTS\r".utf8) { server.send([byte]) }
        #expect(wakes.stayQuiet())
        server.send("\n")
        #expect(wakes.wait().map(\.reason) == [.data])
        #expect(try line(connection) == "* 1 EXISTS")
        // The poller has answered the server's wish for new keys: both sides still understand each other.
        try connection.write(Array("DONE\r\n".utf8), Patience())
        #expect(server.receive() == Array("DONE\r\n".utf8))
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func linesAndGoodbyes(version: Int32) throws {
        let (connection, server) = try crowd.pair(TLSPeer.Context(version: version))
        server.send("first\r\nsecond\r\nthi")
        #expect(try line(connection) == "first")
        _ = try core.park(connection, wakes)
        #expect(wakes.wait().map(\.reason) == [.data])
        #expect(try line(connection) == "second")
        _ = try core.park(connection, wakes)
        #expect(wakes.stayQuiet(50))
        server.send("rd\r\n")
        #expect(wakes.wait(2).map(\.reason) == [.data, .data])
        #expect(try line(connection) == "third")
        _ = try core.park(connection, wakes)
        server.sayGoodbye()
        #expect(wakes.wait(3).last?.reason == .hungUp)
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(failure.cause == "connection.lost")
    }

    @Test func damageEndsItAndIsToldToTheReader() throws {
        let (connection, server) = try crowd.pair(TLSPeer.Context())
        _ = try core.park(connection, wakes)
        LocalServer.Client(descriptor: server.descriptor).send("* 9 EXISTS\r\n")
        #expect(wakes.wait().map(\.reason) == [.hungUp])
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(Int(failure.result) == MR_E_TLS)
    }
}
