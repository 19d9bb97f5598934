import Base
import PluginKit
import WebProvider

/// What Graph says of a message beside its content.
struct GraphMessage {
    /// The size in the mailbox: about that of the message.
    private static let storeSize = "Integer 0x0E08"

    static let select =
        "id,changeKey,isRead,isDraft,flag,categories,receivedDateTime,internetMessageId,conversationId,parentFolderId,from,sender,"
        + "toRecipients,ccRecipients,replyTo"
    /// What is asked for with every list of messages.
    static var query: String {
        let filter = "id eq '\(GraphFlags.lastVerb)' or id eq '\(storeSize)'"
        let expand = "singleValueExtendedProperties($filter=\(filter))"
        return "$select=\(select)&$expand=\(ApiRequest.encoded(expand))"
    }

    /// What names a message where a place for it was made.
    static let placeSelect = "id,changeKey,isDraft,createdDateTime"

    let id: String
    let isDraft: Bool
    /// When it was made in the mailbox, by the service's clock.
    let created: Int64?
    private let version: String?
    /// Nil where the answer leaves them out.
    let flags: GraphFlags?
    let date: Int64?
    /// Without its angle brackets.
    let messageID: String?
    let thread: String?
    let folder: String?
    /// Octets, about.
    let about: Int64?
    let etag: String?
    private let people: Record

    /// Nil where the answer is no message.
    init?(_ answer: Record) {
        // A reference is cut at its dot: an id with one would be another message's.
        guard let id = answer.text("id"), (1...255).contains(id.utf8.count),
            !id.utf8.contains(where: { $0 <= 32 || $0 == UInt8(ascii: ".") })
        else { return nil }
        self.id = id
        isDraft = answer.int("isDraft") == 1
        created = answer.text("createdDateTime").flatMap { GraphTime.milliseconds($0) }
        version = isDraft ? answer.text("changeKey").flatMap { Self.isVersion($0) ? $0 : nil } : nil
        flags = GraphFlags(answer)
        date = answer.text("receivedDateTime").flatMap { GraphTime.milliseconds($0) }
        messageID = answer.text("internetMessageId").flatMap { Self.bare($0) }
        thread = answer.text("conversationId").flatMap { (1...255).contains($0.utf8.count) ? $0 : nil }
        folder = answer.text("parentFolderId")
        about = Self.extended(answer, Self.storeSize).flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
        etag = answer.text("@odata.etag").flatMap { Self.isVisible($0) ? $0 : nil }
        var people = Record()
        for name in ["from", "sender", "replyTo", "toRecipients", "ccRecipients"] { people[name] = answer[name] }
        self.people = people
    }

    private static func bare(_ id: String) -> String? {
        let bare = id.drop { $0 == "<" || $0 == " " }.prefix { $0 != ">" && $0 != " " }
        return bare.isEmpty ? nil : String(bare)
    }

    static func extended(_ answer: Record, _ id: String) -> String? {
        answer.records("singleValueExtendedProperties").first { $0.text("id")?.lowercased() == id.lowercased() }?
            .text("value")
    }

    // MARK: reference

    /// The reference of a message in a folder: its id; of a draft among the drafts also its version, because it is edited and
    /// keeps its id.
    func ref(in folder: Fields) -> String {
        guard let version, folder.text("role") == "drafts" else { return id }
        return "\(id).\(version)"
    }

    /// The id in a reference.
    static func id(of ref: String) -> String { String(ref.prefix { $0 != "." }) }

    private static func isVersion(_ text: String) -> Bool {
        (1...80).contains(text.utf8.count) && isVisible(text)
    }

    private static func isVisible(_ text: String) -> Bool { !text.utf8.contains { $0 <= 32 || $0 >= 127 } }

    /// As the host is told of it before its body is fetched.
    func record(in folder: Fields, asksMessageID: Bool, asksHeader: Bool) -> Record {
        let ref = ref(in: folder)
        // What has the same Message-ID and is a draft may be another version.
        let asksMessageID = asksMessageID && ref == id
        var record = Record(["ref": .text(ref), "stable": .text(ref)])
        record.set("flags", flags?.text)
        record.set("internal_date", date)
        record.set("about", about)
        if asksMessageID { record.set("message_id", messageID) }
        if asksHeader { record["header"] = .bytes(header) }
        return record
    }

    /// The beginning of a message for the host.
    func begin(_ ref: String, historical: Bool) -> Record {
        var record = Record(["ref": .text(ref), "flags": .text(flags?.text ?? ""), "stable": .text(ref)])
        record.set("internal_date", date)
        record.set("thread", thread)
        if historical { record.set("historical", 1) }
        return record
    }

    /// Whose it is, as fields of a header: addresses alone.
    private var header: [UInt8] {
        var header: [UInt8] = []
        func add(_ name: String, _ addresses: [String]) {
            // What comes from a server makes no header of its own.
            let clean = addresses.filter { !$0.isEmpty && !$0.utf8.contains { $0 <= 32 || $0 == 127 || $0 == 44 } }
            if !clean.isEmpty { header += "\(name): \(clean.joined(separator: ", "))\r\n".utf8 }
        }
        if let messageID { add("Message-ID", ["<\(messageID)>"]) }
        add("From", [Self.address(people["from"]?.record)])
        add("Sender", [Self.address(people["sender"]?.record)])
        add("Reply-To", people.records("replyTo").map { Self.address($0) })
        add("To", people.records("toRecipients").map { Self.address($0) })
        add("Cc", people.records("ccRecipients").map { Self.address($0) })
        return header + [13, 10]
    }

    private static func address(_ recipient: Record?) -> String {
        recipient?["emailAddress"]?.record?.text("address") ?? ""
    }
}

extension GraphClient {
    /// What the service says of one message now.
    /// - Throws: `MR_E_NOT_FOUND` where it is not there; `MR_E_PROTOCOL` where the answer is no message: then nothing is said of it.
    func look(_ host: Host, _ id: String) throws(Failure) -> GraphMessage {
        let answer = try get(host, "\(message(id))?\(GraphMessage.query)", step: "fetch")
        guard let message = GraphMessage(answer), message.folder != nil else {
            throw GraphApi.damaged("the answer is not the message that was asked for", step: "fetch")
        }
        return message
    }
}
