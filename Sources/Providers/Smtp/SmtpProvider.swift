import Base
import PluginKit
import Wire

/// Submission by SMTP (RFC 6409): the scheme `smtp`.
package enum SmtpProvider: Provider {
    package static var scheme: StaticString { "smtp" }

    package static func open(_ host: Host) throws(Failure) -> any Session {
        let ports = ServerSettings.Ports(implicit: 465, plain: 587, usual: 587)
        let settings = try ServerSettings(host, "smtp", ports, hasOwnLogin: true)
        return try settings.open(host) { (token) throws(Failure) in try open(host, settings, token) }
    }

    private static func open(
        _ host: Host, _ settings: ServerSettings, _ token: [UInt8]?
    ) throws(Failure) -> SmtpSession {
        let (connection, offers) = try SmtpConnection.open(host, settings)
        do throws(Failure) {
            try connection.login(host, settings, offers, token)
            // The engine checks by it what is to be sent; 0: the server names no limit.
            _ = try? host.emit(
                "server",
                Record(["size": .int(offers.sizeLimit ?? 0), "capabilities": .text(String(offers.words.prefix(8_000)))])
            )
        } catch {
            connection.abandon()
            throw error
        }
        return SmtpSession(connection, offers)
    }
}
