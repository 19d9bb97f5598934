import Base
import Glibc
import Testing

@testable import Transport

struct DNSMessageTests {
    private static let question =
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7] + Array("example".utf8) + [3] + Array("com".utf8) + [
            0, 0, 16, 0, 1,
        ]

    private static func ask(_ name: String, _ type: DNSType) throws -> [UInt8] {
        DNSMessage.question(0x1234, try DNSMessage.labels(name), type)
    }

    /// The header of an answer with so many records, behind it the question.
    private static func reply(_ count: UInt8, flags: [UInt8] = [0x81, 0x80], _ question: [UInt8] = question) -> [UInt8]
    {
        var bytes = question
        bytes[2] = flags[0]
        bytes[3] = flags[1]
        bytes[7] = count
        return bytes
    }

    private static func record(_ type: UInt8, _ data: [UInt8], name: [UInt8] = [0xC0, 12]) -> [UInt8] {
        name + [0, type, 0, 1, 0, 0, 0, 60, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
    }

    @Test func questions() throws {
        #expect(
            try DNSMessage.question(0xABCD, DNSMessage.labels("A.Example."), .exchange)
                == [0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x61, 7] + Array("example".utf8) + [0, 0, 15, 0, 1])
    }

    @Test(arguments: ["", ".", "a..b", ".a", "a b", "\u{E4}.example", String(repeating: "a", count: 64), "a\0b"])
    func namesThatAreNone(_ name: String) { #expect(throws: Failure.self) { try DNSMessage.labels(name) } }

    @Test func longNames() throws {
        let long = Array(repeating: String(repeating: "a", count: 62), count: 4).joined(separator: ".")
        #expect(try DNSMessage.labels(long).count == 4)
        #expect(throws: Failure.self) { try DNSMessage.labels(long + ".aaa") }
    }

    @Test func texts() throws {
        let bytes = Self.reply(1) + Self.record(16, [3] + Array("v=s".utf8) + [3] + Array("pf1".utf8) + [0])
        let message = try #require(DNSMessage(bytes, answers: Self.question))
        #expect(message.answer("Example.com", .text) == DNSAnswer(.found, [.text(Array("v=spf1".utf8))]))
        #expect(message.answer("other.example", .text)?.outcome == .empty)
    }

    @Test func aliases() throws {
        let target = [UInt8](arrayLiteral: 1, 0x78, 0xC0, 12)  // x.example.com
        let question = try Self.ask("example.com", .address)
        let bytes =
            Self.reply(3, question) + Self.record(5, target) + Self.record(1, [192, 0, 2, 7], name: target)
            + Self.record(28, [UInt8](repeating: 0, count: 15) + [1], name: target)
        let message = try #require(DNSMessage(bytes, answers: question))
        #expect(
            message.answer("example.com", .address)
                == DNSAnswer(.found, [.address("192.0.2.7")], aliases: ["x.example.com"]))
        #expect(message.answer("example.com", .address6)?.addresses == ["::1"])
    }

    @Test func aliasesThatGoRound() throws {
        let bytes = Self.reply(1) + Self.record(5, [0xC0, 12])
        let message = try #require(DNSMessage(bytes, answers: Self.question))
        let answer = try #require(message.answer("example.com", .text))
        #expect(answer.outcome == .empty)
        #expect(answer.aliases.count == DNSMessage.maximumAliases)
    }

    @Test func exchanges() throws {
        let question = try Self.ask("example.com", .exchange)
        let bytes =
            Self.reply(2, question) + Self.record(15, [0, 10, 2, 0x6D, 0x78, 0xC0, 12]) + Self.record(15, [0, 0, 0])
        let message = try #require(DNSMessage(bytes, answers: question))
        let records = try #require(message.answer("example.com", .exchange)).records
        #expect(records.count == 2)
        #expect(records.first == .exchange(preference: 10, host: "mx.example.com"))
        // The root: a null MX.
        #expect([".", ""].contains { records.last == .exchange(preference: 0, host: $0) })
    }

    @Test func services() throws {
        let question = try Self.ask("_imaps._tcp.example.com", .service)
        let records =
            Self.record(33, [0, 1, 0, 2, 3, 0xE1, 2, 0x6D, 0x78, 0xC0, 12]) + Self.record(33, [0, 0, 0, 0, 0, 0, 0])
            // Too short, and a name that leads out of its record.
            + Self.record(33, [0, 0, 0, 0, 0, 1]) + Self.record(33, [0, 0, 0, 0, 0, 1, 9, 0x6D])
        let message = try #require(DNSMessage(Self.reply(4, question) + records, answers: question))
        let found = try #require(message.answer("_imaps._tcp.example.com", .service)).records
        #expect(found.first == .service(priority: 1, weight: 2, port: 993, host: "mx._imaps._tcp.example.com"))
        #expect(found.count == 2)
        #expect([".", ""].contains { found.last == .service(priority: 0, weight: 0, port: 0, host: $0) })
    }

    @Test func whatIsNoAnswer() throws {
        let good = Self.reply(0)
        #expect(DNSMessage(good, answers: Self.question) != nil)
        var otherID = good
        otherID[0] ^= 1
        var noReply = good
        noReply[2] &= 0x7F
        var otherName = good
        otherName[14] ^= 1
        for bytes in [otherID, noReply, otherName, Array(good.dropLast()), [], Array(good.prefix(12))] {
            #expect(DNSMessage(bytes, answers: Self.question) == nil)
        }
        // A server may write the name in other letters.
        var capital = good
        capital[13] -= 0x20
        #expect(DNSMessage(capital, answers: Self.question) != nil)
    }

    @Test(arguments: [(0x80, 0, DNSAnswer.Outcome.empty), (0x80, 3, .noName)])
    func withoutRecords(_ flags: Int, _ code: Int, _ outcome: DNSAnswer.Outcome) throws {
        let message = try #require(
            DNSMessage(Self.reply(0, flags: [0x81, UInt8(flags | code)]), answers: Self.question))
        #expect(message.answer("example.com", .text) == DNSAnswer(outcome))
    }

    @Test(
        arguments: [
            [0xC0, 0xFF], [0xC0], [63, 1], [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0xFF, 0xFF, 1], [0xC0, 12, 0, 16],
            [0xC0, 29],
        ] as [[UInt8]])
    func broken(_ record: [UInt8]) throws {
        let message = try #require(DNSMessage(Self.reply(1) + record, answers: Self.question))
        #expect(message.answer("example.com", .text) == nil)
    }

    @Test(arguments: [[5, 0x61], [0, 10], [255]] as [[UInt8]])
    func brokenTexts(_ data: [UInt8]) throws {
        let bytes = Self.reply(1) + Self.record(16, data)
        let message = try #require(DNSMessage(bytes, answers: Self.question))
        #expect(message.answer("example.com", .text)?.texts == [])
    }

    /// Any octets behind a good question: read or refused, never a trap.
    @Test func damage() throws {
        var state = getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_261_121
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let whole =
            Self.reply(4) + Self.record(16, [3] + Array("abc".utf8)) + Self.record(5, [1, 0x78, 0xC0, 12])
            + Self.record(15, [0, 1, 0xC0, 12]) + Self.record(1, [1, 2, 3, 4])
        var read = 0
        for _ in 0..<20000 {
            var bytes = whole
            for _ in 0...next(4) { bytes[29 + next(bytes.count - 29)] = UInt8(next(256)) }
            if next(4) == 0 { bytes.removeLast(next(bytes.count - 29)) }
            guard let message = DNSMessage(bytes, answers: Self.question) else { continue }
            for type in [DNSType.text, .exchange, .address, .alias, .service]
            where message.answer("example.com", type) != nil {
                read += 1
            }
        }
        #expect(read > 1000)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1:53"), ("192.0.2.1:5353", "192.0.2.1:5353"), ("2001:db8::1", "[2001:db8::1]:53"),
        ("[2001:db8::1]:5353", "[2001:db8::1]:5353"), ("[::1]", "[::1]:53"),
    ])
    func servers(_ text: String, _ peer: String) throws { #expect(try NameServer(text).peer.text == peer) }

    @Test(arguments: [
        "", "localhost", "dns.example:53", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:x", "[::1]:",
        "[::1]x", "::1:::",
        "192.0.2",
    ])
    func serversThatAreNone(_ text: String) {
        do throws(Failure) {
            let server = try NameServer(text)
            // inet_aton(3) reads fewer than four numbers, too.
            #expect(text == "192.0.2", "\(text) was read as \(server.peer.text)")
        } catch {
            #expect(error.field == "resolver")
        }
    }

    @Test func resolvConf() throws {
        let scratch = try Scratch()
        try scratch.write(
            "resolv.conf",
            "# a comment\nsearch example.com\nnameserver 192.0.2.1\nnameserver  2001:db8::1 \nnameserver broken\n"
                + "nameserver\t192.0.2.2\nnameserver 192.0.2.3\n")
        #expect(
            NameServer.system("\(scratch.path)/resolv.conf").map(\.peer.text) == [
                "192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53",
            ])
        #expect(NameServer.system("\(scratch.path)/none").map(\.peer.text) == ["127.0.0.1:53"])
    }
}
