import Base
import CMailroom
import PluginKit
import WebProvider

/// A message as the body of a request: MIME in base64, as text/plain.
struct MimeUpload {
    /// Octets of a message that a request takes: four of base64 for three, within 4 MB.
    static let most = 3_100_000
    private static let piece = 192 << 10

    private let host: Host
    private let client: GraphClient
    private let path: String
    private let step: String

    init(_ host: Host, _ client: GraphClient, _ path: String, step: String) {
        self.host = host
        self.client = client
        self.path = path
        self.step = step
    }

    /// - Parameters:
    ///   - header: goes before the rest.
    ///   - isFinal: the end of the body is what cannot be taken back: it is offered before.
    /// - Returns: the answer.
    func run(header: [UInt8], _ rest: UnsafeRawBufferPointer, isFinal: Bool) throws(Failure) -> Record {
        try ApiClient.renewing(host) { () throws(Failure) in try once(header, rest, isFinal) }
    }

    private func once(_ header: [UInt8], _ rest: UnsafeRawBufferPointer, _ isFinal: Bool) throws(Failure) -> Record {
        let total = header.count + rest.count
        guard total <= Self.most else {
            var failure = Failure(MR_E_REFUSED, "the message has \(total) octets, and a request takes \(Self.most)")
            (failure.step, failure.code) = (step, "ErrorMessageSizeExceeded")
            throw failure
        }
        var request = ApiRequest(at: client.base + path, headers: client.headers())
        request.method = "POST"
        request.headers.append(HTTPRequest.Header("Content-Type", "text/plain"))
        request.bodySize = Int64((total + 2) / 3 * 4)
        let answer = try client.api.open(host, request)
        defer { answer.close() }
        var at = 0
        var offered = false
        do throws(Failure) {
            while at < total {
                // A whole number of groups of three octets.
                let end = min(at + Self.piece, total)
                let text = Array(Base64.encode(octets(at..<end, header, rest)).utf8)
                if end == total, isFinal, !answer.isRefused(host) {
                    // From here on it cannot be taken back.
                    try host.emit("offer")
                    offered = true
                }
                try answer.write(host, text)
                at = end
                host.progress(done: Int64(max(0, at - header.count)), total: Int64(rest.count))
            }
            try client.api.finish(host, answer, step: step)
        } catch {
            throw offered ? ApiClient.judged(error) : error
        }
        return ApiClient.said(host, answer)
    }

    private func octets(_ range: Range<Int>, _ header: [UInt8], _ rest: UnsafeRawBufferPointer) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(range.count)
        if range.lowerBound < header.count { out += header[range.lowerBound..<min(range.upperBound, header.count)] }
        if range.upperBound > header.count {
            let from = max(range.lowerBound - header.count, 0)
            out.append(contentsOf: rest[from..<(range.upperBound - header.count)])
        }
        return out
    }
}
