/// The recipients of a delivery status notification (RFC 3464; RFC 6533 for addresses and words in UTF-8).
struct DeliveryStatus {
    private(set) var recipients: [MailReport.Recipient] = []
    private(set) var envelopeID: String?
    private(set) var originals: [String] = []

    init(_ text: String) {
        let fields = ReportFields(text)
        envelopeID = fields["original-envelope-id"]
        if let id = fields["original-message-id"] { originals += ReturnedMessage.ids(id) }
        var groups: [ReportFields.Group] = []
        for group in fields.groups {
            if Self.names.contains(where: { group[$0] != nil }) {
                groups.append(group)
            } else if let last = groups.indices.last, group["reporting-mta"] == nil, group["action"] != nil {
                // An empty line where none belongs.
                for field in group.fields { groups[last].add(field.name, field.value) }
            }
        }
        recipients = groups.prefix(ReportReader.mostRecipients).compactMap(Self.recipient)
    }

    private static let names = ["final-recipient", "original-recipient", "x-actual-recipient"]

    private static func recipient(_ group: ReportFields.Group) -> MailReport.Recipient? {
        var addresses: [String] = []
        for name in ["original-recipient", "final-recipient", "x-actual-recipient"] {
            for address in group[name].map(ReportAddress.typed) ?? [] where !addresses.contains(address) {
                addresses.append(address)
            }
        }
        let status = group["status"].flatMap(ReportCodes.status)
        guard !addresses.isEmpty, let action = action(group["action"], status) else { return nil }
        let words = group["diagnostic-code"].map(untyped)
        let codes = ReportCodes(words ?? "")
        var recipient = MailReport.Recipient(addresses: addresses, action: action)
        recipient.smtp = codes.smtp
        recipient.enhanced = codes.enhanced ?? status
        recipient.words = words.flatMap { $0.isEmpty ? nil : $0 }
        recipient.step = BounceText.step(words ?? "")
        recipient.remote = group["remote-mta"].flatMap(host)
        return recipient
    }

    private static func action(_ value: String?, _ status: String?) -> MailReport.Action? {
        let word = (value ?? "").lowercased()
        for (begin, action) in actions where word.hasPrefix(begin) { return action }
        switch status?.utf8.first {
        case UInt8(ascii: "5"): return .failed
        case UInt8(ascii: "4"): return .delayed
        case UInt8(ascii: "2"): return .delivered
        default: return nil
        }
    }

    private static let actions: [(String, MailReport.Action)] = [
        ("fail", .failed), ("delay", .delayed), ("defer", .delayed), ("deliver", .delivered), ("relay", .relayed),
        ("expand", .expanded),
    ]

    /// The words after the type: `smtp; 550 5.1.1 ...`.
    private static func untyped(_ value: String) -> String {
        guard let semicolon = value.utf8.firstIndex(of: UInt8(ascii: ";")) else { return value }
        let type = value[..<semicolon].utf8
        guard type.count <= 20, type.allSatisfy({ $0.isToken || $0 == 32 }) else { return value }
        return String(ReportLines.trimmed(value[value.utf8.index(after: semicolon)...]))
    }

    /// The name after the type: `dns; mx.example.com`.
    private static func host(_ value: String) -> String? {
        var name = untyped(value).utf8.prefix { $0 > 32 && $0 != UInt8(ascii: "(") }
        while name.last == UInt8(ascii: ".") { name = name.dropLast() }
        return name.isEmpty ? nil : ReportLines.cut(Substring(name), 255)
    }
}
