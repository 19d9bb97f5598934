import Store

/// Mail services that put a copy of what is sent through them into Sent by themselves: known by their names, because a
/// second copy would be seen. Of all others it is learned by looking.
struct SentHabit: Sendable {
    /// The names of the servers, or the ends of the names behind a dot: that takes the mail, and that holds it.
    let senders: [String]
    let holders: [String]

    static let keepers: [SentHabit] = [
        SentHabit(
            senders: ["smtp.gmail.com", "smtp.googlemail.com"], holders: ["imap.gmail.com", "imap.googlemail.com"]),
        // Sent by the provider's own interface, which is named by its scheme.
        SentHabit(senders: ["gmail"], holders: ["gmail"]),
        SentHabit(senders: ["graph"], holders: ["graph"]),
        SentHabit(senders: ["smtp.mail.me.com"], holders: ["imap.mail.me.com"]),
        SentHabit(
            senders: ["smtp.office365.com", "smtp-mail.outlook.com", "smtp.outlook.com"],
            holders: ["outlook.office365.com", "imap-mail.outlook.com", "imap.outlook.com"]),
        SentHabit(senders: zoho, holders: zoho),
    ]

    private static let zoho = [
        "zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.com.cn", "zoho.jp", "zoho.sa", "zoho.uk", "zohocloud.ca",
    ]

    /// Both servers must be of one service: what goes through one and is kept at another has no copy there.
    static func keeps(sender: String, holder: String) -> Bool {
        keepers.contains { has($0.senders, sender) && has($0.holders, holder) }
    }

    private static func has(_ names: [String], _ host: String) -> Bool {
        names.contains { host == $0 || host.hasSuffix("." + $0) }
    }
}
