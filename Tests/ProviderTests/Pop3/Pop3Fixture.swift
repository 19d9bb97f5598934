import Base
import CMailroom
import FakeHost
import PluginKit
import Testing

@testable import Pop3Provider

/// A fake host and a fake server that belong together.
struct Pop3Fixture {
    let fake: FakeHost
    let server = Pop3FakeServer()

    init(_ count: Int = 0, _ settings: [String: String] = [:]) {
        let usual = ["pop3_host": "mail.example.com", "address": "ann@example.com", "pop3_tls": "implicit"]
        fake = FakeHost(server, settings: usual.merging(settings) { $1 })
        server.add(count)
    }

    /// Opens, syncs once from the stored cursor, and closes.
    func sync(_ more: Record = Record()) throws(Failure) {
        let session = try Pop3Provider.open(fake.host)
        defer { session.close(fake.host) }
        try fake.call { () throws(Failure) in
            try session.sync(fake.host, folder: fake.folder("INBOX", more), cursor: fake.cursor)
        }
    }

    func folder() throws(Failure) -> Record {
        let session = try Pop3Provider.open(fake.host)
        defer { session.close(fake.host) }
        try session.folders(fake.host)
        return fake.emitted.last { $0.kind == "folder" }?.fields ?? Record()
    }

    /// The store has every message that the server has, octet by octet, and no rule was broken.
    func expectSame(_ what: Comment = "", sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(fake.store.count == server.messages.count, what, sourceLocation: sourceLocation)
        for message in server.messages where fake.store[message.uid]?.body != message.body {
            Issue.record("\(message.uid) is missing, or another: \(what)", sourceLocation: sourceLocation)
        }
        expectClean(what, sourceLocation: sourceLocation)
    }

    func expectClean(_ what: Comment = "", sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(fake.broken.isEmpty && fake.odd.isEmpty, what, sourceLocation: sourceLocation)
        #expect(fake.openStreams == 0, what, sourceLocation: sourceLocation)
    }

    var said: [String] { server.commands }
}
