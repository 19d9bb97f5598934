import Base
import PluginHost
import Store

extension Core {
    /// The scheme that sends for an account.
    func sendingScheme(_ account: AccountRow) throws(Failure) -> String {
        try registry.manifest(account.provider).sendWith ?? account.provider
    }

    /// Who stands behind the server of one side of an account, where that is known, and where it says how it is.
    func knownProvider(
        _ account: AccountRow, _ side: HealthRules.Side
    ) -> (provider: KnownProvider?, statusURL: String?) {
        let sending = (try? sendingScheme(account)) ?? account.provider
        let scheme = side == .send ? sending : account.provider
        guard let manifest = try? registry.manifest(scheme) else { return (nil, nil) }
        return (KnownProvider.of(host: MailServer(account, scheme, manifest).host), manifest.statusURL)
    }

    /// How failures of the account's sends are taken, as things stand now.
    func sendRules(_ account: AccountRow) -> SendRules {
        let (provider, statusURL) = knownProvider(account, .send)
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
