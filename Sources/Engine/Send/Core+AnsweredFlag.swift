import Base
import PluginHost
import Store

extension Core {
    /// Notes with a reply whose copy of the answered message gets \Answered once it has been accepted: the sending account's,
    /// else that of the only account that has the message; nobody's where its server cannot change flags, or not that one:
    /// each reply would be followed by the server's "no".
    func noteAnswered(_ send: inout NewSend) {
        guard let message = send.answers, let holders = try? store.accounts(ofMessage: message),
            let holder = holders.contains(send.account) ? send.account : holders.count == 1 ? holders.first : nil,
            let account = try? store.account(holder), account.receives,
            let manifest = try? registry.manifest(account.provider), manifest.can("apply"), !manifest.can("no_answered")
        else { return }
        send.params.set(NewSend.answeredIn, holder)
    }
}
