import Base
import Glibc

/// One layer of a stream: the socket, TLS over it, compression over that. Layers never block: they move what can be moved and say what they
/// wait for; `Connection` does the waiting.
protocol StreamFilter: AnyObject {
    /// - Throws: `MR_E_CONNECTION` or `MR_E_TLS`; the stream is of no use then.
    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> FilterStep
    func send(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> FilterStep
    /// Says goodbye where the layer has a word for it; never waits, never fails.
    func farewell()
    /// Nothing will move for a while: gives back the memory that can be had again.
    func rest()
}

/// What a layer could do at once.
enum FilterStep: Equatable {
    /// So many bytes, at least one.
    case moved(Int)
    /// The peer ended the stream.
    case end
    case wantsReading
    case wantsWriting

    /// What poll(2) is to wait for; nil where there is nothing to wait for.
    var events: Int32? {
        switch self {
        case .wantsReading: Int32(POLLIN)
        case .wantsWriting: Int32(POLLOUT)
        case .moved, .end: nil
        }
    }
}
