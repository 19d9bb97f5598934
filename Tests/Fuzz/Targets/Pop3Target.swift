import Base
import FakeHost
import PluginKit
import Pop3Provider

/// The POP3 provider and its dialogue with a server that says anything.
enum Pop3Target {
    static func run(_ input: UnsafeRawBufferPointer) -> [String] {
        var choices = Choices(input, 3)
        let peer = FuzzPeer(UnsafeRawBufferPointer(rebasing: input.dropFirst(3)))
        let host = FakeHost(peer, settings: ["pop3_host": "mail.example.com", "address": "ann@example.com"])
        host.isForgiving = true
        let first = choices.next()
        host.settings["pop3_tls"] = ["none", "implicit", "starttls", "none"][first & 3]
        host.settings["pop3_leave"] = ["forever", "fetched", "1", "30"][first >> 2 & 3]
        if first & 16 != 0 { host.piece = 7 }
        if first & 32 != 0 { host.commitAfter = 3 }
        let second = choices.next()
        var more = Record()
        if second & 1 != 0 { more.set("ask", 1) }
        if second & 2 != 0 { more.set("since", 1_700_000_000_000) }
        host.choose(choices.next())
        if second & 4 != 0 { host.setCursor("pop3 1 first 2 a") }
        if second & 8 != 0 { host.setCursor("pop3 1 whole 0 ") }
        talk(host, host.folder("INBOX", more))
        return host.verdict
    }

    private static func talk(_ host: FakeHost, _ folder: Fields) {
        guard let session = try? Pop3Provider.open(host.host) else { return }
        defer { session.close(host.host) }
        try? session.folders(host.host)
        try? host.call { () throws(Failure) in try session.sync(host.host, folder: folder, cursor: host.cursor) }
        try? session.list(host.host, folder: folder)
        let ref = Record(["ref": .text(host.order.first ?? "1")])
        try? host.call(hasCursor: false) { () throws(Failure) in
            try session.fetch(host.host, what: host.folder("INBOX", ref))
        }
        try? host.call { () throws(Failure) in try session.sync(host.host, folder: folder, cursor: host.cursor) }
    }
}
