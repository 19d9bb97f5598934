import Base
import CMailroom
import PluginKit
import Wire

extension Apply {
    /// Removes the message for good. False where it is not there.
    func delete() throws(Failure) -> Bool {
        try mayDelete()
        guard let message = try present(isGmail ? ["X-GM-LABELS"] : []) else { return false }
        if isGmail, isLastAtGmail(message) { try discardAtGmail() } else { try expunge() }
        try host.emit("gone", Record(["ref": .text(ref)]))
        return true
    }

    /// Refuses before anything is done where the server keeps no `\Deleted`.
    func mayDelete() throws(Failure) {
        if connection.dialogue.mailbox?.keeps("\\Deleted") == false {
            throw FlagWish.refused("the server lets no message of this folder be deleted")
        }
    }

    /// Marks the message and expunges it alone; what others have marked stays.
    func expunge() throws(Failure) {
        let before = connection.dialogue.mailbox?.expunged ?? 0
        _ = try store(.add, ["\\Deleted"])
        let status: Imap.Status
        do throws(Failure) {
            status = try connection.capabilities.uidPlus ? connection.run(host, .uidExpunge(set)) : expungeWithoutUID()
            guard status.kind == .ok || Imap.Refusal.isOnlyMissing(status) else {
                throw ImapConnection.refused(status, "expunge")
            }
        } catch {
            // Nobody else's expunge shall carry out what was refused here.
            if connection.isIdle { _ = try? connection.run(host, .uidStore(set, .remove, flags: ["\\Deleted"])) }
            throw error
        }
        if connection.dialogue.mailbox?.expunged ?? 0 == before, try present() != nil {
            var failure = Failure(MR_E_REFUSED, "the server took the message for deleted and kept it")
            failure.step = "expunge"
            failure.serverText = status.text
            throw failure
        }
    }

    /// Without UIDPLUS: EXPUNGE removes whatever is marked, so the mark is taken from others for that moment.
    private func expungeWithoutUID() throws(Failure) -> Imap.Status {
        let others = try othersMarked().split()
        for others in others { _ = try store(.remove, ["\\Deleted"], others) }
        let status = try connection.run(host, .expunge)
        for others in others { _ = try store(.add, ["\\Deleted"], others) }
        return status
    }

    /// What others have marked as deleted. Nothing is believed of an answer that does not have the message itself: what it
    /// leaves out would be removed.
    private func othersMarked() throws(Failure) -> Imap.NumberSet {
        var marked = Imap.NumberSet()
        var isDamaged = false
        try connection.agree(host, .uidSearch("DELETED")) { response in
            switch response {
            // Some servers say it in several lines.
            case .search(let result): for range in result.all.ranges { marked.insert(range) }
            case .damaged: isDamaged = true
            default: break
            }
        }
        guard !isDamaged, marked.contains(uid) else {
            throw FlagWish.refused(
                "the server does not say which messages are marked as deleted, and would remove all of them")
        }
        return marked.without(uid)
    }
}
