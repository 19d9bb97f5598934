import PluginKit

/// One login to one Gmail mailbox.
final class GmailSession: Session {
    let api: GmailApi

    init(_ api: GmailApi) { self.api = api }
}
