import Base
import CMailroom
import Wire

/// The flags of a wish: checked before they go into a command.
enum FlagWish {
    /// The words of a text of flags. `MR_E_INVALID` naming the field where one cannot be a flag.
    static func words(_ text: String?, _ field: String) throws(Failure) -> [String] {
        let words = (text ?? "").split(separator: " ").map(String.init)
        guard words.count <= 100 else { throw .invalid(field, "has more than a hundred flags") }
        for word in words where !Imap.Flag.isValid(word) {
            throw .invalid(field, "has a flag that IMAP cannot name: \(word.prefix(80))")
        }
        return words
    }

    /// Flags to be set. What a client cannot set, or the folder's server does not keep, is `MR_E_REFUSED`.
    static func settable(_ flags: [String], in mailbox: Imap.SelectedMailbox) throws(Failure) {
        for flag in flags {
            if Imap.Flag.same(flag, "\\Recent") { throw refused("\\Recent is set by the server alone") }
            if Imap.Flag.same(flag, "\\Deleted") {
                throw refused("\\Deleted is not set as a flag: another program's expunge would remove the message")
            }
            if !mailbox.keeps(flag) { throw refused("the server does not keep the flag \(flag) in this folder") }
        }
    }

    static func refused(_ message: String) -> Failure {
        var failure = Failure(MR_E_REFUSED, message)
        failure.step = "store"
        return failure
    }

    static func has(_ flags: [String], _ flag: String) -> Bool { flags.contains { Imap.Flag.same($0, flag) } }
}
