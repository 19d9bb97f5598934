import Base
import CMailroom
import Store

/// How the account logs in: whether an access token is to be had, how old it is, and until when the provider takes this kind.
extension DoctorWork {
    /// Nil of a password of which there is no more to say. A token that has run out is fetched anew, as the login would.
    func authentication() throws(Failure) -> DoctorStep? {
        let row = try core.store.accountStatus(account.id)
        let outlook = AccountView.outlook(row)
        guard account.usesTokens || outlook != nil else { return nil }
        let kind = row.text("auth") ?? "password"
        var step = DoctorStep("authentication")
        step.more.set("auth", kind)
        var words = [kind]
        if account.usesTokens { words += try token(kind, &step) }
        if let outlook {
            step.more.set("auth_ends", outlook.ends)
            step.more.set("auth_note", outlook.note)
            if let ends = outlook.ends { words.append("taken until \(Advice.pastMinute(ends).prefix(10))") }
        }
        step.found = words.joined(separator: "; ")
        return step
    }

    /// - Returns: what there is of its token, in words.
    private func token(_ kind: String, _ step: inout DoctorStep) throws(Failure) -> [String] {
        let began = Clock.boot()
        do throws(Failure) {
            if kind != "external" {
                report(0, "its access token")
                _ = try TokenKeeper(core: core, account: account, interruption: interruption).token()
                step.ms = Clock.boot() - began
            }
        } catch {
            try interruption.check()
            step.ms = Clock.boot() - began
            step.fails(explained(error, account.receives ? .receive : .send))
        }
        guard core.store.hasKey else { return [] }
        let there = try core.store.token(account: account.id)
        if kind == "external", !DoctorWork.isGood(there) { step.fails("oauth.token_wanted") }
        var words: [String] = []
        if let there, there.access != nil {
            let now = Clock.wall()
            step.more.set("token_refreshed", there.issuedAt)
            step.more.set("token_expires", there.expiresAt)
            let verb = kind == "external" ? "handed in" : "fetched"
            words.append(
                "access token \(verb) at \(Advice.pastMinute(there.issuedAt)), \(Advice.span(now - there.issuedAt)) ago"
            )
            words.append(
                there.expiresAt.map { end in
                    end > now
                        ? "good until \(Advice.pastMinute(end)), for \(Advice.span(end - now))"
                        : "ran out at \(Advice.pastMinute(end))"
                } ?? "its end is not known")
        } else {
            words.append("no access token")
        }
        if kind == "oauth2" {
            step.more.set("refresh_token", there?.refresh == nil ? 0 : 1)
            words.append(there?.refresh == nil ? "no refresh token" : "a refresh token is there")
        }
        return words
    }

    private static func isGood(_ token: TokenRow?) -> Bool {
        guard let token, token.access != nil else { return false }
        return token.expiresAt.map { $0 > Clock.wall() } ?? true
    }
}
