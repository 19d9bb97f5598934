import Base
import CMailroom
import Synchronization

/// One login to one account, inside a plugin. Every call blocks; one thread at a time, not always the same one.
///
/// Close every session: one that is let go without is closed without a goodbye to the server, and the plugin's own
/// memory for it is lost.
package final class ProviderSession {
    package let provider: LoadedProvider
    let streams = SessionStreams()
    /// The plugin's own pointer; nil once closed.
    private var session: OpaquePointer?
    private let busy = Atomic<Bool>(false)
    /// Kept for the caller, and let go of with the session.
    package var attached: (any AnyObject & Sendable)?
    /// What its latest call failed with; nil where that went well, or there was none.
    package private(set) var failure: Failure?

    private init(provider: LoadedProvider) {
        self.provider = provider
    }

    /// Connects and logs in.
    /// - Throws: the plugin's failure, with what the host knows of it; nothing is left open then.
    package static func open(
        _ provider: LoadedProvider, _ options: CallOptions, _ delegate: any CallDelegate
    ) throws(Failure) -> ProviderSession {
        let session = ProviderSession(provider: provider)
        var made: OpaquePointer?
        do throws(Failure) {
            let invocation = session.invocation(.open, options, delegate)
            try invocation.check()
            let answer = invocation.run { context in
                provider.functions.table.open?(context, &made) ?? Int32(MR_E_UNSUPPORTED)
            }
            // What it opened is closed, whatever its end was.
            session.session = made
            _ = try invocation.finish(answer)
            guard made != nil else { throw invocation.broken("open gave no session") }
            return session
        } catch {
            session.close(options, delegate)
            throw error
        }
    }

    /// Ends the session and closes its streams: the plugin has two seconds to say goodbye. Never fails; again does nothing.
    package func close(_ options: CallOptions, _ delegate: any CallDelegate) {
        guard !busy.exchange(true, ordering: .acquiringAndReleasing) else { return }
        defer { busy.store(false, ordering: .releasing) }
        streams.unpark()
        if let session {
            self.session = nil
            var brief = options
            brief.deadline = min(Clock.boot() + 2000, options.deadline)
            let invocation = invocation(.close, brief, delegate)
            _ = invocation.run { context in
                provider.functions.table.close?(context, session)
                return 0
            }
        }
        streams.closeAll()
    }

    /// Emits every folder.
    package func folders(_ options: CallOptions, _ delegate: any CallDelegate) throws(Failure) {
        try call(.folders, options, delegate, provider.functions.table.folders) { function, session, invocation in
            invocation.run { function(session, $0) }
        }
    }

    /// Brings one folder up to date from a cursor, which is empty at first. The plugin commits as it goes.
    package func sync(
        _ options: CallOptions, _ delegate: any CallDelegate, folder: Record, cursor: [UInt8]
    ) throws(Failure) {
        try call(.sync, options, delegate, provider.functions.table.sync) { function, session, invocation in
            let folder = invocation.fields(folder)
            return cursor.withUnsafeBytes { bytes in
                invocation.run { function(session, $0, folder, mr_bytes(bytes)) }
            }
        }
    }

    /// Fetches what was skipped before.
    package func fetch(_ options: CallOptions, _ delegate: any CallDelegate, what: Record) throws(Failure) {
        try call(.fetch, options, delegate, provider.functions.table.fetch, what)
    }

    /// Emits every message's id, for an audit.
    package func list(_ options: CallOptions, _ delegate: any CallDelegate, folder: Record) throws(Failure) {
        try call(.list, options, delegate, provider.functions.table.list, folder)
    }

    /// Carries out one wish on the server.
    package func apply(_ options: CallOptions, _ delegate: any CallDelegate, change: Record) throws(Failure) {
        try call(.apply, options, delegate, provider.functions.table.apply, change)
    }

    /// Looks for a message that was sent, and emits what it finds.
    package func findSent(_ options: CallOptions, _ delegate: any CallDelegate, what: Record) throws(Failure) {
        try call(.findSent, options, delegate, provider.functions.table.find_sent, what)
    }

    /// Adds a message to a folder. `message` is whole, as for `send`.
    package func append(
        _ options: CallOptions, _ delegate: any CallDelegate, what: Record, message: UnsafeRawBufferPointer
    ) throws(Failure) {
        try call(.append, options, delegate, provider.functions.table.append) { function, session, invocation in
            let what = invocation.fields(what)
            return invocation.run { function(session, $0, what, mr_bytes(message)) }
        }
    }

    /// What `park` was called with in the latest `watch` or `wake`; nil where it was not.
    package var parked: ParkedStream? { streams.parked }

    /// Nothing will be asked of it for a while: its streams give back the memory that they can have again. Between two calls.
    package func rest() { streams.rest() }

    /// Whether a server has ended one of its streams, as far as that is known without asking it: between two calls.
    package var isSevered: Bool { streams.isSevered }

    /// Offers one message. `message` is whole (a spool file mapped into memory); it is read, not copied.
    package func send(
        _ options: CallOptions, _ delegate: any CallDelegate, envelope: Record, message: UnsafeRawBufferPointer
    ) throws(Failure) {
        try call(.send, options, delegate, provider.functions.table.send) { function, session, invocation in
            let envelope = invocation.fields(envelope)
            return invocation.run { function(session, $0, envelope, mr_bytes(message)) }
        }
    }

    /// An operation of the provider's own.
    /// - Throws: `MR_E_NOT_FOUND` for an operation that it does not have, `MR_E_INVALID` naming a wrong argument.
    package func call(
        _ options: CallOptions, _ delegate: any CallDelegate, operation name: String, arguments: Record
    ) throws(Failure) {
        guard let operation = provider.operation(name) else {
            throw .notFound("operation \(HostText.line(name, limit: 64)) of \(provider.scheme)")
        }
        try call(.operation, options, delegate, operation) { operation, session, invocation throws(Failure) in
            var call = try OperationCall(operation, arguments, session: session, invocation)
            return invocation.run { _ in call.run() }
        }
    }

    // MARK: how a call is made

    private typealias OneRecord = @convention(c) (OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Int32

    private func call(
        _ kind: Invocation.Kind, _ options: CallOptions, _ delegate: any CallDelegate, _ function: OneRecord?,
        _ record: Record
    ) throws(Failure) {
        try call(kind, options, delegate, function) { function, session, invocation in
            let fields = invocation.fields(record)
            return invocation.run { function(session, $0, fields) }
        }
    }

    /// - Parameter reason: of a wake.
    /// - Returns: the plugin's answer: 0, or one of those that `watch` and `wake` have.
    @discardableResult
    @_semantics("optimize.sil.specialize.generic.never")
    func call<Function>(
        _ kind: Invocation.Kind, _ options: CallOptions, _ delegate: any CallDelegate, _ function: Function?,
        reason: Int32? = nil, _ body: (Function, OpaquePointer, Invocation) throws(Failure) -> Int32
    ) throws(Failure) -> Int {
        guard let function else { throw .unsupported("\(provider.scheme) does not offer \(kind.rawValue)") }
        guard !busy.exchange(true, ordering: .acquiringAndReleasing) else {
            throw Failure(MR_E_INTERNAL, "a session of \(provider.scheme) was called while another call ran on it")
        }
        defer { busy.store(false, ordering: .releasing) }
        guard let session else { throw Failure(MR_E_CLOSED, "the session of \(provider.scheme) is closed") }
        guard kind == .wake || streams.parked == nil else {
            throw Failure(MR_E_INTERNAL, "a session of \(provider.scheme) that watches was called for \(kind.rawValue)")
        }
        streams.unpark()
        let invocation = invocation(kind, options, delegate)
        invocation.reason = reason
        do throws(Failure) {
            try invocation.check()
            failure = nil
            return try invocation.finish(try body(function, session, invocation))
        } catch {
            failure = error
            streams.unpark()
            throw error
        }
    }

    private func invocation(
        _ kind: Invocation.Kind, _ options: CallOptions, _ delegate: any CallDelegate
    ) -> Invocation {
        var options = options
        if options.provider.isEmpty { options.provider = provider.scheme }
        return Invocation(kind, options, delegate, streams, provider.manifest)
    }
}
