import Base
import CMailroom
import PluginHost
import Store

/// What is left to do for an account's sends on the side that receives, on a session that is open: sends whose outcome is
/// unknown are looked for, and copies are put into Sent.
struct SentWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let lease: Lease

    private static let page = 20

    /// - Throws: what ended the session. What was not done is done the next time.
    func run(_ session: ProviderSession) throws(Failure) {
        while true {
            let page = try core.store.attendedSends(account.id, now: Clock.wall(), limit: SentWork.page)
            guard !page.isEmpty else { return }
            for send in page where send.isUnknown {
                try interruption.check()
                try lookFor(send, session)
            }
            try keepCopies(page.filter { !$0.isUnknown }, session)
        }
    }

    // MARK: the unknown outcome

    private enum Verdict {
        case accepted(SendEvidence)
        /// The provider says that it was not, and is to be believed.
        case absent
        case unknown
    }

    private func lookFor(_ send: AttendedSend, _ session: ProviderSession) throws(Failure) {
        let manifest = try core.registry.manifest(account.provider)
        guard manifest.can("find_sent") else { return try core.store.stopAttending([send.id], lease: lease) }
        switch try verdict(send, manifest, session) {
        case .accepted(let evidence):
            if evidence == .sentFolder {
                try core.store.noteCopyHabit(server: true, of: account.id, lease: lease)
            }
            try core.store.settleUnknown(send: send.id, accepted: true, by: evidence, lease: lease)
        case .absent: try core.store.settleUnknown(send: send.id, accepted: false, by: .provider, lease: lease)
        case .unknown: try core.store.notFound(send: send.id, lease: lease)
        }
    }

    private func verdict(
        _ send: AttendedSend, _ manifest: ProviderManifest, _ session: ProviderSession
    ) throws(Failure) -> Verdict {
        let folders = try core.store.folders(account.id)
        let sent = folders.filter { $0.selectable && ($0.role == "sent" || $0.role == "all") }
        guard let found = try find(send, in: sent, session) else { return .unknown }
        if let first = found.first {
            let isSent = sent.contains { $0.role == "sent" && $0.path == first }
            return .accepted(isSent ? .sentFolder : .provider)
        }
        let isSettled = Clock.wall() - send.offeredAt >= manifest.settleMs
        return manifest.findSent == "authoritative" && isSettled ? .absent : .unknown
    }

    /// The paths of the folders that have it, empty where the provider names none; nil where it could not look.
    private func find(
        _ send: AttendedSend, in folders: [FolderRow], _ session: ProviderSession
    ) throws(Failure) -> [String]? {
        let call = FindSentCall(core: core, account: account, interruption: interruption)
        var what = Record()
        what.set("message_id", send.messageID)
        what["items"] = .list(folders.map { .record($0.asFields) })
        do throws(Failure) {
            try session.findSent(call.options(account.provider), call, what: what)
            return call.found
        } catch {
            guard interruption.reason == .none, !WishRules.endsSession(error) else { throw error }
            try core.store.addLog(NewLog(error.explained(), account: account.id, what: "send", send: send.id))
            return nil
        }
    }

    // MARK: copies

    private func keepCopies(_ sends: [AttendedSend], _ session: ProviderSession) throws(Failure) {
        guard let first = sends.first else { return }
        let copies = SentCopies(core: core, account: account)
        var rule = try copies.rule()
        if rule == .look {
            rule = .append
            if let folder = try copies.folder(), let found = try find(first, in: [folder], session) {
                try core.store.noteCopyHabit(server: !found.isEmpty, of: account.id, lease: lease)
                if !found.isEmpty { rule = .server }
            }
        }
        try copies.settle(sends, rule, lease: lease)
    }
}

/// A call that looks for a message that was sent.
final class FindSentCall: AccountCall {
    private(set) var found: [String] = []

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        guard kind == "sent" else { return try super.emit(kind, fields) }
        if found.count < 100 { found.append(fields.text("path") ?? "") }
        return Int32(MR_OK)
    }
}
