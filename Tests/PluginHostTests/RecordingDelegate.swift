import Base
import CMailroom
import PluginHost

/// Answers a plugin from tables and writes down what it said.
final class RecordingDelegate: CallDelegate {
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
