import Base
import PluginHost
import Store

extension Core {
    /// The scheme that sends for an account.
    func sendingScheme(_ account: AccountRow) throws(Failure) -> String {
        try registry.manifest(account.provider).sendWith ?? account.provider
    }

    /// Who takes the account's mail, where that is known.
    func sendingProvider(_ account: AccountRow) -> (provider: KnownProvider?, statusURL: String?) {
        guard let scheme = try? sendingScheme(account), let manifest = try? registry.manifest(scheme) else {
            return (nil, nil)
        }
        return (KnownProvider.of(host: MailServer(account, scheme, manifest).host), manifest.statusURL)
    }

    /// How failures of the account's sends are taken, as things stand now.
    func sendRules(_ account: AccountRow) -> SendRules {
        let (provider, statusURL) = sendingProvider(account)
        var rules = SendRules(provider: provider, statusURL: statusURL)
        if let attempts = account.settings["send_attempts"].flatMap({ Int64($0) }), attempts > 0 {
            rules.maximumAttempts = attempts
        }
        if let spent = try? store.firstSpent(of: account.id, now: Clock.wall()) {
            rules.spent = SpentWindows(firstInHour: spent.inHour, firstInDay: spent.inDay)
        }
        return rules
    }

    func sendRules(of account: Int64) -> SendRules {
        (try? store.account(account)).map(sendRules) ?? SendRules()
    }
}
