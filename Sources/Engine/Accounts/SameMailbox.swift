import Base
import Store

/// Notices that a mailbox is connected twice: under another address, or by another protocol. That is allowed, and what is the
/// same is stored once; but everything is fetched, watched and counted twice.
struct SameMailbox {
    let core: Core

    /// Whether two accounts log in to the same mailbox, by their settings.
    static func isSame(_ left: AccountRow, _ right: AccountRow) -> Bool {
        guard let (host, user) = login(left), let (otherHost, otherUser) = login(right), user == otherUser else {
            return false
        }
        // The provider's own interface, and a protocol at its servers.
        if left.provider != right.provider, let house = KnownProvider.of(host: host),
            house == KnownProvider.of(host: otherHost)
        {
            return true
        }
        return left.provider == right.provider ? host == otherHost : site(host) == site(otherHost)
    }

    /// Host and user that mail is fetched from.
    private static func login(_ account: AccountRow) -> (host: String, user: String)? {
        guard account.receives else { return nil }
        let host = account.settings["\(account.provider)_host"] ?? account.provider
        let user = account.settings["mailbox"] ?? account.settings["user"] ?? account.address
        return (host.lowercased(), user.lowercased())
    }

    /// The last two labels of a name: imap.example.org and pop.example.org are of one site. An address is itself.
    private static func site(_ host: String) -> String {
        let labels = host.split(separator: ".")
        guard labels.count > 2, labels.last.map({ Int($0) == nil }) == true, !host.contains(":") else { return host }
        return labels.suffix(2).joined(separator: ".")
    }

    /// Another account that by its settings has the same mailbox; nil where there is none.
    func other(than account: AccountRow) throws(Failure) -> AccountRow? {
        try core.store.accounts().first { other in
            other.id != account.id && other.health.state != "disconnected" && !other.erasing
                && SameMailbox.isSame(account, other)
        }
    }

    /// Writes the notice to the log.
    /// - Returns: its words; nil where there is nothing to notice.
    func notice(_ account: AccountRow) throws(Failure) -> String? {
        guard let other = try other(than: account) else { return nil }
        let words = SameMailbox.words(account, other)
        try log(words, account)
        return words
    }

    /// Once an account's mail is there: whether its inbox holds, message by message, what another account's holds.
    func lookAfterFirstSync(_ account: AccountRow) throws(Failure) {
        let found = try core.store.accountsSharingInbox(with: account.id)
        for id in found {
            let other = try core.store.account(id)
            // Said already when it was connected.
            if SameMailbox.isSame(account, other) || other.health.state == "disconnected" { continue }
            try log(SameMailbox.words(account, other), account)
        }
    }

    private static func words(_ account: AccountRow, _ other: AccountRow) -> String {
        let way =
            account.provider == other.provider
            ? "as \(other.address)" : "by \(other.provider) as \(other.address)"
        return "the mailbox of \(account.address) is connected already, \(way) (account \(other.id))"
    }

    private func log(_ words: String, _ account: AccountRow) throws(Failure) {
        var log = NewLog(account: account.id, level: "notice", what: "connect", message: words)
        log.cause = "mailbox.twice"
        log.advice = "Disconnect one of the two: its mail is fetched and watched twice."
        try core.store.addLog(log)
    }
}
