import Base
import Testing

@testable import Wire

/// Logins by access token: what is sent, and how a refusal is answered.
struct MechanismTests {
    static let user = Array("user@example.com".utf8)

    struct Row: Sendable {
        let mechanism: Imap.Mechanism
        let sent: String
        /// The answer to the challenge that refuses.
        let answer: String
    }

    static let rows: [Row] = [
        // As Google's page has it.
        Row(
            mechanism: .xoauth2(
                user: Array("someuser@example.com".utf8),
                token: Array("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg".utf8)),
            sent:
                "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==",
            answer: ""),
        // RFC 7628, section 4.1.
        Row(
            mechanism: .oauthBearer(
                user: user, host: "server.example.com", port: 143,
                token: Array("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==".utf8)),
            sent:
                "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
            answer: "AQ=="),
    ]

    @Test(arguments: rows) func whatIsSent(_ row: Row) {
        #expect(row.mechanism.responses.map { Base64.encode($0) } == [row.sent])
    }

    @Test func aNameIsEscaped() throws {
        let mechanism = Imap.Mechanism.oauthBearer(user: Array("a=b,c".utf8), host: "h", port: 1, token: [0x74])
        #expect(
            String(decoding: mechanism.responses[0], as: UTF8.self).hasPrefix(
                "n,a=a=3Db=2Cc,\u{1}host=h\u{1}port=1\u{1}"))
    }

    /// RFC 7628, section 4.3: the server says why in a challenge, and refuses once it is answered.
    static let challenge = Base64.encode(Array(#"{"status":"invalid_token","schemes":"bearer","scope":"mail"}"#.utf8))

    @Test(arguments: rows) func imapAnswersARefusal(_ row: Row) throws {
        for initial in [true, false] {
            var dialogue = Imap.Dialogue()
            let capability = initial ? ["IMAP4rev1", "SASL-IR"] : ["IMAP4rev1"]
            _ = try dialogue.receive(.status(Imap.Status(.ok, text: "hello")))
            _ = try dialogue.receive(.capability(Imap.Capabilities(capability)))
            let tag = try dialogue.start(.authenticate(row.mechanism))
            let command = String(decoding: dialogue.takeOutput(), as: UTF8.self)
            #expect(command == "m1 AUTHENTICATE \(row.mechanism.name)\(initial ? " \(row.sent)" : "")\r\n")
            if !initial {
                #expect(try dialogue.receive(.goAhead("")) == .nothing)
                #expect(String(decoding: dialogue.takeOutput(), as: UTF8.self) == "\(row.sent)\r\n")
            }
            #expect(try dialogue.receive(.goAhead(MechanismTests.challenge)) == .nothing)
            #expect(String(decoding: dialogue.takeOutput(), as: UTF8.self) == "\(row.answer)\r\n")
            let refused = Imap.Status(.no, text: "SASL authentication failed")
            #expect(try dialogue.receive(.tagged("m1", refused)) == .done(tag, refused))
            #expect(dialogue.tokenRefusal?.status == "invalid_token")
            #expect(dialogue.state == .notAuthenticated)
        }
    }

    /// One that challenges again and again is not answered for ever.
    @Test func aChallengeIsAnsweredOnce() throws {
        var dialogue = Imap.Dialogue()
        _ = try dialogue.receive(.status(Imap.Status(.ok, text: "hello")))
        _ = try dialogue.receive(.capability(Imap.Capabilities(["SASL-IR"])))
        _ = try dialogue.start(.authenticate(MechanismTests.rows[0].mechanism))
        _ = try dialogue.receive(.goAhead(MechanismTests.challenge))
        #expect(throws: Failure.self) { try dialogue.receive(.goAhead(MechanismTests.challenge)) }
    }

    @Test(arguments: rows) func pop3AnswersARefusal(_ row: Row) throws {
        var dialogue = Pop3.Dialogue()
        try dialogue.say("+OK hello")
        let tag = try dialogue.start(.auth(row.mechanism))
        var said = String(decoding: dialogue.takeOutput(), as: UTF8.self)
        if !said.hasSuffix("\(row.sent)\r\n") {
            try dialogue.say("+ ")
            said = String(decoding: dialogue.takeOutput(), as: UTF8.self)
        }
        #expect(said.hasSuffix("\(row.sent)\r\n"))
        try dialogue.say("+ \(MechanismTests.challenge)")
        #expect(String(decoding: dialogue.takeOutput(), as: UTF8.self) == "\(row.answer)\r\n")
        #expect(try dialogue.say("-ERR [AUTH] no") == .done(tag, Pop3.Reply(.err, code: "AUTH", text: "no")))
        #expect(dialogue.tokenRefusal?.words.contains("invalid_token") == true)
    }

    @Test(arguments: [
        (#"{"status":"400","schemes":"Bearer"}"#, "400"), (#"{"status":401}"#, "401"), ("no JSON", nil), ("{}", nil),
        (#"{"status":{"a":1}}"#, nil),
    ]) func whatARefusalSays(_ text: String, _ status: String?) {
        let refusal = TokenRefusal(challenge: Base64.encode(Array(text.utf8)))
        #expect(refusal?.status == status)
        #expect(refusal?.words == text)
    }

    @Test(arguments: ["", "!!", "====", String(repeating: "QUFB", count: 2000)])
    func whatIsNoRefusal(_ challenge: String) { #expect(TokenRefusal(challenge: challenge) == nil) }

    @Test func theStandardGoesFirst() {
        let pick = { (offered: Set<String>) in
            Imap.Mechanism.token([0x74], user: MechanismTests.user, host: "h", port: 1) { offered.contains($0) }?.name
        }
        #expect(pick(["XOAUTH2", "OAUTHBEARER"]) == "OAUTHBEARER")
        #expect(pick(["XOAUTH2", "PLAIN"]) == "XOAUTH2")
        #expect(pick(["PLAIN"]) == nil)
    }
}

extension Pop3.Dialogue {
    @discardableResult
    fileprivate mutating func say(_ line: String) throws(Failure) -> Event {
        let bytes = Array(line.utf8)
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        return try self.line(UnsafeRawBufferPointer(rebasing: copy[..<bytes.count]))
    }
}
