import Base
import CMailroom
import PluginKit
import Wire

extension Apply {
    /// Sets and takes away flags, all of them or none, and emits what they are then. False where the message is not there.
    func flags() throws(Failure) -> Bool {
        let add = try FlagWish.words(change.text("add"), "add")
        let remove = try FlagWish.words(change.text("remove"), "remove")
        guard let mailbox = connection.dialogue.mailbox else { return false }
        try FlagWish.settable(add, in: mailbox)
        // What the server does not keep nobody has to take away.
        let removable = remove.filter { mailbox.keeps($0) && !Imap.Flag.same($0, "\\Recent") }
        var result: [String]?
        if !add.isEmpty { result = try store(.add, add) }
        if !removable.isEmpty { result = try store(.remove, removable) ?? nil }
        if result == nil { result = try present()?.flags }
        guard let result else { return false }
        for flag in add where !FlagWish.has(result, flag) && !FlagWish.has(removable, flag) {
            throw FlagWish.refused("the server did not keep the flag \(flag)")
        }
        try host.emit("flags", Record(["ref": .text(ref), "flags": .text(FlagText.join(result))]))
        return true
    }

    /// The flags that the server tells; nil where it tells none.
    func store(_ change: Imap.FlagChange, _ flags: [String], _ set: Imap.NumberSet? = nil) throws(Failure) -> [String]?
    {
        var result: [String]?
        let status = try connection.run(host, .uidStore(set ?? self.set, change, flags: flags)) { response in
            if case .fetch(let data) = response, data.uid == uid, let flags = data.flags { result = flags }
        }
        guard status.kind == .ok || Imap.Refusal.isOnlyMissing(status) else {
            throw ImapConnection.refused(status, "store")
        }
        return result
    }
}
