import Base
import CMailroom
import Mime
import Store

/// A send that goes to others than its message names: the header is to say who gets it.
struct Readdressing {
    let store: Store

    /// The send's content with the new recipients in To or Cc, where those stood whom they replace.
    /// - Returns: nil where the message stays as it is: one that the caller made whole, or whose header names none of them.
    func content(_ send: SendRow, to addresses: [String]) throws(Failure) -> NewSend? {
        guard let body = send.body, send.params.int("raw") != 1 else { return nil }
        let wanted = Set(addresses.map { $0.lowercased() })
        let there = send.recipients + send.refused.map(\.address) + send.bounced
        let dropped = there.filter { !wanted.contains($0.lowercased()) }
        let known = Set(there.map { $0.lowercased() })
        let added = addresses.filter { !known.contains($0.lowercased()) }
        guard !dropped.isEmpty,
            let edit = AddressEdit(try start(body, limit: AddressEdit.longestHeader), dropped: dropped, added: added)
        else { return nil }
        let (made, size) = try write(edit, body)
        return NewSend(
            account: send.account, body: made, from: send.from, recipients: addresses, subject: send.subject,
            messageID: send.messageID, size: size, utf8: Composer.needsUTF8([send.from] + addresses),
            params: send.params)
    }

    private func start(_ body: Int64, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        try read(body, from: 0) { (piece) throws(Failure) in
            bytes.append(contentsOf: piece)
            return bytes.count < limit
        }
        return bytes
    }

    private func write(_ edit: AddressEdit, _ body: Int64) throws(Failure) -> (body: Int64, size: Int64) {
        let writer = try store.bodyBegin()
        var size = Int64(edit.bytes.count)
        do throws(Failure) {
            try edit.bytes.withBytes { (bytes) throws(Failure) in try writer.write(bytes) }
            try read(body, from: Int64(edit.oldCount)) { (piece) throws(Failure) in
                size += Int64(piece.count)
                try writer.write(piece)
                return true
            }
            return (try writer.seal(), size)
        } catch {
            writer.abandon()
            throw error
        }
    }

    /// - Parameter take: false: enough.
    private func read(
        _ body: Int64, from offset: Int64, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Bool
    ) throws(Failure) {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 8)
        defer { piece.deallocate() }
        var at = offset
        while true {
            let got = try store.bodyRead(body, offset: at, into: piece)
            guard got > 0, try take(UnsafeRawBufferPointer(rebasing: piece[..<got])) else { return }
            at += Int64(got)
        }
    }
}
