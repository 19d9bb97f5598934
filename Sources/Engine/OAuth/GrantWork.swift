import Base
import CMailroom
import PluginHost
import Store

/// Turns what an authorization brought, a code or a device's approval, into the account's tokens. A code is sent once: that it
/// is sent is on the disk before.
struct GrantWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    /// Somebody connects the account now: where nobody says whose mailbox a token opens, that is tried before the tokens that
    /// are there go.
    var isProof = false

    /// What the account was connected with, if it is not done yet. Waits for the person at a device.
    func run() throws(Failure) {
        guard account.settings["auth"] == "oauth2", let pending = try core.store.authorization(account: account.id)
        else { return }
        guard let device = pending.secrets["device_code"] else {
            return try TokenKeeper(core: core, account: account, interruption: interruption).redeem(isProof: isProof)
        }
        let token = try approved(try OAuthClient(account, core.store), pending, device)
        StopPoint.tokenFetched.reach()
        try core.store.finishAuthorization(pending.id, account: account.id, token)
        StopPoint.tokenStored.reach()
    }

    private func endpoint(_ client: OAuthClient) -> OAuthEndpoint {
        OAuthEndpoint(
            client: client, core: core, account: account.id, caFile: account.settings["ca_file"],
            cancellation: interruption.wake)
    }

    // MARK: The code

    /// In the account's turn: what finds the code sent then knows that nobody waits for its answer any more.
    /// - Returns: nil where there is no code.
    func redeemed(_ pending: AuthorizationRow) throws(Failure) -> NewToken? {
        guard let code = pending.code, let verifier = pending.secrets["verifier"] else { return nil }
        let client = try OAuthClient(account, core.store)
        let address = try client.must(.token)
        var form: [(name: String, value: [UInt8])] = [
            ("grant_type", Array("authorization_code".utf8)), ("code", code), ("code_verifier", verifier),
            ("redirect_uri", Array((pending.settings.text("redirect_uri") ?? "").utf8)),
        ]
        try TokenFetch.identify(client, &form, account: account, core)
        let endpoint = endpoint(client)
        try endpoint.checkPause()
        guard try core.store.spendAuthorization(pending.id) else {
            try core.store.dropAuthorization(pending.id)
            throw GrantWork.spent("the code was sent once, and what came of it is not known")
        }
        StopPoint.codeSpent.reach()
        let now = Clock.wall()
        let answer: OAuthAnswer
        do throws(Failure) {
            answer = try endpoint.post(address, form)
        } catch {
            // Before the connection stood, nobody has seen the code. An answer that makes no sense is one all the same.
            if error.step != "http", !error.isOfIssuer { try core.store.unspendAuthorization(pending.id) }
            throw error
        }
        guard answer.isDone else {
            let failure = endpoint.refused(answer, .code, form)
            if failure.result == Int32(MR_E_AUTH) {
                try core.store.dropAuthorization(pending.id)
            } else {
                try core.store.unspendAuthorization(pending.id)
            }
            throw failure
        }
        return try checked(try answer.token(now: now), answer, client, pending)
    }

    private static func spent(_ words: String) -> Failure {
        var failure = Failure(MR_E_AUTH, words)
        failure.cause = "oauth.code_spent"
        failure.step = "token"
        return failure
    }

    // MARK: The device

    /// Asks until the person has entered the code (RFC 8628, section 3.4).
    private func approved(
        _ client: OAuthClient, _ pending: AuthorizationRow, _ device: [UInt8]
    ) throws(Failure) -> NewToken {
        var interval = min(max(pending.settings.int("interval_ms") ?? 5000, 1000), 60_000)
        while true {
            guard Clock.wall() < pending.expiresAt else {
                try core.store.dropAuthorization(pending.id)
                throw OAuthFailure.make("expired_token", "", .device, at: client.issuer?.title ?? "the issuer")
            }
            try wait(interval)
            var form: [(name: String, value: [UInt8])] = [
                ("grant_type", Array("urn:ietf:params:oauth:grant-type:device_code".utf8)), ("device_code", device),
            ]
            try TokenFetch.identify(client, &form, account: account, core)
            let now = Clock.wall()
            let answer: OAuthAnswer
            do throws(Failure) {
                answer = try endpoint(client).post(try client.must(.token), form)
            } catch {
                // Less often, and on (section 3.5): somebody is about to enter the code.
                guard error.result == Int32(MR_E_CONNECTION) else { throw error }
                interval = min(interval * 2, 60_000)
                continue
            }
            if answer.isDone { return try checked(try answer.token(now: now), answer, client, pending) }
            switch answer.body.text("error") {
            case "authorization_pending": continue
            case "slow_down": interval = min(interval + 5000, 60_000)
            default:
                let failure = OAuthFailure.of(answer, .device, at: client.issuer?.title ?? "the issuer")
                guard failure.result == Int32(MR_E_AUTH) else {
                    interval = min(interval * 2, 60_000)
                    continue
                }
                try core.store.dropAuthorization(pending.id)
                throw failure
            }
        }
    }

    private func wait(_ milliseconds: Int64) throws(Failure) {
        let end = Clock.boot() + milliseconds
        while Clock.boot() < end {
            try interruption.check()
            core.connections.pause(min(100, max(end - Clock.boot(), 1)))
        }
    }

    /// All is well until the access ends: whoever looks is told before.
    private var endsByItself: NewLog {
        var log = NewLog(
            account: account.id, level: "warning", what: "connect",
            message: "no refresh token was granted: when this access ends, the mailbox has to be authorized again "
                + "(Microsoft grants one for the scope offline_access, Google for access_type=offline)")
        log.cause = "oauth.expired"
        return log
    }

    // MARK: What was granted, and by whom

    private func checked(
        _ token: NewToken, _ answer: OAuthAnswer, _ client: OAuthClient, _ pending: AuthorizationRow
    ) throws(Failure) -> NewToken {
        var token = token
        token.isOfNewGrant = true
        do throws(Failure) {
            try GrantCheck.scopes(client, granted: token.scopes)
            token.signedIn = try GrantCheck(client: client, endpoint: endpoint(client)).owner(
                token.access, idToken: answer.body.text("id_token"))
            if isProof, pending.isOfReconnect, token.signedIn == nil { try tryOut(token) }
        } catch {
            try core.store.dropAuthorization(pending.id)
            throw error
        }
        if token.refresh == nil { try? core.store.addLog(endsByItself) }
        return token
    }

    /// - Throws: `MR_E_AUTH` where the token opens another mailbox; also where an account that works is refused with it. What
    ///   cannot be tried now is no reason against it.
    private func tryOut(_ token: NewToken) throws(Failure) {
        let sender = try core.registry.manifest(account.provider).sendWith
        let scheme = account.receives ? account.provider : sender ?? account.provider
        let call = AccountCall(core: core, account: account, interruption: interruption)
        call.triedToken = token.access
        do throws(Failure) {
            call.close(try call.open(scheme), scheme)
        } catch {
            guard error.result == Int32(MR_E_AUTH),
                error.cause == "oauth.wrong_mailbox" || account.health.state == "enabled"
            else { return }
            throw error
        }
    }
}
