@testable import Mime

/// Reports that say little.
let bareSamples: [ReportSample] = [
    ReportSample(
        name: "arrived: a receipt was asked for", kind: .receipt,
        whom: [.init(address: "bob@far.example", action: .delivered, enhanced: "2.1.5")],
        original: "5f2c71aa0d@shop.example",
        text: report(
            subject: "Successful Mail Delivery Report", text: "Your message was delivered.",
            status: """
                Reporting-MTA: dns; out.shop.example
                Original-Envelope-Id: 77

                Final-Recipient: rfc822; bob@far.example
                Action: delivered
                Status: 2.1.5
                """)),
    ReportSample(
        name: "no more than the message itself", original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "MAILER-DAEMON@far.example", subject: "Mail delivery failed",
            """
            Your message could not be delivered.

            \(returnedHeader)
            """)),
]
