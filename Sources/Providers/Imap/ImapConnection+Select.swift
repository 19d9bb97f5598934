import Base
import CMailroom
import PluginKit
import Wire

extension ImapConnection {
    /// Opens a folder's mailbox for changes.
    ///
    /// - Parameter anew: Also where it is open already; else what the server has not announced since stays unseen.
    /// - Returns: Whether it was opened just now.
    /// - Throws: `MR_E_REFUSED` where the server has it for reading only.
    func select(_ host: Host, _ folder: Fields, anew: Bool = false) throws(Failure) -> Bool {
        let name = name(of: folder)
        if !anew, let open = dialogue.mailbox, open.name == name, !open.isReadOnly { return false }
        let status = try run(host, .select(mailbox: name))
        guard status.kind == .ok, let mailbox = dialogue.mailbox else {
            throw Self.refused(status, "select")
        }
        if mailbox.isReadOnly {
            var failure = Failure(MR_E_REFUSED, "the server lets nobody change anything in this folder")
            failure.step = "select"
            failure.code = "READ-ONLY"
            failure.serverText = status.text
            throw failure
        }
        return true
    }

    /// A refusal of one command about one folder or message: also where the server says BAD, the session goes on.
    static func refused(_ status: Imap.Status, _ step: String) -> Failure {
        var failure = Imap.Refusal.failure(status, step: step)
        if failure.result == mr_result(MR_E_PROTOCOL) { failure.result = mr_result(MR_E_REFUSED) }
        return failure
    }

    /// As `run`; anything but OK is a refusal.
    func agree(
        _ host: Host, _ command: Imap.Command, _ data: (Imap.Response) throws(Failure) -> Void = { _ in }
    ) throws(Failure) {
        let status = try run(host, command, data)
        if status.kind != .ok { throw Self.refused(status, command.step) }
    }
}
