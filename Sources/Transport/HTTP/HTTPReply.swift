import Base
import CMailroom

/// The answer to a request; where the request's body is written in pieces, it is written here first. One thread at a time.
/// Closed, or let go of, its connection is kept where the answer was read to its end, else closed.
package final class HTTPReply {
    let exchange: HTTPExchange
    var written: Int64 = 0
    var isWritten: Bool
    /// Whether the head has been told of.
    var wasComplete = false

    init(_ exchange: HTTPExchange) {
        self.exchange = exchange
        isWritten = exchange.request.bodySize == nil
    }

    /// Whom the next call may keep waiting: the reply outlives the call that made it.
    package var patience: Patience {
        get { exchange.patience }
        set { exchange.patience = newValue }
    }

    /// Where the answer came from, after redirects.
    package var url: String { exchange.address.text }
    package var host: String { exchange.address.peer.host }

    /// 0 while the request's body is not written.
    package var status: Int32 {
        wasComplete = wasComplete || exchange.head.isComplete
        return exchange.head.isComplete ? exchange.head.status : 0
    }
    /// Names in small letters.
    package var headers: [HTTPRequest.Header] { exchange.head.headers }
    package func header(_ name: String) -> String? { exchange.head.header(name) }

    /// Writes a piece of the request's body; an empty one ends it, and waits for the answer's head.
    /// - Throws: `MR_E_INVALID` where more or less was written than announced.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard !isWritten else { throw .invalid("bytes", "the request's body was ended") }
        let announced = exchange.request.bodySize ?? 0
        let (sum, overflow) = written.addingReportingOverflow(Int64(bytes.count))
        guard !overflow, announced < 0 || sum <= announced else {
            throw .invalid("bytes", "more than the \(announced) octets that were announced")
        }
        guard bytes.isEmpty else {
            written = sum
            return try exchange.write(bytes, isLast: false)
        }
        isWritten = true
        guard announced < 0 || sum == announced || exchange.head.isComplete else {
            throw .invalid("bytes", "\(sum) instead of the \(announced) octets that were announced")
        }
        try exchange.write(bytes, isLast: true)
        try exchange.runToHead()
    }

    /// What is there of the body, at least one octet; 0 at its end.
    package func read(into target: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard isWritten else { throw .invalid("reply", "the request's body is not ended") }
        if !exchange.head.isComplete { try exchange.runToHead() }
        return try exchange.read(into: target)
    }

    /// The rest of the body.
    /// - Throws: `MR_E_PROTOCOL` where it is longer.
    package func body(limit: Int) throws(Failure) -> [UInt8] {
        var body: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = try fill(&piece)
            if count == 0 { return body }
            guard body.count + count <= limit else {
                throw exchange.protocolFault("the answer is longer than \(limit) octets", code: "too_long")
            }
            body.append(contentsOf: piece[..<count])
        }
    }

    private func fill(_ piece: inout [UInt8]) throws(Failure) -> Int {
        let outcome = piece.withUnsafeMutableBytes { bytes -> Result<Int, Failure> in
            do throws(Failure) { return .success(try read(into: bytes)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    package func close() { exchange.close() }
}
