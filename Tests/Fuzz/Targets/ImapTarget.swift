import Base
import FakeHost
import ImapProvider
import PluginKit

/// The IMAP provider and its dialogue with a server that says anything.
enum ImapTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> [String] {
        var choices = Choices(input, 3)
        let peer = FuzzPeer(UnsafeRawBufferPointer(rebasing: input.dropFirst(3)))
        let host = FakeHost(peer, settings: ["imap_host": "mail.example.com", "address": "ann@example.com"])
        host.isForgiving = true
        let first = choices.next()
        host.settings["imap_tls"] = ["none", "implicit", "starttls", "none"][first & 3]
        if first & 16 != 0 { host.piece = 7 }
        if first & 32 != 0 { host.commitAfter = 3 }
        let second = choices.next()
        var more = Record()
        if second & 1 != 0 { more.set("ask", 1) }
        if second & 2 != 0 { more.set("since", 1_700_000_000_000) }
        if second & 4 != 0 { more.set("walk", 1) }
        host.choose(choices.next())
        talk(host, host.folder("INBOX", more), second >> 3 & 7)
        return host.verdict
    }

    /// `turn`: what is done beside the syncs.
    private static func talk(_ host: FakeHost, _ folder: Fields, _ turn: Int) {
        guard let session = try? ImapProvider.open(host.host) else { return }
        defer { session.close(host.host) }
        if turn & 1 == 0 { try? session.folders(host.host) }
        try? host.call { () throws(Failure) in try session.sync(host.host, folder: folder, cursor: host.cursor) }
        var ref = Record(["ref": .text(host.order.first ?? "1")])
        if turn == 2 { try? session.list(host.host, folder: folder) }
        if turn == 3 {
            try? host.call(hasCursor: false) { () throws(Failure) in
                try session.fetch(host.host, what: host.folder("INBOX", ref))
            }
        }
        if turn == 4 || turn == 5 {
            ref["kind"] = .text(turn == 4 ? "flags" : "move")
            ref["add"] = .text("\\Seen")
            ref["remove"] = .text("\\Flagged")
            _ = ref.add("target", .record(Record(["path": .text("Other"), "native": .bytes(Array("Other".utf8))])))
            try? host.call(hasCursor: false) { () throws(Failure) in
                try session.apply(host.host, change: host.folder("INBOX", ref))
            }
        }
        if turn == 6 {
            let what = host.folder("INBOX", Record(["flags": .text("\\Seen"), "message_id": .text("a@b")]))
            let message = Array("Subject: a\r\n\r\nb\r\n".utf8)
            try? host.call(hasCursor: false) { () throws(Failure) in
                try message.withBytes { (bytes) throws(Failure) in
                    try session.append(host.host, what: what, message: bytes)
                }
            }
        }
        if turn == 7 {
            try? session.watch(host.host, folders: [folder])
            for _ in 0..<4 { _ = try? session.wake(host.host, .data) }
            _ = try? session.wake(host.host, .timer)
            _ = try? session.wake(host.host, .stop)
        }
        try? host.call { () throws(Failure) in try session.sync(host.host, folder: folder, cursor: host.cursor) }
    }
}
