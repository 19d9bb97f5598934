import Base
import CMailroom
import Store

extension Engine {
    /// Tells the issuer that the tokens are not to be taken any more (RFC 7009), and forgets them. Who signed in for the mailbox
    /// has to do so again: its account says that at once, and not when the next login fails.
    func revoke(_ account: AccountRow) throws(Failure) -> Record {
        guard options.work != .never else { throw .invalid("revoke", "with work=never nothing is asked of an issuer") }
        let client = try OAuthClient(account, core.store)
        let there = try core.store.token(account: account.id)
        var told: Int64 = 0
        if let token = there?.refresh ?? there?.access, let address = client.address(.revocation) {
            var form: [(name: String, value: [UInt8])] = [
                ("token", token),
                ("token_type_hint", Array((there?.refresh == nil ? "access_token" : "refresh_token").utf8)),
            ]
            // A service account that signs for itself has no application.
            if !client.id.isEmpty { try TokenFetch.identify(client, &form, account: account, core) }
            let answer = try OAuthEndpoint(
                client: client, core: core, account: account.id, caFile: account.settings["ca_file"]
            ).post(address, form)
            // What is void already is as good.
            guard answer.isDone || answer.body.text("error") == "invalid_token" else {
                throw OAuthFailure.of(answer, .revoke, at: client.issuer?.title ?? "the issuer").explained()
            }
            told = 1
        }
        if account.settings["auth"] == "oauth2" {
            try takeAccess(account)
        } else {
            try core.store.forgetToken(account: account.id)
        }
        return Record(["account": .int(account.id), "revoked": .int(told)])
    }

    private func takeAccess(_ account: AccountRow) throws(Failure) {
        var failure = Failure(MR_E_AUTH, "the access was taken away from here: the mailbox is no longer authorized")
        failure.cause = "oauth.missing"
        failure.step = "token"
        failure.account = account.id
        failure.provider = account.provider
        let explained = failure.explained()
        let now = Clock.wall()
        try core.store.takeAccess(account: account.id) { (before: Health) throws(Failure) -> Health? in
            let received = account.receives ? HealthRules.failed(before, .receive, explained, now: now) : before
            return account.sends ? HealthRules.failed(received, .send, explained, now: now) : received
        }
        core.forget(account.id)
        var log = NewLog(explained, account: account.id, what: "authorize")
        log.level = "notice"
        try core.store.addLog(log)
    }
}
