import Base
import FakeHost
import PluginKit

/// What is asked of a service of the web: login, folders, two syncs, and something between them.
struct ApiTalk {
    let target: ApiTarget
    let host: FakeHost
    let site: FuzzSite
    let path: String
    let more: Record

    /// - Parameters:
    ///   - turn: what is done beside the syncs.
    ///   - isListing: folders are asked for before each sync.
    ///   - again: an earlier try may have done it.
    /// - Returns: what should have held and did not.
    func run(_ turn: Int, isListing: Bool, again: Bool) -> [String] {
        guard let session = try? target.open(host.host) else { return [] }
        defer { session.close(host.host) }
        var broken = synced(session, isListing)
        take(turn, session, again)
        broken += synced(session, isListing)
        return broken
    }

    private func synced(_ session: any Session, _ isListing: Bool) -> [String] {
        site.forget()
        if isListing { try? session.folders(host.host) }
        let before = host.emitted.count
        var more = more
        for ref in host.order.prefix(2) { _ = more.add("placed", .record(Record(["ref": .text(ref)]))) }
        let folder = host.folder(path, more)
        try? host.call { () throws(Failure) in try session.sync(host.host, folder: folder, cursor: host.cursor) }
        let empty = host.store.contains { $0.value.whole == nil && $0.value.body.isEmpty }
        return (empty ? ["a message of nothing is stored"] : [])
            + host.emitted[before...].filter { $0.kind == "gone" }.compactMap { gone in
                let ref = gone.fields.text("ref") ?? ""
                return site.couldMeanGone(target.words.map { $0 == "*" ? ref : $0 })
                    ? nil : "'\(ref)' is gone, and nobody said so"
            }
    }

    private func take(_ turn: Int, _ session: any Session, _ again: Bool) {
        var what = Record(["ref": .text(host.order.first ?? "a"), "message_id": .text("a@b"), "flags": .text("\\Seen")])
        if again { what.set("again", 1) }
        switch turn {
        case 1: try? session.list(host.host, folder: host.folder(path, more))
        case 2: try? call { (host) throws(Failure) in try session.fetch(host, what: self.host.folder(path, what)) }
        case 3...6:
            what["kind"] = .text(["flags", "move", "copy", "delete"][turn - 3])
            what["add"] = .text("\\Seen")
            what["remove"] = .text("\\Flagged")
            _ = what.add("target", .record(Record(["path": .text("O"), "native": .bytes(Array("Other".utf8))])))
            try? call { (host) throws(Failure) in try session.apply(host, change: self.host.folder(path, what)) }
        case 7: append(session, what)
        case 8: send(session)
        case 10: own(session)
        case 9:
            _ = what.add("items", .record(Record(["path": .text("Sent"), "native": .bytes(Array("SENT".utf8))])))
            try? call { (host) throws(Failure) in try session.findSent(host, what: self.host.record(what)) }
        default: break
        }
    }

    private func call(_ body: (Host) throws(Failure) -> Void) throws(Failure) {
        try host.call(hasCursor: false) { () throws(Failure) in try body(host.host) }
    }

    private static let message = Array(
        """
        From: ann@example.com\r
        To: bob@x.example\r
        In-Reply-To: <a@b>\r
        Content-Type: multipart/mixed; boundary=b\r
        \r
        --b\r
        \r
        a\r
        --b\r
        Content-Type: text/csv; name=c.csv\r
        Content-Disposition: attachment\r
        \r
        c\r
        --b--\r

        """.utf8)

    private func append(_ session: any Session, _ what: Record) {
        try? call { (host) throws(Failure) in
            try Self.message.withBytes { (bytes) throws(Failure) in
                try session.append(host, what: self.host.folder(path, what), message: bytes)
            }
        }
    }

    private func own(_ session: any Session) {
        let options = host.record(Record(["topic": .text("projects/a/topics/b")]))
        try? call { (host) throws(Failure) in
            try Self.message.withBytes { (bytes) throws(Failure) in try target.own(host, session, options, bytes) }
        }
    }

    private func send(_ session: any Session) {
        var envelope = Record(["from": .text("ann@example.com"), "message_id": .text("a@b")])
        for name in ["bob@x.example", "cleo@x.example"] {
            _ = envelope.add("recipients", .record(Record(["address": .text(name)])))
        }
        try? call { (host) throws(Failure) in
            try Self.message.withBytes { (bytes) throws(Failure) in
                try session.send(host, envelope: self.host.record(envelope), message: bytes)
            }
        }
    }
}
