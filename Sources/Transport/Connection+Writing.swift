import Base
import CMailroom
import CSystem

extension Connection {
    /// All of it, or a failure after which nobody knows how much went out.
    /// - Throws: `MR_E_CONNECTION`: `connection.lost`, `connection.timed_out`.
    package func write(_ bytes: UnsafeRawBufferPointer, _ patience: Patience) throws(Failure) {
        try open()
        var left = bytes
        while !left.isEmpty {
            switch try filter.send(left) {
            case .moved(let count): left = UnsafeRawBufferPointer(rebasing: left[min(count, left.count)...])
            case .end: throw peer.connection("lost", "the server hung up", step: nil)
            case let step: try wait(step, patience, for: "nothing could be sent")
            }
        }
    }

    package func write(_ bytes: [UInt8], _ patience: Patience) throws(Failure) {
        let result = bytes.withUnsafeBytes { raw -> Result<Void, Failure> in
            do throws(Failure) { return .success(try write(raw, patience)) } catch { return .failure(error) }
        }
        try result.get()
    }
}
