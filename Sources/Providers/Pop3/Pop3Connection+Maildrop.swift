import Base
import CMailroom
import PluginKit
import Wire

extension Pop3Connection {
    /// Messages whose unique-id the listing left out, and that are asked for alone.
    private static let alone = 1000

    /// What the maildrop has in this session, with the unique-ids.
    /// - Throws: `MR_E_UNSUPPORTED` where the server has no UIDL.
    func maildrop(_ host: Host) throws(Failure) -> Pop3.Maildrop {
        var maildrop = Pop3.Maildrop()
        let sizes = try listing(host, .list) { (line) throws(Failure) in try maildrop.size(line) }
        if let sizes {
            // Sizes can be done without, and an empty maildrop is refused by some.
            let failure = refusal(sizes, "list")
            if failure.result != mr_result(MR_E_REFUSED) { throw failure }
        }
        try uniqueIDs(host, isEmpty: maildrop.count == 0) { (line) throws(Failure) in try maildrop.uniqueID(line) }
        try maildrop.seal()
        let nameless = (0..<maildrop.count).lazy.filter { !maildrop.hasName($0) }.prefix(Self.alone)
        let numbers: [UInt32] = nameless.map { maildrop.number($0) }
        if numbers.isEmpty { return maildrop }
        var names: [(UInt32, [UInt8])] = []
        try run(
            host, numbers.map { .uidl($0) },
            reply: { index, reply in
                if let name = Pop3.Listing.uniqueID(reply, of: numbers[index]) { names.append((numbers[index], name)) }
            })
        for (number, name) in names { try maildrop.name(number, name) }
        try maildrop.seal()
        return maildrop
    }

    /// The unique-ids of all messages. A server that offers UIDL may refuse it where there is nothing to be listed.
    private func uniqueIDs(
        _ host: Host, isEmpty: Bool, _ entry: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) throws(Failure) {
        guard let refused = try listing(host, .uidl(nil), entry) else { return }
        let failure = withoutUIDL(refused)
        let isOffered = capabilities?.has("UIDL") == true
        if failure.result != mr_result(MR_E_UNSUPPORTED) || !isEmpty || !isOffered { throw failure }
    }

    /// - Returns: the reply, where it was a refusal.
    private func listing(
        _ host: Host, _ command: Pop3.Command, _ entry: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) -> Pop3.Reply? {
        var said: Pop3.Reply?
        try run(host, [command], entry: entry, reply: { _, reply in said = reply })
        return said.flatMap { $0.isOK ? nil : $0 }
    }

    /// Only unique-ids tell messages apart from one session to the next.
    private func withoutUIDL(_ reply: Pop3.Reply) -> Failure {
        var failure = refusal(reply, "list")
        guard failure.result == mr_result(MR_E_REFUSED) else { return failure }
        failure.result = mr_result(MR_E_UNSUPPORTED)
        failure.message =
            "the server has no UIDL, without which messages cannot be told apart; use IMAP where the provider has it"
        return failure
    }

    /// What the maildrop looks like, without a listing: how many messages, how many octets, and the unique-ids of the
    /// first and the last. Nil where the server does not say that much.
    /// - Throws: `MR_E_UNSUPPORTED` where the server has no UIDL.
    func outline(_ host: Host) throws(Failure) -> (messages: UInt32, text: String)? {
        let reply = try ask(host, .stat)
        guard reply.isOK else { throw refusal(reply, "list") }
        guard let (messages, octets) = Pop3.Listing.stat(reply) else { return nil }
        guard messages > 0 else {
            // Nothing there to be asked about: whether there is UIDL shows all the same.
            try uniqueIDs(host, isEmpty: true)
            return (0, "0 \(octets)")
        }
        var names: [[UInt8]?] = [nil, nil]
        let numbers = [1, messages]
        var refused: Pop3.Reply?
        try run(
            host, numbers.map { .uidl($0) },
            reply: { index, reply in
                names[index] = Pop3.Listing.uniqueID(reply, of: numbers[index])
                if !reply.isOK { refused = reply }
            })
        if let refused {
            let failure = withoutUIDL(refused)
            if failure.result != mr_result(MR_E_UNSUPPORTED) { throw failure }
            // It may only not know how to answer for one message.
            try uniqueIDs(host, isEmpty: false)
            return (messages, "")
        }
        guard let first = names[0], let last = names[1] else { return (messages, "") }
        return (messages, "\(messages) \(octets) \(hex(SHA256.of(first + [0x20] + last)))")
    }
}
