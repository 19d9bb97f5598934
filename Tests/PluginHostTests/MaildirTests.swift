import Base
import CMailroom
import Glibc
import Testing

@testable import PluginHost

/// The example for authors in C, through the host: it keeps the header's promises, and the host keeps them to it.
struct MaildirTests {
    private static var source: String {
        Scratch.headers.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/bindings/c/examples/maildir"
    }

    private let scratch: Scratch
    private let provider: LoadedProvider

    init() throws {
        scratch = try Scratch()
        let directory = try scratch.directory("plugins")
        let source = MaildirTests.source
        try #require(
            try run([
                "sh", "-c",
                """
                cp '\(source)/maildir.json' '\(directory)' && chmod 644 '\(directory)/maildir.json' &&
                gcc -shared -fPIC -O1 -I '\(Scratch.headers)' '\(source)'/*.c -o '\(directory)/maildir.so' &&
                cd '\(scratch.path)' && mkdir -p mail/cur mail/new mail/tmp &&
                printf 'Subject: one\\r\\n\\r\\nfirst\\r\\n' > 'mail/cur/1700000001.a.host:2,S' &&
                printf 'Subject: two\\r\\n\\r\\nsecond\\r\\n' > 'mail/new/1700000002.b.host'
                """,
            ]) == 0)
        provider = try PluginRegistry(directories: [directory]).provider("maildir")
    }

    @Test func foldersThenSyncThenNothingNew() throws {
        let delegate = RecordingDelegate(["path": "\(scratch.path)/mail", "address": "ann@example.com", "account": "1"])
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        try session.folders(CallOptions(), delegate)
        var inbox = try #require(delegate.kinds("folder").first { $0.text("path") == "INBOX" })
        inbox.set("id", 1)
        try session.sync(CallOptions(), delegate, folder: inbox, cursor: [])
        #expect(delegate.messages.count == 2)
        #expect(Set(delegate.messages.map { String(decoding: $0.bytes, as: UTF8.self) }).count == 2)
        #expect(delegate.kinds("complete").count == 1)
        let cursor = try #require(delegate.cursors.last)

        // The store knows both now.
        let items = delegate.messages.map {
            Value.record(
                Record(["ref": .text($0.fields.text("ref") ?? ""), "flags": .text($0.fields.text("flags") ?? "")]))
        }
        delegate.pages[0] = Record(["items": .list(items), "next": .int(0)])
        try session.sync(CallOptions(), delegate, folder: inbox, cursor: cursor)
        #expect(delegate.messages.count == 2)
    }

    @Test func pathThatIsNone() throws {
        let delegate = RecordingDelegate(["path": "\(scratch.path)/absent"])
        #expect(throws: Failure.self) {
            let session = try ProviderSession.open(provider, CallOptions(), delegate)
            defer { session.close(CallOptions(), delegate) }
            try session.folders(CallOptions(), delegate)
        }
    }
}
