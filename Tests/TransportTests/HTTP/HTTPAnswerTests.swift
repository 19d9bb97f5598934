import Base
import CMailroom
import CSystem
import Glibc
import Testing

@testable import Transport

/// What servers may answer, and what comes of it: every bound, every way to break off.
@Suite struct HTTPAnswerTests {
    private typealias Exchange = HTTPExchangeTests

    private static func failure(_ body: () throws -> Void) -> Failure? {
        do {
            try body()
            return nil
        } catch { return error as? Failure }
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        /// What the server sends before it hangs up; nil: it hangs up at once.
        let sends: String
        let result: Int
        let cause: String?
        var testDescription: String { name }
    }

    static let broken: [Broken] = [
        Broken(name: "nothing", sends: "", result: MR_E_CONNECTION, cause: "connection.lost"),
        Broken(
            name: "half a head", sends: "HTTP/1.1 200 OK\r\nContent-", result: MR_E_CONNECTION, cause: "connection.lost"
        ),
        Broken(
            name: "half a body", sends: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", result: MR_E_CONNECTION,
            cause: "connection.lost"),
        Broken(
            name: "a chunk too few", sends: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
            result: MR_E_CONNECTION, cause: "connection.lost"),
        Broken(name: "no HTTP", sends: "* OK IMAP ready\r\n", result: MR_E_PROTOCOL, cause: nil),
        Broken(name: "HTTP/0.9", sends: "<html>hello</html>", result: MR_E_PROTOCOL, cause: nil),
        Broken(
            name: "a head without end",
            sends: "HTTP/1.1 200 OK\r\n"
                + String(repeating: "X-Long: " + String(repeating: "y", count: 1000) + "\r\n", count: 400),
            result: MR_E_PROTOCOL, cause: nil),
        Broken(
            name: "too many fields",
            sends: "HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 600) + "\r\n", result: MR_E_PROTOCOL,
            cause: nil),
        Broken(
            name: "no gzip", sends: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
            result: MR_E_PROTOCOL, cause: nil),
        Broken(
            name: "two lengths", sends: "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello", result: MR_E_PROTOCOL,
            cause: nil),
        Broken(
            name: "longer than allowed",
            sends: "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + String(repeating: "z", count: 5000),
            result: MR_E_PROTOCOL, cause: nil),
    ]

    @Test(arguments: broken) func aBrokenAnswerIsAFailureThatSaysSo(_ row: Broken) throws {
        let server = try LocalServer { client in
            _ = Exchange.request(client)
            client.send(row.sends)
        }
        let failure = Self.failure { _ = try Exchange.fetch(server, "POST", limit: 4096) }
        #expect(failure.map { Int($0.result) } == row.result)
        #expect(failure?.cause == row.cause)
        #expect(failure?.step == "http")
        #expect(failure?.message.hasPrefix("127.0.0.1:\(server.port): ") == true)
    }

    @Test func nobodyThere() throws {
        let (descriptor, port) = try LocalServer.listen(backlog: nil)
        close(descriptor)
        let failure = Self.failure {
            _ = try HTTPClient.fetch(HTTPRequest("GET", "http://127.0.0.1:\(port)/"), HTTPOptions(plain: .here))
        }
        #expect(failure?.cause == "connection.refused")
        #expect(failure?.step == "dial")
    }

    /// An IPv6 address in numbers is a place like every other.
    @Test func anAddressInBrackets() {
        let failure = Self.failure {
            _ = try HTTPClient.fetch(HTTPRequest("GET", "http://[::1]:1/"), HTTPOptions(plain: .here))
        }
        #expect(
            ["connection.refused", "connection.unreachable"].contains(failure?.cause), "\(String(describing: failure))")
    }

    @Test func anAnswerThatDoesNotComeEndsByItsTimeAndByCancelling() throws {
        let server = try LocalServer { client in
            _ = Exchange.request(client)
            client.waitForEnd()
        }
        let request = HTTPRequest("GET", "http://127.0.0.1:\(server.port)/")
        var began = Clock.boot()
        let late = Self.failure { _ = try HTTPClient.fetch(request, HTTPOptions(ioTimeoutMs: 300, plain: .here)) }
        #expect(late?.cause == "connection.timed_out")
        #expect((250..<30_000).contains(Clock.boot() - began))

        var brief = request
        brief.timeoutMs = 300
        began = Clock.boot()
        let whole = Self.failure { _ = try HTTPClient.fetch(brief, HTTPOptions(plain: .here)) }
        #expect(whole?.cause == "connection.timed_out")
        #expect((250..<30_000).contains(Clock.boot() - began))

        let cancellation = Cancellation()
        let cancelled = try PosixThread.start("test-cancel") {
            usleep(200_000)
            cancellation.cancel()
        }
        began = Clock.boot()
        let stopped = Self.failure {
            _ = try HTTPClient.fetch(request, HTTPOptions(cancellation: cancellation, plain: .here))
        }
        #expect(stopped.map { Int($0.result) } == MR_E_CANCELLED)
        #expect(stopped?.step == "http", "the request had gone")
        #expect(Clock.boot() - began < 30_000)
        cancelled.join()
    }

    @Test func aBodyComesInPiecesAndIsNotTakenInFasterThanItIsRead() throws {
        let size = 8 << 20
        let server = try Exchange.server { client, _, _ in
            client.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            for _ in 0..<(size >> 16) { client.send([UInt8](repeating: 7, count: 1 << 16)) }
        }
        let reply = try HTTPClient.open(
            HTTPRequest("GET", "http://127.0.0.1:\(server.port)/"), HTTPOptions(plain: .here))
        defer { reply.close() }
        usleep(200_000)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        var total = 0
        var most = 0
        while true {
            let count = try reply.read(into: room)
            if count == 0 { break }
            #expect(room[..<count].allSatisfy { $0 == 7 })
            total += count
            most = max(most, reply.exchange.received.count)
        }
        #expect(total == size)
        // One piece of libcurl's may come on top of the mark.
        #expect(most <= HTTPExchange.highWater + (64 << 10))
    }

    @Test func aCompressedAnswerIsUnpackedAndBounded() throws {
        let packed = try TestGzip.pack([UInt8](repeating: 0x61, count: 4 << 20))
        #expect(packed.count < 10_000)
        let server = try Exchange.server { client, head, _ in
            #expect(Exchange.value("accept-encoding", head) == "gzip, deflate")
            client.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n")
            client.send(packed)
        }
        #expect(try Exchange.fetch(server, limit: 4 << 20).body.count == 4 << 20)
        let bomb = Self.failure { _ = try Exchange.fetch(server, limit: (4 << 20) - 1) }
        #expect(bomb.map { Int($0.result) } == MR_E_PROTOCOL)
        #expect(bomb?.code == "too_long")
    }

    @Test func aBodyIsWrittenInPiecesWithAndWithoutItsSize() throws {
        let server = try Exchange.server { client, head, body in
            let kind = Exchange.value("content-length", head) ?? Exchange.value("transfer-encoding", head) ?? "none"
            let text = "\(kind) \(body.count) \(body.reduce(0) { $0 &+ Int($1) })"
            client.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
        }
        let piece = [UInt8](repeating: 3, count: 300_000)
        for (size, kind) in [(Int64(900_000), "900000"), (Int64(-1), "chunked")] {
            let reply = try HTTPClient.open(
                HTTPRequest("PUT", "http://127.0.0.1:\(server.port)/up", bodySize: size), HTTPOptions(plain: .here))
            #expect(reply.status == 0)
            for _ in 0..<3 { try piece.withBytes { (bytes) throws(Failure) in try reply.write(bytes) } }
            try reply.write(UnsafeRawBufferPointer(start: nil, count: 0))
            #expect(reply.status == 200)
            #expect(String(decoding: try reply.body(limit: 100), as: UTF8.self) == "\(kind) 900000 2700000")
            reply.close()
        }
    }

    @Test func moreOrLessThanAnnouncedIsRefused() throws {
        let server = try Exchange.server { client, _, _ in client.send("HTTP/1.1 204 No\r\n\r\n") }
        let request = HTTPRequest("PUT", "http://127.0.0.1:\(server.port)/", bodySize: 3)
        for text in ["four", "tw"] {
            let failure = Self.failure {
                let reply = try HTTPClient.open(request, HTTPOptions(plain: .here))
                try Array(text.utf8).withBytes { (bytes) throws(Failure) in try reply.write(bytes) }
                try reply.write(UnsafeRawBufferPointer(start: nil, count: 0))
            }
            #expect(failure.map { Int($0.result) } == MR_E_INVALID)
            #expect(failure?.field == "bytes")
        }
    }

    @Test func anAnswerBeforeTheBodysEndIsTheAnswer() throws {
        let server = try LocalServer { client in
            while !client.receiveLine().isEmpty {}
            client.send("HTTP/1.1 413 Too long\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!")
            client.waitForEnd()
        }
        let reply = try HTTPClient.open(
            HTTPRequest("PUT", "http://127.0.0.1:\(server.port)/", bodySize: 100 << 20), HTTPOptions(plain: .here))
        let piece = [UInt8](repeating: 1, count: 1 << 20)
        for _ in 0..<100 { try piece.withBytes { (bytes) throws(Failure) in try reply.write(bytes) } }
        try reply.write(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(reply.status == 413)
        #expect(String(decoding: try reply.body(limit: 100), as: UTF8.self) == "no!")
    }

    /// What is written behind the break would count as offered, and nobody would know whether a message was sent.
    @Test func aBreakWithinTheBodyIsSaidBeforeItsEnd() throws {
        let server = try LocalServer { client in
            while !client.receiveLine().isEmpty {}
            for _ in 0..<4 { _ = client.receive() }
        }
        let piece = [UInt8](repeating: 1, count: 20_000)
        for round in 0..<60 {
            let reply = try HTTPClient.open(
                HTTPRequest("POST", "http://127.0.0.1:\(server.port)/", bodySize: Int64(1000 * piece.count)),
                HTTPOptions(plain: .here))
            let failure = Self.failure {
                for _ in 0..<1000 { try piece.withBytes { (bytes) throws(Failure) in try reply.write(bytes) } }
            }
            #expect(failure.map { Int($0.result) } == MR_E_CONNECTION, "round \(round)")
        }
    }
}

/// gzip (RFC 1952) for what a test server sends.
enum TestGzip {
    static func pack(_ bytes: [UInt8]) throws -> [UInt8] {
        let scratch = try Scratch()
        let path = "\(scratch.path)/plain"
        let file = try #require(fopen(path, "w"))
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
        try #require(try Program(["gzip", "-n", path], quiet: true).wait() == 0)
        let packed = try #require(fopen(path + ".gz", "r"))
        defer { fclose(packed) }
        var out = [UInt8](repeating: 0, count: bytes.count + 1000)
        let count = fread(&out, 1, out.count, packed)
        return Array(out.prefix(count))
    }
}
