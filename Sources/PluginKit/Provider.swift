import Base

/// One scheme (`imap`, `smtp` ...). `open` connects and logs in.
package protocol Provider {
    /// As in the manifest, and in an account's `provider`. In ASCII.
    static var scheme: StaticString { get }
    static func open(_ host: Host) throws(Failure) -> any Session
    /// What only this provider can do.
    static var operations: [Operation] { get }
}

extension Provider {
    package static var operations: [Operation] { [] }
}

/// One login to one account. One thread at a time calls it, not always the same one; a method may block.
/// What a provider does not have it leaves out: that method then fails with `MR_E_UNSUPPORTED`.
///
/// The names of all fields: mailroom_plugin.h.
package protocol Session: AnyObject {
    /// Says goodbye and hangs up: quickly, and whatever state the connection is in. The session is gone afterwards.
    func close(_ host: Host)
    /// Emits `folder` for every one there is.
    func folders(_ host: Host) throws(Failure)
    /// Brings one folder up to date from the cursor (empty: the first time).
    func sync(_ host: Host, folder: Fields, cursor: [UInt8]) throws(Failure)
    /// Fetches one message that was skipped.
    func fetch(_ host: Host, what: Fields) throws(Failure)
    /// Emits every reference and Message-ID of a folder, for the audit.
    func list(_ host: Host, folder: Fields) throws(Failure)
    /// Carries out one change (flags, move, copy, delete) on the server.
    func apply(_ host: Host, change: Fields) throws(Failure)
    /// Adds a message to a folder. Its bytes are mapped, as for `send`.
    func append(_ host: Host, what: Fields, message: UnsafeRawBufferPointer) throws(Failure)
    /// Begins to wait for changes of these folders: parks a stream before it returns.
    func watch(_ host: Host, folders: [Fields]) throws(Failure)
    /// Goes on after parking; parks again, unless the reason is `stop`. True: `changed` was emitted.
    func wake(_ host: Host, _ reason: WakeReason) throws(Failure) -> Bool
    /// Submits a message. Its bytes are mapped: read them in pieces, keep nothing of them.
    func send(_ host: Host, envelope: Fields, message: UnsafeRawBufferPointer) throws(Failure)
    /// Whether a Message-ID was accepted: emits `sent` where it was.
    func findSent(_ host: Host, what: Fields) throws(Failure)
}

extension Session {
    package func close(_ host: Host) {}
    package func folders(_ host: Host) throws(Failure) { throw .unsupported("the provider has no folders") }
    package func sync(_ host: Host, folder: Fields, cursor: [UInt8]) throws(Failure) {
        throw .unsupported("the provider does not receive")
    }
    package func fetch(_ host: Host, what: Fields) throws(Failure) {
        throw .unsupported("the provider does not fetch single messages")
    }
    package func list(_ host: Host, folder: Fields) throws(Failure) {
        throw .unsupported("the provider does not list")
    }
    package func apply(_ host: Host, change: Fields) throws(Failure) {
        throw .unsupported("the provider does not change messages")
    }
    package func append(_ host: Host, what: Fields, message: UnsafeRawBufferPointer) throws(Failure) {
        throw .unsupported("the provider does not take messages into folders")
    }
    package func watch(_ host: Host, folders: [Fields]) throws(Failure) {
        throw .unsupported("the provider has no push")
    }
    package func wake(_ host: Host, _ reason: WakeReason) throws(Failure) -> Bool {
        throw .unsupported("the provider has no push")
    }
    package func send(_ host: Host, envelope: Fields, message: UnsafeRawBufferPointer) throws(Failure) {
        throw .unsupported("the provider does not send")
    }
    package func findSent(_ host: Host, what: Fields) throws(Failure) {
        throw .unsupported("the provider cannot look for sent messages")
    }
}

/// Why a parked session goes on (`MR_WAKE_*`).
package enum WakeReason: Int32, Sendable {
    case data = 1
    case timer = 2
    /// The machine slept, or its clock was set: what was renewed in time may be too late.
    case clock = 3
    case stop = 4
    case hungUp = 5
}
