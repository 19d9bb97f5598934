import Base
import CMailroom
import PluginKit

@testable import ImapProvider

/// A host made for one test: settings, a store in memory that keeps the host's rules, and a server behind its stream.
final class ImapFakeHost {
    struct Message: Equatable {
        var flags: String
        var date: Int64?
        var historical: Int64?
        var body: [UInt8]
        var stable: String?
        var whole: Int64?
    }

    static let now: Int64 = 1_800_000_000_000

    var settings = ["imap_host": "mail.example.com", "address": "ann@example.com"]
    var password: [UInt8]? = Array("secret".utf8)
    var server: any ImapFakePeer

    // The store.
    private(set) var store: [String: Message] = [:]
    /// As they came; the number is the store's own, by which it pages.
    private(set) var places: [(number: Int64, ref: String)] = []
    private var numbers: Int64 = 0
    var order: [String] { places.map(\.ref) }
    private(set) var cursor: [UInt8] = []
    private(set) var isComplete = false
    private var pending: [(kind: String, ref: String, message: Message)] = []
    private var open: (ref: String, message: Message, size: Int64)?
    /// Findings after which a commit is asked for.
    var commitAfter = 500
    /// References that are not wanted, and those of which the header is.
    var unwanted: Set<String> = []
    var headOnly: Set<String> = []
    /// Beside its name: what the host tells of the folder.
    var folderFields = Record()
    var states: [String: [UInt8]] = [:]
    /// What the server refused, and what was listed.
    private(set) var refused: [String: Record] = [:]
    var listed: [Record] { emitted.filter { $0.kind == "listed" }.map(\.fields) }
    /// What `want` was asked, by reference.
    private(set) var headers: [String: Record] = [:]
    /// The commit that fails, counted from 1, before or after it was stored.
    var stopAt = 0
    var stopsAfter = false

    // What was said.
    private(set) var emitted: [(kind: String, fields: Record)] = []
    /// What a session that was opened said of its server.
    private(set) var servers: [Record] = []
    private(set) var wanted: [String] = []
    private(set) var commits = 0
    private(set) var largestPiece = 0
    private(set) var dialled: [String] = []
    private(set) var progress: [(done: Int64, total: Int64)] = []
    private(set) var logged: [String] = []
    /// Rules of the host that the provider broke.
    private(set) var broken: [String] = []
    private(set) var openStreams = 0
    var startTLSAnswer = MR_OK
    var startDeflateAnswer = MR_OK
    private(set) var isDeflated = false

    /// Octets that a read gives at most: the network's pieces.
    var piece = Int.max
    private var incoming: [UInt8] = []
    private var taken = 0
    private var fields: [ImapFakeFields] = []
    private var kept: [UnsafeMutableRawBufferPointer] = []

    init(_ server: any ImapFakePeer) { self.server = server }

    deinit { for cell in kept { cell.deallocate() } }

    var context: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

    /// The host as a provider sees it in one call.
    var host: Host { Host(table: ImapFakeTable.pointer, context: context) }

    func folder(_ path: String = "INBOX") -> Fields {
        var record = Record(["id": .int(1), "path": .text(path), "native": .bytes(Array(path.utf8))])
        for field in folderFields.fields { record[field.name] = field.value }
        return Fields(host, make(record))
    }

    /// Opens, syncs once from the stored cursor, and closes.
    func sync(_ path: String = "INBOX") throws(Failure) {
        pending = []
        open = nil
        progress = []
        let session = try ImapProvider.open(host)
        defer { session.close(host) }
        try session.sync(host, folder: folder(path), cursor: cursor)
        if !pending.isEmpty { broken.append("findings without a commit") }
    }

    func setCursor(_ text: String) { cursor = Array(text.utf8) }

    /// As if the message had never been stored.
    func lose(_ ref: String) {
        store[ref] = nil
        places.removeAll { $0.ref == ref }
    }

    // MARK: Findings

    func want(_ header: Record) -> Int32 {
        if open != nil { broken.append("want within a message") }
        let ref = header.text("ref") ?? ""
        wanted.append(ref)
        headers[ref] = header
        if headOnly.contains(ref), store[ref] == nil { return Int32(MR_HEADER) }
        return store[ref] != nil || unwanted.contains(ref) ? Int32(MR_SKIP) : 0
    }

    func emit(_ kind: String, _ record: Record) -> Int32 {
        if open != nil { broken.append("emit within a message") }
        if kind == "server" {
            servers.append(record)
            return 0
        }
        emitted.append((kind, record))
        let message = Message(flags: record.text("flags") ?? "", date: nil, historical: nil, body: [])
        if kind == "refused" { refused[record.text("ref") ?? ""] = record }
        pending.append((kind, record.text("ref") ?? "", message))
        if kind == "listed" || kind == "folder" { pending = [] }
        return gathered()
    }

    private func gathered() -> Int32 {
        if pending.count > 5000 { broken.append("too much without a commit") }
        return pending.count >= commitAfter ? Int32(MR_COMMIT_NOW) : 0
    }

    func begin(_ record: Record, _ size: Int64) {
        if open != nil { broken.append("begin within a message") }
        let message = Message(
            flags: record.text("flags") ?? "", date: record.int("internal_date"), historical: record.int("historical"),
            body: [], stable: record.text("stable"), whole: record.int("whole"))
        open = (record.text("ref") ?? "", message, size)
    }

    func data(_ bytes: UnsafeRawBufferPointer) {
        largestPiece = max(largestPiece, bytes.count)
        open?.message.body += Array(bytes)
    }

    func end() -> Int32 {
        guard let open else { return Int32(MR_E_PLUGIN) }
        if open.size >= 0, open.size != Int64(open.message.body.count) { broken.append("another size than announced") }
        if open.ref.isEmpty { broken.append("no ref") }
        pending.append(("message", open.ref, open.message))
        self.open = nil
        return gathered()
    }

    func commit(_ bytes: [UInt8]) -> Int32 {
        if open != nil { broken.append("commit within a message") }
        commits += 1
        if commits == stopAt, !stopsAfter { return Int32(MR_E_CANCELLED) }
        for finding in pending { apply(finding.kind, finding.ref, finding.message) }
        pending = []
        cursor = bytes
        return commits == stopAt ? Int32(MR_E_CANCELLED) : 0
    }

    private func apply(_ kind: String, _ ref: String, _ message: Message) {
        switch kind {
        case "message":
            if store.updateValue(message, forKey: ref) == nil {
                numbers += 1
                places.append((numbers, ref))
            }
        case "flags":
            if store[ref] == nil { broken.append("flags of a message that is not there: \(ref)") }
            store[ref]?.flags = message.flags
        case "gone":
            store[ref] = nil
            places.removeAll { $0.ref == ref }
        case "reset":
            store = [:]
            places = []
            isComplete = false
        case "complete": isComplete = true
        case "refused": break
        default: broken.append("a finding called \(kind)")
        }
    }

    func known(_ after: Int64) -> Record {
        let page = places.filter { $0.number > after }.prefix(700)
        var record = Record()
        for place in page {
            let item = Record(["ref": .text(place.ref), "flags": .text(store[place.ref]?.flags ?? "")])
            _ = record.add("items", .record(item))
        }
        record.set("next", page.last?.number == places.last?.number ? 0 : page.last?.number)
        return record
    }

    func log(_ text: String) { logged.append(text) }
    func report(_ done: Int64, _ total: Int64) {
        if done < (progress.last?.done ?? 0) || done > total {
            broken.append("progress goes back or beyond: \(done) of \(total)")
        }
        progress.append((done, total))
    }

    // MARK: Memory of the call

    func keep(_ bytes: [UInt8]) -> mr_bytes {
        let cell = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 8)
        cell.copyBytes(from: bytes)
        kept.append(cell)
        return mr_bytes(data: cell.baseAddress, size: bytes.count)
    }

    func make(_ record: Record) -> OpaquePointer {
        let made = ImapFakeFields(record, self)
        fields.append(made)
        return OpaquePointer(Unmanaged.passUnretained(made).toOpaque())
    }

    // MARK: The stream

    /// The stream keeps its host: a session may outlive the test's last look at it.
    func connect(_ what: String) {
        _ = Unmanaged.passRetained(self)
        dialled.append(what)
        openStreams += 1
        incoming = []
        taken = 0
        incoming += server.greet()
    }

    func close() {
        openStreams -= 1
        Unmanaged.passUnretained(self).release()
    }

    /// How long the stream was to be parked, each time (ms).
    private(set) var parked: [Int64] = []
    func park(_ milliseconds: Int64) { parked.append(milliseconds) }
    /// What the server says without being asked.
    func push(_ text: String) { incoming += Array(text.utf8) }

    func startTLS() -> Int32 {
        if startTLSAnswer < 0 || taken < incoming.count { return Int32(MR_E_TLS) }
        server.secure()
        return 0
    }

    func startDeflate() -> Int32 {
        if taken < incoming.count { return Int32(MR_E_PROTOCOL) }
        isDeflated = true
        return Int32(startDeflateAnswer)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        incoming += server.hear(Array(bytes))
        return 0
    }

    func line(_ limit: Int, _ out: inout mr_bytes) -> Int32 {
        guard let end = incoming[taken...].firstIndex(of: 10) else { return Int32(MR_E_CONNECTION) }
        var line = incoming[taken..<end]
        if line.last == 13 { line.removeLast() }
        if line.count > limit { return Int32(MR_E_PROTOCOL) }
        out = keep(Array(line))
        taken = end + 1
        compact()
        return 0
    }

    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, piece, incoming.count - taken)
        buffer.copyBytes(from: incoming[taken..<taken + count])
        taken += count
        compact()
        return count
    }

    private func compact() {
        if taken < 1 << 20 { return }
        incoming.removeFirst(taken)
        taken = 0
    }
}

/// What stands behind the fake host's `mr_fields`.
final class ImapFakeFields {
    var record: Record
    unowned let host: ImapFakeHost

    init(_ record: Record, _ host: ImapFakeHost) {
        self.record = record
        self.host = host
    }

    static func of(_ pointer: OpaquePointer?) -> ImapFakeFields? {
        pointer.map { Unmanaged<ImapFakeFields>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }
}

/// The other end of the stream.
protocol ImapFakePeer: AnyObject {
    func greet() -> [UInt8]
    /// What it answers to these octets.
    func hear(_ bytes: [UInt8]) -> [UInt8]
    func secure()
}
