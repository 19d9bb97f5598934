import Base
import PluginKit

/// Mail by IMAP4rev1 and IMAP4rev2 (RFC 3501, RFC 9051): the scheme `imap`.
package enum ImapProvider: Provider {
    package static var scheme: StaticString { "imap" }

    package static func open(_ host: Host) throws(Failure) -> any Session {
        let settings = try ImapSettings(host)
        return try settings.server.open(host) { (token) throws(Failure) in
            ImapSession(try ImapConnection.open(host, settings, token))
        }
    }
}
