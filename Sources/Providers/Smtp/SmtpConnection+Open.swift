import Base
import CMailroom
import PluginKit
import Wire

extension SmtpConnection {
    /// Says who is calling. The engine knows no name of this machine that a server could check, and its addresses are
    /// nobody's business: an address literal is what remains (RFC 5321, section 4.1.4).
    private static var name: String { "[127.0.0.1]" }

    /// Connects, waits for the greeting, and secures the connection as the settings say.
    /// - Returns: the connection, and what the server offers on it now.
    static func open(
        _ host: Host, _ settings: ServerSettings
    ) throws(Failure) -> (connection: SmtpConnection, offers: SmtpCapabilities) {
        let connection = SmtpConnection(try settings.connect(host))
        do throws(Failure) {
            let greeting = try connection.reply(host, .greeting)
            guard greeting.isDone else { throw SmtpFailure.of(greeting, .greeting) }
            var offers = try connection.hello(host)
            if settings.security == .startTLS {
                try connection.startTLS(host, offers)
                // What was said in the clear is forgotten (RFC 3207, section 4.2).
                offers = try connection.hello(host)
            }
            return (connection, offers)
        } catch {
            connection.abandon()
            throw connection.stream.explain(error, settings, speaks: "SMTP")
        }
    }

    /// EHLO, and HELO where the server does not know it.
    private func hello(_ host: Host) throws(Failure) -> SmtpCapabilities {
        let reply = try exchange(host, .ehlo(Self.name), .capability)
        if reply.isDone { return SmtpCapabilities(ehlo: reply) }
        guard reply.isPermanent else { throw SmtpFailure.of(reply, .capability) }
        let simple = try exchange(host, .helo(Self.name), .capability)
        guard simple.isDone else { throw SmtpFailure.of(simple, .capability) }
        return SmtpCapabilities()
    }

    /// Never goes on without TLS: what is refused here is refused for good.
    private func startTLS(_ host: Host, _ offers: SmtpCapabilities) throws(Failure) {
        guard offers.startTLS else {
            throw SmtpFailure.noTLS("the server does not offer STARTTLS, and nothing is sent to it in the clear", nil)
        }
        let reply = try exchange(host, .startTLS, .starttls)
        guard reply.code == 220 else {
            throw SmtpFailure.noTLS("the server refused STARTTLS, and nothing is sent to it in the clear", reply)
        }
        do throws(Failure) {
            try stream.startTLS(host)
        } catch {
            // The step is the host's to say: tls, or starttls where something was injected.
            abandon()
            throw error
        }
    }
}
