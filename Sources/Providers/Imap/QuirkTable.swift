import Base
import Wire

/// What is known to be wrong with a server, or not to be used there.
struct Quirks: Equatable {
    /// Capabilities that it offers and does not do right: names in upper case.
    var off: Set<String> = []
    /// NOOP makes it hang up: STATUS keeps the connection alive instead.
    var hangsUpOnNoop = false
    /// Messages that one FETCH may be about; nil: any number.
    var fetchLimit: UInt32?
    /// MAILBOXID in STATUS is not to be believed.
    var hasWrongMailboxIDs = false
    /// Whose quirks they are, for the log.
    var names: [String] = []
}

/// Servers in which an extension is broken. Told by the name that was dialled, by the greeting, and by what the server
/// says to ID.
enum QuirkTable {
    struct Row {
        let name: String
        /// The host itself, or a domain that it is in.
        var hosts: [String] = []
        /// Words of the greeting, in lower case.
        var greeting: [String] = []
        /// Words of the name that ID gives, in lower case.
        var id: [String] = []
        var off: Set<String> = []
        var hangsUpOnNoop = false
        var fetchLimit: UInt32?
        var hasWrongMailboxIDs = false
    }

    static let rows = [
        // VANISHED (EARLIER) names messages that are there.
        Row(name: "iCloud", hosts: ["icloud.com", "mail.me.com", "mac.com"], greeting: ["icloud"], off: ["QRESYNC"]),
        // MODSEQ is -1, or goes back.
        Row(
            name: "Zoho",
            hosts: [
                "zoho.com", "zoho.eu", "zoho.in", "zoho.jp", "zoho.sa", "zoho.com.au", "zoho.com.cn", "zohocloud.ca",
                "zohomail.com",
            ], greeting: ["zoho"], id: ["zoho"], off: ["CONDSTORE", "QRESYNC"]),
        // NAMESPACE is BAD, and BADs are counted against the client.
        Row(
            name: "Exchange", hosts: ["office365.com", "outlook.com", "partner.outlook.cn"],
            greeting: ["microsoft exchange"], id: ["exchange", "microsoft"], off: ["NAMESPACE"]),
        Row(
            name: "NetEase", hosts: ["163.com", "126.com", "188.com", "yeah.net"], greeting: ["netease"],
            id: ["netease"], hangsUpOnNoop: true),
        // STATUS gives octets of memory that was freed as MAILBOXID, others each time; EMAILID is right.
        Row(name: "Cyrus 3.6", greeting: ["cyrus imap 3.4", "cyrus imap 3.6"], hasWrongMailboxIDs: true),
        // About 2,000 at a time.
        Row(
            name: "Yahoo", hosts: ["yahoo.com", "yahoo.co.jp", "aol.com", "ymail.com"], greeting: ["ymail", "yahoo"],
            id: ["yahoo"], fetchLimit: 1000),
    ]

    /// What is known of a server. `greeting` and `id` may be empty, as long as they are not known.
    static func quirks(host: String, greeting: String, id: [Imap.IDField]) -> Quirks {
        let host = host.lowercased()
        let greeting = greeting.lowercased()
        let told = id.filter { ["name", "vendor"].contains($0.name.lowercased()) }.compactMap { $0.value?.lowercased() }
        var quirks = Quirks()
        for row in rows {
            let isHost = row.hosts.contains { host == $0 || host.hasSuffix(".\($0)") }
            let isGreeting = row.greeting.contains { greeting.has($0) }
            guard isHost || isGreeting || row.id.contains(where: { word in told.contains { $0.has(word) } }) else {
                continue
            }
            quirks.off.formUnion(row.off)
            quirks.hangsUpOnNoop = quirks.hangsUpOnNoop || row.hangsUpOnNoop
            quirks.hasWrongMailboxIDs = quirks.hasWrongMailboxIDs || row.hasWrongMailboxIDs
            if let limit = row.fetchLimit { quirks.fetchLimit = min(limit, quirks.fetchLimit ?? limit) }
            quirks.names.append(row.name)
        }
        return quirks
    }
}
