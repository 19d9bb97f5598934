import Base
import Transport

/// How one invocation of a plugin may run: until when, and with what its connections are made.
package struct CallOptions: Sendable {
    /// By the boot clock, in milliseconds (`Clock.boot()`); `Int64.max` for none.
    package var deadline: Int64
    /// For a whole dial: name, every address, TLS.
    package var connectTimeoutMs: Int64
    /// For one wait on the server: nothing came, or nothing could be sent.
    package var ioTimeoutMs: Int64
    /// For the first octet of a server that speaks first, in the clear; nil: as every other wait. Shorter where it is only
    /// guessed that it does not want TLS at once.
    package var firstWordMs: Int64?
    /// Certificates trusted beside the system's (PEM), for servers with a private authority.
    package var caFile: String?
    /// Where connections go in the place of a server's own address.
    package var routes = Routes()
    /// Written into failures.
    package var account: Int64?
    /// The scheme; written into failures.
    package var provider: String
    /// Wakes blocking calls at once when cancelled; nil where nobody will.
    package var cancellation: Cancellation?
    /// Told of each step of the way to a server; nil where nobody asks.
    package var trace: SessionTrace?

    package init(
        deadline: Int64 = .max, connectTimeoutMs: Int64 = 30_000, ioTimeoutMs: Int64 = 60_000,
        caFile: String? = nil, account: Int64? = nil, provider: String = "", cancellation: Cancellation? = nil
    ) {
        self.deadline = deadline
        self.connectTimeoutMs = connectTimeoutMs
        self.ioTimeoutMs = ioTimeoutMs
        self.caFile = caFile
        self.account = account
        self.provider = provider
        self.cancellation = cancellation
    }
}
