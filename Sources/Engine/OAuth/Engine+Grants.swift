import Base
import CMailroom
import PluginHost
import Store

/// What connecting takes over from an authorization, and tokens that the program hands in.
extension Engine {
    /// The authorization of a state that is still good for something.
    /// - Throws: `MR_E_INVALID`, which tells apart a state that was never begun, one that was used, and one that is too old.
    func begun(_ state: String) throws(Failure) -> AuthorizationRow {
        let pending = try core.store.authorization(state: state)
        if let pending, pending.expiresAt >= Clock.wall() { return pending }
        let words =
            if pending != nil {
                "is too old: nobody came back with it in time"
            } else {
                try core.store.hasEnded(state: state)
                    ? "was used already: it is good for one time"
                    : "is of no authorization that was begun here"
            }
        throw Engine.anew(.invalid("state", words))
    }

    /// Who sent the browser back, where he says so, is who was asked (RFC 9207): a code of another's is not his business.
    static func checkIssuer(_ record: Record, _ pending: AuthorizationRow) throws(Failure) {
        guard let said = record.text("iss"), let asked = pending.settings.text("iss"),
            !OAuthClient.isIssuer(said, asked)
        else { return }
        throw anew(
            .invalid(
                "iss", "\(OAuthFailure.clean(said, 200)) sent the browser back, where \(asked) was asked (RFC 9207)"))
    }

    private static func anew(_ failure: Failure) -> Failure {
        var failure = failure
        failure.advice =
            "Begin the authorization anew (mr_authorize), and give the state and the code that come back from it."
        return failure
    }

    /// The account's settings with those of the authorization that it is connected by, which say whose application it was.
    /// - Returns: nil where the record names none.
    func grant(
        _ record: Record, takesTokens: Bool, for address: String, _ settings: inout [String: String],
        _ secrets: inout [String: [UInt8]]
    ) throws(Failure) -> NewGrant? {
        guard let state = record.text("state") else {
            if record["code"] != nil { throw Engine.anew(.invalid("state", "is missing: it came back with the code")) }
            return nil
        }
        guard takesTokens else { throw .invalid("state", "the provider takes no access tokens") }
        let pending = try begun(state)
        try Engine.checkIssuer(record, pending)
        if let owner = pending.settings.text("address"), AddressKey.of(owner) != AddressKey.of(address) {
            var failure = Failure.invalid("address", "the authorization was begun for \(owner), not for \(address)")
            failure.advice =
                "Give its state and code with \(owner), or begin an authorization for \(address) (mr_authorize)."
            throw failure
        }
        let code = record["code"].flatMap { $0.bytes ?? $0.text.map { Array($0.utf8) } }
        guard pending.secrets["device_code"] != nil || code?.isEmpty == false else {
            throw .invalid("code", "is missing")
        }
        guard code.map({ $0.count <= 16 << 10 }) ?? true else { throw .invalid("code", "is longer than 16 KiB") }
        // The code is for him alone who was asked, and for the application that asked.
        for name in ["oauth", "client_id", "tenant", "token_endpoint"] {
            guard settings[name] == nil || settings[name] == pending.settings.text("setting.\(name)") else {
                throw .invalid(name, "is another than that which the authorization was begun with")
            }
        }
        for field in pending.settings.fields where field.name.hasPrefix("setting.") {
            let name = String(field.name.dropFirst("setting.".count))
            if settings[name] == nil { settings[name] = field.value.text }
        }
        for name in OAuthForm.handedOver { secrets[name] = secrets[name] ?? pending.secrets[name] }
        settings["auth"] = "oauth2"
        return NewGrant(state: state, code: code)
    }

    /// - Throws: `MR_E_INVALID` for a kind of login that there is not.
    static func auth(_ record: Record, _ form: AccountForm) throws(Failure) -> String? {
        guard let auth = record.text("auth") else { return nil }
        guard auth == "password" || OAuthForm.kinds.contains(auth) else {
            throw .invalid("auth", "'\(auth)' is none of password, \(OAuthForm.kinds.joined(separator: ", "))")
        }
        guard auth == "password" || form.takesTokens else {
            throw .invalid("auth", "provider \(form.manifest.scheme) takes no access tokens")
        }
        return auth
    }

    /// Whether an account's tokens are of no use with these settings: they were issued elsewhere, or to another application.
    static func changesLogin(_ account: AccountRow, _ settings: [String: String]) -> Bool {
        guard account.usesTokens else { return false }
        let clients = [account.settings, settings].map {
            OAuthClient(
                $0, address: account.address, scheme: account.provider, sides: (account.receives, account.sends),
                secret: nil)
        }
        return account.settings["auth"] != settings["auth"] || clients[1].isAnother(than: clients[0])
    }

    /// Where no server is named, the issuer's own are meant.
    static func fillServers(_ settings: inout [String: String], _ scheme: String, _ issuer: OAuthProvider?) {
        guard let issuer, scheme == "imap", settings["imap_host"] == nil, settings["smtp_host"] == nil else { return }
        settings["imap_host"] = issuer.imapHost
        settings["smtp_host"] = issuer.smtpHost
    }

    package func tokenPut(_ id: Int64, _ record: Record) throws(Failure) {
        try checkOpen()
        try RecordSpec.token.check(record)
        let account = try core.store.account(id)
        guard account.settings["auth"] == "external" else {
            throw .unsupported("\(account.address) is not connected with auth=external: it fetches its own tokens")
        }
        guard let access = record.text("access_token") else { throw .invalid("access_token", "is missing") }
        guard OAuthAnswer.isToken(access) else {
            throw .invalid("access_token", "is no token that a login could carry")
        }
        if let expires = record.int("expires_at"), expires <= Clock.wall() {
            throw .invalid("expires_at", "lies in the past; it is in milliseconds since 1970")
        }
        _ = try core.store.putToken(
            account: id, NewToken(access: Array(access.utf8), expiresAt: record.int("expires_at")))
        // What waited for it goes on at once.
        if account.health.cause == "oauth.token_wanted" || account.health.cause == "oauth.token_refused" {
            try core.store.reviseHealth(id, lease: nil) { (before: Health) throws(Failure) -> Health? in
                guard before.state == "error" else { return nil }
                var after = before
                after.nextAttempt = Clock.wall()
                return after
            }
        }
    }
}
