import Base
import CMailroom
import PluginKit
import Wire

/// Fetches the body of one message that was skipped before.
struct SingleFetch {
    private let host: Host
    private let connection: ImapConnection
    private let what: Fields

    init(_ host: Host, _ connection: ImapConnection, _ what: Fields) {
        self.host = host
        self.connection = connection
        self.what = what
    }

    /// `MR_E_NOT_FOUND` where the folder does not have it any more.
    func run() throws(Failure) {
        guard let uid = UInt32(what.text("ref") ?? ""), uid > 0 else { throw .invalid("ref", "is not a UID") }
        _ = try connection.examine(host, what)
        var items = ["UID", "FLAGS", "INTERNALDATE"]
        items += MessageFacts.nameItems(connection.capabilities)
        items.append("BODY.PEEK[]")
        let tag = try connection.start(host, .uidFetch(Imap.NumberSet(uid...uid), items: items, changedSince: nil))
        var isDone = false
        while true {
            switch try connection.next(host) {
            case .body(let literal):
                guard !isDone, literal.section == Imap.Section(""), literal.fetch.uid ?? uid == uid else { continue }
                try begin(uid, literal.fetch, size: literal.size)
                try connection.body(host) { (bytes) throws(Failure) in try host.messageData(bytes) }
                _ = try host.messageEnd()
                isDone = true
            case .event(.untagged(.fetch(let data))):
                guard !isDone, data.uid ?? uid == uid,
                    let bytes = data.sections.first(where: \.section.isWhole)?.content.bytes
                else { continue }
                try begin(uid, data, size: Int64(bytes.count))
                try bytes.withUnsafeBytes { bytes in
                    Result { () throws(Failure) in try host.messageData(bytes) }
                }.get()
                _ = try host.messageEnd()
                isDone = true
            case .event(.done(tag, let status)):
                if status.kind != .ok, !Imap.Refusal.isOnlyMissing(status) {
                    throw Imap.Refusal.failure(status, step: "fetch")
                }
                guard isDone else { throw .notFound("message \(uid)") }
                return
            case .event: continue
            }
        }
    }

    private func begin(_ uid: UInt32, _ data: Imap.FetchData, size: Int64) throws(Failure) {
        var record = Record(["ref": .text("\(uid)"), "flags": .text(FlagText.join(data.flags ?? []))])
        record.set("internal_date", data.internalDate)
        record.set("stable", MessageFacts.stable(data))
        record.set("thread", MessageFacts.thread(data))
        try host.messageBegin(record, size: size)
    }
}
