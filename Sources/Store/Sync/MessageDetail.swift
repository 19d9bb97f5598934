import Base

/// What is shown with a message but never asked for by itself: packed into one column.
struct MessageDetail {
    var from: [StoredAddress] = []
    var to: [StoredAddress] = []
    var cc: [StoredAddress] = []
    var bcc: [StoredAddress] = []
    var replyTo: [StoredAddress] = []
    var references: [String] = []
    var parts: [StoredPart] = []
    var defects: [String] = []

    init() {}

    init(_ summary: MessageSummary) {
        from = summary.from
        to = summary.to
        cc = summary.cc
        bcc = summary.bcc
        replyTo = summary.replyTo
        references = summary.references
        parts = summary.parts
        defects = summary.defects
    }

    var packed: [UInt8] {
        var packer = Packer()
        for list in [from, to, cc, bcc, replyTo] {
            packer.int(Int64(list.count))
            for address in list {
                packer.optionalText(address.name)
                packer.text(address.address)
                packer.optionalText(address.group)
            }
        }
        packer.texts(references)
        packer.texts(defects)
        packer.int(Int64(parts.count))
        for part in parts {
            packer.text(part.number)
            packer.text(part.type)
            packer.optionalText(part.charset)
            packer.text(part.encoding)
            packer.optionalText(part.disposition)
            packer.optionalText(part.name)
            packer.optionalText(part.contentID)
            packer.int(part.size)
            packer.int(part.attachment ? 1 : 0)
            packer.int(part.offset)
            packer.int(part.length)
        }
        return packer.bytes
    }

    init(packed: [UInt8]) {
        var unpacker = Unpacker(packed)
        from = MessageDetail.addresses(&unpacker)
        to = MessageDetail.addresses(&unpacker)
        cc = MessageDetail.addresses(&unpacker)
        bcc = MessageDetail.addresses(&unpacker)
        replyTo = MessageDetail.addresses(&unpacker)
        references = unpacker.texts()
        defects = unpacker.texts()
        for _ in 0..<unpacker.count() {
            guard let number = unpacker.text(), let type = unpacker.text() else { return }
            var part = StoredPart(number: number, type: type, charset: unpacker.optionalText())
            part.encoding = unpacker.text() ?? ""
            part.disposition = unpacker.optionalText()
            part.name = unpacker.optionalText()
            part.contentID = unpacker.optionalText()
            part.size = unpacker.int() ?? 0
            part.attachment = unpacker.int() == 1
            part.offset = unpacker.int() ?? 0
            part.length = unpacker.int() ?? 0
            parts.append(part)
        }
    }

    private static func addresses(_ unpacker: inout Unpacker) -> [StoredAddress] {
        var list: [StoredAddress] = []
        for _ in 0..<unpacker.count() {
            let name = unpacker.optionalText()
            guard let address = unpacker.text() else { return list }
            list.append(StoredAddress(name: name, address: address, group: unpacker.optionalText()))
        }
        return list
    }

    /// Whether From, or all of To, Cc and Bcc, name nobody.
    var isLacking: Bool { author == nil || recipients.isEmpty }

    /// The key of the author.
    var author: String? { from.lazy.map { AddressKey.of($0.address) }.first { !$0.isEmpty } }

    /// The keys of To, Cc and Bcc.
    var recipients: [String] {
        [to, cc, bcc].joined().map { AddressKey.of($0.address) }.filter { !$0.isEmpty }
    }

    /// Each address once, with where it stands (`ParticipantSource`).
    func participants(with traced: [TracedAddress]) -> [(key: String, source: Int64)] {
        var found: [(key: String, source: Int64)] = []
        var places: [String: Int] = [:]
        func add(_ address: String, _ source: Int64) {
            let key = AddressKey.of(address)
            guard !key.isEmpty else { return }
            if found.count < 8 {
                if let index = found.firstIndex(where: { $0.key == key }) {
                    found[index].source |= source
                    return
                }
            } else {
                if places.isEmpty { for (index, known) in found.enumerated() { places[known.key] = index } }
                if let index = places[key] {
                    found[index].source |= source
                    return
                }
                places[key] = found.count
            }
            found.append((key, source))
        }
        for (list, source) in [(from, 1), (to, 2), (cc, 4), (bcc, 8), (replyTo, 16)] as [([StoredAddress], Int64)] {
            for address in list { add(address.address, source) }
        }
        for address in traced { add(address.address, address.source.rawValue) }
        return found
    }
}
