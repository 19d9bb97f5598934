import Base

/// How HTTP exchanges are made: with what trust, by what way, and how long they may take.
package struct HTTPOptions {
    /// `http://host:port`, `socks5h://user:password@host:port` ...; nil: none. No environment is asked.
    package var proxy: String?
    /// Certificates trusted beside the system's (PEM).
    package var caFile: String?
    /// For a whole dial: name, every address, TLS.
    package var connectTimeoutMs: Int64
    /// How long one wait may be, until when, and what ends it.
    package var patience: Patience
    package var plain: PlainHTTP
    /// Where connections go in the place of a site's own address.
    package var routes = Routes()
    /// Connections are kept for those who give the same: nothing of one account's goes over another's.
    package var account: Int64

    package init(
        proxy: String? = nil, caFile: String? = nil, connectTimeoutMs: Int64 = 30_000, ioTimeoutMs: Int64 = 60_000,
        deadline: Int64 = .max, cancellation: Cancellation? = nil, plain: PlainHTTP = .nowhere, account: Int64 = 0
    ) {
        self.proxy = proxy
        self.caFile = caFile
        self.connectTimeoutMs = connectTimeoutMs
        patience = Patience(deadline: deadline, timeoutMs: ioTimeoutMs, cancellation: cancellation)
        self.plain = plain
        self.account = account
    }
}
