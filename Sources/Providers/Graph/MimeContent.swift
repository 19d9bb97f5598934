import Base
import CMailroom
import PluginKit
import WebProvider

/// The content of one message, as it comes.
struct MimeContent {
    private let answer: HTTPAnswer

    /// - Throws: what the service says where it does not give it.
    init(_ host: Host, _ client: GraphClient, _ id: String) throws(Failure) {
        var request = ApiRequest(at: "\(client.base)\(client.message(id))/$value", headers: client.headers())
        // Messages of 150 MB, a third more for their encoding.
        request.limitBytes = 256 << 20
        answer = try client.at("fetch") { () throws(Failure) in try client.api.open(host, request) }
    }

    /// Hands it to the host in pieces, or its header alone.
    /// - Returns: false where there is nothing: whoever says nothing has not said that the message is empty.
    func give(_ host: Host, _ begin: Record, headerOnly: Bool, about: Int64?) throws(Failure) -> Bool {
        defer { answer.close() }
        if headerOnly { return try giveHeader(host, begin, about: about) }
        let size =
            answer.header("content-encoding") == nil ? answer.header("content-length").flatMap { Int64($0) } : nil
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { piece.deallocate() }
        var count = try answer.read(host, into: piece)
        guard count > 0 else { return false }
        try host.messageBegin(begin, size: size ?? -1)
        while count > 0 {
            try host.messageData(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            count = try answer.read(host, into: piece)
        }
        return true
    }

    private func giveHeader(_ host: Host, _ begin: Record, about: Int64?) throws(Failure) -> Bool {
        var header: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)
        defer { piece.deallocate() }
        var end = 0
        while end == header.count, header.count < 512 << 10 {
            let count = try answer.read(host, into: piece)
            if count == 0 { break }
            header.append(contentsOf: piece[..<count])
            end = header.withUnsafeBytes { OutgoingHeader.end($0) }
        }
        let part = header[..<end]
        guard !part.isEmpty else { return false }
        var begin = begin
        begin.set("whole", max(about ?? 0, Int64(part.count)))
        try host.messageBegin(begin, size: Int64(part.count))
        try Array(part).withBytes { (bytes) throws(Failure) in try host.messageData(bytes) }
        return true
    }
}
