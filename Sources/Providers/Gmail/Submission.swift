import Base
import CMailroom
import Mime
import PluginKit

/// Sends one message through the upload address. Gmail knows no envelope: who gets the message stands in its header, and all are
/// accepted, or none.
struct Submission {
    /// What Gmail takes (the discovery document's `maxSize`).
    static let largest: Int64 = 36_700_160
    /// No header is longer.
    private static let longestHeader = 1 << 20

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
        let header = MessageParser.parse(Array(message.prefix(headerSize)))
        if let from = header.from.first?.address { try SendAliases(host: host, session: session).check(from) }
        var resource = Record()
        resource.set("threadId", try thread(header))
        let upload = Upload(
            host: host, api: session.api, resource: resource, prefix: try blindCopies(recipients, header),
            message: message)
        var isOffered = false
        do throws(Failure) {
            _ = try upload.run(["messages", "send"], cost: GmailApi.Units.send, step: "data") { () throws(Failure) in
                try host.emit("offer")
                isOffered = true
            }
        } catch {
            guard isOffered else { throw error }
            throw judged(error, recipients)
        }
        for address in recipients {
            // Where the host cannot take it down it knows so itself; the message is sent all the same.
            _ = try? host.emit("recipient", Record(["address": .text(address), "outcome": .text("accepted")]))
        }
    }

    /// Only Gmail's own "no" is one: whoever is unwell, or says nothing, may have sent it.
    private func judged(_ error: Failure, _ recipients: [String]) -> Failure {
        if error.http != nil, error.result != mr_result(MR_E_OUTAGE) { return error }
        var failure = error
        failure.result = mr_result(MR_E_UNKNOWN_OUTCOME)
        failure.message =
            "the message was written whole, and it was not said what became of it: it may have been accepted"
        failure.step = "data"
        return failure
    }

    // MARK: the header

    /// Octets of the header, with the line that ends it.
    private var headerSize: Int {
        var line = 0
        for index in 0..<min(message.count, Self.longestHeader) where message[index] == 10 {
            if index == line || index == line + 1 && message[line] == 13 { return index + 1 }
            line = index + 1
        }
        return min(message.count, Self.longestHeader)
    }

    /// A Bcc field for whom the header does not name.
    /// - Throws: `MR_E_REFUSED` where the header names somebody who is not meant.
    private func blindCopies(_ recipients: [String], _ header: ParsedMessage) throws(Failure) -> [UInt8] {
        let named = (header.to + header.cc + header.bcc).map(\.address).filter { $0.utf8.contains(UInt8(ascii: "@")) }
        let meant = Set(recipients.map { AddressKey.of($0) })
        if let other = named.first(where: { !meant.contains(AddressKey.of($0)) }) {
            var failure = Failure(
                MR_E_REFUSED, "Gmail sends to everybody whom the header names, and \(other) is none of the recipients")
            failure.step = "rcpt"
            throw failure
        }
        let there = Set(named.map { AddressKey.of($0) })
        let missing = recipients.filter { !there.contains(AddressKey.of($0)) }
        guard !missing.isEmpty else { return [] }
        for address in missing where address.utf8.contains(where: { $0 < 33 || $0 == 127 || $0 == UInt8(ascii: ",") }) {
            throw .invalid("recipients", "'\(address.prefix(60))' is no address")
        }
        return Array("Bcc: \(missing.joined(separator: ",\r\n "))\r\n".utf8)
    }

    /// The thread of the message that this one answers, where the account has it.
    private func thread(_ header: ParsedMessage) throws(Failure) -> String? {
        let lookup = MessageLookup(host, session.api)
        for id in header.inReplyTo.prefix(1) + header.references.suffix(1) {
            guard let found = try lookup.find(id, in: GmailLabels.all).first else { continue }
            return try session.api.message(host, found)?.thread
        }
        return nil
    }
}
