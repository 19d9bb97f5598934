import Base
import CMailroom
import PluginKit

/// A message on its way to Gmail, behind a few fields that say what it is: `multipart/related`, in one request and in pieces, so that its
/// size does not matter.
struct Upload {
    private static let boundary = "mailroom_upload_2f6b1c"
    private static let piece = 256 << 10

    let host: Host
    let api: GmailApi
    /// The resource that the message is of.
    let resource: Record
    /// Goes before the message's own first line.
    var prefix: [UInt8] = []
    let message: UnsafeRawBufferPointer

    /// The answer's record.
    /// - Parameter offer: called before the last piece, without which Gmail does nothing.
    func run(
        _ path: [String], _ query: GmailApi.Query = [], cost: Int64, step: String,
        offer: () throws(Failure) -> Void = { () throws(Failure) in }
    ) throws(Failure) -> Record {
        do throws(Failure) {
            return try once(path, query, cost, step, offer)
        } catch {
            // The body went out in pieces, so that the host cannot say it again.
            guard error.http == 401 else { throw error }
            _ = try host.token(refresh: true)
            return try once(path, query, cost, step, offer)
        }
    }

    private func once(
        _ path: [String], _ query: GmailApi.Query, _ cost: Int64, _ step: String, _ offer: () throws(Failure) -> Void
    ) throws(Failure) -> Record {
        let answer = try written(path, query, cost)
        try offer()
        try answer.write(host, Self.end)
        return try api.finish(host, answer, step: step)
    }

    private static let end = Array("\r\n--\(boundary)--\r\n".utf8)

    /// All of it but the end.
    private func written(_ path: [String], _ query: GmailApi.Query, _ cost: Int64) throws(Failure) -> HTTPAnswer {
        let head = Array(
            ("--\(Self.boundary)\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n\(JSON.text(resource))\r\n"
                + "--\(Self.boundary)\r\nContent-Type: message/rfc822\r\n\r\n").utf8)
        let answer = try api.upload(
            host, path, [("uploadType", "multipart")] + query, type: "multipart/related; boundary=\(Self.boundary)",
            size: Int64(head.count + prefix.count + message.count + Self.end.count), cost: cost)
        try answer.write(host, head)
        try answer.write(host, prefix)
        var start = 0
        while start < message.count {
            let next = min(start + Self.piece, message.count)
            try answer.write(host, UnsafeRawBufferPointer(rebasing: message[start..<next]))
            host.progress(done: Int64(next), total: Int64(message.count))
            start = next
        }
        return answer
    }
}
