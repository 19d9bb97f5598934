import Base
import CMailroom
import Store

/// Access tokens of one account: gives the one that is there, fetches the next one before it runs out, and sees to it that
/// only one is fetched at a time, whatever threads and processes want it.
struct TokenKeeper {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    /// Let go of where a token must be fetched: the issuer may take its time, and others log in to the server meanwhile.
    var pass: LoginPass?

    /// A token and its number, by which the caller says later that it was refused.
    typealias Given = (token: [UInt8], generation: Int64)

    /// For so long a turn is held at most; an endpoint takes half of that.
    private static let turnMs: Int64 = 2 * OAuthEndpoint.longestMs
    /// After fetching ahead of time has failed, the token that is there is used for so long.
    private static let againMs: Int64 = 60_000
    /// What is about to run out is not begun with.
    private static let lastMs: Int64 = 10_000

    /// - Parameter refused: the number of the token that a server has refused.
    /// - Throws: `MR_E_AUTH` where only a person helps; else what kept the next one from being fetched.
    func token(refused: Int64? = nil) throws(Failure) -> Given {
        let end = Clock.boot() + 2 * TokenKeeper.turnMs
        var wait: Int64 = 20
        while true {
            try interruption.check()
            let there = try core.store.token(account: account.id)
            if let given = there.flatMap({ fresh($0, refused) }) { return given }
            pass?.leave()
            if account.settings["auth"] == "external" { return try external(there, refused) }
            if let turn = try core.store.takeTokenTurn(account: account.id, holdMs: TokenKeeper.turnMs) {
                return try fetch(turn, refused)
            }
            // Somebody else fetches it: what is still good is used meanwhile.
            if let given = there.flatMap({ usable($0, refused) }) { return given }
            try pause(&wait, until: end)
        }
    }

    /// Longer each time: each look at the turn is a transaction.
    private func pause(_ wait: inout Int64, until end: Int64) throws(Failure) {
        guard Clock.boot() < end else {
            var failure = Failure(MR_E_OUTAGE, "another process is fetching an access token, and does not end")
            failure.step = "token"
            throw failure
        }
        core.connections.pause(wait)
        wait = min(wait * 2, 250)
    }

    /// Sends the code that the account was connected with, if nobody has done so.
    func redeem(isProof: Bool) throws(Failure) {
        let end = Clock.boot() + 2 * TokenKeeper.turnMs
        var wait: Int64 = 20
        while true {
            try interruption.check()
            guard let turn = try core.store.takeTokenTurn(account: account.id, holdMs: TokenKeeper.turnMs) else {
                try pause(&wait, until: end)
                continue
            }
            do throws(Failure) {
                guard let pending = try core.store.authorization(account: account.id),
                    let token = try GrantWork(
                        core: core, account: account, interruption: interruption, isProof: isProof
                    ).redeemed(pending)
                else { return core.store.endTokenTurn(turn, failed: false) }
                _ = try keep(token, turn)
                return
            } catch {
                core.store.endTokenTurn(turn, failed: true)
                throw error
            }
        }
    }

    private func keep(_ token: NewToken, _ turn: TokenTurn) throws(Failure) -> Given {
        StopPoint.tokenFetched.reach()
        let generation = try core.store.putToken(account: account.id, token, turn: turn)
        StopPoint.tokenStored.reach()
        return (token.access, generation)
    }

    /// In this account's turn.
    private func fetch(_ turn: TokenTurn, _ refused: Int64?) throws(Failure) -> Given {
        do throws(Failure) {
            // The one before may have fetched it.
            let there = try core.store.token(account: account.id)
            if let given = there.flatMap({ fresh($0, refused) }) {
                core.store.endTokenTurn(turn, failed: false)
                return given
            }
            return try keep(
                try TokenFetch(core: core, account: account, interruption: interruption).next(there), turn)
        } catch {
            core.store.endTokenTurn(turn, failed: true)
            // A refusal holds for what was there; somebody whose turn had passed may have brought a token meanwhile.
            guard error.result != Int32(MR_E_CANCELLED), let row = try core.store.token(account: account.id),
                error.result != Int32(MR_E_AUTH) || row.generation != turn.generation,
                let given = usable(row, refused)
            else { throw error }
            return given
        }
    }

    /// The program hands its tokens in: it is asked for one, ahead of time, and waited for where there is none.
    private func external(_ there: TokenRow?, _ refused: Int64?) throws(Failure) -> Given {
        try core.store.wantToken(account: account.id)
        if let given = there.flatMap({ usable($0, refused) }) { return given }
        let end = Clock.boot() + TokenKeeper.lastMs
        while Clock.boot() < end {
            try interruption.check()
            core.connections.pause(50)
            if let given = try core.store.token(account: account.id).flatMap({ usable($0, refused) }) { return given }
        }
        var failure = Failure(MR_E_AUTH, "no access token was handed in")
        failure.cause = "oauth.token_wanted"
        failure.step = "token"
        throw failure
    }

    /// Good, and for long enough: five minutes, or a fifth of its life where that is less.
    private func fresh(_ row: TokenRow, _ refused: Int64?) -> Given? {
        guard let given = usable(row, refused) else { return nil }
        guard let end = row.expiresAt else { return given }
        let now = Clock.wall()
        let ahead = min(300_000, max(end - row.issuedAt, 0) / 5)
        if now < end - ahead { return given }
        return row.triedAt.map { now - $0 < TokenKeeper.againMs } == true ? given : nil
    }

    /// Good at this moment.
    private func usable(_ row: TokenRow, _ refused: Int64?) -> Given? {
        guard let access = row.access, row.generation != refused else { return nil }
        let spare = row.expiresAt.map { min(TokenKeeper.lastMs, max($0 - row.issuedAt, 0) / 10) } ?? 0
        guard row.expiresAt.map({ Clock.wall() < $0 - spare }) ?? true else { return nil }
        return (access, row.generation)
    }
}

extension AccountRow {
    /// Whether it logs in with access tokens.
    var usesTokens: Bool { settings["auth"].map { OAuthForm.kinds.contains($0) } ?? false }

    /// Whether a login was ever tried, since it was connected or came back.
    var hasBeenTried: Bool { health.syncHealth != "none" || health.sendHealth != "none" }
}

extension Core {
    /// Whether work failed because its token ran out: the server says so, or the connection broke when it was time.
    func hasTokenRunOut(_ account: AccountRow, _ failure: Failure) -> Bool {
        if failure.explained().cause == "auth.token_expired" { return true }
        guard failure.result == Int32(MR_E_CONNECTION), let row = try? store.token(account: account.id),
            let end = row.expiresAt
        else { return false }
        return end <= Clock.wall()
    }
}
