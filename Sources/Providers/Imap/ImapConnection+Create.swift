import Base
import PluginKit
import Wire

extension ImapConnection {
    /// Makes a mailbox that a server asked for (TRYCREATE), and subscribes to it: other programs show only such folders.
    func create(_ host: Host, _ mailbox: [UInt8]) throws(Failure) {
        let status = try run(host, .create(mailbox: mailbox))
        guard status.kind == .ok || status.code?.name == "ALREADYEXISTS" else { throw Self.refused(status, "create") }
        _ = try run(host, .subscribe(mailbox: mailbox))
    }
}
