/// What is known of servers by their names, where their manifest cannot say it: one scheme serves them all. The figures
/// are the providers' own, or what keeps clear of them; an account's settings stand above them.
struct HostHabits: Sendable {
    /// The name, or the end of the name behind a dot.
    let host: String
    /// How many connections one account has at once, of what the provider allows; nil: nothing is known.
    var connections: Int?
    /// The shortest interval between two looks, where there is no push; nil: nothing is known.
    var pollMs: Int64?

    static let all: [HostHabits] = [
        // 15 are allowed, and dead ones linger; one look in ten minutes.
        HostHabits(host: "imap.gmail.com", connections: 7, pollMs: 600_000),
        HostHabits(host: "imap.googlemail.com", connections: 7, pollMs: 600_000),
        HostHabits(host: "pop.gmail.com", connections: 2, pollMs: 600_000),
        // Five to ten, by the hour.
        HostHabits(host: "mail.yahoo.com", connections: 4), HostHabits(host: "imap.aol.com", connections: 4),
        HostHabits(host: "mail.yahoo.co.jp", connections: 3),
        // Shared hosting: logins are counted, thirty in an hour.
        HostHabits(host: "secureserver.net", connections: 3, pollMs: 300_000),
        HostHabits(host: "163.com", connections: 3), HostHabits(host: "126.com", connections: 3),
    ]

    static func of(_ host: String) -> HostHabits? {
        all.first { habit in host == habit.host || host.hasSuffix("." + habit.host) }
    }
}
