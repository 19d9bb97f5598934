import Base
import CMailroom
import PluginKit
import Wire

extension Apply {
    private struct Copy {
        /// Nil where the server does not tell.
        let uid: UInt32?
    }

    /// MOVE (RFC 6851), or what comes nearest: a copy, and the original deleted. False where the message is not there.
    func move(to target: Fields) throws(Failure) -> Bool {
        if connection.capabilities.move {
            let before = connection.dialogue.mailbox?.expunged ?? 0
            let answer = try transfer(target) { .uidMove(set, mailbox: $0) }
            if answer.status.kind == .ok {
                if answer.placed == nil, connection.dialogue.mailbox?.expunged ?? 0 == before {
                    // Nothing was moved: there is nothing, or it did not want to.
                    if try present() == nil { return false }
                    throw ImapConnection.refused(answer.status, "move")
                }
                try host.emit("gone", Record(["ref": .text(ref)]))
                if let uid = answer.placed { try placed(uid) } else { try placed(in: target) }
                return true
            }
            if Imap.Refusal.isOnlyMissing(answer.status) { return false }
            // It offers what it does not understand. A BAD may also say that it has too much to do.
            let failure = Imap.Refusal.failure(answer.status, step: "move")
            if answer.status.kind != .bad || failure.result != mr_result(MR_E_PROTOCOL) { throw failure }
        }
        try mayDelete()
        guard let copy = try copied(to: target) else { return false }
        _ = try connection.select(host, change)
        try expunge()
        try host.emit("gone", Record(["ref": .text(ref)]))
        if let uid = copy.uid { try placed(uid) } else { try placed(in: target) }
        return true
    }

    /// A second place in another folder. False where the message is not there.
    func copy(to target: Fields) throws(Failure) -> Bool {
        guard let copy = try copied(to: target) else { return false }
        if let uid = copy.uid { try placed(uid) } else { try placed(in: target) }
        return true
    }

    /// Copies, unless the target has the same message already: an earlier try may have been cut off behind the copy.
    /// Same: Message-ID and size. Nil where the message is not there.
    private func copied(to target: Fields) throws(Failure) -> Copy? {
        guard let source = try present(["RFC822.SIZE"]) else { return nil }
        // 0: the host knows that nothing was tried before.
        if change.int("again") != 0, let lookup = MessageLookup(host, connection, messageID), let size = source.size {
            let twins = try lookup.find(target).filter { $0.size == size }
            if let twin = twins.last { return Copy(uid: twin.uid) }
            _ = try connection.select(host, change)
        }
        let answer = try transfer(target) { .uidCopy(set, mailbox: $0) }
        if answer.status.kind == .ok { return Copy(uid: answer.placed) }
        if Imap.Refusal.isOnlyMissing(answer.status) { return nil }
        throw ImapConnection.refused(answer.status, "copy")
    }

    /// Says COPY or MOVE. A special folder that is not there yet is made; another was removed by somebody, who shall not
    /// find it again.
    private func transfer(
        _ target: Fields, _ command: ([UInt8]) -> Imap.Command
    ) throws(Failure) -> (status: Imap.Status, placed: UInt32?) {
        let mailbox = connection.name(of: target)
        var answer = try tell(command(mailbox))
        if answer.status.kind == .no, answer.status.code?.name == "TRYCREATE", !(target.text("role") ?? "").isEmpty {
            try connection.create(host, mailbox)
            answer = try tell(command(mailbox))
        }
        return answer
    }

    func tell(_ command: Imap.Command) throws(Failure) -> (status: Imap.Status, placed: UInt32?) {
        var placed: UInt32?
        let status = try connection.run(host, command) { response in
            // MOVE says it before the message is expunged (RFC 6851, section 4.3).
            if case .status(let status) = response, let uid = status.code?.placedUID { placed = uid }
        }
        return (status, status.code?.placedUID ?? placed)
    }
}
