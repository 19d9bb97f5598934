import Glibc
import Synchronization

/// Set by the handler, which may do nothing else.
private let interrupted = Atomic<Bool>(false)

/// Ctrl-C while something is waited for: noted, so that it can be said what holds now. A second one ends the tool at once.
enum Interrupt {
    static var hasCome: Bool { interrupted.load(ordering: .relaxed) }

    /// - Parameter toEnd: SIGTERM and SIGHUP are noted as well: what goes on for ever ends well by each of them.
    static func listen(toEnd: Bool = false) {
        guard !hasCome else { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in interrupted.store(true, ordering: .relaxed) }
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
        for signal in toEnd ? [SIGINT, SIGTERM, SIGHUP] : [SIGINT] { sigaction(signal, &action, nil) }
    }
}
