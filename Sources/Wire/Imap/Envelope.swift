extension Imap {
    /// ENVELOPE (RFC 9051, section 7.5.2), undecoded: encoded words are Mime's.
    package struct Envelope: Sendable, Equatable {
        package struct Address: Sendable, Equatable {
            package var name: String?
            package var mailbox: String?
            package var host: String?
        }

        package var date: String?
        package var subject: String?
        package var from: [Address]
        package var sender: [Address]
        package var replyTo: [Address]
        package var to: [Address]
        package var cc: [Address]
        package var bcc: [Address]
        package var inReplyTo: String?
        package var messageID: String?

        /// Nil where it is no list. Fields that are missing at its end are empty.
        init?(_ item: Item) {
            guard case .list(let items) = item else { return nil }
            func field(_ index: Int) -> Item { index < items.count ? items[index] : .none }
            func addresses(_ index: Int) -> [Address] {
                (field(index).items ?? []).compactMap { entry in
                    guard case .list(let parts) = entry, parts.count >= 4 else { return nil }
                    return Address(name: parts[0].text, mailbox: parts[2].text, host: parts[3].text)
                }
            }
            date = field(0).text
            subject = field(1).text
            from = addresses(2)
            sender = addresses(3)
            replyTo = addresses(4)
            to = addresses(5)
            cc = addresses(6)
            bcc = addresses(7)
            inReplyTo = field(8).text
            messageID = field(9).text
        }
    }
}
