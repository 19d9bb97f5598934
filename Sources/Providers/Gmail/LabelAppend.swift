import Base
import CMailroom
import PluginKit

/// Puts one message into a folder: a draft is made, anything else is inserted with the folder's label.
struct LabelAppend {
    /// What Gmail takes (the discovery document's `maxSize`).
    private static let largest = 52_428_800
    private static let largestDraft = 36_700_160

    private let host: Host
    private let api: GmailApi
    private let what: Fields
    private let message: UnsafeRawBufferPointer
    private let place: FolderPlace

    init(_ host: Host, _ api: GmailApi, _ what: Fields, _ message: UnsafeRawBufferPointer) throws(Failure) {
        self.host = host
        self.api = api
        self.what = what
        self.message = message
        place = try FolderPlace(what)
    }

    func run() throws(Failure) {
        guard !message.isEmpty else { throw .invalid("message", "is empty") }
        let isDraft = place.label == "DRAFT"
        let limit = isDraft ? Self.largestDraft : Self.largest
        guard message.count <= limit else {
            var failure = Failure(MR_E_REFUSED, "the message has \(message.count) octets, and Gmail takes \(limit)")
            failure.step = "append"
            failure.code = "TOOBIG"
            throw failure
        }
        if what.int("again") == 1, let id = what.text("message_id"), !id.isEmpty, let found = try earlier(id) {
            return try placed(found)
        }
        var resource = Record()
        if !isDraft { resource["labelIds"] = .list(labels.map(Value.text)) }
        let upload = Upload(
            host: host, api: api, resource: isDraft ? Record(["message": .record(Record())]) : resource,
            message: message)
        let isDated = !isDraft && what.int("internal_date") != nil
        let answer = try upload.run(
            [isDraft ? "drafts" : "messages"], isDated ? [("internalDateSource", "dateHeader")] : [],
            cost: isDraft ? GmailApi.Units.draft : GmailApi.Units.insert, step: "append")
        let made = isDraft ? answer["message"]?.record ?? Record() : answer
        // Where the answer was cut off it is there all the same: the next sync finds it.
        if let id = made.text("id") { try placed(id) }
    }

    private var labels: [String] {
        let flags = (what.text("flags") ?? "").lowercased().split(separator: " ")
        var labels = place.label == GmailLabels.all ? [] : [place.label]
        if !flags.contains("\\seen") { labels.append("UNREAD") }
        if flags.contains("\\flagged") { labels.append("STARRED") }
        if flags.contains("$important") { labels.append("IMPORTANT") }
        return labels
    }

    /// What an earlier try, which was cut off, has left: a message with this Message-ID and this very content. Versions of a draft
    /// share theirs.
    private func earlier(_ messageID: String) throws(Failure) -> String? {
        for id in (try MessageLookup(host, api).find(messageID, in: place.label) ?? []).prefix(10) {
            guard let part = try api.parts(host, [id], [("format", "raw")], step: "append").first, part.status != 404
            else { continue }
            // Whoever is too busy to show it has not said that it is another one.
            guard part.status == 200 else { throw api.failure(host, part, "append") }
            var raw = RawText()
            var content: [UInt8] = []
            try part.body.withBytes { (bytes) throws(Failure) in try raw.take(bytes, into: &content) }
            if content.count == message.count { return id }
        }
        return nil
    }

    private func placed(_ id: String) throws(Failure) { try host.emit("placed", Record(["ref": .text(id)])) }
}
