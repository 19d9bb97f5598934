import Base
import CMailroom
import Glibc

extension Connection {
    /// No line may be longer, whatever its reader allows.
    package static let longestLine = 64 << 20

    /// What is there, at least one byte. A large buffer is filled straight from the stream.
    /// - Throws: `MR_E_CONNECTION`: `connection.lost` at the end of the stream, `connection.timed_out`.
    package func read(into target: UnsafeMutableRawBufferPointer, _ patience: Patience) throws(Failure) -> Int {
        try open()
        guard target.count > 0 else { throw .invalid("capacity", "is 0") }
        readsLines = false
        dropLent()
        if buffer.count == 0 {
            if target.count >= 4096 { return try receive(into: target, patience) }
            try fill(patience)
        }
        let count = min(buffer.count, target.count)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(count)))
        buffer.drop(count)
        return count
    }

    /// One line without its CRLF; a lone LF ends it, too. All of it comes within one time-out: a server that sends an
    /// octet now and then would be waited for without an end.
    /// - Parameter limit: how long the line may be, its end not counted.
    /// - Returns: the bytes, which live until the next call on this stream.
    /// - Throws: `MR_E_PROTOCOL` for a longer line; as `read`.
    package func readLine(limit: Int, _ patience: Patience) throws(Failure) -> UnsafeRawBufferPointer {
        try open()
        guard limit > 0, limit <= Connection.longestLine else { throw .invalid("limit", "is not from 1 to 64 MiB") }
        dropLent()
        readsLines = true
        var whole = patience
        whole.deadline = patience.until
        var searched = 0
        while true {
            let bytes = buffer.bytes
            let fresh = UnsafeRawBufferPointer(rebasing: bytes[searched...])
            if let base = fresh.baseAddress, let found = memchr(base, 10, fresh.count) {
                let end = searched + (UnsafeRawPointer(found) - base)
                lent = end + 1
                let length = end > 0 && bytes[end - 1] == 13 ? end - 1 : end
                guard length <= limit else { throw tooLong(limit) }
                return UnsafeRawBufferPointer(rebasing: bytes[..<length])
            }
            searched = bytes.count
            // A CR that belongs to the end may be there already.
            guard searched <= limit + 1 else { throw tooLong(limit) }
            try fill(whole)
        }
    }

    private func tooLong(_ limit: Int) -> Failure {
        Failure(MR_E_PROTOCOL, "\(peer.text): a line of more than \(limit) octets")
    }

    /// At least one byte more in the buffer.
    private func fill(_ patience: Patience) throws(Failure) {
        let count = try receive(into: buffer.room(), patience)
        buffer.filled(count)
    }

    private func receive(into target: UnsafeMutableRawBufferPointer, _ patience: Patience) throws(Failure) -> Int {
        if let fault { throw fault }
        while true {
            switch try filter.receive(target) {
            case .moved(let count):
                hasHeard = true
                return count
            case .end: throw peer.connection("lost", "the server hung up", step: nil)
            case let step: try wait(step, patience, for: "no answer")
            }
        }
    }
}
