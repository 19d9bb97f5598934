import Base
import CMailroom
import Engine

/// Behind `mr_engine`. The other handles of an engine hold this box, so that they can be freed in any order.
final class EngineBox: Box, Sendable {
    static let kind = HandleKind.engine

    let engine: Engine

    init(_ engine: Engine) { self.engine = engine }

    /// True in a process that was forked after the engine was opened.
    var forked: Bool {
        do throws(Failure) { try engine.checkFork() } catch { return error.result == mr_result(MR_E_FORKED) }
        return false
    }

    /// Lets go of what stood behind a handle of this engine. In a forked child the objects stay where they are, because
    /// their end would touch files, locks and threads that are the parent's.
    func release<B: Box>(_ box: Unmanaged<B>, _ end: (B) -> Void = { _ in }) {
        guard !forked else { return }
        end(box.takeUnretainedValue())
        box.release()
    }
}
