import Base
import CMailroom
import Mime

/// The header of a message for a service that sends to whom it names: there is no envelope beside it.
///
/// Whoever is to get the message and is in neither To nor Cc goes into Bcc, which the service takes out again; whoever is in
/// To or Cc and is not to get it, because they have it already or the message was resent to others, is taken out of there.
package enum OutgoingHeader {
    /// - Returns: the header with the empty line at its end, and how many octets of the message it replaces.
    /// - Throws: `MR_E_REFUSED` where somebody who is not meant cannot be taken out of it.
    package static func fitted(
        _ message: UnsafeRawBufferPointer, to recipients: [String]
    ) throws(Failure) -> (header: [UInt8], replaces: Int) {
        let end = end(message)
        var header = Array(message[..<end])
        let wanted = Set(recipients.map { AddressKey.of($0) })
        for address in recipients where address.utf8.contains(where: { $0 < 33 || $0 == 127 || $0 == 44 }) {
            throw .invalid("recipients", "'\(address.prefix(60))' is no address")
        }
        var parsed = MessageParser.parse(header)
        let others = named(parsed).filter { !wanted.contains(AddressKey.of($0)) }
        if !others.isEmpty {
            if let edit = AddressEdit(header, dropped: others, added: []) { header = edit.bytes }
            parsed = MessageParser.parse(header)
            if let other = named(parsed).first(where: { !wanted.contains(AddressKey.of($0)) }) {
                var failure = Failure(
                    MR_E_REFUSED,
                    "the service sends to everybody whom the header names, and \(other) is none of the recipients")
                failure.step = "rcpt"
                throw failure
            }
        }
        let shown = Set(named(parsed).map { AddressKey.of($0) })
        let hidden = recipients.filter { !shown.contains(AddressKey.of($0)) }
        if parsed.hasBccHeader { header = without(["bcc"], header) }
        if hidden.isEmpty { return (header, end) }
        return (Array("Bcc: \(hidden.joined(separator: ",\r\n "))\r\n".utf8) + header, end)
    }

    private static func named(_ parsed: ParsedMessage) -> [String] {
        (parsed.to + parsed.cc).map(\.address).filter { $0.utf8.contains(UInt8(ascii: "@")) }
    }

    /// The octets of the header with the empty line, or of all where there is none.
    package static func end(_ message: UnsafeRawBufferPointer) -> Int {
        var at = 0
        while at < message.count {
            let next = (message[at...].firstIndex(of: 10)).map { $0 + 1 } ?? message.count
            let length = next - at
            if length == 1 || length == 2 && message[at] == 13 { return next }
            at = next
        }
        return message.count
    }

    private static func without(_ names: Set<String>, _ header: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(header.count)
        var isDropped = false
        var at = 0
        while at < header.count {
            let next = header[at...].firstIndex(of: 10).map { $0 + 1 } ?? header.count
            let line = header[at..<next]
            if line.first != 32, line.first != 9 {
                let name = line.prefix { $0 != 58 && $0 > 32 }
                isDropped = names.contains(String(decoding: name, as: UTF8.self).lowercased())
            }
            if !isDropped { kept += line }
            at = next
        }
        return kept
    }
}
