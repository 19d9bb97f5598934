import Base
import Testing

@testable import Mime

/// What programs report of sent mail, in the formats of many mail systems.
@Suite struct ReportTests {
    @Test(arguments: statusSamples + textSamples + bareSamples)
    func whatItSays(_ sample: ReportSample) throws {
        let raw = message(sample.text)
        let read = MessageParser.parse(raw).report
        let report = try #require(read)
        #expect(report.kind == sample.kind)
        #expect(report.recipients.count == sample.whom.count)
        for (found, whom) in zip(report.recipients, sample.whom) {
            #expect(found.addresses.first == whom.address)
            #expect(found.action == whom.action)
            #expect(found.smtp == whom.smtp)
            if let enhanced = whom.enhanced { #expect(found.enhanced == enhanced) }
            #expect((found.words ?? "").has(whom.words), "\(found.words ?? "nil")")
            if let remote = whom.remote { #expect(found.remote == remote) }
        }
        if let original = sample.original { #expect(report.originals.first == original) }
        if let subject = sample.subject { #expect(report.subject == subject) }
        // The same by bytes, and with LF alone.
        var parser = MessageParser()
        for byte in raw { parser.feed([byte]) }
        let byBytes = parser.finish().report
        let withoutCR = MessageParser.parse(raw.filter { $0 != 13 }).report
        #expect(byBytes == report)
        #expect(withoutCR == report)
    }

    /// Cut anywhere, and damaged anywhere, nothing traps.
    @Test(arguments: statusSamples + textSamples + bareSamples)
    func cutAnywhere(_ sample: ReportSample) {
        var random = Random(seed: Random.seed(34))
        let raw = message(sample.text)
        for _ in 0..<60 {
            var damaged = Array(raw.prefix(random.below(raw.count + 1)))
            for _ in 0..<random.below(6) where !damaged.isEmpty {
                damaged[random.below(damaged.count)] = UInt8(random.below(256))
            }
            let size = MessageParser.parse(damaged).size
            #expect(size == damaged.count)
        }
    }

    struct Machine: Sendable, CustomTestStringConvertible {
        let name: String
        let header: String
        var kind: MailReport.Kind?
        var original: String?
        var testDescription: String { name }
    }

    static let machines: [Machine] = [
        Machine(
            name: "sieve vacation",
            header: "Return-Path: <>\nAuto-Submitted: auto-replied (vacation)\nIn-Reply-To: <a@x>",
            kind: .autoReply, original: "a@x"),
        Machine(
            name: "Exchange",
            header:
                "Subject: Automatic reply: Hello\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nIn-Reply-To: <a@x>",
            kind: .autoReply, original: "a@x"),
        Machine(
            name: "X-Autoreply", header: "X-Autoreply: yes\nReferences: <z@x> <a@x>", kind: .autoReply, original: "a@x"),
        Machine(name: "X-Autoreply: no", header: "X-Autoreply: no\nReferences: <a@x>"),
        Machine(name: "Precedence: auto_reply", header: "Precedence: auto_reply", kind: .autoReply),
        Machine(name: "qmail's autoresponder", header: "Delivered-To: Autoresponder", kind: .autoReply),
        Machine(
            name: "old vacation", header: "Subject: Out of office: back on Monday\nPrecedence: bulk", kind: .autoReply),
        Machine(name: "from nobody, in answer", header: "Return-Path: <>\nIn-Reply-To: <a@x>", kind: .autoReply),
        Machine(name: "a subject alone", header: "Subject: Out of office: back on Monday\nIn-Reply-To: <a@x>"),
        Machine(name: "a person who says so", header: "Subject: Automatic reply: Hello\nAuto-Submitted: no"),
        Machine(name: "a program's own mail", header: "Auto-Submitted: auto-generated\nSubject: Your invoice"),
        Machine(
            name: "a ticket that is told of",
            header:
                "Auto-Submitted: auto-generated\nIn-Reply-To: <a@x>\nList-Id: tickets <t.x>"),
        Machine(
            name: "a newsletter", header: "Precedence: bulk\nList-Unsubscribe: <mailto:x@y>\nSubject: Automatic reply!",
            kind: .newsletter),
        Machine(
            name: "a list that people write to",
            header: "List-Id: <l.x>\nList-Post: <mailto:l@x>\nList-Unsubscribe: <mailto:x@y>"),
        Machine(
            name: "a list that only its owner writes to", header: "List-Id: <l.x>\nList-Post: NO", kind: .newsletter),
        Machine(
            name: "an answer by way of a list", header: "List-Id: <l.x>\nReferences: <a@x>"),
        Machine(name: "a person", header: "Subject: Re: Hello\nIn-Reply-To: <a@x>"),
        Machine(name: "a person at Exchange", header: "Subject: Re: Hello\nX-Auto-Response-Suppress: OOF"),
    ]

    @Test(arguments: machines)
    func whoAnswers(_ machine: Machine) {
        let read = reading(
            "From: Bob <bob@far.example>\nTo: ann@shop.example\n\(machine.header)\n\nI am away until Monday.\n")
        #expect(read?.kind == machine.kind)
        if let original = machine.original { #expect(read?.originals == [original]) }
        #expect(read?.recipients.isEmpty ?? true)
    }

    @Test func complaintsAreNoBounces() throws {
        let read = reading(
            """
            From: <abuse@big.example>
            Date: Tue, 3 Feb 2026 11:00:00 +0000
            Subject: FW: Your offer of January
            To: <ann@shop.example>
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary="f1"

            --f1
            Content-Type: text/plain; charset="US-ASCII"

            This is an email abuse report. The message could not be delivered without a complaint.

            --f1
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            User-Agent: SomeGenerator/1.0
            Version: 1
            Original-Mail-From: <ann@shop.example>
            Original-Rcpt-To: <bob@far.example>

            --f1
            Content-Type: message/rfc822

            \(returnedHeader)
            --f1--
            """)
        let report = try #require(read)
        #expect(report.kind == .abuse)
        #expect(report.recipients.isEmpty)
        #expect(report.originals == ["5f2c71aa0d@shop.example"])
    }

    @Test(arguments: [
        ("manual-action/MDN-sent-manually; displayed", true),
        ("automatic-action/MDN-sent-automatically; deleted", true),
        ("automatic-action/MDN-sent-automatically; failed", false), ("manual-action/MDN-sent-manually;denied", false),
    ])
    func receipts(_ disposition: String, _ arrived: Bool) throws {
        let read = reading(
            """
            From: Bob <bob@far.example>
            To: ann@shop.example
            Subject: Disposition notification
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=disposition-notification; boundary="m1"

            --m1
            Content-Type: text/plain

            Your message was displayed.

            --m1
            Content-Type: message/disposition-notification

            Reporting-UA: desk.far.example; Reader
            Original-Recipient: rfc822;bob@far.example
            Final-Recipient: rfc822;bob@far.example
            Original-Message-ID: <5f2c71aa0d@shop.example>
            Disposition: \(disposition)

            --m1--
            """)
        let report = try #require(read)
        #expect(report.kind == .receipt)
        #expect(report.originals == ["5f2c71aa0d@shop.example"])
        #expect(report.recipients.map(\.action) == (arrived ? [.delivered] : []))
    }

    /// The header alone, where no more is fetched.
    @Test func theHeaderAlone() throws {
        let exim = reading(
            "From: Mailer-Daemon@x\nX-Failed-Recipients: bob@far.example\nSubject: Mail delivery failed: returning message to sender\n\n"
        )
        #expect(exim?.recipients.map(\.addresses) == [["bob@far.example"]])
        let exchange = reading(
            "From: postmaster@x\nSubject: Undeliverable: Hi\nIn-Reply-To: <a@x>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        )
        #expect(exchange?.kind == .bounce)
        #expect(exchange?.originals == ["a@x"])
        let delayed = reading("From: Mailer-Daemon@x\nSubject: Delivery delayed: Hi\nIn-Reply-To: <a@x>\n\n")
        #expect(delayed?.kind == .delay)
        let nothing = reading("From: postmaster@x\nContent-Type: multipart/report; boundary=b\nIn-Reply-To: <a@x>\n\n")
        #expect(nothing == nil)
    }

    /// Mail of people, in which a bounce is told of or attached.
    @Test(arguments: [
        "Subject: Fwd: Undelivered Mail\nContent-Type: text/plain",
        "Subject: could not be delivered\nContent-Type: text/plain",
        "From: postmaster@far.example\nSubject: Question\nContent-Type: text/plain",
        "Return-Path: <>\nSubject: Hello\nContent-Type: text/plain",
    ])
    func whatPeopleWrite(_ header: String) {
        let body = "Look, it could not be delivered:\n\nbob@far.example was not there. Ring me at 550 12.\n"
        let told = reading("\(header)\nTo: ann@shop.example\n\n\(body)")
        #expect(told == nil)
        let forwarded = "--f\n\n\(body)\n--f\nContent-Type: message/rfc822\n\n\(statusSamples[0].text)\n--f--\n"
        let passedOn = reading("From: eve@far.example\nContent-Type: multipart/mixed; boundary=f\n\n\(forwarded)")
        #expect(passedOn == nil)
    }

    private func reading(_ text: String) -> MailReport? { parse(text).report }
}
