import Base
import CMailroom
import Testing

@testable import Wire

/// Lines in and out: replies, listings, capabilities, commands.
struct Pop3LineTests {
    static func reply(_ text: String) -> Pop3.Reply? { Array(text.utf8).withUnsafeBytes { Pop3.Reply($0) } }

    @Test(
        arguments: [
            ("+OK", .ok, nil, ""), ("+OK ready", .ok, nil, "ready"), ("+ok\thi", .ok, nil, "hi"),
            (" +OK x", .ok, nil, "x"), ("-ERR", .err, nil, ""), ("-err No", .err, nil, "No"),
            ("-ERR [IN-USE] busy", .err, "IN-USE", "busy"), ("-ERR [sys/temp]", .err, "SYS/TEMP", ""),
            ("-ERR [a b] x", .err, nil, "[a b] x"), ("-ERR [open", .err, nil, "[open"),
            ("-ERR [] x", .err, nil, "[] x"), ("+", .goAhead, nil, ""), ("+ UGFzcw==", .goAhead, nil, "UGFzcw=="),
            ("+ [AUTH]", .goAhead, nil, "[AUTH]"), ("+OK, fine", .ok, nil, ", fine"), ("+OK\u{7}x", .ok, nil, "x"),
        ] as [(Sample, Pop3.Reply.Kind, String?, String)])
    func replies(_ line: Sample, _ kind: Pop3.Reply.Kind, _ code: String?, _ text: String) {
        #expect(Self.reply(line.text) == Pop3.Reply(kind, code: code, text: text))
    }

    @Test(arguments: ["", " ", "OK", "+OKAY", "+OK2", "-ERRATIC", "-", "+x", "* OK", "ERR"] as [Sample])
    func noReplies(_ line: Sample) { #expect(Self.reply(line.text) == nil) }

    @Test func longCode() {
        let code = String(repeating: "A", count: 64)
        #expect(Self.reply("-ERR [\(code)] x")?.code == code)
        #expect(Self.reply("-ERR [\(code)A] x")?.code == nil)
    }

    @Test(
        arguments: [
            ("1 120", 1, "120"), ("  2\tabc more", 2, "abc"), ("4294967295 x", 4_294_967_295, "x"),
            ("0 x", nil, ""), ("1", nil, ""), ("4294967296 x", nil, ""), ("-1 x", nil, ""), ("", nil, ""),
            ("99999999999999999999 x", nil, ""), ("1x y", nil, ""),
        ] as [(Sample, UInt32?, String)])
    func entries(_ line: Sample, _ number: UInt32?, _ word: String) {
        let found = Pop3.Listing.entry(Array(line.utf8))
        #expect(found?.number == number)
        #expect(found.map { String(decoding: $0.word, as: UTF8.self) } ?? "" == word)
    }

    @Test func stat() throws {
        let found = try #require(Pop3.Listing.stat(Pop3.Reply(.ok, text: "7 1800662 x")))
        #expect(found == (7, 1_800_662))
        for text in ["7", "seven 1", "7 #octets", "", "99999999999 1"] {
            #expect(Pop3.Listing.stat(Pop3.Reply(.ok, text: text)) == nil)
        }
    }

    @Test func singleUniqueID() {
        #expect(Pop3.Listing.uniqueID(Pop3.Reply(.ok, text: "2 abc"), of: 2) == Array("abc".utf8))
        #expect(Pop3.Listing.uniqueID(Pop3.Reply(.ok, text: "3 abc"), of: 2) == nil)
        #expect(Pop3.Listing.uniqueID(Pop3.Reply(.err, text: "2 abc"), of: 2) == nil)
    }

    @Test func capabilities() {
        var told = Pop3.Capabilities()
        for line in ["TOP", "sasl plain LOGIN", "SASL X", "LOGIN-DELAY 900 USER", "", "PIPELINING"] {
            Array(line.utf8).withUnsafeBytes { told.add($0) }
        }
        #expect(told.has("TOP") && !told.has("UIDL") && told.pipelining)
        #expect(told.mechanisms == ["PLAIN", "LOGIN", "X"])
        #expect(told.loginDelayMs == 900_000)
    }

    @Test(arguments: [("LOGIN-DELAY", nil), ("LOGIN-DELAY x", nil), ("LOGIN-DELAY 99999999", 86_400_000)])
    func loginDelays(_ line: String, _ delay: Int64?) {
        var told = Pop3.Capabilities()
        Array(line.utf8).withUnsafeBytes { told.add($0) }
        #expect(told.loginDelayMs == delay)
    }

    @Test func manyCapabilities() {
        var told = Pop3.Capabilities()
        for number in 0..<1000 { Array("X\(number) a".utf8).withUnsafeBytes { told.add($0) } }
        #expect(told.names.count == 256)
    }

    @Test(
        arguments: [
            (.capa, ["CAPA"]), (.stls, ["STLS"]), (.user(Array("ann".utf8)), ["USER ann"]),
            (.pass(Array("a b".utf8)), ["PASS a b"]), (.stat, ["STAT"]), (.list, ["LIST"]), (.uidl(nil), ["UIDL"]),
            (.uidl(3), ["UIDL 3"]), (.retr(4), ["RETR 4"]), (.top(5), ["TOP 5 0"]), (.dele(6), ["DELE 6"]),
            (.rset, ["RSET"]), (.noop, ["NOOP"]), (.quit, ["QUIT"]),
            (.apop(user: Array("ann".utf8), digest: "00ff"), ["APOP ann 00ff"]),
            (.auth(.plain(user: Array("a".utf8), password: Array("b".utf8))), ["AUTH PLAIN AGEAYg=="]),
            (.auth(.login(user: Array("a".utf8), password: Array("b".utf8))), ["AUTH LOGIN", "YQ==", "Yg=="]),
        ] as [(Pop3.Command, [String])])
    func commands(_ command: Pop3.Command, _ lines: [String]) throws {
        #expect(try command.encoded() == lines.map { Array("\($0)\r\n".utf8) })
    }

    @Test(arguments: ["a\r\nDELE 1", "a\nb", "a\0"] as [Sample])
    func twoCommandsInOne(_ text: Sample) {
        let user = #expect(throws: Failure.self) { try Pop3.Command.user(Array(text.utf8)).encoded() }
        #expect(user?.field == "user")
        let password = #expect(throws: Failure.self) { try Pop3.Command.pass(Array(text.utf8)).encoded() }
        #expect(password?.field == "password")
        #expect(throws: Failure.self) { try Pop3.Command.apop(user: Array(text.utf8), digest: "").encoded() }
    }

    /// RFC 5034, section 4: 255 octets with the initial response, and not one more.
    @Test func initialResponse() throws {
        for (size, lines) in [(177, 1), (178, 1), (179, 2), (400, 2)] {
            let mechanism = Imap.Mechanism.plain(user: [], password: [UInt8](repeating: 0x61, count: size))
            let encoded = try Pop3.Command.auth(mechanism).encoded()
            #expect(encoded.count == lines, "\(size)")
            #expect(encoded[0].count <= 255)
        }
    }

    /// RFC 1939's own example.
    @Test func apop() {
        let greeting = Pop3.Reply(.ok, text: "POP3 server ready <1896.697170952@dbc.mtview.ca.us>")
        let timestamp = Pop3.timestamp(greeting)
        #expect(timestamp == "<1896.697170952@dbc.mtview.ca.us>")
        #expect(
            Pop3.apop(timestamp: timestamp ?? "", password: Array("tanstaaf".utf8))
                == "c4c9334bac560ecc979e58001b3e22fb")
        for text in ["ready", "<ann>", "<a b@c>", "> <", "x <a@b"] {
            #expect(Pop3.timestamp(Pop3.Reply(.ok, text: text)) == nil)
        }
    }

    /// RFC 1321, section A.5.
    @Test(
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ] as [(Sample, String)])
    func md5(_ text: Sample, _ digest: String) { #expect(hex(MD5.digest(Array(text.utf8))) == digest) }

    @Test(
        arguments: [
            ("list", "-ERR [SYS/PERM] broken", MR_E_REFUSED), ("fetch", "-ERR too many", MR_E_REFUSED),
            ("list", "-ERR mailbox is locked by another session", MR_E_THROTTLED),
            ("read", "-ERR Disconnected for inactivity", MR_E_CONNECTION), ("delete", "-ERR locked", MR_E_REFUSED),
            ("starttls", "-ERR no", MR_E_TLS), ("auth", "-ERR please try again in 15 minutes", MR_E_THROTTLED),
        ] as [(String, Sample, Int)])
    func refusals(_ step: String, _ line: Sample, _ result: Int) throws {
        let reply = try #require(Self.reply(line.text))
        let failure = Pop3.Refusal.failure(reply, step: step)
        #expect(failure.result == mr_result(result))
        #expect(failure.step == step)
        #expect(failure.serverText?.isEmpty == false)
    }
}
