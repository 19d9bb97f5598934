import Base
import CMailroom
import PluginHost
import Synchronization

/// Answers a plugin from tables and writes down what it said.
final class RecordingDelegate: CallDelegate, @unchecked Sendable {
    var settings: [String: String] = [:]
    var secrets: [String: [UInt8]] = [:]
    var stored: [String: [UInt8]] = [:]
    var pages: [Int64: Record] = [:]
    /// Thrown by the function of that name.
    var failing: [String: Failure] = [:]
    /// What `want` answers.
    var wanted = Int32(MR_OK)
    /// Told of each finding.
    var onEmit: (String) -> Void = { _ in }

    /// What is given one after the other as the account's token; the last stays. None: the account has no OAuth.
    var tokens: [String] = []
    private(set) var refreshes = 0
    /// What was asked of the budgets, and how long a server wanted to be left alone.
    private(set) var admitted: [String] = []
    /// How many tickets were out when each was asked.
    private(set) var outWhenAsked: [Int] = []
    private(set) var heldOff: [Int64] = []
    /// Tickets that are out.
    let tickets = Atomic<Int>(0)

    private(set) var findings: [(kind: String, fields: Record)] = []
    private(set) var messages: [(fields: Record, bytes: [UInt8])] = []
    private(set) var abandoned = 0
    private(set) var cursors: [[UInt8]] = []
    private(set) var logged: [String] = []
    private(set) var done: Int64 = 0

    init(_ settings: [String: String] = [:]) { self.settings = settings }

    private func meet(_ name: String) throws(Failure) {
        if let failure = failing[name] { throw failure }
    }

    func kinds(_ kind: String) -> [Record] { findings.filter { $0.kind == kind }.map(\.fields) }

    func setting(_ name: String) -> String? { settings[name] }
    func secret(_ name: String) -> [UInt8]? { secrets[name] }
    func token(refresh: Bool) throws(Failure) -> [UInt8] {
        guard let token = tokens.first else { throw .unsupported("no OAuth") }
        guard refresh else { return Array(token.utf8) }
        refreshes += 1
        if tokens.count > 1 { tokens.removeFirst() }
        return Array(tokens[0].utf8)
    }

    private final class Ticket: Sendable {
        let owner: RecordingDelegate
        init(_ owner: RecordingDelegate) {
            self.owner = owner
            owner.tickets.add(1, ordering: .relaxed)
        }
        deinit { owner.tickets.subtract(1, ordering: .relaxed) }
    }

    func admit(_ need: RequestNeed) throws(Failure) -> (any AnyObject & Sendable)? {
        try meet("admit")
        outWhenAsked.append(tickets.load(ordering: .relaxed))
        admitted.append("\(need.manifest.scheme) \(need.units) \(need.octets)")
        return Ticket(self)
    }
    func heldOff(_ milliseconds: Int64, _ need: RequestNeed) { heldOff.append(milliseconds) }

    func stateGet(_ key: String) throws(Failure) -> [UInt8]? {
        try meet("stateGet")
        return stored[key]
    }
    func statePut(_ key: String, _ value: [UInt8]) throws(Failure) {
        try meet("statePut")
        stored[key] = value
    }
    func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        try meet("emit")
        findings.append((kind, fields))
        onEmit(kind)
        return 0
    }
    func want(_ header: Record) throws(Failure) -> Int32 {
        try meet("want")
        return wanted
    }
    func known(_ folder: Record, after: Int64) throws(Failure) -> Record {
        try meet("known")
        return pages[after] ?? Record(["items": .list([]), "next": .int(0)])
    }
    func messageBegin(_ fields: Record, size: Int64) throws(Failure) {
        try meet("messageBegin")
        messages.append((fields, []))
    }
    func messageData(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try meet("messageData")
        messages[messages.count - 1].bytes += bytes
    }
    func messageEnd() throws(Failure) -> Int32 {
        try meet("messageEnd")
        return 0
    }
    func messageAbandoned() { abandoned += 1 }
    func commit(_ cursor: [UInt8]) throws(Failure) {
        try meet("commit")
        cursors.append(cursor)
    }
    func progress(done: Int64, total: Int64) { self.done = done }
    func log(level: Int32, _ text: String) { logged.append("\(level) \(text)") }
    func checkCancelled() throws(Failure) { try meet("check") }
}
