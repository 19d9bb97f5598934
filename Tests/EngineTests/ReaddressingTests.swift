import Base
import Glibc
import Testing

@testable import Engine
@testable import Store

/// A message that was stored, and goes to others than its header names.
@Suite final class ReaddressingTests {
    private let scratch: Scratch
    private let store: Store

    init() throws {
        scratch = try Scratch()
        store = try Store.open(scratch.store, StoreOptions())
    }

    deinit { store.close() }

    /// Whoever has not accepted it gives way in the header: also who was refused for good, and from whom it came back.
    @Test(arguments: ["waiting", "refused", "bounced"])
    func theHeaderNamesThoseWhoGetIt(_ state: String) throws {
        let writer = try store.bodyBegin()
        let message = "From: ann@x.example\r\nTo: gone@x.example, has@x.example\r\nSubject: S\r\n\r\nText\r\n"
        try Array(message.utf8).withUnsafeBytes { try writer.write($0) }
        var send = SendRow(
            id: 1, account: 1, body: try writer.seal(), state: "failed", from: "ann@x.example", recipients: [],
            subject: "S", messageID: "1@x.example", size: 1, utf8: false, params: Record(), createdAt: 0, attempts: 1,
            wasAccepted: true, offered: false)
        switch state {
        case "waiting": send.recipients = ["gone@x.example"]
        case "refused": send.refused = [RecipientOutcome(address: "gone@x.example", outcome: "refused")]
        default: send.bounced = ["gone@x.example"]
        }
        let content = try #require(try Readdressing(store: store).content(send, to: ["new@x.example"]))
        var bytes = [UInt8](repeating: 0, count: Int(content.size))
        let body = try #require(content.body)
        let read = try bytes.withUnsafeMutableBytes { try store.bodyRead(body, offset: 0, into: $0) }
        #expect(read == bytes.count)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == message.replacing("gone@x.example, has@x.example", "has@x.example, new@x.example"))
    }
}

extension String {
    /// With the first `old` made `new`.
    fileprivate func replacing(_ old: String, _ new: String) -> String {
        guard let at = indices.first(where: { self[$0...].hasPrefix(old) }) else { return self }
        return self[..<at] + new + self[index(at, offsetBy: old.count)...]
    }
}
