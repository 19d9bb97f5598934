@testable import Mime

private let daemon = "Mail Delivery System <Mailer-Daemon@out.shop.example>"

/// Bounces that only people were meant to read.
let textSamples: [ReportSample] = [
    ReportSample(
        name: "Exim",
        whom: [
            .init(
                address: "bob@far.example", smtp: 550, enhanced: "5.1.1", words: "Unrouteable", remote: "mx.far.example"
            )
        ],
        original: "5f2c71aa0d@shop.example", subject: "Your offer of January",
        text: plainReport(
            from: daemon, subject: "Mail delivery failed: returning message to sender",
            header: "Return-path: <>\nX-Failed-Recipients: bob@far.example\nAuto-Submitted: auto-replied\n",
            """
            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of its
            recipients. This is a permanent error. The following address(es) failed:

              bob@far.example
                SMTP error from remote mail server after RCPT TO:<bob@far.example>:
                host mx.far.example [198.51.100.4]: 550 5.1.1 Unrouteable address

            ------ This is a copy of the message, including all the headers. ------

            \(returnedHeader)
            Hello
            """)),
    ReportSample(
        name: "Exim, an alias", whom: [.init(address: "sales@far.example", words: "mailbox is full")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: daemon, subject: "Mail delivery failed: returning message to sender",
            """
            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of its
            recipients. This is a permanent error. The following address(es) failed:

              bob@inside.far.example
                (generated from sales@far.example)
                mailbox is full: retry timeout exceeded

            ------ This is a copy of the message, including all the headers. ------

            \(returnedHeader)
            """)),
    ReportSample(
        name: "Exim, a warning", kind: .delay,
        whom: [.init(address: "bob@far.example", action: .delayed, words: "Connection timed out")],
        original: nil, subject: "Your offer of January",
        text: plainReport(
            from: daemon, subject: "Warning: message 1ab2cd-0003Ef-7H delayed 24 hours",
            """
            This message was created automatically by mail delivery software.
            A message that you sent has not yet been delivered to one or more of its
            recipients after more than 24 hours on the queue on out.shop.example.

            The message identifier is:     1ab2cd-0003Ef-7H
            The subject of the message is: Your offer of January
            The date of the message is:    Tue, 3 Feb 2026 10:00:00 +0000

            The address to which the message has not yet been delivered is:

              bob@far.example
                host mx.far.example [198.51.100.4]
                Delay reason: Connection timed out

            No action is required on your part. Delivery attempts will continue for
            some time, and this warning may be repeated at intervals if the message
            remains undelivered.
            """)),
    ReportSample(
        name: "qmail", whom: [.init(address: "bob@far.example", smtp: 550, words: "no mailbox here by that name")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "MAILER-DAEMON@far.example", subject: "failure notice",
            """
            Hi. This is the qmail-send program at far.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <bob@far.example>:
            198.51.100.4 does not like recipient.
            Remote host said: 550 sorry, no mailbox here by that name (#5.1.1)
            Giving up on 198.51.100.4.

            --- Below this line is a copy of the message.

            Return-Path: <ann@shop.example>
            \(returnedHeader)
            Hello
            """)),
    ReportSample(
        name: "GoDaddy (qmail), a full folder",
        whom: [.init(address: "bob@far.example", words: "user's mailfolder is full")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "MAILER-DAEMON@p3smtp.secureserver.example", subject: "failure notice",
            """
            Hi. This is the qmail-send program at p3smtp.secureserver.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <bob@far.example>:
            child status 100...The e-mail message could not be delivered because the user's mailfolder is full.

            --- Below this line is a copy of the message.

            \(returnedHeader)
            """)),
    ReportSample(
        name: "Yahoo",
        whom: [.init(address: "bob@yahoo.example", words: "This user doesn't have a yahoo.example account")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "MAILER-DAEMON@yahoo.example", subject: "Failure Notice",
            """
            Sorry, we were unable to deliver your message to the following address.

            <bob@yahoo.example>:
            This user doesn't have a yahoo.example account (bob@yahoo.example) [-5]

            --- Below this line is a copy of the message.

            \(returnedHeader)
            """)),
    ReportSample(
        name: "Gmail before it wrote reports",
        whom: [
            .init(
                address: "bob@far.example", smtp: 550, enhanced: "5.1.1", words: "User unknown",
                remote: "mx.far.example")
        ],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject: "Delivery Status Notification (Failure)",
            header: "Return-Path: <>\nX-Failed-Recipients: bob@far.example\n",
            """
            Delivery to the following recipient failed permanently:

                 bob@far.example

            Technical details of permanent failure:
            Google tried to deliver your message, but it was rejected by the server for the recipient domain far.example by mx.far.example. [198.51.100.4].

            The error that the other server returned was:
            550 5.1.1 <bob@far.example>: User unknown

            ----- Original message -----

            \(returnedHeader)
            ----- End of message -----
            """)),
    ReportSample(
        name: "Gmail, a delay", kind: .delay,
        whom: [.init(address: "bob@far.example", action: .delayed, words: "timed out")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject: "Delivery Status Notification (Delay)",
            header: "Return-Path: <>\nX-Failed-Recipients: bob@far.example\nIn-Reply-To: <5f2c71aa0d@shop.example>\n",
            """
            ** Delivery incomplete **

            There was a temporary problem delivering your message to bob@far.example. Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.

            The response was:

            The recipient server did not accept our requests to connect: timed out
            """)),
    ReportSample(
        name: "Gmail, its own limit",
        whom: [.init(address: "bob@far.example", words: "limit for sending mail")], original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject: "Delivery Status Notification (Failure)",
            header: "Return-Path: <>\nX-Failed-Recipients: bob@far.example\nReferences: <5f2c71aa0d@shop.example>\n",
            """
            ** Message not delivered **

            Delivery to the following recipient failed permanently:

                 bob@far.example

            You have reached a limit for sending mail. Your message was not sent.
            """)),
    ReportSample(
        name: "Postfix, of which only the text came through",
        whom: [
            .init(
                address: "bob@far.example", smtp: 550, enhanced: "5.1.1", words: "User unknown",
                remote: "mx.far.example"),
            .init(address: "eve@gone.example", words: "Host or domain name not found"),
        ],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "MAILER-DAEMON@out.shop.example (Mail Delivery System)",
            subject: "Undelivered Mail Returned to Sender",
            """
            This is the mail system at host out.shop.example.

            I'm sorry to have to inform you that your message could not
            be delivered to one or more recipients. It's attached below.

            For further assistance, please send mail to postmaster.

            If you do so, please include this problem report. You can
            delete your own text from the attached returned message.

                               The mail system

            <bob@far.example>: host mx.far.example[198.51.100.4] said: 550 5.1.1
                <bob@far.example>: User unknown (in reply to RCPT TO command)

            <eve@gone.example>: Host or domain name not found. Name service error for
                name=gone.example type=A: Host not found

            \(returnedHeader)
            """)),
    ReportSample(
        name: "Sendmail of old",
        whom: [.init(address: "bob@far.example", smtp: 550, words: "User unknown", remote: "mail.far.example")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "Mail Delivery Subsystem <MAILER-DAEMON@out.shop.example>", subject: "Returned mail: User unknown",
            """
            The original message was received at Tue, 3 Feb 2026 10:00:01 GMT
            from desk.shop.example [192.0.2.9]

               ----- The following addresses had permanent fatal errors -----
            <bob@far.example>

               ----- Transcript of session follows -----
            ... while talking to mail.far.example.:
            >>> RCPT To:<bob@far.example>
            <<< 550 <bob@far.example>... User unknown
            550 <bob@far.example>... User unknown

               ----- Unsent message follows -----
            \(returnedHeader)
            """)),
    ReportSample(
        name: "Exchange 5.5",
        whom: [.init(address: "bob@far.example", words: "recipient name is not recognized")],
        subject: "Your offer of January",
        text: plainReport(
            from: "System Administrator <postmaster@far.example>", subject: "Undeliverable: Your offer of January",
            header: "Return-Path: <>\nIn-Reply-To: <5f2c71aa0d@shop.example>\n",
            """
            Your message

              To:      bob@far.example
              Subject: Your offer of January
              Sent:    Tue, 3 Feb 2026 10:00:00 -0000

            did not reach the following recipient(s):

            bob@far.example on Tue, 3 Feb 2026 10:00:04 -0000
                The recipient name is not recognized
            	The MTS-ID of the original message is: c=us;a= ;p=far;l=MAIL0-1
            """)),
    ReportSample(
        name: "Exchange 2003",
        whom: [.init(address: "bob@far.example", enhanced: "5.1.1", words: "e-mail account does not exist")],
        subject: "Your offer of January",
        text: plainReport(
            from: "postmaster@far.example", subject: "Delivery Status Notification (Failure)",
            header: "Return-Path: <>\nReferences: <5f2c71aa0d@shop.example>\n",
            """
            Your message did not reach some or all of the intended recipients.

                  Subject:	Your offer of January
                  Sent:	2/3/2026 10:00 AM

            The following recipient(s) could not be reached:

                  bob@far.example on 2/3/2026 10:00 AM
                        The e-mail account does not exist at the organization this message was sent to.
                        <mail.far.example #5.1.1>
            """)),
    ReportSample(
        name: "Microsoft's SMTP service",
        whom: [.init(address: "bob@far.example")], original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "postmaster@far.example", subject: "Delivery Status Notification (Failure)",
            """
            This is an automatically generated Delivery Status Notification.

            Delivery to the following recipients failed.

                   bob@far.example

            \(returnedHeader)
            """)),
    ReportSample(
        name: "Domino of old", whom: [.init(address: "bob@far.example", words: "No route found to domain")],
        original: "5f2c71aa0d@shop.example", subject: "Your offer of January",
        text: plainReport(
            from: "Postmaster@far.example", subject: "DELIVERY FAILURE: No route found to domain far.example",
            header: "Return-Path: <>\nIn-Reply-To: <5f2c71aa0d@shop.example>\n",
            """
            Your message

              Subject: Your offer of January

            was not delivered to:

              bob@far.example

            because:

              No route found to domain far.example from server HUB/Far
            """)),
    ReportSample(
        name: "GroupWise", whom: [.init(address: "bob@far.example", smtp: 550, words: "No such recipient")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "Mailer-Daemon@far.example", subject: "Message status - undeliverable",
            """
            The message that you sent was undeliverable to the following:
            	bob@far.example (550 No such recipient)

            Possibly truncated original message follows:

            \(returnedHeader)
            """)),
    ReportSample(
        name: "CommuniGate", whom: [.init(address: "bob@far.example", words: "account is full")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "MAILER-DAEMON@far.example", subject: "Undeliverable mail",
            """
            Failed to deliver to 'bob@far.example'
            LOCAL module(account bob) reports:
             account is full (quota exceeded)

            \(returnedHeader)
            """)),
    ReportSample(
        name: "Zoho", whom: [.init(address: "bob@far.example", smtp: 550, enhanced: "5.4.1", words: "Access denied")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "mailer-daemon@mail.zoho.example", subject: "Undelivered Mail Returned to Sender",
            """
            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

            bob@far.example, ERROR CODE :550 - 5.4.1 Recipient address rejected: Access denied.

            Received:from mail.zoho.example by mx.zoho.example
            \(returnedHeader)
            """)),
    ReportSample(
        name: "quoted below the words", whom: [.init(address: "bob@far.example", smtp: 554, words: "rejected as spam")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "MAILER-DAEMON@far.example", subject: "Mail delivery failed",
            """
            Unable to deliver message to the following recipients:

              <bob@far.example>: 554 rejected as spam

            > From: Ann <ann@shop.example>
            > Subject: Your offer of January
            > Message-ID:
            >  <5f2c71aa0d@shop.example>
            """)),
    ReportSample(
        name: "in HTML alone",
        whom: [.init(address: "bob@far.example", smtp: 550, enhanced: "5.1.1", words: "No such user")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "Mailer-Daemon@far.example", subject: "Undeliverable",
            header: "Return-Path: <>\nIn-Reply-To: <5f2c71aa0d@shop.example>\n", type: "text/html; charset=utf-8",
            """
            <html><head><style>p { color: red }</style></head><body>
            <p>Your message could not be delivered to the following recipients:</p>
            <table><tr><td>&lt;bob@far.example&gt;: 550 5.1.1 No such user</td></tr></table>
            <p>Sorry.</p></body></html>
            """)),
    ReportSample(
        name: "in German", whom: [.init(address: "bob@far.example", smtp: 550, words: "unbekannt")],
        original: "5f2c71aa0d@shop.example",
        text: plainReport(
            from: "MAILER-DAEMON@far.example", subject: "Unzustellbar: Ihr Angebot", type: "text/plain; charset=utf-8",
            """
            Ihre Nachricht konnte nicht zugestellt werden an:

            bob@far.example: 550 Empfänger unbekannt

            \(returnedHeader)
            """)),
]
