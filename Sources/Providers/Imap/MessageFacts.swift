import Base
import Wire

/// What is asked of a message before its body is: the items of a FETCH, and what they say.
struct MessageFacts {
    var flags: String
    var date: Int64?
    var size: Int64?
    var messageID: String?
    var stable: String?
    /// The fields that say whose it is, where the host asked for them.
    var header: [UInt8]?
    var thread: String?

    private static let people =
        "MESSAGE-ID FROM SENDER REPLY-TO TO CC BCC DELIVERED-TO X-ORIGINAL-TO ENVELOPE-TO RETURN-PATH RECEIVED"

    /// The items. `messageID`, `header`: they cost the server a look into the message.
    static func items(_ capabilities: Imap.Capabilities, messageID: Bool, header: Bool) -> [String] {
        var items = ["UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE"]
        items += nameItems(capabilities)
        if header {
            items.append("BODY.PEEK[HEADER.FIELDS (\(people))]")
        } else if messageID {
            items.append("BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
        }
        return items
    }

    /// Under which names the server keeps a message in whatever folder, and its thread: EMAILID and THREADID (RFC 8474), or
    /// Gmail's X-GM-MSGID and X-GM-THRID.
    static func nameItems(_ capabilities: Imap.Capabilities) -> [String] {
        if capabilities.has("OBJECTID") { return ["EMAILID", "THREADID"] }
        return capabilities.has("X-GM-EXT-1") ? ["X-GM-MSGID", "X-GM-THRID"] : []
    }

    init(flags: String) { self.flags = flags }

    /// What a FETCH says, and beside it what an earlier one said.
    /// - Parameter keepsHeader: the host asked for it.
    init(_ data: Imap.FetchData, _ known: MessageFacts?, keepsHeader: Bool) {
        flags = data.flags.map { FlagText.join($0) } ?? known?.flags ?? ""
        date = data.internalDate ?? known?.date
        size = data.size ?? known?.size
        let header = MessageFacts.header(data)
        messageID = header.flatMap { MessageFacts.messageID(header: $0) } ?? known?.messageID
        self.header = keepsHeader ? header ?? known?.header : nil
        stable = MessageFacts.stable(data) ?? known?.stable
        thread = MessageFacts.thread(data) ?? known?.thread
    }

    static func stable(_ data: Imap.FetchData) -> String? { name(data, "EMAILID", "X-GM-MSGID") }
    static func thread(_ data: Imap.FetchData) -> String? { name(data, "THREADID", "X-GM-THRID") }

    private static func name(_ data: Imap.FetchData, _ item: String, _ gmail: String) -> String? {
        // THREADID NIL: the server keeps no threads.
        guard let id = (data.others[item] ?? data.others[gmail])?.objectID, id.utf8.count <= 255, id != "NIL" else {
            return nil
        }
        return id
    }

    /// BODY[HEADER.FIELDS (...)].
    private static func header(_ data: Imap.FetchData) -> [UInt8]? {
        data.sections.first { $0.section.name.hasPrefix("HEADER.FIELDS") }?.content.bytes
    }

    /// The Message-ID of such a header, without its angle brackets, and without blanks, which folding may have put into
    /// it. Nil where there is none.
    static func messageID(header: [UInt8]) -> String? {
        var start = 0
        let name = Array("message-id".utf8)
        while start < header.count {
            let end = header[start...].firstIndex(of: 0x0a) ?? header.count
            let line = header[start..<end]
            if line.count > name.count,
                zip(line, name).allSatisfy({ ($0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0) == $1 }),
                let colon = line.firstIndex(of: 0x3a),
                line[(start + name.count)..<colon].allSatisfy({ $0 == 0x20 || $0 == 0x09 })
            {
                return value(header, from: colon + 1)
            }
            start = end + 1
        }
        return nil
    }

    /// Up to the first line that is not folded.
    private static func value(_ header: [UInt8], from start: Int) -> String? {
        var value: [UInt8] = []
        var index = start
        while index < header.count {
            if header[index] == 0x0a,
                index + 1 >= header.count || (header[index + 1] != 0x20 && header[index + 1] != 0x09)
            {
                break
            }
            if header[index] > 0x20, header[index] != 0x7f { value.append(header[index]) }
            index += 1
        }
        if let open = value.firstIndex(of: 0x3c), let close = value[open...].firstIndex(of: 0x3e), close > open + 1 {
            value = Array(value[(open + 1)..<close])
        }
        return value.isEmpty || value == [0x3c, 0x3e] || value.count > 1000
            ? nil : String(decoding: value, as: UTF8.self)
    }
}
