import Base
import Mime

/// A whole message from a caller on its way out: lines end in CRLF, Bcc is taken out of the header, and a
/// Message-ID is put in where there is none. A draft keeps its Bcc. Everything else stays as it is, byte for byte.
struct RawMessage {
    let messageID: String
    private let raw: [UInt8]
    private let added: [UInt8]
    private let keepsBcc: Bool

    /// - Parameter domain: for the Message-ID that is added; nil where the message has its own.
    init(_ raw: [UInt8], addingMessageID domain: String?, keepsBcc: Bool = false) {
        self.raw = raw
        self.keepsBcc = keepsBcc
        messageID = domain.map { MessageID.make(domain: $0) } ?? ""
        added = domain == nil ? [] : Array("Message-ID: <\(messageID)>\r\n".utf8)
    }

    func write(to sink: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        var out = added
        out.reserveCapacity(80_000)
        var inHeader = true
        var inBcc = false
        var at = 0
        while at < raw.count {
            // A bare CR or LF ends a line here, because it does on the wire: what stands behind it is not to pass as a value.
            let end = raw[at...].firstIndex { $0 == 10 || $0 == 13 } ?? raw.count
            let line = raw[at..<end]
            at = end + 1
            if end < raw.count, raw[end] == 13, at < raw.count, raw[at] == 10 { at += 1 }
            if inHeader {
                if line.isEmpty {
                    inHeader = false
                } else if line.first != 32, line.first != 9 {
                    inBcc = RawMessage.isBcc(line)
                }
                if inHeader, inBcc, !keepsBcc { continue }
            }
            out.append(contentsOf: line)
            out.append(13)
            out.append(10)
            if out.count >= 65_536 {
                try RawMessage.flush(&out, sink)
            }
        }
        try RawMessage.flush(&out, sink)
    }

    private static func flush(
        _ out: inout [UInt8], _ sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let piece = out
        out.removeAll(keepingCapacity: true)
        try piece.withBytes { (bytes) throws(Failure) in try sink(bytes) }
    }

    private static func isBcc(_ line: ArraySlice<UInt8>) -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let name = String(decoding: line[line.startIndex..<colon], as: UTF8.self).lowercased()
        return name.trimmingBlanks == "bcc" || name.trimmingBlanks == "resent-bcc"
    }
}

extension String {
    fileprivate var trimmingBlanks: Substring {
        var text = self[...]
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
