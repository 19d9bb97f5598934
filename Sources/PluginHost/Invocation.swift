import Base
import CMailroom
import Glibc
import Transport

/// What stands behind an `mr_context`: one call into a plugin, with its deadline, its memory, its findings so far, and
/// what has gone wrong.
///
/// It lives on the stack of one thread. The plugin's calls back into the host find it there, so a context used on
/// another thread, or after its end, is refused.
final class Invocation {
    /// Which function of the plugin runs: what it may do depends on it.
    enum Kind: String {
        case open, close, folders, sync, fetch, list, apply, append, send, watch, wake
        case findSent = "find_sent"
        case operation

        /// Whether commit may be called: only where there is a cursor.
        var commits: Bool { self == .sync }
    }

    /// Uncommitted findings at which `emit` asks for a commit, and beyond which it refuses.
    static let commitItems = 500
    static let commitBytes: Int64 = 16 << 20
    static let maximumItems = 5_000
    static let maximumFieldsObjects = 65_536

    struct OpenMessage {
        /// -1 where the plugin does not know it.
        let announced: Int64
        var received: Int64
    }

    let kind: Kind
    let options: CallOptions
    let delegate: any CallDelegate
    let streams: SessionStreams
    let manifest: ProviderManifest
    let arena = Arena()
    let serial = Handle.serial()

    /// The failure that this invocation ends with, whatever the plugin answers: the first of a delegate, a broken rule,
    /// a cancellation.
    private(set) var verdict: Failure?
    /// The latest failure that the host itself can explain (a dial, TLS, a bad argument).
    var explained: Failure?
    /// What the plugin said by `fail`.
    var told: (code: Int32, facts: Record)?
    var message: OpenMessage?
    /// In a wake: why (MR_WAKE_*).
    var reason: Int32?
    var items = 0
    var itemBytes: Int64 = 0
    /// What was put during this invocation; empty bytes: removed.
    var state: [String: [UInt8]] = [:]
    /// Settings, secrets and state that were shown, by what they are.
    var cells: [String: UnsafeRawBufferPointer] = [:]

    private var fieldsObjects: [Int: FieldsObject] = [:]
    private var nextFields = 0
    /// Pages of `known` and the handles of their items: only the latest two are kept.
    private var pages: [Set<Int>] = []

    init(
        _ kind: Kind, _ options: CallOptions, _ delegate: any CallDelegate, _ streams: SessionStreams,
        _ manifest: ProviderManifest
    ) {
        self.kind = kind
        self.options = options
        self.delegate = delegate
        self.streams = streams
        self.manifest = manifest
    }

    var context: OpaquePointer? { Handle(.context, serial: serial).pointer }

    /// Ends the invocation with this failure, and keeps the first.
    func end(with failure: Failure) {
        if verdict == nil { verdict = failure }
    }

    /// A broken rule: the invocation fails with `MR_E_PLUGIN`.
    func broken(_ rule: String) -> Failure {
        let failure = Failure(
            MR_E_PLUGIN, "the plugin of \(options.provider) broke a rule in \(kind.rawValue): \(rule)")
        end(with: failure)
        return failure
    }

    /// Asks the delegate; its failure ends the invocation.
    func ask<Answer>(_ question: (any CallDelegate) throws(Failure) -> Answer) throws(Failure) -> Answer {
        do {
            return try question(delegate)
        } catch {
            end(with: error)
            throw error
        }
    }

    /// - Throws: the verdict, once there is one; `MR_E_CANCELLED` when late or stopped.
    func check() throws(Failure) {
        if let verdict { throw verdict }
        if options.cancellation?.isCancelled == true {
            let failure = Failure(MR_E_CANCELLED, "cancelled")
            end(with: failure)
            throw failure
        }
        if Clock.boot() >= options.deadline {
            var failure = Failure(MR_E_CANCELLED, "\(kind.rawValue) did not end by its deadline")
            failure.code = "deadline"
            end(with: failure)
            throw failure
        }
        try ask { delegate throws(Failure) in try delegate.checkCancelled() }
    }

    /// How long a stream may keep this invocation waiting.
    var patience: Patience {
        Patience(
            deadline: options.deadline, timeoutMs: options.ioTimeoutMs, cancellation: options.cancellation,
            pulse: { [unowned self] () throws(Failure) in
                try ask { delegate throws(Failure) in try delegate.checkCancelled() }
            })
    }

    /// The first word of a server may be waited for less long.
    func patience(toRead connection: Connection) -> Patience {
        var patience = patience
        if let first = options.firstWordMs, !connection.isEncrypted, !connection.hasHeard {
            patience.timeoutMs = min(patience.timeoutMs, first)
        }
        return patience
    }

    // MARK: fields

    /// Makes a handle for a record; nil where there are too many of them.
    func fields(_ record: Record) -> OpaquePointer? {
        guard fieldsObjects.count < Invocation.maximumFieldsObjects, nextFields <= Handle.maximumIndex else {
            return nil
        }
        defer { nextFields += 1 }
        fieldsObjects[nextFields] = FieldsObject(record)
        return Handle(.fields, serial: serial, index: nextFields).pointer
    }

    func find(_ pointer: OpaquePointer?) -> FieldsObject? {
        Handle(pointer).index(.fields, serial: serial).flatMap { fieldsObjects[$0] }
    }

    /// The record behind fields that may be NULL.
    /// - Throws: `MR_E_INVALID` for a pointer that is none of this invocation.
    func record(_ pointer: OpaquePointer?, _ name: String) throws(Failure) -> Record {
        guard pointer != nil else { return Record() }
        guard let object = find(pointer) else { throw .invalid(name, "is not of this call") }
        return object.record
    }

    /// A page of `known`. Only it and the one before are kept, because a folder has many.
    func page(_ record: Record) -> OpaquePointer? {
        if pages.count == 2 { for index in pages.removeFirst() { fieldsObjects[index] = nil } }
        pages.append([nextFields])
        return fields(record)
    }

    /// The handle of a list's item, made when it is first asked for. Items of a page go with it.
    func item(of parent: OpaquePointer?, _ list: String, _ index: Int) -> OpaquePointer? {
        guard let parentIndex = Handle(parent).index(.fields, serial: serial),
            let object = fieldsObjects[parentIndex]
        else { return nil }
        if let known = object.handle(list, index) { return known }
        guard let record = object.item(list, index) else { return nil }
        let number = nextFields
        guard let made = fields(record) else { return nil }
        if let page = pages.firstIndex(where: { $0.contains(parentIndex) }) { pages[page].insert(number) }
        object.remember(made, list, index)
        return made
    }

    // MARK: the thread's stack of invocations

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// The innermost invocation of this thread.
    static var current: Invocation? {
        pthread_getspecific(key).map { Unmanaged<Invocation>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Runs the plugin's function with this invocation as the thread's current one.
    func run(_ function: (OpaquePointer?) -> Int32) -> Int32 {
        let outer = pthread_getspecific(Invocation.key)
        pthread_setspecific(Invocation.key, Unmanaged.passUnretained(self).toOpaque())
        defer { pthread_setspecific(Invocation.key, outer) }
        return withExtendedLifetime(self) { function(context) }
    }
}
