import Base

@testable import Engine
@testable import Transport

/// What DNS says.
extension WebTarget {
    /// An answer to a question: the first octet chooses its type, three are of its header, the rest stands behind the question.
    static func names(_ said: [UInt8]) -> [String] {
        guard said.count > 4, let labels = try? DNSMessage.labels("mail.example.com") else { return [] }
        let types: [DNSType] = [.address, .alias, .exchange, .text, .address6, .service]
        let type = types[Int(said[0]) % types.count]
        let question = DNSMessage.question(0x1234, labels, type)
        var bytes = question
        bytes[2] = 0x80 | said[1] & 0x87
        bytes[3] = said[2]
        bytes[7] = said[3]
        bytes += said[4...]
        // Also what is no answer to it.
        _ = DNSMessage(said, answers: question)
        guard let message = DNSMessage(bytes, answers: question) else { return ["its own question is not known again"] }
        guard let answer = message.answer("Mail.Example.com", type) else { return [] }
        var broken: [String] = []
        if answer.records.count > DNSMessage.maximumRecords || answer.aliases.count > DNSMessage.maximumAliases {
            broken.append("more than the bounds")
        }
        if (answer.outcome == .found) == answer.records.isEmpty { broken.append("found, and nothing there") }
        for case .service(_, _, let port, let host) in answer.records { broken += place(host, port) }
        for case .exchange(_, let host) in answer.records {
            _ = ProviderTable.of(exchanger: host)
            broken += place(host, 25)
        }
        for text in answer.spf { _ = try? SPFRecord(text) }
        return broken
    }

    /// A server that a stranger names.
    static func place(_ host: String, _ port: UInt16) -> [String] {
        guard let place = MailPlace(.imap, host, port, .implicit) else { return [] }
        return isName(place) ? [] : ["'\(place.host)' is taken for the name of a server"]
    }

    static func isName(_ place: MailPlace) -> Bool {
        place.host.utf8.contains(UInt8(ascii: ".")) && place.port > 0
            && !place.host.utf8.contains { $0 <= 32 || $0 >= 127 || "@/:%\\".utf8.contains($0) }
    }

    /// What a domain publishes of its mail.
    static func domainRecords(_ said: [UInt8]) -> [String] {
        let words = text(said)
        var broken: [String] = []
        if SPFRecord.isOne(words), let record = try? SPFRecord(words) {
            if record.terms.count > SPFRecord.maximumTerms { broken.append("more terms than the bounds") }
            if record.terms.contains(where: { $0.kind == .include && $0.value?.isEmpty != false }) {
                broken.append("an include of nothing")
            }
        }
        if DMARCRecord.isOne(words), let record = try? DMARCRecord(words), !(0...100).contains(record.percent) {
            broken.append("\(record.percent) of a hundred")
        }
        if DKIMKey.isOne(words), let key = try? DKIMKey(words), case .rsa(let bits)? = key.kind, bits <= 0 {
            broken.append("a key of \(bits) bits")
        }
        if let tags = try? TagList(words), tags.tags.contains(where: { tags[$0.name] != $0.value }) {
            broken.append("a tag that stands twice")
        }
        _ = IPNetwork(words, isIPv6: false)
        _ = IPNetwork(words, isIPv6: true)
        return broken
    }
}
