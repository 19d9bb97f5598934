import Base
import CMailroom
import CSystem
import Glibc
import Testing

@testable import Transport

/// Compressed streams against zlib itself at the other end.
struct DeflateTests {
    private let crowd: Crowd
    private let patience = Patience(timeoutMs: 5000)

    init() throws { crowd = try Crowd() }

    private func line(_ connection: Connection, limit: Int = 1 << 20) throws -> String {
        String(decoding: try connection.readLine(limit: limit, patience), as: UTF8.self)
    }

    @Test func bothWays() throws {
        let (connection, server) = try crowd.pair()
        let zlib = ZlibPeer()
        server.send("a1 OK DEFLATE active\r\n")
        #expect(try line(connection) == "a1 OK DEFLATE active")
        try connection.startDeflate()
        #expect(connection.isCompressed)
        for number in 0..<20 {
            try connection.write(Array("a\(number) NOOP\r\n".utf8), patience)
            #expect(zlib.unpack(server.receive()) == Array("a\(number) NOOP\r\n".utf8))
            server.send(zlib.pack("* \(number) EXISTS\r\na\(number) OK\r\n"))
            #expect(try line(connection) == "* \(number) EXISTS")
            #expect(try line(connection) == "a\(number) OK")
        }
        let again = try #require(throws: Failure.self) { try connection.startDeflate() }
        #expect(Int(again.result) == MR_E_INVALID)
        let tls = try #require(throws: Failure.self) { try connection.startTLS(patience) }
        #expect(Int(tls.result) == MR_E_INVALID)
    }

    /// The server may compress and say something at once: it arrives with its consent, in one piece.
    @Test func compressedDirectlyBehindTheConsent() throws {
        let (connection, server) = try crowd.pair()
        let zlib = ZlibPeer()
        server.send(Array("a1 OK\r\n".utf8) + zlib.pack("* 1 EXISTS\r\n* 2 EXISTS\r\n"))
        #expect(try line(connection) == "a1 OK")
        usleep(20_000)
        try connection.startDeflate()
        #expect(try line(connection) == "* 1 EXISTS")
        #expect(try line(connection) == "* 2 EXISTS")
    }

    @Test(arguments: ["* BYE plain text\r\n", "\u{7}\u{7}\u{7}\u{7}", "a2 OK not compressed at all\r\na3 OK\r\n"])
    func plainTextBehindTheConsent(text: String) throws {
        let (connection, server) = try crowd.pair()
        server.send("a1 OK\r\n" + text)
        #expect(try line(connection) == "a1 OK")
        try connection.startDeflate()
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(Int(failure.result) == MR_E_PROTOCOL, "\(failure)")
    }

    /// 256 MiB of zeros in some hundred KiB: they come out in the pieces that are asked for, and nothing gathers.
    @Test func bombIsGivenOutInPieces() throws {
        let (connection, server) = try crowd.pair()
        let bomb = ZlibPeer().pack([UInt8](repeating: 0, count: 256 << 20))
        #expect(bomb.count < 1 << 20)
        try connection.startDeflate()
        let sender = try PosixThread.start("sender") { server.send(bomb) }
        defer { sender.join() }
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: 5000, alignment: 1)
        defer { target.deallocate() }
        for _ in 0..<1000 {
            let count = try connection.read(into: target, patience)
            #expect(count > 0 && count <= 5000)
        }
        // As a line it has no end, and is refused where the reader says.
        let failure = try #require(throws: Failure.self) { try line(connection, limit: 100_000) }
        #expect(Int(failure.result) == MR_E_PROTOCOL)
        #expect(connection.buffer.count < 400_000)
        connection.close()
    }

    /// Compressed octets with nothing in them, without an end.
    @Test func emptyBlocksWithoutAnEnd() throws {
        let (connection, server) = try crowd.pair()
        try connection.startDeflate()
        let empty: [UInt8] = [0, 0, 0, 0xFF, 0xFF]
        let blocks = (0..<60_000).flatMap { _ in empty }
        let sender = try PosixThread.start("sender") {
            for _ in 0..<20 { server.send(blocks) }
        }
        defer { sender.join() }
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(Int(failure.result) == MR_E_PROTOCOL)
        connection.close()
        close(server.descriptor)
    }

    @Test func theServerEndsItsStream() throws {
        let (connection, server) = try crowd.pair()
        try connection.startDeflate()
        let zlib = ZlibPeer()
        server.send(zlib.pack("* BYE\r\n", flush: Z_FINISH))
        #expect(try line(connection) == "* BYE")
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(failure.cause == "connection.lost")
    }

    /// Random lines in random pieces, parked in between, so that the layers give up their memory and go on.
    @Test(arguments: [false, true])
    func parkedBetweenRandomPieces(encrypted: Bool) throws {
        var random = Random(seed(4978))
        let core = PollerCore(TestClock().clocks)
        let wakes = Wakes()
        let zlib = ZlibPeer()
        let connection: Connection
        let send: ([UInt8]) -> Void
        let receive: () -> [UInt8]
        if encrypted {
            let (made, server) = try crowd.pair(TLSPeer.Context())
            (connection, send, receive) = (made, { server.send($0) }, { server.receive() })
        } else {
            let (made, server) = try crowd.pair()
            (connection, send, receive) = (made, { server.send($0) }, { server.receive() })
        }
        try connection.startDeflate()
        for round in 0..<120 {
            let words = (0..<Int(random.next() % 400)).map { _ in "w\(random.next() % 50)" }
            let text = "* \(round) " + words.joined(separator: " ")
            let packed = zlib.pack(text + "\r\n")
            // Half of the time the first part comes before it parks. The end of the line is in the second one: behind it
            // stand the end of its block and the empty block of the flush.
            let cut = Int(random.next() % UInt64(max(1, packed.count - 8)))
            let early = random.next() % 2 == 0
            if early, cut > 0 { send(Array(packed[..<cut])) }
            let sent = random.next() % 2 == 0
            if sent { try connection.write(Array("DONE \(round)\r\n".utf8), patience) }
            let ticket = try core.park(connection, wakes, round)
            if !early, cut > 0 { send(Array(packed[..<cut])) }
            if random.next() % 2 == 0 { usleep(300) }
            #expect(wakes.count == round)
            if random.next() % 4 == 0, core.cancel(ticket.key) { _ = try core.park(connection, wakes, round) }
            send(Array(packed[cut...]))
            #expect(wakes.wait(round + 1).count == round + 1)
            #expect(try line(connection) == text)
            if sent { #expect(zlib.unpack(receive()) == Array("DONE \(round)\r\n".utf8)) }
        }
    }

    /// At rest after a flush only what the server may refer to is kept, and afterwards it unpacks on.
    @Test func restKeepsTheHistory() throws {
        let inflater = Inflater()
        let zlib = ZlibPeer()
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: 100_000, alignment: 1)
        defer { target.deallocate() }
        var resting = 0
        for round in 0..<50 {
            let text = "* LIST (\\HasNoChildren) \".\" \"Archive.\(round / 3)\"\r\n"
            let packed = zlib.pack(text)
            if round > 5 { #expect(packed.count < text.utf8.count / 2, "it refers to what went before") }
            let outcome = try packed.withUnsafeBytes { try inflater.unpack($0, into: target) }
            #expect(outcome.damage == nil)
            #expect(target.prefix(outcome.made).elementsEqual(text.utf8))
            inflater.rest()
            if inflater.isResting { resting += 1 }
        }
        #expect(resting == 50)
    }
}

/// A server's end of a compressed stream, by zlib with its own defaults.
final class ZlibPeer {
    private let packer = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let unpacker = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    init() {
        packer.initialize(to: z_stream())
        unpacker.initialize(to: z_stream())
        _ = csystem_deflate_begin(packer, 15, 8)
        _ = csystem_inflate_begin(unpacker)
    }

    deinit {
        deflateEnd(packer)
        inflateEnd(unpacker)
        packer.deallocate()
        unpacker.deallocate()
    }

    func pack(_ text: String, flush: Int32 = Z_SYNC_FLUSH) -> [UInt8] { pack(Array(text.utf8), flush: flush) }

    func pack(_ bytes: [UInt8], flush: Int32 = Z_SYNC_FLUSH) -> [UInt8] {
        run(packer, bytes, room: bytes.count / 100 + 100_000) { deflate($0, flush) }
    }

    func unpack(_ bytes: [UInt8]) -> [UInt8] { run(unpacker, bytes, room: 1 << 20) { inflate($0, Z_SYNC_FLUSH) } }

    private func run(
        _ stream: UnsafeMutablePointer<z_stream>, _ bytes: [UInt8], room: Int,
        _ work: (UnsafeMutablePointer<z_stream>) -> Int32
    ) -> [UInt8] {
        var input = bytes
        return input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: room) { target, count in
                stream.pointee.next_in = input.baseAddress
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(room)
                _ = work(stream)
                count = room - Int(stream.pointee.avail_out)
            }
        }
    }
}
