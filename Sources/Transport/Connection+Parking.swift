import Base
import CSystem
import Glibc

/// What the poller does with a stream.
extension Connection: Parkable {
    package var host: String { peer.host }

    /// What came without the end of a line wakes its session from so many octets on: a line that never ends must not
    /// gather in memory.
    static let parkedBytes = 8 * 1024

    /// Takes in what the layers have, without waiting, until there is enough to wake somebody or nothing more to take.
    /// TLS answers its tickets and key updates here. What came stays in the buffer; so does a failure, for the next read.
    /// - Parameter minimumLine: less than a line does not count, but for `parkedBytes` octets.
    package func look(minimumLine: Bool) -> ParkLook {
        dropLent()
        if suffices(from: 0, minimumLine) { return .data }
        if fault != nil || descriptor < 0 { return .ended }
        while true {
            let held = buffer.count
            let step: FilterStep
            do throws(Failure) {
                step = try filter.receive(buffer.room())
            } catch {
                fault = error
                return .ended
            }
            switch step {
            case .moved(let count):
                buffer.filled(count)
                if suffices(from: held, minimumLine) { return .data }
            case .end:
                fault = peer.connection("lost", "the server hung up", step: nil)
                return .ended
            case .wantsReading: return .quiet(csystem_epoll_reading())
            case .wantsWriting: return .quiet(csystem_epoll_writing())
            }
        }
    }

    private func suffices(from start: Int, _ minimumLine: Bool) -> Bool {
        let bytes = buffer.bytes
        guard minimumLine else { return !bytes.isEmpty }
        if bytes.count >= Connection.parkedBytes { return true }
        guard let base = bytes.baseAddress, start < bytes.count else { return false }
        return memchr(base + start, 10, bytes.count - start) != nil
    }

    /// Gives back the memory that a quiet stream does not need. The last line's bytes are over.
    package func rest() {
        dropLent()
        buffer.shrink()
        filter.rest()
    }
}
