import Base
import PluginKit

/// Submission by SMTP (RFC 6409): the scheme `smtp`.
package enum SmtpProvider: Provider {
    package static var scheme: StaticString { "smtp" }

    package static func open(_ host: Host) throws(Failure) -> any Session {
        throw .unsupported("smtp")
    }
}
