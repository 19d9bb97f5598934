import Base
import CMailroom
import PluginKit
import WebProvider

/// A message on its way to Gmail, behind a few fields that say what it is: `multipart/related`, in one request and in pieces, so that its
/// size does not matter.
struct Upload {
    private static let boundary = "mailroom_upload_2f6b1c"
    private static let piece = 256 << 10

    let host: Host
    let api: GmailApi
    /// The resource that the message is of.
    let resource: Record
    /// In place of the message's first octets, up to `from`.
    var header: [UInt8] = []
    var from = 0
    let message: UnsafeRawBufferPointer

    /// The answer's record.
    /// - Parameter offer: called before the last piece, without which Gmail does nothing; not where it has refused before.
    func run(
        _ path: [String], _ query: GmailApi.Query = [], cost: Int64, step: String,
        offer: () throws(Failure) -> Void = { () throws(Failure) in }
    ) throws(Failure) -> Record {
        try ApiClient.renewing(host) { () throws(Failure) in
            let answer = try written(path, query, cost)
            defer { answer.close() }
            if !answer.isRefused(host) { try offer() }
            try answer.write(host, Self.end)
            return try api.finish(host, answer, step: step)
        }
    }

    private static let end = Array("\r\n--\(boundary)--\r\n".utf8)

    /// All of it but the end.
    private func written(_ path: [String], _ query: GmailApi.Query, _ cost: Int64) throws(Failure) -> HTTPAnswer {
        let head = Array(
            ("--\(Self.boundary)\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n\(JSON.text(resource))\r\n"
                + "--\(Self.boundary)\r\nContent-Type: message/rfc822\r\n\r\n").utf8)
        let answer = try api.upload(
            host, path, [("uploadType", "multipart")] + query, type: "multipart/related; boundary=\(Self.boundary)",
            size: Int64(head.count + header.count + message.count - from + Self.end.count), cost: cost)
        try answer.write(host, head)
        try answer.write(host, header)
        var start = from
        while start < message.count {
            let next = min(start + Self.piece, message.count)
            try answer.write(host, UnsafeRawBufferPointer(rebasing: message[start..<next]))
            host.progress(done: Int64(next), total: Int64(message.count))
            start = next
        }
        return answer
    }
}
