import Base
import CMailroom
import Mime
import PluginKit
import WebProvider

/// Sends one message through the upload address. Gmail knows no envelope: who gets the message stands in its header, and all are
/// accepted, or none.
struct Submission {
    /// What Gmail takes (the discovery document's `maxSize`).
    static let largest: Int64 = 36_700_160

    private let host: Host
    private let session: GmailSession
    private let envelope: Fields
    private let message: UnsafeRawBufferPointer

    init(_ host: Host, _ session: GmailSession, _ envelope: Fields, _ message: UnsafeRawBufferPointer) {
        self.host = host
        self.session = session
        self.envelope = envelope
        self.message = message
    }

    func run() throws(Failure) {
        let recipients = envelope.items("recipients").compactMap { $0.text("address") }
        guard !recipients.isEmpty, !message.isEmpty else { throw .invalid("recipients", "are missing") }
        let (header, replaces) = try OutgoingHeader.fitted(message, to: recipients)
        let parsed = MessageParser.parse(header)
        if let from = parsed.from.first?.address { try SendAliases(host: host, session: session).check(from) }
        var resource = Record()
        resource.set("threadId", try thread(parsed))
        let upload = Upload(
            host: host, api: session.api, resource: resource, header: header, from: replaces, message: message)
        var isOffered = false
        do throws(Failure) {
            _ = try upload.run(["messages", "send"], cost: GmailApi.Units.send, step: "data") { () throws(Failure) in
                try host.emit("offer")
                isOffered = true
            }
        } catch {
            guard isOffered else { throw error }
            var failure = ApiClient.judged(error)
            failure.step = "data"
            throw failure
        }
        for address in recipients {
            // Where the host cannot take it down it knows so itself; the message is sent all the same.
            _ = try? host.emit("recipient", Record(["address": .text(address), "outcome": .text("accepted")]))
        }
    }

    /// The thread of the message that this one answers, where the account has it.
    private func thread(_ header: ParsedMessage) throws(Failure) -> String? {
        let lookup = MessageLookup(host, session.api)
        for id in header.inReplyTo.prefix(1) + header.references.suffix(1) {
            guard let found = try lookup.find(id, in: GmailLabels.all)?.first else { continue }
            return try session.api.message(host, found)?.thread
        }
        return nil
    }
}
