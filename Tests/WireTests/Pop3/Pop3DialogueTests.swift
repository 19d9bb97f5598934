import Base
import CMailroom
import Testing

@testable import Wire

/// The states of a connection, and which answer belongs to which command.
struct Pop3DialogueTests {
    @Test func wholeSession() throws {
        var driver = Pop3Driver()
        #expect(driver.dialogue.step == "greeting")
        try driver.hear("+OK hello <1.2@x>\r\n")
        #expect(driver.dialogue.state == .authorization && driver.dialogue.timestamp == "<1.2@x>")
        #expect(try driver.say(.capa) == "CAPA\r\n")
        try driver.hear("+OK\r\nTOP\r\n..X\r\n.\r\n")
        #expect(driver.dialogue.capabilities?.has("TOP") == true)
        #expect(driver.dialogue.capabilities?.has(".X") == true)
        #expect(try driver.say(.stls) == "STLS\r\n")
        try driver.hear("+OK\r\n")
        #expect(driver.dialogue.capabilities == nil && driver.dialogue.timestamp == nil)
        try driver.say(.user(Array("a".utf8)))
        try driver.hear("+OK\r\n")
        #expect(driver.dialogue.state == .authorization)
        try driver.say(.pass(Array("b".utf8)))
        try driver.hear("+OK\r\n")
        #expect(driver.dialogue.state == .transaction)
        driver = try .loggedIn()
        for command in [Pop3.Command.list, .uidl(nil), .retr(1), .dele(1)] { try driver.say(command) }
        #expect(driver.dialogue.inFlight == 4)
        try driver.hear("+OK\r\n1 5\r\n.\r\n+OK\r\n1 a\r\n..b\r\n.\r\n+OK 5\r\n..x\r\n.\r\n-ERR no\r\n")
        #expect(driver.entries == ["1 5", "1 a", ".b"])
        #expect(driver.messages == [Array(".x\r\n".utf8)])
        #expect(driver.events.last == .done(6, Pop3.Reply(.err, text: "no")))
        #expect(driver.isAtRest)
        try driver.say(.quit)
        try driver.hear("+OK bye\r\n")
        #expect(driver.dialogue.state == .closed)
    }

    /// Every cut of the octets comes to the same.
    @Test func cuts() throws {
        let bytes = Array("+OK\r\n1 5\r\n.\r\n+OK 5\r\na\r\n..\r\n.\r\n+OK\r\n".utf8)
        for piece in 1...bytes.count {
            var driver = try Pop3Driver.loggedIn()
            for command in [Pop3.Command.list, .top(1), .noop] { try driver.say(command) }
            for start in stride(from: 0, to: bytes.count, by: piece) {
                try driver.hear(Array(bytes[start..<min(start + piece, bytes.count)]))
            }
            #expect(driver.entries == ["1 5"] && driver.isAtRest)
            #expect(driver.messages == [Array("a\r\n.\r\n".utf8)])
        }
    }

    @Test(
        arguments: [
            (.stat, "before the greeting"), (.capa, "before the greeting"),
        ] as [(Pop3.Command, String)])
    func tooEarly(_ command: Pop3.Command, _ why: String) {
        var dialogue = Pop3.Dialogue()
        let failure = #expect(throws: Failure.self) { try dialogue.start(command) }
        #expect(failure?.result == mr_result(MR_E_INTERNAL), "\(why)")
    }

    @Test func outOfTurn() throws {
        var driver = Pop3Driver()
        try driver.hear("+OK\r\n")
        for command in [Pop3.Command.stat, .list, .retr(1), .dele(1), .noop] {
            #expect(throws: Failure.self) { try driver.say(command) }
        }
        try driver.say(.capa)
        // Nothing is said before the answer where PIPELINING was not offered, or nobody is logged in.
        #expect(throws: Failure.self) { try driver.say(.capa) }
        var open = try Pop3Driver.loggedIn()
        #expect(throws: Failure.self) { try open.say(.user([])) }
        #expect(throws: Failure.self) { try open.say(.stls) }
    }

    /// A SASL exchange: steps, an initial response asked for again, and one that wants more than there is.
    @Test func sasl() throws {
        var driver = Pop3Driver()
        try driver.hear("+OK\r\n")
        #expect(try driver.say(.auth(.login(user: [0x61], password: [0x62]))) == "AUTH LOGIN\r\n")
        try driver.hear("+ VXNlcjo=\r\n")
        #expect(driver.output() == "YQ==\r\n")
        try driver.hear("+\r\n")
        #expect(driver.output() == "Yg==\r\n")
        try driver.hear("+ more\r\n")
        #expect(driver.output() == "*\r\n")
        #expect(throws: Failure.self) { try driver.hear("+ more\r\n") }
        driver = Pop3Driver()
        try driver.hear("+OK\r\n")
        #expect(try driver.say(.auth(.plain(user: [0x61], password: [0x62]))) == "AUTH PLAIN AGEAYg==\r\n")
        try driver.hear("+ \r\n")
        #expect(driver.output() == "AGEAYg==\r\n")
        try driver.hear("-ERR [AUTH] no\r\n")
        #expect(driver.dialogue.state == .authorization)
        #expect(driver.isAtRest)
    }

    @Test(
        arguments: [
            ("hello", MR_E_PROTOCOL), ("+ x", MR_E_PROTOCOL), ("* OK", MR_E_PROTOCOL), ("220 smtp", MR_E_PROTOCOL),
        ] as [(Sample, Int)])
    func noGreeting(_ line: Sample, _ result: Int) {
        var driver = Pop3Driver()
        let failure = #expect(throws: Failure.self) { try driver.hear(line.text + "\r\n") }
        #expect(failure?.result == mr_result(result))
    }

    @Test func unasked() throws {
        var driver = try Pop3Driver.loggedIn()
        let failure = #expect(throws: Failure.self) { try driver.hear("-ERR Disconnected for inactivity\r\n") }
        #expect(failure?.result == mr_result(MR_E_CONNECTION))
        #expect(failure?.serverText == "Disconnected for inactivity")
        #expect(throws: Failure.self) { try driver.hear("+OK what\r\n") }
        try driver.say(.stat)
        #expect(throws: Failure.self) { try driver.hear("+ go on\r\n") }
    }

    @Test func bounds() throws {
        var limits = Pop3.Limits()
        limits.line = 20
        limits.lines = 5
        limits.message = 10
        for (command, answer) in [
            (Pop3.Command.noop, "+OK \(String(repeating: "x", count: 40))\r\n"),
            (.list, "+OK\r\n" + String(repeating: "1 1\r\n", count: 6)), (.retr(1), "+OK\r\n0123456789\r\n"),
        ] {
            var driver = try Pop3Driver.loggedIn(limits: limits)
            try driver.say(command)
            let failure = #expect(throws: Failure.self) { try driver.hear(answer) }
            #expect(failure?.result == mr_result(MR_E_PROTOCOL))
        }
    }

    /// Answers changed at random: each is understood, or refused; nothing traps or hangs.
    @Test func mutated() throws {
        let answer = Array(
            "+OK\r\nTOP\r\nPIPELINING\r\n.\r\n+OK\r\n1 5\r\n2 6\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK x\r\nS: a\r\n\r\n..\r\n.\r\n-ERR [SYS/TEMP] no\r\n+OK\r\n"
                .utf8)
        let seed = seed(77)
        var chance = ImapChance(state: seed)
        var read = 0
        var refused = 0
        for round in 0..<4000 {
            var bytes = answer
            for _ in 0...chance.below(4) {
                let at = chance.below(bytes.count)
                switch chance.below(4) {
                case 0: bytes[at] = UInt8(chance.below(256))
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(Array(".\r\n+- [1".utf8)[chance.below(8)], at: at)
                default: bytes.insert(contentsOf: bytes[at..<min(at + 9, bytes.count)], at: chance.below(bytes.count))
                }
            }
            var driver = try Pop3Driver.loggedIn()
            do throws(Failure) {
                for command in [Pop3.Command.capa, .list, .uidl(nil), .retr(2), .stat, .quit] {
                    try driver.say(command)
                }
                try driver.hear(bytes)
                read += 1
            } catch {
                refused += 1
                #expect(
                    [MR_E_PROTOCOL, MR_E_CONNECTION, MR_E_OUTAGE].map { mr_result($0) }.contains(error.result),
                    "seed \(seed), round \(round)")
            }
        }
        #expect(read > 0 && refused > 0, "seed \(seed)")
    }
}
