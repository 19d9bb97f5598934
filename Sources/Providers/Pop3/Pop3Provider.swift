import Base
import PluginKit

/// Mail by POP3 (RFC 1939): the scheme `pop3`.
package enum Pop3Provider: Provider {
    package static var scheme: StaticString { "pop3" }

    package static func open(_ host: Host) throws(Failure) -> any Session {
        Pop3Session(try Pop3Connection.open(host))
    }
}
