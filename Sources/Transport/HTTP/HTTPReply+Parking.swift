import Base
import CSystem

/// What the poller does with a reply that is long in coming.
extension HTTPReply: Parkable {
    package var descriptor: Int32 { exchange.line?.descriptor ?? -1 }
    package var readsLines: Bool { false }

    package func look(minimumLine: Bool) -> ParkLook {
        guard let line = exchange.line else { return .ended }
        endBody()
        exchange.step(line)
        if exchange.received.count > 0 { return .data }
        if let end = exchange.outcome { return end == nil ? .data : .ended }
        // A head that comes is news, also while nothing of the body is there.
        if exchange.head.isComplete, !wasComplete { return .data }
        return descriptor >= 0 ? .quiet(csystem_epoll_reading()) : .ended
    }

    package func rest() {}

    /// A request that was written whole is ended by being parked: its answer may be long in coming.
    private func endBody() {
        guard !isWritten, exchange.request.bodySize.map({ $0 < 0 || $0 == written }) ?? true else { return }
        isWritten = true
        exchange.endBody()
    }
}
