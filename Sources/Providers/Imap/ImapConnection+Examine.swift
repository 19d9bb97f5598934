import Base
import CMailroom
import PluginKit
import Wire

extension ImapConnection {
    /// A folder's name as the server spells it.
    func name(of folder: Fields) -> [UInt8] {
        let path = folder.text("path") ?? ""
        let native = folder.bytes("native") ?? []
        // It was listed before the server was told to speak UTF-8.
        let isOld = dialogue.isUTF8 && native.contains(0x26) && native == Imap.MailboxName.encode(path)
        if !native.isEmpty, !isOld { return native }
        return dialogue.isUTF8 ? Array(path.utf8) : Imap.MailboxName.encode(path)
    }

    /// Opens a folder's mailbox read-only (RFC 9051, section 6.3.3). What a server does not take there (QRESYNC,
    /// CONDSTORE) it is asked without. A refusal concerns this folder alone.
    ///
    /// `since`: what the store knows; what changed since then goes to `data`, where the server can tell.
    func examine(
        _ host: Host, _ folder: Fields, since: Imap.Resync? = nil,
        _ data: (Imap.Response) throws(Failure) -> Void = { _ in }
    ) throws(Failure) -> Imap.SelectedMailbox {
        hasResynced = false
        let name = name(of: folder)
        var openings: [Imap.Opening] = [.plain]
        if capabilities.condstore { openings.append(.condStore) }
        if let since, mayResync { openings.append(.resync(since)) }
        while true {
            let opening = openings.removeLast()
            let status = try run(host, .examine(mailbox: name, opening), data)
            if status.kind == .ok, var mailbox = dialogue.mailbox {
                if case .resync = opening { hasResynced = true }
                // Some say it unasked; it is not to be believed where the extension is off.
                if !capabilities.condstore { mailbox.highestModSeq = nil }
                return mailbox
            }
            var failure = Imap.Refusal.failure(status, step: "select")
            guard failure.result == mr_result(MR_E_PROTOCOL) else { throw failure }
            if openings.isEmpty {
                failure.result = mr_result(MR_E_REFUSED)
                throw failure
            }
        }
    }
}
