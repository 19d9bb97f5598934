import Base
import CMailroom
import Store

/// Fetches one access token, as the account's kind of login has it: with its refresh token, or for the application itself.
struct TokenFetch {
    let core: Core
    let account: AccountRow
    let interruption: Interruption

    func next(_ there: TokenRow?) throws(Failure) -> NewToken {
        let client = try OAuthClient(account, core.store)
        return account.settings["auth"] == "service" ? try service(client) : try refreshed(client, there)
    }

    private func endpoint(_ client: OAuthClient) -> OAuthEndpoint {
        OAuthEndpoint(
            client: client, core: core, account: account.id, caFile: account.settings["ca_file"],
            cancellation: interruption.wake)
    }

    // MARK: For a person

    private func refreshed(_ client: OAuthClient, _ there: TokenRow?) throws(Failure) -> NewToken {
        guard let refresh = there?.refresh else {
            if let token = try waiting(there) { return token }
            var failure = Failure(
                MR_E_AUTH,
                there?.access == nil
                    ? "the mailbox has not been authorized"
                    : "the access has run out, and nothing was granted to renew it")
            failure.cause = there?.access == nil ? "oauth.missing" : "oauth.expired"
            failure.step = "token"
            throw failure
        }
        var form: [(name: String, value: [UInt8])] = [
            ("grant_type", Array("refresh_token".utf8)), ("refresh_token", refresh),
        ]
        try TokenFetch.identify(client, &form, account: account, core)
        let endpoint = endpoint(client)
        try endpoint.checkPause()
        let now = Clock.wall()
        let answer = try endpoint.post(try client.must(.token), form)
        if answer.isDone { return try answer.token(now: now) }
        let failure = endpoint.refused(answer, .refresh, form)
        if failure.result == Int32(MR_E_AUTH), let token = try waiting(there) { return token }
        throw failure
    }

    /// By a code that was brought, and could not be sent yet.
    private func waiting(_ there: TokenRow?) throws(Failure) -> NewToken? {
        guard let pending = try core.store.authorization(account: account.id),
            there?.access == nil || !pending.isSpent
        else { return nil }
        return try GrantWork(core: core, account: account, interruption: interruption).redeemed(pending)
    }

    /// Says which application asks, with its secret where it has one.
    static func identify(
        _ client: OAuthClient, _ form: inout [(name: String, value: [UInt8])], account: AccountRow?, _ core: Core
    ) throws(Failure) {
        try client.checkID()
        form.append(("client_id", Array(client.id.utf8)))
        if let secret = client.secret {
            form.append(("client_secret", secret))
        } else if let account, let key = try core.store.secret(account: account.id, name: "service_key"),
            let certificate = try core.store.secret(account: account.id, name: "service_certificate")
        {
            let now = Clock.wall() / 1000
            let claims = Record([
                "aud": .text(try client.must(.token)), "iss": .text(client.id), "sub": .text(client.id),
                "jti": .text(Base64URL.encode(randomBytes(16))), "nbf": .int(now - 60), "exp": .int(now + 540),
            ])
            form.append(
                ("client_assertion_type", Array("urn:ietf:params:oauth:client-assertion-type:jwt-bearer".utf8)))
            form.append(
                ("client_assertion", Array(try SignedToken.make(claims, key: key, certificate: certificate).utf8)))
        }
    }

    // MARK: For the application itself

    private func service(_ client: OAuthClient) throws(Failure) -> NewToken {
        let key = try core.store.secret(account: account.id, name: "service_key")
        let certificate = try core.store.secret(account: account.id, name: "service_certificate")
        let now = Clock.wall()
        let form: [(name: String, value: [UInt8])]
        let address: String
        if let key, certificate == nil {
            (form, address) = try delegated(client, key, now)
        } else {
            guard client.secret != nil || key != nil else {
                throw SignedToken.unusable("service_key", "is not set, and no client_secret either")
            }
            var credentials: [(name: String, value: [UInt8])] = [
                ("grant_type", Array("client_credentials".utf8)),
                ("scope", Array(client.scopes.joined(separator: " ").utf8)),
            ]
            try TokenFetch.identify(client, &credentials, account: account, core)
            (form, address) = (credentials, try client.must(.token))
        }
        let endpoint = endpoint(client)
        try endpoint.checkPause()
        let answer = try endpoint.post(address, form)
        guard answer.isDone else { throw endpoint.refused(answer, .service, form) }
        var token = try answer.token(now: now)
        token.refresh = nil
        return token
    }

    /// Google: the service account signs that it acts for the mailbox's owner (domain-wide delegation).
    private func delegated(
        _ client: OAuthClient, _ key: [UInt8], _ now: Int64
    ) throws(Failure) -> (form: [(name: String, value: [UInt8])], address: String) {
        let service = try ServiceKey(key, email: client.setting("service_email"))
        let address = try client.must(.token)
        let claims = Record([
            "iss": .text(service.email), "scope": .text(client.scopes.joined(separator: " ")), "aud": .text(address),
            "sub": .text(client.names[0]), "iat": .int(now / 1000), "exp": .int(now / 1000 + 3600),
        ])
        let assertion = try SignedToken.make(claims, key: service.pem)
        return (
            [
                ("grant_type", Array("urn:ietf:params:oauth:grant-type:jwt-bearer".utf8)),
                ("assertion", Array(assertion.utf8)),
            ], address
        )
    }
}
