import Base
import CMailroom
import PluginKit

/// A host made for one test: settings, a store in memory that keeps the host's rules, and a peer behind its streams.
package final class FakeHost {
    package struct Message: Equatable {
        package var flags: String
        package var date: Int64?
        package var historical: Int64?
        /// The octets of the whole message, where its header alone was kept.
        package var whole: Int64?
        package var body: [UInt8]
        package var storedAt: Int64?
    }

    package struct Open {
        let ref: String
        var message: Message
        let size: Int64
    }

    package var settings: [String: String]
    package var password: [UInt8]? = Array("secret".utf8)
    package let peer: any FakePeer
    /// The time for every provider (ms since 1970): the host's clock knows no context.
    package static let clock: Int64 = 1_800_000_000_000
    /// When what is committed counts as stored.
    package var now = FakeHost.clock

    // The store.
    package internal(set) var store: [String: Message] = [:]
    /// As they came; the number is the store's own, by which it pages.
    var places: [(number: Int64, ref: String)] = []
    var numbers: Int64 = 0
    package var order: [String] { places.map(\.ref) }
    package internal(set) var cursor: [UInt8] = []
    package internal(set) var isComplete = false
    var pending: [(kind: String, ref: String, message: Message)] = []
    var open: Open?
    /// What the host counts since the last commit: findings, and what was known when it was asked.
    var counted = 0
    /// The provider's own values; what was put is stored with the next commit, an empty one is none.
    var state: [String: [UInt8]] = [:]
    var pendingState: [String: [UInt8]] = [:]
    /// Findings after which a commit is asked for.
    package var commitAfter = 500
    /// And from which on the host refuses more.
    package var mostUncommitted = 5000
    /// What `want` answers beside "known": nil for all that is not named.
    package var policy: (Record) -> Wanted = { _ in .whole }
    /// The commit that fails, counted from 1, before or after it was stored.
    package var stopAt = 0
    package var stopsAfter = false
    /// Messages on a page of `known`.
    package var page = 700

    // What was said.
    package internal(set) var emitted: [(kind: String, fields: Record)] = []
    /// What a session that was opened said of its server.
    package internal(set) var servers: [Record] = []
    package var wanted: [Record] = []
    package internal(set) var refused: [String] = []
    package internal(set) var commits = 0
    /// Of each commit, in order: whether it was to be durable.
    package internal(set) var durable: [Bool] = []
    package internal(set) var largestPiece = 0
    package internal(set) var dialled: [String] = []
    package internal(set) var progress: [(done: Int64, total: Int64)] = []
    package internal(set) var logged: [String] = []
    /// Rules of the host that the provider broke.
    package internal(set) var broken: [String] = []
    /// What a provider says only where the server talks nonsense.
    package internal(set) var odd: [String] = []
    package internal(set) var openStreams = 0
    package internal(set) var lastFailure: Record?
    package var startTLSAnswer = MR_OK
    /// Bytes that came before TLS began are taken for what came after it: for a peer that says all it has at once.
    package var isForgiving = false

    // HTTP.
    /// What a request is answered; nil: the connection breaks.
    package var answer: (FakeRequest) -> FakeAnswer? = { _ in nil }
    package internal(set) var requests: [FakeRequest] = []
    /// How long it was waited, in order (ms).
    package internal(set) var slept: [Int64] = []
    /// How often a new token was asked for.
    package internal(set) var renewals = 0
    var exchanges: [FakeExchange] = []

    // The stream.
    /// Octets that a read gives at most: the network's pieces.
    package var piece = Int.max
    var incoming: [UInt8] = []
    var taken = 0
    private var fields: [FakeFields] = []
    private var kept: [UnsafeMutableRawBufferPointer] = []

    package init(_ peer: any FakePeer, settings: [String: String]) {
        self.peer = peer
        self.settings = settings
    }

    deinit { for cell in kept { cell.deallocate() } }

    var context: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

    /// The host as a provider sees it in one call.
    package var host: Host { Host(table: FakeTable.pointer, context: context) }

    /// A folder as `sync` gets it, with more fields.
    package func folder(_ path: String = "INBOX", _ more: Record = Record()) -> Fields {
        var record = Record(["id": .int(1), "path": .text(path), "native": .bytes(Array(path.utf8))])
        for field in more.fields { record[field.name] = field.value }
        return Fields(host, make(record))
    }

    /// Any fields as an argument of a call.
    package func record(_ record: Record) -> Fields { Fields(host, make(record)) }

    /// One call of a provider: what it leaves uncommitted is dropped, as after any call. One without a cursor
    /// commits by returning.
    package func call(hasCursor: Bool = true, _ body: () throws(Failure) -> Void) throws(Failure) {
        pending = []
        pendingState = [:]
        open = nil
        counted = 0
        progress = []
        defer {
            pending = []
            pendingState = [:]
            open = nil
        }
        try body()
        if !hasCursor {
            _ = commit(cursor)
        } else if !pending.isEmpty {
            broken.append("findings without a commit")
        }
        if open != nil { broken.append("returned within a message") }
    }

    package func setCursor(_ text: String) { cursor = Array(text.utf8) }

    // MARK: Memory of the call

    func keep(_ bytes: some Collection<UInt8>) -> mr_bytes {
        let cell = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 8)
        cell.copyBytes(from: bytes)
        cell[bytes.count] = 0
        kept.append(cell)
        return mr_bytes(data: cell.baseAddress, size: bytes.count)
    }

    func make(_ record: Record) -> OpaquePointer {
        let made = FakeFields(record, self)
        fields.append(made)
        return OpaquePointer(Unmanaged.passUnretained(made).toOpaque())
    }
}

/// What stands behind the fake host's `mr_fields`.
final class FakeFields {
    var record: Record
    unowned let host: FakeHost

    init(_ record: Record, _ host: FakeHost) {
        self.record = record
        self.host = host
    }

    static func of(_ pointer: OpaquePointer?) -> FakeFields? {
        pointer.map { Unmanaged<FakeFields>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }
}
