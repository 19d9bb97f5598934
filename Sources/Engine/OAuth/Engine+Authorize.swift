import Base
import CMailroom
import Store

extension Engine {
    /// Begins an authorization, ends one that was refused (`state` with `error`), or takes an account's access away (`revoke`).
    package func authorize(_ request: Record) throws(Failure) -> Record {
        try checkOpen()
        try RecordSpec.authorize.check(request)
        try Engine.flag(request, "device")
        try Engine.flag(request, "revoke")
        if let state = request.text("state") { return try endAuthorization(state, request) }
        let account = try request.int("account").map { (id) throws(Failure) in try core.store.account(id) }
        if request.int("revoke") == 1 {
            guard let account else { throw .invalid("account", "is missing") }
            return try revoke(account)
        }
        guard let address = request.text("address") ?? account?.address else { throw .invalid("address", "is missing") }
        try Engine.checkAddress(address, "address")
        let scheme = request.text("provider") ?? account?.provider ?? "imap"
        var form = try form(scheme)
        try form.take(request, beside: .authorize)
        guard form.takesTokens else { throw .unsupported("provider \(scheme) does not log in by OAuth 2.0") }
        var settings = (account?.settings ?? [:]).merging(form.settings) { $1 }
        for name in form.cleared { settings[name] = nil }
        settings["auth"] = "oauth2"
        let issuer = OAuthClient.issuer(settings, address, scheme)
        Engine.fillServers(&settings, scheme, issuer)
        // An application's secret goes with no other application.
        let isSame = account?.settings["client_id"] == settings["client_id"]
        let client = OAuthClient(
            settings, address: address, scheme: scheme, sides: (form.receives(settings), form.sends(settings)),
            secret: try secret("client_secret", form.secrets, form, isSame ? account : nil),
            proxy: try secret("proxy", form.secrets, form, account))
        try client.checkID()
        let kept = settings.filter { OAuthForm.setting($0.key) != nil }
        let owner = account?.address ?? address
        var begun =
            request.int("device") == 1
            ? try beginDevice(client, kept, owner, caFile: settings["ca_file"])
            : try beginCode(client, kept, owner, request.text("redirect_uri"))
        if account == nil {
            begun.set("same_mailbox", try core.store.twin(of: address, provider: scheme, settings: settings))
        }
        return begun
    }

    /// A secret as it is given, else as the account has it.
    func secret(
        _ name: String, _ given: [String: [UInt8]], _ form: AccountForm, _ account: AccountRow?
    ) throws(Failure) -> [UInt8]? {
        if let given = given[name] { return given }
        guard let account, !form.cleared.contains(name) else { return nil }
        return try core.store.secret(account: account.id, name: name)
    }

    /// For so long somebody may take to sign in.
    private static let patienceMs: Int64 = 600_000

    private func beginCode(
        _ client: OAuthClient, _ settings: [String: String], _ owner: String, _ redirect: String?
    ) throws(Failure) -> Record {
        guard let redirect, redirect.has(":"), redirect.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            var failure = Failure.invalid(
                "redirect_uri",
                redirect == nil ? "is missing" : "is no address that the browser could come back to")
            failure.advice = """
                Give the address of your application that is registered with the provider, as https://crm.example.com/back, \
                or http://127.0.0.1 with a port that you listen on; or device = 1 for a code.
                """
            throw failure
        }
        let endpoint = try client.must(.authorization)
        let proof = PKCE()
        let state = Base64URL.encode(randomBytes(32))
        let expires = Clock.wall() + Engine.patienceMs
        var query: [(name: String, value: String)] = [
            ("response_type", "code"), ("client_id", client.id), ("redirect_uri", redirect),
            ("scope", client.scopes.joined(separator: " ")), ("state", state), ("code_challenge", proof.challenge),
            ("code_challenge_method", "S256"), ("login_hint", client.names[0]),
        ]
        query += client.issuer?.more ?? []
        try keep(state, settings, client, ["verifier": Array(proof.verifier.utf8)], owner, expires) {
            $0.set("redirect_uri", redirect)
            $0.set("iss", client.identifier)
        }
        var answer = Record(["state": .text(state)])
        answer.set("url", endpoint + (endpoint.has("?") ? "&" : "?") + FormText.joined(query))
        answer.set("expires_at", expires)
        return answer
    }

    private func beginDevice(
        _ client: OAuthClient, _ settings: [String: String], _ owner: String, caFile: String?
    ) throws(Failure) -> Record {
        guard options.work != .never else {
            throw .invalid("device", "a device's code is asked of the issuer, and with work=never nothing is")
        }
        let now = Clock.wall()
        let answer = try OAuthEndpoint(client: client, core: core, account: 0, caFile: caFile).post(
            try client.must(.device),
            [
                ("client_id", Array(client.id.utf8)),
                ("scope", Array(client.scopes.joined(separator: " ").utf8)),
            ])
        guard answer.isDone else {
            throw OAuthFailure.of(answer, .authorize, at: client.issuer?.title ?? "the issuer").explained()
        }
        guard let device = answer.body.text("device_code"), OAuthAnswer.isToken(device),
            let user = answer.body.text("user_code"),
            let place = answer.body.text("verification_uri") ?? answer.body.text("verification_url")
        else { throw OAuthAnswer.garbled("the device endpoint's answer has no code") }
        let life = min(max(answer.seconds("expires_in") ?? 900, 1), 86_400) * 1000
        let interval = min(max(answer.seconds("interval") ?? 5, 1), 60) * 1000
        let state = Base64URL.encode(randomBytes(32))
        try keep(state, settings, client, ["device_code": Array(device.utf8)], owner, now + life) {
            $0.set("interval_ms", interval)
        }
        var shown = Record(["state": .text(state)])
        shown.set("user_code", OAuthFailure.clean(user, 64))
        shown.set("verification_uri", OAuthFailure.clean(place, 1000))
        shown.set(
            "verification_uri_complete",
            answer.body.text("verification_uri_complete").map { OAuthFailure.clean($0, 1000) })
        shown.set("expires_at", now + life)
        shown.set("interval_ms", interval)
        return shown
    }

    private func keep(
        _ state: String, _ settings: [String: String], _ client: OAuthClient, _ own: [String: [UInt8]],
        _ owner: String, _ expires: Int64, _ more: (inout Record) -> Void
    ) throws(Failure) {
        var secrets = own
        secrets["client_secret"] = client.secret
        secrets["proxy"] = client.proxy.map { Array($0.utf8) }
        var record = Record(["address": .text(owner)])
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) { record.set("setting.\(name)", value) }
        more(&record)
        try core.store.insertAuthorization(state: state, settings: record, secrets: secrets, expiresAt: expires)
    }

    /// The browser came back without a code.
    private func endAuthorization(_ state: String, _ request: Record) throws(Failure) -> Record {
        let pending = try begun(state)
        try Engine.checkIssuer(request, pending)
        try core.store.dropAuthorization(pending.id)
        guard let error = request.text("error") else { return Record(["state": .text(state)]) }
        let issuer = pending.settings.text("setting.oauth").flatMap(OAuthProvider.named)
        throw OAuthFailure.make(
            error, request.text("error_description") ?? "", .authorize, at: issuer?.title ?? "the issuer"
        ).explained()
    }
}
