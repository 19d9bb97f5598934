import Base
import CMailroom
import PluginHost
import Store

/// Makes an account's open wishes true on its server, in their order, on a session that is open; first of all what is left
/// to do for its sends, which makes some.
struct WishWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let lease: Lease

    private static let page = 100

    /// - Returns: how many were carried out.
    /// - Throws: what ended the session. The wish at which that happened is put off, the others stay open.
    @discardableResult
    func run(_ session: ProviderSession) throws(Failure) -> Int {
        try SentWork(core: core, account: account, interruption: interruption, lease: lease).run(session)
        var folders: [Int64: FolderRow] = [:]
        var after: Int64 = 0
        var done = 0
        while true {
            let page = try core.store.openWishes(account.id, now: Clock.wall(), after: after, limit: WishWork.page)
            guard !page.isEmpty else { return done }
            if folders.isEmpty {
                for folder in try core.store.folders(account.id) { folders[folder.id] = folder }
            }
            for wish in page {
                try interruption.check()
                after = wish.id
                if try carryOut(wish.id, session, folders) { done += 1 }
            }
        }
    }

    private func carryOut(
        _ id: Int64, _ session: ProviderSession, _ folders: [Int64: FolderRow]
    ) throws(Failure) -> Bool {
        guard account.settings["direction"] != "read_only" else {
            // Wished before the account became so.
            try core.store.loseWish(id, Failure(MR_E_REFUSED, "the account is read only"), lease: lease)
            return false
        }
        guard let wish = try core.store.beginWish(id, lease: lease) else { return false }
        do throws(Failure) {
            try core.store.finishWish(id, try perform(wish, session, folders), lease: lease)
            return true
        } catch {
            try settle(wish, error)
            return false
        }
    }

    private func settle(_ wish: WishRow, _ error: Failure) throws(Failure) {
        if interruption.reason != .none { throw error }
        let failure = error.explained()
        let now = Clock.wall()
        switch WishRules.decide(failure, wish, now: now) {
        case .lose: try core.store.loseWish(wish.id, failure, lease: lease)
        case .awaitSync(let pause):
            try core.store.putOffWish(wish.id, failure, until: now + pause, untilSynced: true, lease: lease)
        case .putOff(let pause):
            try core.store.putOffWish(wish.id, failure, until: now + pause, lease: lease)
            if WishRules.endsSession(failure) { throw error }
            try core.store.addLog(NewLog(failure, account: account.id, what: "wish"))
        }
    }

    private func perform(
        _ wish: WishRow, _ session: ProviderSession, _ folders: [Int64: FolderRow]
    ) throws(Failure) -> WishFindings {
        let scheme = account.provider
        let target = wish.target.flatMap { folders[$0] }
        guard wish.target == nil || target != nil else { throw .notFound("folder \(wish.target ?? 0)") }
        guard wish.kind != .append else {
            guard let body = wish.body, let target else { throw .notFound("the content of wish \(wish.id)") }
            let spool = try SpoolFile(core.store, body: body)
            let call = WishCall(core: core, account: account, interruption: interruption, ref: nil, spool: spool)
            try session.append(call.options(scheme), call, what: appended(wish, target), message: spool.bytes)
            return call.findings
        }
        guard let folder = wish.folder.flatMap({ folders[$0] }) else { throw .notFound("folder \(wish.folder ?? 0)") }
        let call = WishCall(core: core, account: account, interruption: interruption, ref: wish.ref)
        try session.apply(call.options(scheme), call, change: change(wish, folder, target))
        return call.findings
    }

    /// As mailroom_plugin.h says at `apply`.
    private func change(_ wish: WishRow, _ folder: FolderRow, _ target: FolderRow?) -> Record {
        var change = folder.asFields
        change["cursor"] = .bytes(folder.cursor)
        change.set("kind", wish.kind.rawValue)
        change.set("ref", wish.ref)
        change.set("message_id", wish.messageID)
        change.set("again", wish.begun ? 1 : 0)
        if wish.kind == .flags {
            change.set("add", wish.flags.add.joined(separator: " "))
            change.set("remove", wish.flags.remove.joined(separator: " "))
        }
        if let target { change["target"] = .list([.record(target.asFields)]) }
        return change
    }

    /// As mailroom_plugin.h says at `append`.
    private func appended(_ wish: WishRow, _ target: FolderRow) -> Record {
        var what = target.asFields
        what.set("flags", wish.appended?.flags.joined(separator: " ") ?? "")
        what.set("internal_date", wish.appended?.internalDate)
        what.set("message_id", wish.messageID)
        what.set("again", wish.begun ? 1 : 0)
        return what
    }
}
