import Base
import Mime
import Store

extension ParsedMessage {
    /// What the store keeps of the message beside its bytes.
    /// - Parameter date: taken where the Date header is missing or unreadable.
    func summary(date fallback: Int64) -> MessageSummary {
        var summary = MessageSummary(identity: identity)
        summary.messageID = messageID
        summary.subject = subject
        summary.from = from.map(\.stored)
        summary.to = to.map(\.stored)
        summary.cc = cc.map(\.stored)
        summary.bcc = bcc.map(\.stored)
        summary.replyTo = replyTo.map(\.stored)
        summary.traced = traced
        summary.date = date ?? fallback
        summary.inReplyTo = inReplyTo.first
        summary.references = references
        summary.preview = preview
        summary.parts = parts.map(\.stored)
        summary.defects = defects.map(\.rawValue)
        summary.report = report?.incoming
        return summary
    }

    /// Where From or every recipient is missing: who stands in the fields that say so beside them.
    var traced: [TracedAddress] {
        var found: [TracedAddress] = []
        if !hasAuthor {
            found += sender.filter { !$0.address.isEmpty }.map { TracedAddress(.sender, $0.address) }
            if found.isEmpty, replyTo.isEmpty {
                found += addresses(inFields: "Return-Path").map { TracedAddress(.returnPath, $0) }
            }
        }
        if !hasRecipient {
            let fields: [(String, ParticipantSource)] = [
                ("Delivered-To", .deliveredTo), ("X-Original-To", .originalTo), ("Envelope-To", .envelopeTo),
            ]
            var recipients: [TracedAddress] = []
            for (name, source) in fields {
                recipients += addresses(inFields: name).map { TracedAddress(source, $0) }
            }
            if recipients.isEmpty, let address = receivedFor { recipients = [TracedAddress(.received, address)] }
            found += recipients
        }
        return found
    }

    /// The same for the same mail by whatever way it came: Message-ID, Date, From and the normalised digest of the
    /// body. Copies with a Bcc are their author's alone: they stay apart from what the recipients got.
    private var identity: [UInt8] {
        var digest = SHA256()
        for text in [messageID ?? "", rawDate, rawFrom] {
            digest.update(Array(text.utf8))
            digest.update([0])
        }
        digest.update(bodyDigest)
        if hasBccHeader { digest.update(bcc.flatMap { Array($0.address.utf8) + [0] }) }
        return digest.finish()
    }
}

extension MailAddress {
    var stored: StoredAddress { StoredAddress(name: name, address: address, group: group) }
}

extension Part {
    var stored: StoredPart {
        StoredPart(
            number: number, type: "\(type)/\(subtype)", charset: charset, encoding: encoding.rawValue,
            disposition: disposition, name: filename, contentID: contentID, size: Int64(decodedSize),
            attachment: isAttachment, offset: Int64(range.lowerBound), length: Int64(range.count))
    }
}
