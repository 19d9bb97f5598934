import Testing

@testable import Mime

/// A report in the structure of one mail system, written for these tests, and what it says.
struct ReportSample: Sendable, CustomTestStringConvertible {
    struct Whom: Sendable, Equatable {
        var address: String
        var action = MailReport.Action.failed
        var smtp: Int32?
        var enhanced: String?
        /// Stands somewhere in the words.
        var words = ""
        var remote: String?
    }

    let name: String
    var kind = MailReport.Kind.bounce
    var whom: [Whom] = []
    /// The Message-ID that it is about.
    var original: String?
    var subject: String?
    let text: String

    var testDescription: String { name }
}

/// What is sent in most of the samples, as a report returns it.
let returnedHeader = """
    Received: from desk.shop.example (desk.shop.example [192.0.2.9])
    	by out.shop.example with ESMTPSA id 4Xb1c2; Tue, 3 Feb 2026 10:00:01 +0000
    Date: Tue, 3 Feb 2026 10:00:00 +0000
    From: Ann <ann@shop.example>
    To: bob@far.example
    Subject: Your offer of January
    Message-ID: <5f2c71aa0d@shop.example>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8

    """

/// A multipart/report of three parts.
func report(
    from: String = "MAILER-DAEMON@out.shop.example (Mail Delivery System)", subject: String, text: String,
    status: String,
    returned: String = "message/rfc822", type: String = "message/delivery-status", header: String = ""
) -> String {
    """
    Return-Path: <>
    Date: Tue, 3 Feb 2026 10:05:00 +0000
    From: \(from)
    Subject: \(subject)
    To: ann@shop.example
    Auto-Submitted: auto-replied
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status;
    	boundary="4Xb1c2.1770113100/out.shop.example"
    Message-Id: <20260203100500.4Xb1c3@out.shop.example>
    \(header)
    This is a MIME-encapsulated message.

    --4Xb1c2.1770113100/out.shop.example
    Content-Description: Notification
    Content-Type: text/plain; charset=us-ascii

    \(text)

    --4Xb1c2.1770113100/out.shop.example
    Content-Description: Delivery report
    Content-Type: \(type)

    \(status)

    --4Xb1c2.1770113100/out.shop.example
    Content-Description: Undelivered Message
    Content-Type: \(returned)

    \(returnedHeader)

    --4Xb1c2.1770113100/out.shop.example--
    """
}

/// A bounce that is one text.
func plainReport(
    from: String, subject: String, header: String = "Return-Path: <>\n", type: String = "text/plain", _ text: String
) -> String {
    """
    \(header)Date: Tue, 3 Feb 2026 10:05:00 +0000
    From: \(from)
    To: ann@shop.example
    Subject: \(subject)
    Message-ID: <report-1@far.example>
    MIME-Version: 1.0
    Content-Type: \(type)

    \(text)
    """
}
