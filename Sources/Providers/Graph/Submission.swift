import Base
import CMailroom
import PluginKit
import WebProvider

/// Hands one message over to be sent. Graph sends to whom the header names, and says yes or no to all of them together.
struct Submission {
    private let host: Host
    private let client: GraphClient
    private let message: UnsafeRawBufferPointer
    private let recipients: [String]

    init(_ host: Host, _ client: GraphClient, _ envelope: Fields, _ message: UnsafeRawBufferPointer) {
        self.host = host
        self.client = client
        self.message = message
        recipients = envelope.items("recipients").compactMap { $0.text("address") }
    }

    func run() throws(Failure) {
        guard !recipients.isEmpty else { throw .invalid("recipients", "are missing") }
        let (header, replaces) = try OutgoingHeader.fitted(message, to: recipients)
        let rest = UnsafeRawBufferPointer(rebasing: message[replaces...])
        if header.count + rest.count <= MimeUpload.most {
            _ = try MimeUpload(host, client, "\(client.mailbox)/sendMail", step: "send").run(
                header: header, rest, isFinal: true)
        } else {
            try LargeDraft(host, client, message, header: header).send()
        }
        // Where the host cannot take it down it knows so itself; the message is sent all the same.
        for address in recipients {
            _ = try? host.emit("recipient", Record(["address": .text(address), "outcome": .text("accepted")]))
        }
    }
}
