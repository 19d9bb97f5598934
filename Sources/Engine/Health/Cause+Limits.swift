extension Cause {
    /// What servers, and this house, set limits to (Engine/Limits).
    static let limits: [Cause] = [
        Cause(
            "connection.limit", "throttling", "Too many connections",
            "The provider allows only so many connections at once to this account, or from this machine.",
            [
                "Close other mail programs that use this mailbox.",
                "Allow Mailroom fewer connections: the setting connections of the mailbox.",
                "Wait: it is tried again by itself, with fewer connections.",
            ], .user),
        Cause(
            "limit.rate", "throttling", "The mailbox is looked at too often",
            "The provider was asked too often, or for too much, in a short time; it is left alone for as long as it wants.",
            [
                "Wait: it is tried again by itself.",
                "If it comes again, give the folders of the mailbox longer intervals, or have fewer of them synced.",
                "See whether other programs use the same mailbox.",
            ], .nobody),
        Cause(
            "limit.mailboxes", "limit", "The company is at its mailbox limit",
            "As many mailboxes of the company run as its limit allows. This one waits: first come, first served.",
            [
                "Raise the company's limit (its plan), or disconnect a mailbox that is no longer needed.",
                "It begins by itself as soon as there is a place.",
            ], .administrator),
        Cause(
            "limit.lowered", "limit", "More mailboxes run than the limit allows",
            "The company's limit was lowered below what runs. What runs goes on; nothing new begins.",
            ["Disconnect mailboxes that are no longer needed, or raise the limit."], .administrator),
        Cause(
            "limit.budget", "throttling", "The provider's limit of requests is used up",
            "A provider allows so much within a minute or a day, for one mailbox or for all mailboxes of one client id.",
            [
                "Wait: it goes on by itself.",
                "If it stays, ask the provider for a higher quota of the client id, or connect fewer mailboxes with it.",
            ], .administrator),
        Cause(
            "limit.own", "throttling", "As many connections as allowed are open",
            "The limit of connections of the mailbox, of its server or of this process is reached.",
            [
                "Wait: it is tried again by itself.",
                "If it stays, raise the setting connections of the mailbox, as far as the provider allows it.",
                "If many mailboxes show it, raise the process's limit of open files (ulimit -n).",
            ], .administrator),
    ]
}
