import Base
import Mime

/// What the header of a message tells: POP3 itself says nothing of a message but its size.
struct Pop3Header {
    let messageID: String?
    /// When it was received: the date of the topmost Received field, else its own (ms since 1970).
    let date: Int64?
    /// Whether the date is that of a Received field: then it is the server's, and not the sender's.
    let isReceived: Bool
    let bytes: [UInt8]

    /// - Parameter bytes: the header; what is behind its empty line is not looked at.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let parsed = MessageParser.parse(bytes)
        messageID = parsed.messageID
        let received = parsed.header("Received").flatMap { field in
            field.value.split(separator: ";").last.flatMap { DateParser.parse(String($0)) }
        }
        date = received ?? parsed.date
        isReceived = received != nil
    }
}

/// Holds the beginning of a message back until its header is whole.
struct Pop3HeaderCatcher {
    /// A longer header is looked at as far as it goes.
    static let limit = 256 << 10

    private(set) var bytes: [UInt8] = []
    /// Whether the empty line has come, or the limit.
    private(set) var isWhole = false
    private var line = 0

    /// - Returns: how many octets were taken.
    mutating func take(_ piece: UnsafeRawBufferPointer) -> Int {
        var taken = 0
        while taken < piece.count, !isWhole {
            let byte = piece[taken]
            bytes.append(byte)
            taken += 1
            if byte == 10 {
                isWhole = line == 0
                line = 0
            } else if byte != 13 {
                line += 1
            }
            if bytes.count >= Self.limit { isWhole = true }
        }
        return taken
    }
}
