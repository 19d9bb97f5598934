import Base
import CMailroom
import PluginKit
import Wire

/// One login, and one look at the maildrop: what comes later is seen by the next login alone.
package final class Pop3Session: Session {
    /// For so long an equal outline of the maildrop is believed to mean an equal maildrop (ms).
    private static let belief: Int64 = 6 * 3600 * 1000

    private var connection: Pop3Connection
    private var maildrop: Pop3.Maildrop?
    /// A sync has been here: another one wants to see what came since.
    private var isUsed = false

    init(_ connection: Pop3Connection) { self.connection = connection }

    /// QUIT, within the two seconds that the host gives. Nothing is marked for removal here.
    package func close(_ host: Host) {
        if connection.isReady { _ = try? connection.quit(host) }
        connection.abandon()
    }

    package func folders(_ host: Host) throws(Failure) {
        if isUsed { try reopen(host) }
        try ready()
        let leave = try Pop3Leave(host)
        var folder = Record(["path": .text("INBOX"), "role": .text("inbox"), "selectable": .int(1)])
        if let (messages, text) = try connection.outline(host) {
            folder.set("messages", Int64(messages))
            if !text.isEmpty {
                folder["status"] = .bytes(Array("\(text) \(Self.word(leave, host))".utf8))
                folder.set("status_ms", Self.belief)
            }
        }
        try host.emit("folder", folder)
    }

    /// What else decides whether there is something to be done: the policy, and the day where it counts days.
    private static func word(_ leave: Pop3Leave, _ host: Host) -> String {
        guard case .days(let days) = leave else { return "forever" }
        return days == 0 ? "0" : "\(days) \(host.now(wall: true) / 86_400_000)"
    }

    package func sync(_ host: Host, folder: Fields, cursor: [UInt8]) throws(Failure) {
        let cursor = try Pop3Cursor(cursor)
        if isUsed { try reopen(host) }
        try ready()
        isUsed = true
        let maildrop = try connection.maildrop(host)
        self.maildrop = maildrop
        let sync = try Pop3Sync(host, connection, maildrop, folder, cursor)
        try sync.run()
        try Pop3Removal(sync).run()
    }

    package func fetch(_ host: Host, what: Fields) throws(Failure) {
        if connection.isBroken { try reopen(host) }
        try ready()
        let maildrop = if let seen = self.maildrop { seen } else { try connection.maildrop(host) }
        self.maildrop = maildrop
        let ref = what.text("ref") ?? ""
        guard let index = maildrop.index(ofRef: ref) else { throw .notFound("message \(ref)") }
        try Pop3Delivery(host, connection, ref: ref, isFirst: nil).fetch(maildrop.number(index))
    }

    package func list(_ host: Host, folder: Fields) throws(Failure) {
        if isUsed { try reopen(host) }
        try ready()
        let maildrop = try connection.maildrop(host)
        self.maildrop = maildrop
        for index in 0..<maildrop.count {
            guard let ref = maildrop.ref(index) else { continue }
            var record = Record(["ref": .text(ref)])
            record.set("size", maildrop.size(index))
            try host.emit("listed", record)
        }
    }

    /// A call that failed in the middle of an answer leaves the rest of that answer behind.
    private func ready() throws(Failure) {
        guard connection.isReady else {
            connection.abandon()
            throw Failure(MR_E_CONNECTION, "the connection was left in the middle of an answer")
        }
    }

    private func reopen(_ host: Host) throws(Failure) {
        close(host)
        maildrop = nil
        connection = try Pop3Connection.open(host)
        isUsed = false
    }
}
