import Base
import CSystem
import Glibc

/// The lowest layer: a non-blocking socket.
final class SocketFilter: StreamFilter {
    private let descriptor: Int32
    private let peer: Peer

    init(_ descriptor: Int32, _ peer: Peer) {
        self.descriptor = descriptor
        self.peer = peer
    }

    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> FilterStep {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .moved(count) }
            if count == 0 { return .end }
            switch csystem_errno() {
            case EINTR: continue
            case EAGAIN: return .wantsReading
            case let code: throw peer.failure(errno: code, step: nil, doing: "reading")
            }
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> FilterStep {
        while true {
            let count = csystem_send(descriptor, bytes.baseAddress, bytes.count)
            if count >= 0 { return .moved(count) }
            switch csystem_errno() {
            case EINTR: continue
            case EAGAIN: return .wantsWriting
            case let code: throw peer.failure(errno: code, step: nil, doing: "writing")
            }
        }
    }

    func farewell() {}
    func rest() {}
}
