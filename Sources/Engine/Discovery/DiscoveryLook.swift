import Base
import CMailroom
import Transport

/// What one source was asked, and what it said.
struct DiscoveryLook: Sendable {
    let source: Finding.Source
    var findings: [Finding] = []
    /// Why there is nothing.
    var reason: String?
    var ms: Int64 = 0
    /// How much the reason says: somebody who refuses says more than nobody.
    var weight = 0

    init(_ source: Finding.Source) { self.source = source }

    var record: Record {
        var record = Record(["source": .text(source.rawValue), "found": .int(Int64(findings.count))])
        record.set("reason", reason)
        record.set("ms", ms)
        return record
    }
}

/// What the sources are asked with.
struct DiscoveryTools: Sendable {
    let address: DiscoveryAddress
    let options: EngineOptions
    let interruption: Interruption
    /// By the boot clock: the whole of it ends then.
    let until: Int64

    /// For one source, or one server.
    static let withinMs: Int64 = 5_000

    /// From now on.
    var patience: Patience {
        Patience(
            deadline: min(until, Clock.boot() + DiscoveryTools.withinMs), timeoutMs: DiscoveryTools.withinMs,
            cancellation: interruption.wake)
    }

    /// Its answers are unsigned: whoever is on the way can forge them.
    var names: DNSClient {
        var patience = patience
        patience.timeoutMs = 2_000
        return DNSClient(options.resolver.map { [$0] } ?? NameServer.system(), patience, maximumQuestions: 60)
    }
}
