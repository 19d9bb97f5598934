import Base
import CMailroom
import Testing

@testable import PluginKit

/// A session with the provider through its C table, against a scripted server.
struct SmtpTalk {
    let host: SmtpFakeHost
    let table = SmtpFakeTable.provider()
    private(set) var session: OpaquePointer?
    private(set) var opened: Int32 = 0

    static let plainOffers = ["250-mail.example.com", "250-AUTH PLAIN LOGIN", "250-SIZE 100000", "250 8BITMIME"]
    static let pipelining = ["250-mail.example.com", "250-PIPELINING", "250 AUTH PLAIN"]

    /// Over implicit TLS, logged in.
    init(offers: [String] = plainOffers, settings: [String: String] = ["smtp_port": "465"], _ script: [SmtpScript]) {
        self.init(
            SmtpFakeHost(
                settings: settings, greeting: ["220 ready"],
                [.on("EHLO [127.0.0.1]", offers), .on("AUTH PLAIN ", ["235 2.7.0 welcome"])] + script))
    }

    init(_ host: SmtpFakeHost) {
        self.host = host
        opened = table.open?(host.context, &session) ?? -1
    }

    func send(
        _ message: [UInt8], from: String = "ann@example.com", to recipients: [String] = ["bob@example.org"],
        utf8: Bool = false
    ) -> Int32 {
        var envelope = Record(["from": .text(from), "message_id": .text("1@example.com"), "utf8": .int(utf8 ? 1 : 0)])
        envelope["recipients"] = .list(recipients.map { .record(Record(["address": .text($0)])) })
        let fields = host.make(envelope)
        return message.withUnsafeBytes { table.send?(session, host.context, fields, mr_bytes($0)) ?? -1 }
    }

    func close() { table.close?(host.context, session) }

    /// "bob@example.org accepted 250" for each recipient, and the other kinds by their name.
    var found: [String] {
        host.emitted.filter { $0.kind != "server" }.map { finding in
            guard finding.kind == "recipient" else { return finding.kind }
            return "\(finding.fields.text("address") ?? "?") \(finding.fields.text("outcome") ?? "?") "
                + "\(finding.fields.int("smtp") ?? 0)"
        }
    }

    func fact(_ name: String) -> String? { host.failure?.facts.text(name) }
    var commands: [String] { host.lines }
}

struct SmtpOpenTests {
    @Test(arguments: [
        ("465", "", "mail.example.com:465 1"), ("", "implicit", "mail.example.com:465 1"),
        ("2465", "implicit", "mail.example.com:2465 1"), ("2525", "none", "mail.example.com:2525 0"),
        ("465", "none", "mail.example.com:465 0"),
    ])
    func dials(_ port: String, _ tls: String, _ dialled: String) {
        let host = SmtpFakeHost(
            settings: ["smtp_port": port, "smtp_tls": tls], greeting: ["220 ready"],
            [
                .on("EHLO", SmtpTalk.plainOffers), .on("AUTH PLAIN AGFubkBleGFtcGxlLmNvbQBzZWNyZXQ=", ["235 ok"]),
                .on("QUIT", ["221 bye"]),
            ])
        let talk = SmtpTalk(host)
        #expect(talk.opened == 0)
        #expect(host.dialled == [dialled])
        talk.close()
        #expect(host.surprises == [])
        #expect(host.openStreams == 0)
    }

    @Test(arguments: [("", ""), ("587", ""), ("25", ""), ("2525", ""), ("465", "starttls")])
    func upgrades(_ port: String, _ tls: String) {
        let host = SmtpFakeHost(
            settings: ["smtp_port": port, "smtp_tls": tls, "user": "u", "smtp_user": "s"],
            greeting: ["220-hello", "220 ready"],
            [
                .on("EHLO", ["250-mail", "250-AUTH LOGIN", "250 STARTTLS"]), .on("STARTTLS", ["220 go"]),
                .on("EHLO", ["250-mail", "250 AUTH PLAIN"]), .on("AUTH PLAIN AHMAc2VjcmV0", ["235 ok"]),
            ])
        let talk = SmtpTalk(host)
        #expect(talk.opened == 0)
        #expect(host.dialled == ["mail.example.com:\(port.isEmpty ? "587" : port) 0"])
        #expect(host.surprises == [])
        #expect(host.lines.map { $0.hasPrefix("TLS") } == [false, false, true, true])
        talk.close()
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let name: String
        var settings: [String: String] = ["smtp_port": "465"]
        var password: String? = "secret"
        var greeting = ["220 ready"]
        var script: [SmtpScript] = []
        let result: Int
        var step: String?
        var facts: [String: String] = [:]
        var smtp: Int64?
        var testDescription: String { name }
    }

    static let ehlo = SmtpScript.on("EHLO", SmtpTalk.plainOffers)

    @Test(arguments: [
        Refusal(
            name: "busy at the greeting", greeting: ["421 4.3.2 too many"], result: MR_E_OUTAGE, step: "greeting",
            facts: ["enhanced": "4.3.2", "text": "too many"], smtp: 421),
        Refusal(
            name: "no at the greeting", greeting: ["554 go away"], result: MR_E_REFUSED, step: "greeting", smtp: 554),
        Refusal(name: "hangs up at once", greeting: [], result: MR_E_CONNECTION, step: "greeting"),
        Refusal(
            name: "not SMTP", greeting: ["* OK IMAP4rev1"], result: MR_E_PROTOCOL, step: "greeting",
            facts: ["text": "* OK IMAP4rev1"]),
        Refusal(
            name: "neither EHLO nor HELO", script: [.on("EHLO", ["502 no"]), .on("HELO", ["550 no"])],
            result: MR_E_REFUSED, step: "capability", smtp: 550),
        Refusal(
            name: "EHLO later", script: [.on("EHLO", ["451 4.3.0 later"])], result: MR_E_OUTAGE, step: "capability",
            smtp: 451),
        Refusal(
            name: "HELO alone has no login", script: [.on("EHLO", ["502 no"]), .on("HELO", ["250 ok"])],
            result: MR_E_AUTH, step: "auth", facts: ["cause": "auth.mechanism"]),
        Refusal(
            name: "no login that is known", script: [.on("EHLO", ["250-m", "250 AUTH GSSAPI CRAM-MD5"])],
            result: MR_E_AUTH, step: "auth", facts: ["cause": "auth.mechanism"]),
        Refusal(
            name: "no login without TLS", settings: ["smtp_tls": "none", "smtp_port": "587"],
            script: [.on("EHLO", ["250-m", "250 STARTTLS"])], result: MR_E_AUTH, step: "auth",
            facts: ["cause": "auth.tls_needed"]),
        Refusal(
            name: "STARTTLS not offered", settings: [:], script: [ehlo], result: MR_E_TLS, step: "starttls",
            facts: ["cause": "tls.starttls_refused"]),
        Refusal(
            name: "STARTTLS refused", settings: [:],
            script: [.on("EHLO", ["250-m", "250 STARTTLS"]), .on("STARTTLS", ["454 4.7.0 TLS not available"])],
            result: MR_E_TLS, step: "starttls",
            facts: ["cause": "tls.starttls_refused", "enhanced": "4.7.0", "text": "TLS not available"], smtp: 454),
        Refusal(
            name: "STARTTLS with more behind it", settings: [:],
            script: [.on("EHLO", ["250-m", "250 STARTTLS"]), .on("STARTTLS", ["220 go", "250-m", "250 AUTH PLAIN"])],
            result: MR_E_TLS),
        Refusal(
            name: "wrong password", script: [ehlo, .on("AUTH PLAIN", ["535 5.7.8 Error: authentication failed"])],
            result: MR_E_AUTH, step: "auth", facts: ["enhanced": "5.7.8", "text": "Error: authentication failed"],
            smtp: 535),
        Refusal(
            name: "the login is off",
            script: [ehlo, .on("AUTH PLAIN", ["550 5.7.30 Basic authentication is not supported"])],
            result: MR_E_AUTH, step: "auth", smtp: 550),
        Refusal(
            name: "too many logins", script: [ehlo, .on("AUTH PLAIN", ["454 4.7.0 Too many login attempts"])],
            result: MR_E_THROTTLED, step: "auth", smtp: 454),
        Refusal(
            name: "421 in the login", script: [ehlo, .on("AUTH PLAIN", ["421 4.3.0 trouble"])], result: MR_E_OUTAGE,
            step: "auth", smtp: 421),
        Refusal(
            name: "hangs up in the login", script: [ehlo, .hangUp("AUTH PLAIN")], result: MR_E_CONNECTION, step: "auth"),
        Refusal(
            name: "LOGIN refused at its end",
            script: [
                .on("EHLO", ["250-m", "250 AUTH=LOGIN"]), .on("AUTH LOGIN", ["334 VXNlcm5hbWU6"]),
                .on("YW5uQGV4YW1wbGUuY29t", ["334 UGFzc3dvcmQ6"]), .on("c2VjcmV0", ["535 no"]),
            ],
            result: MR_E_AUTH, step: "auth", smtp: 535),
        Refusal(
            name: "a login without an end",
            script: [
                ehlo, .on("AUTH PLAIN", ["334 "]), .on("AGFubkBleGFtcGxlLmNvbQBzZWNyZXQ=", ["334 more"]),
                .on("*", ["501 cancelled"]),
            ],
            result: MR_E_AUTH, step: "auth", smtp: 501),
        Refusal(name: "no host", settings: ["smtp_host": ""], result: MR_E_INVALID),
        Refusal(name: "no port", settings: ["smtp_port": "0"], result: MR_E_INVALID),
        Refusal(name: "a port beyond all", settings: ["smtp_port": "65536"], result: MR_E_INVALID),
        Refusal(name: "a way that is none", settings: ["smtp_tls": "maybe"], result: MR_E_INVALID),
        Refusal(name: "a NUL in the password", password: "a\u{0}b", result: MR_E_INVALID),
    ])
    func refuses(_ expected: Refusal) {
        let host = SmtpFakeHost(
            settings: expected.settings, password: expected.password, greeting: expected.greeting, expected.script)
        let talk = SmtpTalk(host)
        #expect(Int(talk.opened) == expected.result)
        #expect(talk.session == nil)
        #expect(expected.step == nil || talk.fact("step") == expected.step)
        #expect(host.failure?.facts.int("smtp") == expected.smtp)
        for (name, value) in expected.facts { #expect(talk.fact(name) == value) }
        #expect(host.openStreams == 0, "the stream is closed")
        #expect(host.surprises == [])
        #expect(host.script.isEmpty)
        // Whatever happens, the password never goes out in the clear where TLS was wanted.
        if expected.settings["smtp_port"] != "465" { #expect(!host.lines.contains { $0.hasPrefix("AUTH") }) }
        // And never into the facts.
        for field in host.failure?.facts.fields ?? [] { #expect(field.value.text?.contains("secret") != true) }
    }

    @Test func aFailedDialSaysNothingOfItsOwn() {
        let host = SmtpFakeHost(greeting: [], [])
        host.connectAnswer = MR_E_CONNECTION
        let talk = SmtpTalk(host)
        #expect(Int(talk.opened) == MR_E_CONNECTION)
        #expect(host.failure == nil)
    }

    @Test func withoutAPasswordThereIsNoLogin() {
        let host = SmtpFakeHost(
            settings: ["smtp_tls": "none", "smtp_port": "25"], password: nil, greeting: ["220 ready"],
            [.on("EHLO", SmtpTalk.plainOffers), .on("MAIL", ["530 5.7.0 authentication required"])])
        let talk = SmtpTalk(host)
        #expect(talk.opened == 0)
        #expect(Int(talk.send(Array("a".utf8))) == MR_E_AUTH)
        #expect(talk.fact("step") == "mail")
        talk.close()
    }

    @Test func loginInTwoSteps() {
        let host = SmtpFakeHost(
            settings: ["smtp_port": "465"], greeting: ["220 ready"],
            [
                .on("EHLO", ["250-m", "250 AUTH=LOGIN"]), .on("AUTH LOGIN", ["334 VXNlcm5hbWU6"]),
                .on("YW5uQGV4YW1wbGUuY29t", ["334 UGFzc3dvcmQ6"]), .on("c2VjcmV0", ["235 ok"]),
            ])
        let talk = SmtpTalk(host)
        #expect(talk.opened == 0)
        #expect(host.surprises == [])
        talk.close()
    }

    @Test func aPasswordOfItsOwnForSending() {
        let host = SmtpFakeHost(
            settings: ["smtp_port": "465"], greeting: ["220 ready"],
            [.on("EHLO", SmtpTalk.plainOffers), .on("AUTH PLAIN AGFubkBleGFtcGxlLmNvbQBvdGhlcg==", ["235 ok"])])
        host.secrets["smtp_password"] = Array("other".utf8)
        let talk = SmtpTalk(host)
        #expect(talk.opened == 0)
        #expect(host.surprises == [])
        talk.close()
    }
}
