import Store

/// How much providers allow to be sent in a minute, an hour and a day, by the name of the server that takes the mail: published figures, where there are any,
/// else what keeps clear of them. They change: a row of kind pacing stands above them.
struct SendingHabits: Sendable {
    /// The names, or the ends of the names behind a dot.
    let hosts: [String]
    /// The domains of the addresses that these figures are for, where one server has several plans; empty: all others.
    var domains: [String] = []
    let values: [PacingField: Int64]

    static let all: [SendingHabits] = [
        // A private address: every recipient counts.
        SendingHabits(
            hosts: gmail, domains: ["gmail.com", "googlemail.com"],
            values: [.messagesDay: 500, .recipientsDay: 500]),
        SendingHabits(
            hosts: gmail,
            values: [.messagesDay: 2_000, .recipientsDay: 10_000]),
        SendingHabits(
            hosts: ["smtp.office365.com", "outlook.office365.com", "smtp.office365.us", "graph"],
            values: [.messagesMinute: 30, .recipientsDay: 10_000]),
        // Without a subscription; new addresses have less, which is learned.
        SendingHabits(
            hosts: ["smtp-mail.outlook.com", "smtp.live.com"],
            values: [.messagesMinute: 30, .recipientsDay: 300]),
        // Each recipient counts as a message.
        SendingHabits(
            hosts: ["mail.yahoo.com", "smtp.aol.com", "smtp.verizon.net", "smtp.att.yahoo.com"],
            values: [.messagesDay: 500, .recipientsDay: 500]),
        SendingHabits(
            hosts: ["smtp.mail.me.com", "mail.me.com"],
            values: [.messagesDay: 1_000, .recipientsDay: 1_000]),
        // 50 to 500 an hour, as the account has earned it: the least that is promised would starve the others.
        SendingHabits(
            hosts: ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp", "zohocloud.ca"],
            values: [.messagesHour: 250]),
        SendingHabits(hosts: ["secureserver.net"], values: [.messagesDay: 250]),
    ]

    private static let gmail = ["smtp.gmail.com", "smtp.googlemail.com"]

    /// - Parameter address: the account's.
    static func of(_ host: String, address: String) -> SendingHabits? {
        let domain = address.split(separator: "@").last.map { $0.lowercased() } ?? ""
        return all.first { habits in
            habits.hosts.contains { host == $0 || host.hasSuffix("." + $0) }
                && (habits.domains.isEmpty || habits.domains.contains(domain))
        }
    }
}
