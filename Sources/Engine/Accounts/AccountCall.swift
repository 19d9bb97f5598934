import Base
import CMailroom
import PluginHost
import Store

/// One side of one account at work: what its plugin may know, and the calls made for it. The kinds of calls
/// (folders, sync, send) are its subclasses.
class AccountCall: CallDelegate {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    /// State that commits with what the call emitted.
    var pendingState: [(String, [UInt8]?)] = []
    /// It was a look at the whole account, and all was as before.
    var foundNothing = false
    /// Told of the way to the server; nil where nobody asks.
    var trace: SessionTrace?
    /// While it logs in: its turn at the server.
    var pass: LoginPass?
    /// Given in place of the account's own, which it may replace.
    var triedToken: [UInt8]?
    /// Of the token that was given last.
    private var tokenNumber: Int64?
    /// What the server said it can do, at the login.
    private(set) var capabilities: String?

    init(core: Core, account: AccountRow, interruption: Interruption) {
        self.core = core
        self.account = account
        self.interruption = interruption
    }

    /// Limits for one call: no end but the host's own waits, unless `within` milliseconds are given.
    func options(_ scheme: String, within milliseconds: Int64? = nil) -> CallOptions {
        var options = CallOptions(
            deadline: milliseconds.map { Clock.boot() + $0 } ?? .max, connectTimeoutMs: core.options.connectTimeoutMs,
            ioTimeoutMs: core.options.ioTimeoutMs, caFile: account.settings["ca_file"] ?? core.options.caFile,
            account: account.id, provider: scheme, cancellation: interruption.wake)
        options.trace = trace
        options.routes = core.options.routes
        return options
    }

    /// Logs in, within the limits of the server (Limits/AccountCall+Opening.swift). The login itself, greeting included,
    /// takes at most twice the time allowed for dialling.
    /// - Parameter purpose: what is watched leaves room for work.
    /// - Throws: also `MR_E_KEY` where the account has secrets that this process cannot read, and `MR_E_THROTTLED` where
    ///   a limit stands against it.
    func open(_ scheme: String, for purpose: Connections.Purpose = .work) throws(Failure) -> ProviderSession {
        if !core.store.hasKey, !(try core.store.secretNames(account: account.id).isEmpty) {
            throw Failure(MR_E_KEY, "the account's secrets cannot be read: this process has no key")
        }
        let provider = try core.registry.provider(scheme)
        return try open(provider, MailServer(account, scheme, provider.manifest), purpose)
    }

    func close(_ session: ProviderSession, _ scheme: String) {
        session.close(options(scheme, within: 2_000), self)
        (session.attached as? Connections.Slot)?.end()
        session.attached = nil
    }

    /// Keeps the session for what comes next, where it is sound and there is room; else closes it. A maildrop (POP3) is
    /// locked while one is logged in, and shows nothing that came since. A look that found nothing at a mailbox that is
    /// watched is not the beginning of a burst: nobody needs its session for minutes.
    func giveBack(_ session: ProviderSession, _ scheme: String) {
        let drops = (try? core.registry.manifest(scheme))?.can("drop") == true
        let isIdle = foundNothing && core.watchers?.isWatched(account.id) == true
        if !drops, !isIdle, interruption.reason == .none, core.sessions?.keep(session, account, scheme) == true {
            return
        }
        close(session, scheme)
    }

    func setting(_ name: String) -> String? {
        switch name {
        case "address": account.address
        case "account": String(account.id)
        case "user": account.settings[name] ?? account.address
        case "smtp_user": account.settings[name] ?? account.settings["user"] ?? account.address
        default: account.settings[name]
        }
    }

    func token(refresh: Bool) throws(Failure) -> [UInt8] {
        guard account.usesTokens else { throw .unsupported("\(account.address) does not log in by access tokens") }
        if let triedToken {
            guard refresh else { return triedToken }
            var failure = Failure(
                MR_E_AUTH, "the access of whoever signed in does not open the mailbox of \(account.address)")
            failure.cause = "oauth.token_refused"
            failure.step = "auth"
            throw failure
        }
        var refused: Int64?
        if refresh {
            refused = tokenNumber
            if refused == nil { refused = try core.store.token(account: account.id)?.generation }
        }
        let keeper = TokenKeeper(core: core, account: account, interruption: interruption, pass: pass)
        let given = try keeper.token(refused: refused)
        pass?.resume()
        tokenNumber = given.generation
        return given.token
    }

    func secret(_ name: String) -> [UInt8]? {
        // What an application proves itself with is the host's alone.
        if OAuthForm.isOwn(secret: name) { return nil }
        if let secret = try? core.store.secret(account: account.id, name: name) { return secret }
        guard name == "smtp_password" else { return nil }
        return try? core.store.secret(account: account.id, name: "password")
    }

    func stateGet(_ key: String) throws(Failure) -> [UInt8]? {
        if let pending = pendingState.last(where: { $0.0 == key }) { return pending.1 }
        return try core.store.stateGet(account: account.id, key: key)
    }

    func statePut(_ key: String, _ value: [UInt8]) throws(Failure) {
        pendingState.append((key, value.isEmpty ? nil : value))
    }

    func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        if kind == "server" {
            capabilities = fields.text("capabilities") ?? capabilities
            if fields.int("size") != nil { try learnServer(fields) }
            return Int32(MR_OK)
        }
        throw Failure(MR_E_PLUGIN, "the plugin emitted '\(kind)' in a call that has no use for it")
    }

    /// Whether a message of the user's waits for it: such requests go before all others.
    var isSending: Bool { false }

    func admit(_ need: RequestNeed) throws(Failure) -> (any AnyObject & Sendable)? { try take(need) }
    func heldOff(_ milliseconds: Int64, _ need: RequestNeed) { hold(milliseconds, need) }

    func want(_ header: Record) throws(Failure) -> Int32 { Int32(MR_SKIP) }
    func known(_ folder: Record, after: Int64) throws(Failure) -> Record { Record(["next": .int(0)]) }

    func messageBegin(_ fields: Record, size: Int64) throws(Failure) {
        throw Failure(MR_E_PLUGIN, "the plugin gave a message in a call that has no use for it")
    }
    func messageData(_ bytes: UnsafeRawBufferPointer) throws(Failure) {}
    func messageEnd() throws(Failure) -> Int32 { Int32(MR_OK) }
    func messageAbandoned() {}

    func commit(_ cursor: [UInt8]) throws(Failure) {
        throw Failure(MR_E_PLUGIN, "the plugin committed in a call without a cursor")
    }

    func progress(done: Int64, total: Int64) {}

    func log(level: Int32, _ text: String) {
        guard level <= 4 else { return }
        try? core.store.addLog(
            NewLog(account: account.id, level: level <= 3 ? "error" : "warning", what: "provider", message: text))
    }

    func checkCancelled() throws(Failure) { try interruption.check() }
}
