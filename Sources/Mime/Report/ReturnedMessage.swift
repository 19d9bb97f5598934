/// What a report shows of the message that it is about: its header, whole or in a text.
struct ReturnedMessage {
    /// Message-IDs, the surest first.
    private(set) var ids: [String] = []
    private(set) var subject: String?
    private(set) var recipients: [String] = []

    private static let most = 20

    init() {}

    /// - Parameter bytes: its header, perhaps with what follows it.
    init(_ bytes: [UInt8]) {
        var defects = Defects()
        let block = HeaderBlock(Self.header(bytes), limits: Limits(), &defects)
        // Some systems put a Message-ID of their own in, and keep the sender's beside it.
        for name in ["X-Google-Original-Message-ID", "X-Microsoft-Original-Message-ID", "X-Original-Message-ID"] {
            for field in block.fields where field.isNamed(name) { add(Self.ids(field.value)) }
        }
        if let field = block.first(.messageID) { add(Self.ids(field.value)) }
        subject = block.first(.subject).map(\.text)
        for field in block.fields where field.known == .to || field.known == .cc {
            recipients += AddressParser.list(
                field.block, field.valueRange, limit: max(0, 100 - recipients.count), hint: nil, &defects
            ).addresses.map(\.address)
        }
    }

    private mutating func add(_ found: [String]) {
        for id in found where ids.count < Self.most && !ids.contains(id) { ids.append(id) }
    }

    /// Up to the first empty line.
    private static func header(_ bytes: [UInt8]) -> [UInt8] {
        var start = 0
        while start < bytes.count, bytes[start] == 13 || bytes[start] == 10 { start += 1 }
        var at = start
        while at < bytes.count, let end = bytes[at...].firstIndex(of: 10) {
            if bytes[at..<end].allSatisfy(\.isSpace) { return Array(bytes[start..<at]) }
            at = end + 1
        }
        return Array(bytes[start...])
    }

    /// The Message-IDs in a field's value.
    static func ids(_ value: String) -> [String] {
        var defects = Defects()
        let bytes = Array(value.utf8)
        return Array(MessageID.list(bytes, 0..<bytes.count, &defects).prefix(most)).filter { $0.utf8.count <= 1_000 }
    }
}
