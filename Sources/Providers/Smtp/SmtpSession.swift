import Base
import CMailroom
import PluginKit
import Wire

/// A connection that is logged in, and the messages that go through it one after the other.
final class SmtpSession: Session {
    let connection: SmtpConnection
    let offers: SmtpCapabilities
    /// Whether a message went through already: then the connection may have been closed for being quiet.
    private var isUsed = false

    init(_ connection: SmtpConnection, _ offers: SmtpCapabilities) {
        self.connection = connection
        self.offers = offers
    }

    /// QUIT, and what the server says to it, within the two seconds that the host gives.
    func close(_ host: Host) {
        if !connection.isBroken { _ = try? connection.exchange(host, .quit, .reset) }
        connection.abandon()
    }

    func send(_ host: Host, envelope: Fields, message: UnsafeRawBufferPointer) throws(Failure) {
        guard !connection.isBroken else {
            var failure = Failure(MR_E_CONNECTION, "the connection to the server is closed")
            failure.step = SmtpStep.mail.rawValue
            throw failure
        }
        let recipients = envelope.items("recipients").map { $0.text("address") ?? "" }
        let transaction = try SmtpTransaction(
            SmtpEnvelope(
                from: envelope.text("from") ?? "", recipients: recipients, size: Int64(message.count),
                eightBit: envelope.int("eight_bit").map { $0 == 1 } ?? MessageBytes.hasEightBit(message),
                utf8: envelope.int("utf8") == 1),
            offers)
        // RSET before every message but the first: it shows whether the connection still stands, before anything counts.
        var delivery = SmtpDelivery(connection, transaction, host)
        if isUsed { delivery.resets = offers.pipelining ? .along : .before }
        isUsed = true
        try delivery.run(message)
    }
}
