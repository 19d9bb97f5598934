import Base
import Transport

/// The way of one session to its server as the host saw it, step by step: for whoever looks for what is wrong with it.
package final class SessionTrace: Sendable {
    package struct Step: Sendable {
        /// name_resolution, port, tls or greeting.
        package let name: String
        /// What was found there, in one line.
        package let found: String
        package let ms: Int64
    }

    private static let most = 32
    private let seen = Lock<[Step]>([])

    package init() {}

    package var steps: [Step] { seen.withLock { $0 } }

    /// Of what goes by HTTP the host sees no more than the answer.
    func noteReply(from address: HTTPAddress, since began: Int64) {
        guard steps.isEmpty else { return }
        note("port", address.peer.text, since: began)
        note("tls", address.isSecure ? "HTTPS" : "none: the settings say so", since: began)
    }

    func note(_ name: String, _ found: String, since began: Int64) {
        let step = Step(name: name, found: HostText.line(found, limit: 500), ms: max(0, Clock.boot() - began))
        seen.withLock { if $0.count < SessionTrace.most { $0.append(step) } }
    }
}
