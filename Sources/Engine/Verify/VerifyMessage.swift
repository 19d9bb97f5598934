import Base
import Mime
import Store

/// The message that a verification sends round: small, marked as made by a machine, and of a name that nothing else has.
struct VerifyMessage {
    let messageID: String
    let bytes: [UInt8]

    init(
        _ account: AccountRow, subject: String = "Mailroom verifies this mailbox", text: String? = nil
    ) throws(Failure) {
        messageID = MessageID.make(domain: account.address.split(separator: "@").last.map(String.init) ?? "localhost")
        let own = MailAddress(name: nil, address: account.address, group: nil)
        var builder = MessageBuilder()
        builder.from = own
        builder.to = [own]
        builder.subject = subject
        builder.text =
            text
                ?? """
                This message is taken away again by itself within a minute or so: it only goes from Mailroom to the server and
                back. If it is still there later, delete it.
                """
        builder.messageID = messageID
        builder.date = Clock.wall()
        builder.headers = [(name: "Auto-Submitted", value: "auto-generated")]
        bytes = try builder.bytes()
    }
}
