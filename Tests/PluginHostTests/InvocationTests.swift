import Base
import CMailroom
import PluginHost
import Testing
import Transport

/// What a plugin may do in a call, and what becomes of one that breaks the rules.
struct InvocationTests {
    private let scratch: Scratch
    private let provider: LoadedProvider

    init() throws {
        scratch = try Scratch()
        provider = try ToyPlugin.load(scratch)
    }

    private func sync(_ delegate: RecordingDelegate, _ options: CallOptions = CallOptions()) throws {
        let session = try ProviderSession.open(provider, options, delegate)
        defer { session.close(options, delegate) }
        try session.sync(
            options, delegate, folder: Record(["id": .int(42), "path": .text("INBOX")]), cursor: Array("c0".utf8))
    }

    @Test func wellBehaved() throws {
        let delegate = RecordingDelegate(["act": "good"])
        delegate.secrets = ["password": Array("geheim".utf8)]
        try sync(delegate)
        #expect(delegate.kinds("told").map { $0.text("what") } == ["INBOX", "green", "secret"])
        #expect(delegate.kinds("told").map { $0.int("n") } == [42, 5, 6])
        #expect(delegate.messages.map { $0.fields.text("ref") } == ["7", "8"])
        #expect(delegate.messages.map(\.bytes) == [Array("hello".utf8), Array("unknown size".utf8)])
        #expect(delegate.stored["k"] == Array("v1".utf8))
        #expect(delegate.cursors == [Array("cursor-1".utf8)])
        #expect(delegate.done == 2)
        #expect(delegate.logged == ["6 closed"])
    }

    @Test func foldersKeepBytes() throws {
        let delegate = RecordingDelegate()
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        try session.folders(CallOptions(), delegate)
        #expect(delegate.kinds("folder") == [Record(["path": .text("INBOX"), "native": .bytes([0xFF, 1])])])
    }

    @Test func commitIsDueAt500() throws {
        let delegate = RecordingDelegate(["act": "many"])
        try sync(delegate)
        #expect(delegate.kinds("flags").count == 500)
        #expect(delegate.cursors.count == 1)
    }

    /// act, the result, a part of the message
    @Test(arguments: [
        ("too-many", MR_E_PLUGIN, "5000 findings"), ("answers-77", MR_E_PLUGIN, "answered 77"),
        ("answers-unknown", MR_E_PLUGIN, "answered -77"), ("answers-forked", MR_E_PLUGIN, "answered -6"),
        ("commit-inside", MR_E_INVALID, "middle of a message"), ("emit-inside", MR_E_INVALID, "middle of a message"),
        ("left-inside", MR_E_PLUGIN, "middle of a message"), ("too-long", MR_E_PLUGIN, "3 octets has more"),
        ("too-short", MR_E_PLUGIN, "50 octets has 5"), ("data-outside", MR_E_PLUGIN, "outside a message"),
        ("nothing-known", MR_E_UNSUPPORTED, "not supported"),
    ])
    func ruleBreakers(act: String, result: Int, words: String) throws {
        let delegate = RecordingDelegate(["act": act])
        let failure = try #require(throws: Failure.self) { try sync(delegate, CallOptions(account: 7)) }
        #expect(Int(failure.result) == result)
        #expect(failure.message.contains(words), "\(failure.message)")
        #expect(failure.provider == "toy")
        #expect(failure.account == 7)
        #expect(delegate.cursors.isEmpty)
    }

    @Test func unfinishedMessageIsAbandoned() throws {
        let delegate = RecordingDelegate(["act": "left-inside"])
        #expect(throws: Failure.self) { try sync(delegate) }
        #expect(delegate.abandoned == 1)
    }

    @Test(arguments: ["swallows", "other-code"])
    func delegatesFailureWins(act: String) throws {
        let delegate = RecordingDelegate(["act": act])
        var own = Failure(MR_E_STORE, "the disk is full")
        own.cause = "store.full"
        delegate.failing["emit"] = own
        let failure = try #require(throws: Failure.self) { try sync(delegate) }
        #expect(Int(failure.result) == MR_E_STORE)
        #expect(failure.message == "the disk is full")
        #expect(failure.cause == "store.full")
    }

    @Test func everyBadArgumentIsRefused() throws {
        let delegate = RecordingDelegate(["act": "nulls"])
        try sync(delegate)
        #expect(delegate.kinds("told").map { $0.text("what") } == ["all refused"])
        #expect(delegate.messages.isEmpty)
    }

    @Test func boundsOfRecords() throws {
        for (act, range) in [("recursion", 1...15), ("huge", 1...1), ("many-fields", 256...256)] {
            let delegate = RecordingDelegate(["act": act])
            try sync(delegate)
            let told = try #require(delegate.kinds("told").first?.int("n"), "\(act)")
            #expect(range.contains(Int(told)), "\(act): \(told)")
        }
        try sync(RecordingDelegate(["act": "many-objects"]))
    }

    @Test func pagesOfKnownMessages() throws {
        let delegate = RecordingDelegate(["act": "pages"])
        for page in 0..<5 {
            let items = (0..<1000).map { Value.record(Record(["ref": .text("\(page)-\($0)"), "flags": .text("")])) }
            delegate.pages[Int64(page)] = Record(["items": .list(items), "next": .int(page == 4 ? 0 : Int64(page + 1))])
        }
        try sync(delegate)
        #expect(delegate.kinds("told").first?.int("n") == 5000)
    }

    @Test func textIsRepaired() throws {
        let delegate = RecordingDelegate(["act": "dirty-text"])
        try sync(delegate)
        #expect(delegate.kinds("told") == [Record(["text": .text("a\u{FFFD}b\u{FFFD}c"), "text2": .text("second")])])
    }

    @Test func whatIsNotThereSaysSo() throws {
        let delegate = RecordingDelegate(["act": "unsupported"])
        try sync(delegate)
        #expect(delegate.kinds("told").first?.int("n") == 4)
    }

    @Test(arguments: ["naps", "spins"])
    func deadlineIsKept(act: String) throws {
        let began = Clock.boot()
        let failure = try #require(throws: Failure.self) {
            try sync(RecordingDelegate(["act": act]), CallOptions(deadline: began + 200))
        }
        #expect(Int(failure.result) == MR_E_CANCELLED)
        #expect(failure.message.contains("deadline"))
        #expect(Clock.boot() - began < 60_000)
    }

    @Test(arguments: ["naps", "spins"])
    func cancelledByTheDelegate(act: String) throws {
        let delegate = RecordingDelegate(["act": act])
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        delegate.failing["check"] = Failure(MR_E_CANCELLED, "stopped by the user")
        let failure = try #require(throws: Failure.self) {
            try session.sync(CallOptions(), delegate, folder: Record(), cursor: [])
        }
        #expect(failure.message == "stopped by the user")
    }

    @Test func openThatFails() throws {
        let failure = try #require(throws: Failure.self) {
            try sync(RecordingDelegate(["act": "open-refused"]))
        }
        #expect(Int(failure.result) == MR_E_AUTH)
        #expect(failure.step == "auth")
        #expect(failure.smtp == 535)
        #expect(failure.enhanced == "5.7.8")
        #expect(failure.serverText == "Bad credentials")
        #expect(failure.retryAfterMs == 1500)
        #expect(failure.message == "auth: the server refused the credentials")

        let null = try #require(throws: Failure.self) { try sync(RecordingDelegate(["act": "open-null"])) }
        #expect(Int(null.result) == MR_E_PLUGIN)

        let leaves = RecordingDelegate(["act": "open-leaves"])
        #expect(throws: Failure.self) { try sync(leaves) }
        #expect(leaves.logged == ["6 closed"])
    }

    @Test func commitNeedsACursor() throws {
        let delegate = RecordingDelegate(["act": "folders-commit"])
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        let failure = try #require(throws: Failure.self) { try session.folders(CallOptions(), delegate) }
        #expect(Int(failure.result) == MR_E_INVALID)
        #expect(failure.message.contains("no cursor"))
    }

    @Test func sending() throws {
        let delegate = RecordingDelegate(["act": ""])
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        let envelope = Record(["recipients": .list([.record(Record(["address": .text("ann@example.com")]))])])
        try [UInt8](repeating: 65, count: 1234).withUnsafeBytes {
            try session.send(CallOptions(), delegate, envelope: envelope, message: $0)
        }
        #expect(delegate.findings.map(\.kind) == ["recipient", "offer", "told"])
        #expect(delegate.kinds("recipient").first?.text("address") == "ann@example.com")
        #expect(delegate.kinds("told").first?.int("n") == 1234)

        delegate.settings["act"] = "silence"
        let failure = try #require(throws: Failure.self) {
            try session.send(CallOptions(), delegate, envelope: envelope, message: .init(start: nil, count: 0))
        }
        #expect(Int(failure.result) == MR_E_UNKNOWN_OUTCOME)
    }

    /// The server's answer counts, whoever wanted the call to stop while it came.
    @Test func acceptedWhileStopped() throws {
        let delegate = RecordingDelegate(["act": "accepted"])
        let cancellation = Cancellation()
        delegate.onEmit = { if $0 == "offer" { cancellation.cancel() } }
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        let envelope = Record(["recipients": .list([.record(Record(["address": .text("ann@example.com")]))])])
        try session.send(
            CallOptions(cancellation: cancellation), delegate, envelope: envelope,
            message: .init(start: nil, count: 0))
        #expect(delegate.findings.map(\.kind) == ["recipient", "offer", "recipient"])
    }

    @Test func closedSession() throws {
        let delegate = RecordingDelegate(["act": "good"])
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        session.close(CallOptions(), delegate)
        session.close(CallOptions(), delegate)
        #expect(delegate.logged == ["6 closed"])
        let failure = try #require(throws: Failure.self) { try session.folders(CallOptions(), delegate) }
        #expect(Int(failure.result) == MR_E_CLOSED)
    }

    @Test func missingFunction() throws {
        let delegate = RecordingDelegate()
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        let failure = try #require(throws: Failure.self) { try session.fetch(CallOptions(), delegate, what: Record()) }
        #expect(Int(failure.result) == MR_E_UNSUPPORTED)
    }
}
