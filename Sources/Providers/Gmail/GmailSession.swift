import Base
import CMailroom
import PluginKit

/// One login. It holds no connection: the host keeps those.
package final class GmailSession: Session {
    let api: GmailApi
    /// The account's newest history id as it was when the session was opened, until something is changed or it was used.
    private var opened: UInt64?
    /// When that was: a session is kept, and what came later is not in it.
    private let openedAt: Int64
    private static let freshMs: Int64 = 2_000
    /// The newest one that was ever heard of.
    private var heard: UInt64?
    private var history: MailboxHistory?
    /// From there, and from before, the history is not to be had.
    private var untold: UInt64?
    /// The addresses that the account may send from, once they were asked for.
    var aliases: Set<String>?

    /// - Parameter at: when the history id was told, by the host's own clock.
    init(_ api: GmailApi, latest: UInt64?, at: Int64) {
        self.api = api
        opened = latest
        openedAt = at
    }

    /// The account's newest history id: what changes from now on is younger.
    func latest(_ host: Host) throws(Failure) -> UInt64 {
        if let opened {
            self.opened = nil
            heard = opened
            if host.now() - openedAt <= Self.freshMs { return opened }
        }
        let profile = try api.get(host, ["profile"], cost: GmailApi.Units.profile, step: "history")
        guard let id = profile.text("historyId").flatMap({ UInt64($0) }) else {
            throw Failure(MR_E_PROTOCOL, "the profile has no history id")
        }
        heard = id
        return id
    }

    /// A history id from before a comparison that begins now: what changes meanwhile is younger.
    func past(_ host: Host) throws(Failure) -> UInt64 {
        if let heard { return heard }
        return try latest(host)
    }

    /// What has changed since a history id; nil where Gmail does not say. One answer serves all folders that the listing of a round
    /// named for it, each once: who asks beside that asks because of something younger.
    /// - Parameter label: nil: for the listing itself.
    func history(_ host: Host, from: UInt64, for label: String?) throws(Failure) -> MailboxHistory? {
        if let label, let history, history.serves(label, from) { return history }
        if let untold, from <= untold { return nil }
        history = try MailboxHistory.read(host, api, from: from, isOfListing: label == nil)
        if history == nil { untold = from }
        return history
    }

    package func folders(_ host: Host) throws(Failure) { try LabelList(host: host, session: self).emit() }

    package func sync(_ host: Host, folder: Fields, cursor: [UInt8]) throws(Failure) {
        try LabelSync(host, self, folder).run(cursor)
    }

    package func fetch(_ host: Host, what: Fields) throws(Failure) { try SingleFetch(host, api, what).run() }

    package func list(_ host: Host, folder: Fields) throws(Failure) { try LabelAudit(host, api, folder).run() }

    package func apply(_ host: Host, change: Fields) throws(Failure) {
        opened = nil
        try Apply(host, api, change).run()
    }

    package func append(_ host: Host, what: Fields, message: UnsafeRawBufferPointer) throws(Failure) {
        opened = nil
        try LabelAppend(host, api, what, message).run()
    }

    package func send(_ host: Host, envelope: Fields, message: UnsafeRawBufferPointer) throws(Failure) {
        opened = nil
        try Submission(host, self, envelope, message).run()
    }

    package func findSent(_ host: Host, what: Fields) throws(Failure) {
        guard let id = what.text("message_id"), !id.isEmpty else { throw .invalid("message_id", "is missing") }
        let sent = GmailLabels.folders.first { $0.label == "SENT" }?.path
        guard let found = try MessageLookup(host, api).find(id, in: "SENT") else {
            // Not found and not looked for are two things: what is not there is sent again.
            throw .unsupported("Gmail cannot look for the Message-ID <\(id.prefix(200))>")
        }
        for message in found {
            try host.emit("sent", Record(["ref": .text(message), "path": sent.map(Value.text)]))
        }
    }
}
