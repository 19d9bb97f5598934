import Glibc
import Synchronization

/// Set by the handler, which may do nothing else.
private let interrupted = Atomic<Bool>(false)

/// Ctrl-C while something is waited for: noted, so that it can be said what holds now, and what is being sent ends well. A
/// second one ends the tool at once.
enum Interrupt {
    /// What ends a process: what it is sending is not cut off, and what goes on for ever ends well by each of them.
    static let toEnd = [SIGINT, SIGTERM, SIGHUP]

    static var hasCome: Bool { interrupted.load(ordering: .relaxed) }

    /// - Parameter signals: those that mean the same here.
    static func listen(_ signals: [Int32] = [SIGINT]) {
        guard !hasCome else { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in interrupted.store(true, ordering: .relaxed) }
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
        for signal in signals { sigaction(signal, &action, nil) }
    }
}
