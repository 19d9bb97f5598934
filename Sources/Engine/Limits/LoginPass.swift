import Base

/// One login's turn at the gate: let go of while something else than the server is waited for, and left once. One thread has it
/// at a time.
final class LoginPass {
    private let gate: LoginGate
    private let host: String
    private var isHeld = true

    /// - Parameter host: at whose door the turn has come.
    init(_ gate: LoginGate, _ host: String) {
        self.gate = gate
        self.host = host
    }

    func leave() {
        guard isHeld else { return }
        isHeld = false
        gate.leave(host)
    }

    /// The login goes on.
    func resume() {
        guard !isHeld else { return }
        isHeld = true
        gate.resume(host)
    }
}
