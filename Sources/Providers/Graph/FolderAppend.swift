import Base
import CMailroom
import Mime
import PluginKit
import WebProvider

/// Puts one message into a folder. Graph makes a draft of whatever comes as MIME, in any folder.
struct FolderAppend {
    private let host: Host
    private let client: GraphClient
    private let what: Fields
    private let message: UnsafeRawBufferPointer

    init(_ host: Host, _ client: GraphClient, _ what: Fields, _ message: UnsafeRawBufferPointer) {
        self.host = host
        self.client = client
        self.what = what
        self.message = message
    }

    func run() throws(Failure) {
        guard !message.isEmpty else { throw .invalid("message", "is empty") }
        let folder = String(decoding: what.bytes("native") ?? [], as: UTF8.self)
        if what.int("again") == 1, let messageID = what.text("message_id"), !messageID.isEmpty,
            let earlier = try earlier(messageID, folder)
        {
            return try placed(earlier)
        }
        let upload = MimeUpload(host, client, "\(client.folder(folder))/messages?$select=id", step: "append")
        let answer = try upload.run(header: [], message, isFinal: false)
        guard let made = GraphMessage(answer) else {
            throw GraphApi.damaged("the answer names no message", step: "append")
        }
        try placed(try flagged(made.id))
    }

    /// What an earlier try, which was cut off, has left: a draft with this Message-ID that was made after this one was written.
    /// Versions of a draft may share theirs, and the older ones were there before.
    private func earlier(_ messageID: String, _ folder: String) throws(Failure) -> GraphMessage? {
        let found = try MessageSearch(host, client).find(messageID, in: folder).filter(\.isDraft)
        guard !found.isEmpty, let written = what.int("internal_date") else { return found.first }
        // The service tells whole seconds.
        let since = written + (try clockAhead(folder)) - 1000
        return found.first { $0.created.map { $0 >= since } ?? true }
    }

    /// By how much the service's clock is ahead of the host's, in milliseconds.
    private func clockAhead(_ folder: String) throws(Failure) -> Int64 {
        let request = ApiRequest(
            at: "\(client.base)\(client.folder(folder))?$select=id", headers: client.headers())
        let answer = try client.at("search") { () throws(Failure) in try client.api.open(host, request) }
        defer { answer.close() }
        guard let date = answer.header("date"),
            let told = MessageParser.parse(Array("Date: \(date.prefix(100))\r\n\r\n".utf8)).date
        else { return 0 }
        return told - host.now(wall: true)
    }

    /// The message, with what is to be set beside what the service sets by itself.
    private func flagged(_ id: String) throws(Failure) -> GraphMessage {
        let answer = try client.get(host, "\(client.message(id))?\(GraphMessage.query)", step: "append")
        guard let message = GraphMessage(answer), let before = message.flags else {
            throw GraphApi.damaged("the answer is no message", step: "append")
        }
        let wanted = (what.text("flags") ?? "").split(separator: " ").map(String.init)
        var after = before
        after.seen = wanted.contains { $0.lowercased() == "\\seen" }
        for flag in wanted { _ = after.set(flag, true) }
        let patch = after.patch(from: before)
        if patch.isEmpty { return message }
        let changed = try client.ask(host, "PATCH", client.message(id), body: .object(patch), step: "store")
        return GraphMessage(changed) ?? message
    }

    private func placed(_ message: GraphMessage) throws(Failure) {
        try host.emit("placed", Record(["ref": .text(message.ref(in: what))]))
    }
}
