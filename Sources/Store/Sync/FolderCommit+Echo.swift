import Base

/// A message that a sync brings and that was sent from here: the copy that the server keeps, or an echo of it.
extension FolderCommit {
    /// - Parameter id: the message as it is stored, with its place in this folder.
    func noteEcho(_ id: Int64, _ message: PreparedMessage) throws(Failure) {
        guard hasSends, let messageID = message.incoming.summary.messageID, !messageID.isEmpty,
            message.flags.bits & FlagSet.draft == 0,
            // A bounce may bear the Message-ID of what came back.
            message.incoming.summary.report?.isReturn != true,
            let send = try transaction.offeredSend(messageID: messageID)
        else { return }
        // A draft may have had the Message-ID before the message was sent.
        guard role != "drafts", role != "trash" else { return }
        let isSent = role == "sent" && account == send.account
        let copy = try db.first("SELECT copy, echo FROM send WHERE id = ?", send.id) { (row) throws(Failure) in
            (state: row.optionalText(0), echo: row.optionalInt(1))
        }
        try transaction.setEcho(id, of: send.id, account: send.account)
        if !send.wasAccepted {
            try transaction.settleUnknown(send: send.id, accepted: true, by: isSent ? .sentFolder : .echo)
        }
        guard isSent else { return }
        switch copy?.state {
        case nil, "wanted":
            try transaction.setCopy("server", of: send.id, account: account)
            try transaction.noteCopyHabit(server: true, of: account)
        case "done", "wished":
            // Our own has been put there, and this is another one.
            let isOther = copy?.echo != id ? true : try placesHere(of: id) > 1
            if isOther { try transaction.noteCopyHabit(server: true, of: account) }
        default: break
        }
    }

    private func placesHere(of message: Int64) throws(Failure) -> Int64 {
        try db.int(
            "SELECT count(*) FROM place WHERE message = ? AND folder = ? AND leaving = 0", message, folder) ?? 0
    }
}
