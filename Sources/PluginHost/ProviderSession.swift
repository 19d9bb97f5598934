import Base
import CMailroom

/// One login to one account, inside a plugin. Every call blocks; one thread at a time.
package final class ProviderSession {
    package let provider: LoadedProvider

    private init(provider: LoadedProvider) {
        self.provider = provider
    }

    /// Connects and logs in.
    package static func open(
        _ provider: LoadedProvider, _ options: CallOptions, _ delegate: any CallDelegate
    ) throws(Failure) -> ProviderSession { ProviderSession(provider: provider) }

    /// Ends the session and closes its streams. Never fails; calling it again does nothing. Every session is closed.
    package func close(_ options: CallOptions, _ delegate: any CallDelegate) {}

    /// Emits every folder.
    package func folders(_ options: CallOptions, _ delegate: any CallDelegate) throws(Failure) {}

    /// Brings one folder up to date from a cursor, which is empty at first.
    package func sync(
        _ options: CallOptions, _ delegate: any CallDelegate, folder: Record, cursor: [UInt8]
    ) throws(Failure) {}

    /// Fetches what was skipped before.
    package func fetch(_ options: CallOptions, _ delegate: any CallDelegate, what: Record) throws(Failure) {}

    /// Offers one message. `message` is whole (a spool file mapped into memory); it is read, not copied.
    package func send(
        _ options: CallOptions, _ delegate: any CallDelegate, envelope: Record, message: UnsafeRawBufferPointer
    ) throws(Failure) {}

    /// An operation of the provider's own.
    package func call(
        _ options: CallOptions, _ delegate: any CallDelegate, operation: String, arguments: Record
    ) throws(Failure) {}
}
