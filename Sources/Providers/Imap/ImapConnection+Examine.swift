import Base
import CMailroom
import PluginKit
import Wire

extension ImapConnection {
    /// Opens a folder's mailbox read-only (RFC 9051, section 6.3.3). A server that does not take CONDSTORE there is
    /// asked without it. A refusal concerns this folder alone.
    func examine(_ host: Host, _ folder: Fields) throws(Failure) -> Imap.SelectedMailbox {
        var name = folder.bytes("native") ?? []
        if name.isEmpty { name = Imap.MailboxName.encode(folder.text("path") ?? "") }
        let wants = capabilities.condstore
        var status = try run(host, .examine(mailbox: name, condStore: wants))
        if wants, status.kind == .bad { status = try run(host, .examine(mailbox: name, condStore: false)) }
        guard status.kind == .ok, let mailbox = dialogue.mailbox else {
            var failure = Imap.Refusal.failure(status, step: "select")
            if failure.result == mr_result(MR_E_PROTOCOL) { failure.result = mr_result(MR_E_REFUSED) }
            throw failure
        }
        return mailbox
    }
}
