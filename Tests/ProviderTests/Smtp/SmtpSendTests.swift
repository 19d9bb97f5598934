import Base
import CMailroom
import Testing

@testable import PluginKit
@testable import SmtpProvider

struct SmtpSendTests {
    static let message = Array("Subject: x\r\n\r\n.dot\r\nend".utf8)
    static let mail = SmtpScript.on("MAIL FROM:<ann@example.com>", ["250 2.1.0 ok"])
    static let rcpt = SmtpScript.on("RCPT TO:<bob@example.org>", ["250 2.1.5 ok"])
    static let data = SmtpScript.on("DATA", ["354 go"])

    @Test func sends() {
        let talk = SmtpTalk([
            Self.mail, Self.rcpt, Self.data, .onContent(["250 2.0.0 queued as 1"]), .on("QUIT", ["221 bye"]),
        ])
        #expect(talk.send(Self.message) == 0)
        #expect(talk.host.surprises == [])
        #expect(talk.host.content == Array("Subject: x\r\n\r\n..dot\r\nend\r\n".utf8))
        #expect(talk.found == ["offer", "bob@example.org accepted 250"])
        let recipient = talk.host.emitted.last?.fields
        #expect(recipient?.text("enhanced") == "2.0.0")
        #expect(recipient?.text("text") == "queued as 1")
        #expect(talk.commands.contains("TLS MAIL FROM:<ann@example.com> SIZE=23"))
        talk.close()
        #expect(talk.host.script.isEmpty)
        #expect(talk.host.openStreams == 0)
    }

    @Test func someAreRefusedAndTheRestIsSent() {
        let talk = SmtpTalk(
            offers: SmtpTalk.pipelining,
            [
                Self.mail, .on("RCPT TO:<no@example.org>", ["550 5.1.1 nobody"]),
                .on("RCPT TO:<later@example.org>", ["450 4.2.1 later"]), Self.rcpt, Self.data, .onContent(["250 ok"]),
            ])
        #expect(talk.send(Self.message, to: ["no@example.org", "later@example.org", "bob@example.org"]) == 0)
        #expect(
            talk.found == [
                "no@example.org refused 550", "later@example.org deferred 450", "offer", "bob@example.org accepted 250",
            ])
        #expect(talk.host.surprises == [])
        talk.close()
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let name: String
        var offers = SmtpTalk.plainOffers
        let script: [SmtpScript]
        let result: Int
        let step: String
        var smtp: Int64?
        var enhanced: String?
        var found: [String] = []
        /// A second message goes through the same session afterwards.
        var goesOn = true
        var testDescription: String { name }
    }

    @Test(arguments: [
        Refusal(
            name: "all recipients", script: [mail, .on("RCPT", ["550 5.1.1 nobody"]), .on("RSET", ["250 ok"])],
            result: MR_E_REFUSED, step: "rcpt", smtp: 550, enhanced: "5.1.1", found: ["bob@example.org refused 550"]),
        Refusal(
            name: "all recipients, pipelined", offers: SmtpTalk.pipelining,
            script: [
                mail, .on("RCPT", ["550 5.1.1 nobody"]), .on("DATA", ["554 5.5.1 no valid recipients"]),
                .on("RSET", ["250 ok"]),
            ],
            result: MR_E_REFUSED, step: "rcpt", smtp: 550, enhanced: "5.1.1", found: ["bob@example.org refused 550"]),
        Refusal(
            name: "all recipients deferred",
            script: [mail, .on("RCPT", ["450 4.2.1 too quickly"]), .on("RSET", ["250 ok"])],
            result: MR_E_THROTTLED, step: "rcpt", smtp: 450, enhanced: "4.2.1", found: ["bob@example.org deferred 450"]),
        Refusal(
            name: "the sender", script: [.on("MAIL", ["553 5.7.1 not owned by user"])], result: MR_E_REFUSED,
            step: "mail",
            smtp: 553, enhanced: "5.7.1"),
        Refusal(
            name: "the sender, for now", script: [.on("MAIL", ["432 4.3.2 sender thread limit exceeded"])],
            result: MR_E_THROTTLED, step: "mail", smtp: 432, enhanced: "4.3.2"),
        Refusal(
            name: "DATA", script: [mail, rcpt, .on("DATA", ["451 4.3.0 trouble"]), .on("RSET", ["250 ok"])],
            result: MR_E_OUTAGE, step: "data", smtp: 451, enhanced: "4.3.0"),
        Refusal(
            name: "the content", script: [mail, rcpt, data, .onContent(["554 5.7.1 spam"])], result: MR_E_REFUSED,
            step: "dot",
            smtp: 554, enhanced: "5.7.1", found: ["offer"]),
        Refusal(
            name: "the content, for now", script: [mail, rcpt, data, .onContent(["452 4.3.1 no space"])],
            result: MR_E_OUTAGE, step: "dot", smtp: 452, enhanced: "4.3.1", found: ["offer"]),
        Refusal(
            name: "hangs up at MAIL", script: [.hangUp("MAIL")], result: MR_E_CONNECTION, step: "mail", goesOn: false),
        Refusal(
            name: "hangs up at RCPT", script: [mail, .hangUp("RCPT")], result: MR_E_CONNECTION, step: "rcpt",
            goesOn: false),
        Refusal(
            name: "hangs up within the content", script: [mail, rcpt, data, .hangUpWithin(5)], result: MR_E_CONNECTION,
            step: "data", goesOn: false),
        Refusal(
            name: "hangs up after the content", script: [mail, rcpt, data, .hangUpAfterContent],
            result: MR_E_UNKNOWN_OUTCOME,
            step: "dot", found: ["offer"], goesOn: false),
        Refusal(
            name: "nonsense after the content", script: [mail, rcpt, data, .onContent(["what?"])],
            result: MR_E_UNKNOWN_OUTCOME, step: "dot", found: ["offer"], goesOn: false),
        Refusal(
            name: "421 after the content is an answer", script: [mail, rcpt, data, .onContent(["421 4.3.0 bye"])],
            result: MR_E_OUTAGE, step: "dot", smtp: 421, enhanced: "4.3.0", found: ["offer"], goesOn: false),
        Refusal(
            name: "421 at RCPT", script: [mail, .on("RCPT", ["421 4.7.0 too much"])], result: MR_E_THROTTLED,
            step: "rcpt", smtp: 421, enhanced: "4.7.0", goesOn: false),
        Refusal(
            name: "nonsense at MAIL", script: [.on("MAIL", ["hello"])], result: MR_E_PROTOCOL, step: "mail",
            goesOn: false),
        Refusal(
            name: "354 at MAIL", script: [.on("MAIL", ["354 go"])], result: MR_E_PROTOCOL, step: "mail", smtp: 354,
            goesOn: false),
        Refusal(
            name: "two codes in one reply", script: [.on("MAIL", ["250-ok", "550 no"])], result: MR_E_PROTOCOL,
            step: "mail",
            goesOn: false),
    ])
    func refuses(_ expected: Refusal) {
        let again: [SmtpScript] = [.on("RSET", ["250 ok"]), Self.mail, Self.rcpt, Self.data, .onContent(["250 ok"])]
        // Pipelined or not, the second message's commands come in the same order.
        let talk = SmtpTalk(offers: expected.offers, expected.script + (expected.goesOn ? again : []))
        #expect(talk.opened == 0)
        #expect(Int(talk.send(Self.message)) == expected.result)
        #expect(talk.fact("step") == expected.step)
        #expect(talk.host.failure?.facts.int("smtp") == expected.smtp)
        #expect(talk.fact("enhanced") == expected.enhanced)
        #expect(talk.found == expected.found)
        #expect(talk.host.openStreams == (expected.goesOn ? 1 : 0))
        let second = talk.send(Self.message)
        #expect(Int(second) == (expected.goesOn ? MR_OK : MR_E_CONNECTION))
        #expect(talk.host.surprises == [])
        talk.close()
        #expect(talk.host.openStreams == 0)
    }

    @Test func manyMessagesThroughOneConnection() {
        let one: [SmtpScript] = [Self.mail, Self.rcpt, Self.data, .onContent(["250 ok"])]
        let talk = SmtpTalk(
            one + [.on("RSET", ["250 ok"])] + one + [.on("RSET", ["250 ok"])] + one + [.on("QUIT", ["221 bye"])])
        for _ in 0..<3 { #expect(talk.send(Self.message) == 0) }
        talk.close()
        #expect(talk.host.surprises == [])
        #expect(talk.host.dialled.count == 1)
    }

    @Test(arguments: [["421 4.4.2 timeout"], [], ["500 what"]])
    func aLostIdleConnectionIsNoMoreThanThat(_ answer: [String]) {
        let one: [SmtpScript] = [Self.mail, Self.rcpt, Self.data, .onContent(["250 ok"])]
        let talk = SmtpTalk(one + [answer.isEmpty ? .hangUp("RSET") : .on("RSET", answer)])
        #expect(talk.send(Self.message) == 0)
        let before = talk.found
        #expect(Int(talk.send(Self.message)) == MR_E_CONNECTION)
        #expect(talk.fact("step") == "reset")
        #expect(talk.found == before, "nothing was offered")
        #expect(talk.host.openStreams == 0)
        talk.close()
    }

    @Test func goesNoFurtherWhereTheHostSaysNo() {
        let talk = SmtpTalk([Self.mail, Self.rcpt, Self.data, .onContent(["250 ok"])])
        talk.host.emitAnswers["offer"] = MR_E_BUSY
        #expect(Int(talk.send(Self.message)) == MR_E_BUSY)
        #expect(talk.host.openStreams == 0, "hung up in the middle of the content: the server drops it")
        #expect(talk.host.script.count == 1, "the final period was not written")
        talk.close()
    }

    @Test func tooLargeIsSaidBeforeMail() {
        let talk = SmtpTalk([Self.mail, Self.rcpt, Self.data, .onContent(["250 ok"])])
        #expect(Int(talk.send([UInt8](repeating: 65, count: 100_001))) == MR_E_REFUSED)
        #expect(talk.fact("cause") == "send.too_large")
        #expect(talk.fact("enhanced") == "5.3.4")
        #expect(talk.commands.count == 2, "not a word was said")
        #expect(talk.send(Self.message) == 0)
        talk.close()
    }

    @Test func utf8NeedsToBeOffered() {
        let talk = SmtpTalk([])
        #expect(Int(talk.send(Self.message, to: ["\u{f6}@example.org"], utf8: true)) == MR_E_REFUSED)
        #expect(talk.fact("message")?.contains("SMTPUTF8") == true)
        talk.close()
    }

    @Test(arguments: [("SIZE 1000", 1000), ("SIZE", 0), ("SIZE 0", 0), ("PIPELINING", 0)] as [(String, Int64)])
    func itsSizeIsTold(_ offer: String, _ size: Int64) {
        let talk = SmtpTalk(offers: ["250-host", "250-\(offer)", "250 AUTH PLAIN"], [])
        #expect(talk.opened == 0)
        #expect(talk.host.emitted.map(\.kind) == ["server"])
        #expect(talk.host.emitted.first?.fields.int("size") == size)
        talk.close()
    }

    @Test func eightBitNeedsToBeOffered() {
        let talk = SmtpTalk(offers: ["250-host", "250 AUTH PLAIN"], [])
        #expect(Int(talk.send(Array("a\u{f6}".utf8))) == MR_E_REFUSED)
        #expect(talk.fact("message")?.contains("8BITMIME") == true)
        #expect(talk.fact("cause") == "send.eight_bit")
        #expect(talk.commands.count == 2, "not a word was said")
        talk.close()
    }

    @Test(arguments: [(Array("a\u{f6}".utf8), true), (Array("plain".utf8), false)])
    func eightBitIsAnnounced(_ message: [UInt8], _ said: Bool) {
        let talk = SmtpTalk([Self.mail, Self.rcpt, Self.data, .onContent(["250 ok"])])
        #expect(talk.send(message) == 0)
        #expect(talk.commands.contains { $0.hasSuffix("BODY=8BITMIME") } == said)
        talk.close()
    }

    @Test(arguments: ["a@b\r\nRCPT TO:<x@y>", "", "no at"])
    func anAddressThatIsNoneGoesNowhere(_ address: String) {
        let talk = SmtpTalk([])
        #expect(Int(talk.send(Self.message, to: [address])) == MR_E_INVALID)
        #expect(talk.commands.count == 2)
        talk.close()
    }

    @Test func nobodyToSendTo() {
        let talk = SmtpTalk([])
        #expect(Int(talk.send(Self.message, to: [])) == MR_E_INVALID)
        talk.close()
    }

    @Test func inPiecesNeverWhole() {
        let line = Array((String(repeating: "x", count: 76) + "\r\n").utf8)
        let message = Array(repeatElement(line, count: 20_000).joined())
        let talk = SmtpTalk(offers: SmtpTalk.pipelining, [Self.mail, Self.rcpt, Self.data, .onContent(["250 ok"])])
        #expect(talk.send(message) == 0)
        #expect(talk.host.content == message)
        #expect(talk.host.contentWrites.count > 20)
        #expect(talk.host.contentWrites.max() ?? 0 < 100_000)
        talk.close()
    }

    @Test func whatItDoesNotHave() {
        let talk = SmtpTalk([])
        #expect(Int(talk.table.folders?(talk.session, talk.host.context) ?? 0) == MR_E_UNSUPPORTED)
        #expect(Int(talk.table.send?(talk.session, talk.host.context, nil, mr_bytes()) ?? 0) == MR_E_INVALID)
        #expect(Int(talk.table.folders?(nil, talk.host.context) ?? 0) == MR_E_INVALID)
        talk.close()
    }

    @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17])
    func eightBitAtEveryPlace(_ count: Int) {
        let plain = [UInt8](repeating: 0x7f, count: count)
        #expect(!plain.withUnsafeBytes { MessageBytes.hasEightBit($0) })
        for index in 0..<count {
            var message = plain
            message[index] = 0x80
            #expect(message.withUnsafeBytes { MessageBytes.hasEightBit($0) })
        }
    }
}
