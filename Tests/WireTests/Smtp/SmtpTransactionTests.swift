import Base
import CMailroom
import Testing

@testable import Wire

/// A transaction played against scripted replies: what was written, in its groups, and what came out.
struct SmtpPlay {
    var written: [String] = []
    var contents = 0
    var transaction: SmtpTransaction

    /// `offers`: words of EHLO. Each reply is one line.
    init(_ envelope: SmtpEnvelope, offers: [String], replies: [String]) throws {
        let capabilities = SmtpCapabilities(ehlo: SmtpReply(code: 250, lines: ["host"] + offers))
        transaction = try SmtpTransaction(envelope, capabilities)
        var replies = replies[...]
        var steps = 0
        while steps < 10_000 {
            steps += 1
            switch transaction.next() {
            case .write(let bytes): written.append(String(decoding: bytes, as: UTF8.self))
            case .content:
                contents += 1
                transaction.contentWritten()
            case .read:
                guard let line = replies.popFirst(), let reply = try smtpReplies([line]).first else {
                    throw Failure(MR_E_CONNECTION, "the script ended")
                }
                try transaction.receive(reply)
            case .finished:
                #expect(replies.isEmpty, "not everything was read")
                return
            }
        }
        Issue.record("the transaction does not end")
    }

    /// accepted, refused, deferred or - for each recipient.
    var outcomes: [String] {
        transaction.replies.map { reply in
            guard let reply else { return "-" }
            return reply.isDone ? "accepted" : reply.isTransient ? "deferred" : "refused"
        }
    }
}

struct SmtpTransactionTests {
    static let two = SmtpEnvelope(from: "a@x.example", recipients: ["b@y.example", "c@y.example"], size: 100)

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var offers: [String] = ["PIPELINING"]
        let replies: [String]
        let outcomes: [String]
        var step = SmtpStep.dot
        let code: Int32
        var contents = 1
        var isAccepted = false
        var needsReset = false
        var isClosing = false
        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(
            name: "all is well, pipelined",
            replies: ["250 Ok", "250 Ok", "251 will forward", "354 go", "250 2.0.0 queued"],
            outcomes: ["accepted", "accepted"], code: 250, isAccepted: true),
        Case(
            name: "all is well, one by one", offers: [], replies: ["250 Ok", "250 Ok", "250 Ok", "354 go", "250 Ok"],
            outcomes: ["accepted", "accepted"], code: 250, isAccepted: true),
        Case(
            name: "one recipient is refused, the message goes to the other",
            replies: ["250 Ok", "550 5.1.1 nobody", "250 Ok", "354 go", "250 Ok"], outcomes: ["refused", "accepted"],
            code: 250, isAccepted: true),
        Case(
            name: "too many recipients: the rest is deferred",
            replies: ["250 Ok", "250 Ok", "452 4.5.3 too many", "354 go", "250 Ok"],
            outcomes: ["accepted", "deferred"],
            code: 250, isAccepted: true),
        Case(
            name: "all are refused, and so is DATA",
            replies: ["250 Ok", "550 no", "550 no", "554 no valid recipients"],
            outcomes: ["refused", "refused"], step: .rcpt, code: 550, contents: 0, needsReset: true),
        Case(
            name: "all are refused, and DATA is let through: an empty content, whatever is said to it",
            replies: ["250 Ok", "550 no", "550 no", "354 go", "250 fine"], outcomes: ["refused", "refused"],
            step: .rcpt,
            code: 550, contents: 0, needsReset: true),
        Case(
            name: "all are refused, one by one: DATA is not tried", offers: [],
            replies: ["250 Ok", "550 no", "450 later"],
            outcomes: ["refused", "deferred"], step: .rcpt, code: 450, contents: 0, needsReset: true),
        Case(
            name: "the sender is refused, pipelined",
            replies: ["550 5.7.60 not yours", "503 no MAIL", "503 no MAIL", "503 no"],
            outcomes: ["-", "-"], step: .mail, code: 550, contents: 0),
        Case(
            name: "the sender is refused, one by one", offers: [], replies: ["451 4.3.0 trouble"],
            outcomes: ["-", "-"],
            step: .mail, code: 451, contents: 0),
        Case(
            name: "a login is wanted", offers: [], replies: ["530 5.7.0 authentication required"],
            outcomes: ["-", "-"],
            step: .mail, code: 530, contents: 0),
        Case(
            name: "DATA is refused", replies: ["250 Ok", "250 Ok", "250 Ok", "451 4.3.0 not now"],
            outcomes: ["accepted", "accepted"], step: .data, code: 451, contents: 0, needsReset: true),
        Case(
            name: "the content is refused", replies: ["250 Ok", "250 Ok", "250 Ok", "354 go", "554 5.7.1 spam"],
            outcomes: ["accepted", "accepted"], code: 554),
        Case(
            name: "421 to MAIL", replies: ["421 4.4.2 timeout"], outcomes: ["-", "-"], step: .mail, code: 421,
            contents: 0,
            isClosing: true),
        Case(
            name: "421 in the middle of the recipients", replies: ["250 Ok", "250 Ok", "421 4.7.0 too many"],
            outcomes: ["accepted", "-"], step: .rcpt, code: 421, contents: 0, needsReset: true, isClosing: true),
        Case(
            name: "421 after the content", replies: ["250 Ok", "250 Ok", "250 Ok", "354 go", "421 4.3.0 bye"],
            outcomes: ["accepted", "accepted"], code: 421, needsReset: true, isClosing: true),
    ])
    func plays(_ expected: Case) throws {
        let play = try SmtpPlay(Self.two, offers: expected.offers, replies: expected.replies)
        #expect(play.outcomes == expected.outcomes)
        #expect(play.transaction.step == expected.step)
        #expect(play.transaction.final?.code == expected.code)
        #expect(play.contents == expected.contents)
        #expect(play.transaction.isAccepted == expected.isAccepted)
        #expect(play.transaction.needsReset == expected.needsReset)
        #expect(play.transaction.isClosing == expected.isClosing)
    }

    @Test func pipelinesInOneGroup() throws {
        let play = try SmtpPlay(
            Self.two, offers: ["PIPELINING", "SIZE 1000"], replies: ["250 a", "250 b", "250 c", "354 d", "250 e"])
        #expect(
            play.written == [
                "MAIL FROM:<a@x.example> SIZE=100\r\nRCPT TO:<b@y.example>\r\nRCPT TO:<c@y.example>\r\nDATA\r\n"
            ])
    }

    @Test func waitsForEachReplyWithoutPipelining() throws {
        let play = try SmtpPlay(Self.two, offers: [], replies: ["250 a", "250 b", "250 c", "354 d", "250 e"])
        #expect(
            play.written == [
                "MAIL FROM:<a@x.example>\r\n", "RCPT TO:<b@y.example>\r\n", "RCPT TO:<c@y.example>\r\n", "DATA\r\n",
            ])
    }

    @Test func manyRecipientsGoInGroups() throws {
        let envelope = SmtpEnvelope(from: "a@x.example", recipients: (0..<200).map { "r\($0)@y.example" }, size: 1)
        let play = try SmtpPlay(
            envelope, offers: ["PIPELINING"], replies: Array(repeating: "250 Ok", count: 201) + ["354 go", "250 Ok"])
        #expect(play.written.count == 5)
        #expect(play.transaction.isAccepted)
        #expect(play.outcomes == Array(repeating: "accepted", count: 200))
    }

    @Test(arguments: [
        (["354 go"], "mail"), (["250 Ok", "354 go"], "rcpt"), (["250 Ok", "250 Ok", "250 Ok", "250 Ok"], "data"),
        (["250 Ok", "250 Ok", "250 Ok", "354 go", "354 go"], "dot"),
    ])
    func repliesOutOfPlace(_ replies: [String], _ step: String) {
        #expect {
            try SmtpPlay(Self.two, offers: ["PIPELINING"], replies: replies)
        } throws: { error in
            let failure = error as? Failure
            return failure?.result == mr_result(MR_E_PROTOCOL) && failure?.step == step
        }
    }

    @Test func sizeIsCheckedBeforeAWordIsSaid() {
        #expect {
            try SmtpPlay(Self.two, offers: ["SIZE 99"], replies: [])
        } throws: { error in
            let failure = error as? Failure
            return failure?.result == mr_result(MR_E_REFUSED) && failure?.cause == "send.too_large"
                && failure?.enhanced == "5.3.4" && failure?.message.contains("99") == true
        }
        #expect(throws: Never.self) {
            try SmtpPlay(Self.two, offers: ["SIZE 100"], replies: ["550 no"])
        }
    }

    @Test func utf8IsRefusedWhereItIsNotOffered() throws {
        var envelope = Self.two
        envelope.recipients = ["\u{f6}@y.example"]
        envelope.utf8 = true
        #expect {
            try SmtpPlay(envelope, offers: [], replies: [])
        } throws: { ($0 as? Failure)?.message.contains("SMTPUTF8") == true }
        let play = try SmtpPlay(envelope, offers: ["SMTPUTF8"], replies: ["250 a", "250 b", "354 c", "250 d"])
        #expect(play.written.first == "MAIL FROM:<a@x.example> SMTPUTF8\r\n")
    }

    @Test func eightBitIsRefusedWhereItIsNotOffered() {
        var envelope = Self.two
        envelope.eightBit = true
        #expect {
            try SmtpPlay(envelope, offers: [], replies: [])
        } throws: { ($0 as? Failure)?.cause == "send.eight_bit" }
    }

    @Test(arguments: [(true, ["8BITMIME"], true), (false, ["8BITMIME"], false), (false, [], false)])
    func eightBit(_ needed: Bool, _ offers: [String], _ said: Bool) throws {
        var envelope = Self.two
        envelope.eightBit = needed
        let play = try SmtpPlay(envelope, offers: offers, replies: ["550 no"])
        #expect(play.written.first?.contains("BODY=8BITMIME") == said)
    }

    @Test func nobodyIsNotARecipient() {
        #expect {
            try SmtpPlay(SmtpEnvelope(from: "a@x.example", recipients: [], size: 1), offers: [], replies: [])
        } throws: { ($0 as? Failure)?.field == "recipients" }
    }

    /// Any replies in any order: it ends, and says that the message was taken only where the last word was 2yz to the
    /// content.
    @Test func randomRepliesNeverConfuseIt() throws {
        let seed = seed(3)
        var random = SmtpRandom(seed: seed)
        let codes = ["250 a", "251 b", "354 c", "421 d", "450 e", "452 f", "503 g", "550 h", "554 i"]
        var accepted = 0
        for _ in 0..<5000 {
            var transaction = try SmtpTransaction(
                Self.two,
                SmtpCapabilities(ehlo: SmtpReply(code: 250, lines: ["h", random.below(2) == 0 ? "PIPELINING" : "X"])))
            var last = ""
            var offered = false
            play: for step in 0..<40 {
                #expect(step < 39, "seed \(seed)")
                switch transaction.next() {
                case .write: break
                case .content:
                    offered = true
                    transaction.contentWritten()
                case .read:
                    last = codes[random.below(codes.count)]
                    guard let reply = try smtpReplies([last]).first, (try? transaction.receive(reply)) != nil else {
                        break play
                    }
                case .finished: break play
                }
            }
            if transaction.isAccepted {
                accepted += 1
                #expect(offered && last.hasPrefix("25") && transaction.anyAccepted, "seed \(seed)")
            }
        }
        #expect(accepted > 0, "seed \(seed)")
    }
}
