import Base
import PluginKit
import Wire

extension ImapConnection {
    /// Asks once for what the server does on request only (RFC 5161). It is sent along with the next command, before any
    /// mailbox is listed or opened; a refusal is harmless.
    func enable(_ host: Host) throws(Failure) {
        guard !hasEnabled else { return }
        hasEnabled = true
        guard capabilities.has("ENABLE") else { return }
        var names: [String] = []
        if capabilities.has("UTF8=ACCEPT") || capabilities.has("UTF8=ONLY") { names.append("UTF8=ACCEPT") }
        if capabilities.has("QRESYNC") { names += ["CONDSTORE", "QRESYNC"] }
        if !names.isEmpty { _ = try queue(.enable(names)) }
    }

    /// Whether a mailbox may be opened with QRESYNC: enabled, or about to be.
    var mayResync: Bool {
        capabilities.has("QRESYNC") && capabilities.has("ENABLE")
            && (dialogue.inFlight > 0 || dialogue.enabled.contains("QRESYNC"))
    }
}
