@testable import Mime

/// Reports with a part for machines (RFC 3464 and its kin), as mail systems write them.
let statusSamples: [ReportSample] = [
    ReportSample(
        name: "Postfix, refused at RCPT",
        whom: [
            .init(
                address: "bob@far.example", smtp: 550, enhanced: "5.1.1", words: "User unknown",
                remote: "mx.far.example")
        ],
        original: "5f2c71aa0d@shop.example", subject: "Your offer of January",
        text: report(
            subject: "Undelivered Mail Returned to Sender",
            text: """
                This is the mail system at host out.shop.example.

                I'm sorry to have to inform you that your message could not
                be delivered to one or more recipients. It's attached below.

                                   The mail system

                <bob@far.example>: host mx.far.example[198.51.100.4] said: 550 5.1.1
                    <bob@far.example>: Recipient address rejected: User unknown (in reply to
                    RCPT TO command)
                """,
            status: """
                Reporting-MTA: dns; out.shop.example
                X-Postfix-Queue-ID: 4Xb1c2
                X-Postfix-Sender: rfc822; ann@shop.example
                Arrival-Date: Tue,  3 Feb 2026 10:00:01 +0000 (UTC)

                Final-Recipient: rfc822; bob@far.example
                Original-Recipient: rfc822;bob@far.example
                Action: failed
                Status: 5.1.1
                Remote-MTA: dns; mx.far.example
                Diagnostic-Code: smtp; 550 5.1.1 <bob@far.example>: Recipient address rejected:
                    User unknown
                """)),
    ReportSample(
        name: "Postfix, delayed", kind: .delay,
        whom: [.init(address: "bob@far.example", action: .delayed, enhanced: "4.4.1", words: "Connection timed out")],
        original: "5f2c71aa0d@shop.example",
        text: report(
            subject: "Delayed Mail (still being retried)",
            text: """
                ####################################################################
                # THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
                ####################################################################

                Your message could not be delivered for more than 1 hour(s).
                It will be retried until it is 5 day(s) old.

                <bob@far.example>: connect to mx.far.example[198.51.100.4]:25: Connection timed out
                """,
            status: """
                Reporting-MTA: dns; out.shop.example
                Arrival-Date: Tue,  3 Feb 2026 10:00:01 +0000 (UTC)

                Final-Recipient: rfc822; bob@far.example
                Original-Recipient: rfc822;bob@far.example
                Action: delayed
                Status: 4.4.1
                Diagnostic-Code: X-Postfix; connect to mx.far.example[198.51.100.4]:25:
                    Connection timed out
                Will-Retry-Until: Sun,  8 Feb 2026 10:00:01 +0000 (UTC)
                """, returned: "text/rfc822-headers")),
    ReportSample(
        name: "Postfix, given up after five days",
        whom: [
            .init(
                address: "bob@far.example", smtp: 451, enhanced: "4.7.1", words: "Greylisted", remote: "mx.far.example")
        ],
        original: "5f2c71aa0d@shop.example",
        text: report(
            subject: "Undelivered Mail Returned to Sender", text: "See below.",
            status: """
                Reporting-MTA: dns; out.shop.example

                Final-Recipient: rfc822; bob@far.example
                Action: failed
                Status: 4.7.1
                Remote-MTA: dns; mx.far.example
                Diagnostic-Code: smtp; 451 4.7.1 Greylisted, try again later
                """)),
    ReportSample(
        name: "Sendmail, one arrived and one did not",
        whom: [
            .init(address: "eve@far.example", action: .relayed),
            .init(
                address: "bob@far.example", smtp: 550, enhanced: "5.1.1", words: "User unknown",
                remote: "mail.far.example"),
        ],
        original: "5f2c71aa0d@shop.example",
        text: report(
            from: "Mail Delivery Subsystem <MAILER-DAEMON@out.shop.example>",
            subject: "Returned mail: see transcript for details",
            text: """
                The original message was received at Tue, 3 Feb 2026 10:00:01 GMT
                from desk.shop.example [192.0.2.9]

                   ----- The following addresses had permanent fatal errors -----
                <bob@far.example>
                    (reason: 550 5.1.1 <bob@far.example>... User unknown)

                   ----- Transcript of session follows -----
                ... while talking to mail.far.example.:
                >>> DATA
                <<< 550 5.1.1 <bob@far.example>... User unknown
                """,
            status: """
                Reporting-MTA: dns; out.shop.example
                Received-From-MTA: DNS; desk.shop.example
                Arrival-Date: Tue, 3 Feb 2026 10:00:01 GMT

                Final-Recipient: RFC822; eve@far.example
                Action: relayed (to non-DSN-aware mailer)
                Status: 2.1.5
                Last-Attempt-Date: Tue, 3 Feb 2026 10:00:02 GMT

                Final-Recipient: RFC822; bob@far.example
                Action: failed
                Status: 5.1.1
                Remote-MTA: DNS; mail.far.example
                Diagnostic-Code: SMTP; 550 5.1.1 <bob@far.example>... User unknown
                """, returned: "text/rfc822-headers")),
    ReportSample(
        name: "Microsoft 365, no such recipient",
        whom: [
            .init(address: "bob@far.example", smtp: 550, enhanced: "5.1.10", words: "RESOLVER.ADR.RecipientNotFound")
        ],
        original: "5f2c71aa0d@shop.example",
        text: """
            From: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@shop.example>
            To: <ann@shop.example>
            Date: Tue, 3 Feb 2026 10:00:05 +0000
            Content-Type: multipart/report; report-type=delivery-status;
             boundary="62ac15d8-0d5b-4a33-9d76-51e9"
            X-MS-Exchange-Message-Is-Ndr:
            Content-Language: en-US
            Message-ID: <8f1a@AB1PR01MB0001.eurprd01.prod.example>
            In-Reply-To: <5f2c71aa0d@shop.example>
            References: <first-of-the-thread@shop.example> <5f2c71aa0d@shop.example>
            Subject: Undeliverable: Your offer of January
            Auto-Submitted: auto-replied
            MIME-Version: 1.0

            --62ac15d8-0d5b-4a33-9d76-51e9
            Content-Type: multipart/alternative; differences=Content-Type;
             boundary="c7a2"

            --c7a2
            Content-Type: text/plain; charset="us-ascii"
            Content-Transfer-Encoding: quoted-printable

            [http://products.office.example/ndr-header.png]
            Your message to bob@far.example couldn't be delivered.
            bob wasn't found at far.example.

            --c7a2
            Content-Type: text/html; charset="us-ascii"
            Content-Transfer-Encoding: quoted-printable

            <html><head></head><body><p>Your message to <b>bob@far.example</b> couldn't be delivered.</p></body></html>

            --c7a2--

            --62ac15d8-0d5b-4a33-9d76-51e9
            Content-Type: message/delivery-status

            Reporting-MTA: dns;AB1PR01MB0001.eurprd01.prod.example
            Received-From-MTA: dns;AB1PR01MB0002.eurprd01.prod.example
            Arrival-Date: Tue, 3 Feb 2026 10:00:03 +0000

            Final-Recipient: rfc822;bob@far.example
            Action: failed
            Status: 5.1.10
            Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

            --62ac15d8-0d5b-4a33-9d76-51e9
            Content-Type: message/rfc822

            \(returnedHeader)
            --62ac15d8-0d5b-4a33-9d76-51e9--
            """),
    ReportSample(
        name: "Gmail, address not found",
        whom: [
            .init(
                address: "bob@far.example", smtp: 550, enhanced: "5.1.1", words: "does not exist",
                remote: "mx.far.example")
        ],
        original: "5f2c71aa0d@shop.example",
        text: """
            Delivered-To: ann@shop.example
            Return-Path: <>
            To: ann@shop.example
            From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
            Auto-Submitted: auto-replied
            Subject: Delivery Status Notification (Failure)
            References: <5f2c71aa0d@shop.example>
            In-Reply-To: <5f2c71aa0d@shop.example>
            X-Failed-Recipients: bob@far.example
            Message-ID: <65be.gmr@mx.google.com>
            Date: Tue, 03 Feb 2026 02:00:04 -0800 (PST)
            Content-Type: multipart/report; boundary="000000000000f2"; report-type=delivery-status

            --000000000000f2
            Content-Type: multipart/related; boundary="000000000000f3"

            --000000000000f3
            Content-Type: multipart/alternative; boundary="000000000000f4"

            --000000000000f4
            Content-Type: text/plain; charset="UTF-8"


            ** Address not found **

            Your message wasn't delivered to bob@far.example because the address couldn't be found, or is unable to receive mail.

            --000000000000f4--
            --000000000000f3
            Content-Type: image/png; name="icon.png"
            Content-Disposition: attachment; filename="icon.png"
            Content-Transfer-Encoding: base64
            Content-ID: <icon.png>

            iVBORw0KGgo=
            --000000000000f3--
            --000000000000f2
            Content-Type: message/delivery-status

            Reporting-MTA: dns; googlemail.com
            Received-From-MTA: dns; ann@shop.example
            Arrival-Date: Tue, 03 Feb 2026 02:00:03 -0800 (PST)
            X-Original-Message-ID: <5f2c71aa0d@shop.example>

            Final-Recipient: rfc822; bob@far.example
            Action: failed
            Status: 5.1.1
            Remote-MTA: dns; mx.far.example. (198.51.100.4, the server for the domain far.example.)
            Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
             550-5.1.1 double-checking the recipient's email address for typos or
             550 5.1.1 unnecessary spaces.
            Last-Attempt-Date: Tue, 03 Feb 2026 02:00:04 -0800 (PST)

            --000000000000f2
            Content-Type: message/rfc822

            \(returnedHeader)
            --000000000000f2--
            """),
    ReportSample(
        name: "Exim with a report",
        whom: [
            .init(
                address: "bob@far.example", smtp: 550, enhanced: "5.2.1", words: "mailbox is disabled",
                remote: "mx.far.example")
        ],
        original: "5f2c71aa0d@shop.example",
        text: report(
            from: "Mail Delivery System <Mailer-Daemon@out.shop.example>",
            subject: "Mail delivery failed: returning message to sender",
            text: """
                This message was created automatically by mail delivery software.

                A message that you sent could not be delivered to one or more of its
                recipients. This is a permanent error. The following address(es) failed:

                  bob@far.example
                    host mx.far.example [198.51.100.4]
                    SMTP error from remote mail server after RCPT TO:<bob@far.example>:
                    550 5.2.1 the mailbox is disabled
                """,
            status: """
                Reporting-MTA: dns; out.shop.example

                Action: failed
                Final-Recipient: rfc822;bob@far.example
                Status: 5.0.0
                Remote-MTA: dns; mx.far.example
                Diagnostic-Code: smtp; 550 5.2.1 the mailbox is disabled
                """, header: "X-Failed-Recipients: bob@far.example")),
    ReportSample(
        name: "a report without words has those for people",
        whom: [
            .init(
                address: "bob@far.example", smtp: 554, enhanced: "5.0.0", words: "blocked using a list",
                remote: "mx.far.example")
        ],
        original: "5f2c71aa0d@shop.example",
        text: report(
            subject: "Undeliverable mail",
            text: """
                Your message could not be delivered.

                <bob@far.example>: host mx.far.example said: 554 blocked using a list
                """,
            status: "Final-Recipient: rfc822;bob@far.example\nAction: failed\nStatus: 5.0.0")),
    ReportSample(
        name: "an address that was forwarded",
        whom: [.init(address: "sales@far.example", smtp: 552, enhanced: "5.2.2", words: "over quota")],
        original: "5f2c71aa0d@shop.example",
        text: report(
            subject: "Undelivered Mail Returned to Sender", text: "See below.",
            status: """
                Reporting-MTA: dns; relay.far.example

                Original-Recipient: rfc822;sales@far.example
                Final-Recipient: rfc822;bob@inside.far.example
                Action: failed
                Status: 5.2.2
                Diagnostic-Code: smtp; 552 5.2.2 over quota
                """)),
    ReportSample(
        name: "RFC 6533, in UTF-8",
        whom: [.init(address: "jörg@far.example", smtp: 550, enhanced: "5.1.1", words: "unbekannt: jörg")],
        original: "5f2c71aa0d@shop.example",
        text: report(
            subject: "Undelivered Mail Returned to Sender", text: "See below.",
            status: """
                Reporting-MTA: dns; out.shop.example

                Final-Recipient: utf-8; jörg@far.example
                Action: failed
                Status: 5.1.1
                Diagnostic-Code: smtp; 550 5.1.1 unbekannt: jörg
                """, returned: "message/global-headers", type: "message/global-delivery-status")),
    ReportSample(
        name: "Domino",
        whom: [.init(address: "bob@far.example", enhanced: "5.1.1", words: "not listed in Domino Directory")],
        original: "5f2c71aa0d@shop.example",
        text: report(
            from: "Postmaster@far.example",
            subject: "DELIVERY FAILURE: User bob (bob@far.example) not listed in Domino Directory",
            text: """
                Your message

                  Subject: Your offer of January

                was not delivered to:

                  bob@far.example

                because:

                  User bob (bob@far.example) not listed in Domino Directory
                """,
            status: """
                Reporting-MTA: dns;domino.far.example

                Final-Recipient: rfc822;bob@far.example
                Action: failed
                Status: 5.1.1
                Diagnostic-Code: X-Notes; User bob (bob@far.example) not listed in Domino Directory
                """)),
    ReportSample(
        name: "Exchange on premises: header in base64",
        whom: [.init(address: "bob@far.example", smtp: 550, enhanced: "5.7.1", words: "RESOLVER.RST.NotAuthorized")],
        original: "abc@shop.example",
        text: """
            From: "Microsoft Outlook" <postmaster@far.example>
            To: ann@shop.example
            Subject: Undeliverable: Your offer of January
            Content-Type: multipart/report; report-type=delivery-status; boundary=b1
            MIME-Version: 1.0

            --b1
            Content-Type: text/html; charset=utf-8

            <p>Delivery has failed to these recipients or groups:</p>
            --b1
            Content-Type: message/delivery-status
            Content-Transfer-Encoding: quoted-printable

            Reporting-MTA: dns;ex01.far.example

            Final-Recipient: rfc822;bob=40far.example
            Action: failed
            Status: 5.7.1
            Diagnostic-Code: smtp;550 5.7.1 RESOLVER.RST.NotAuthorized; not authori=
            zed
            --b1
            Content-Type: text/rfc822-headers
            Content-Transfer-Encoding: base64

            RnJvbTogYW5uQHNob3AuZXhhbXBsZQ0KTWVzc2FnZS1JRDogPGFiY0BzaG9wLmV4YW1wbGU+DQo=
            --b1--
            """),
]
