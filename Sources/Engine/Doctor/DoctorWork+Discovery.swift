import Base
import CMailroom
import Store
import Transport

/// Whether the account's servers are those that its address leads to now.
extension DoctorWork {
    func discovery(_ chart: DoctorChart) throws(Failure) -> DoctorStep {
        report(Int64(chart.steps.count), "what is found about \(account.address)")
        var step = DoctorStep("discovery")
        let began = Clock.boot()
        do throws(Failure) {
            var options = core.options
            if let resolver { options.resolver = try NameServer(resolver) }
            options.caFile = account.settings["ca_file"] ?? options.caFile
            let tools = DiscoveryTools(
                address: try DiscoveryAddress(account.address), options: options, interruption: interruption,
                until: min(until, began + DiscoveryWork.withinMs))
            let findings = try DiscoveryWork(tools: tools).find().findings
            compare(findings, chart, &step)
        } catch {
            try interruption.check()
            step.isSkipped = true
            step.reason = error.message
        }
        step.ms = Clock.boot() - began
        return step
    }

    private func compare(_ findings: [Finding], _ chart: DoctorChart, _ step: inout DoctorStep) {
        var same: [String] = []
        var other: [String] = []
        for kind in [MailPlace.Kind.imap, .pop3, .smtp] {
            guard let host = account.settings["\(kind.rawValue)_host"]?.lowercased() else { continue }
            let found = findings.compactMap { finding in finding.proved(kind).map { (finding, $0.place) } }
            guard let first = found.first else { continue }
            let proved = findings.flatMap(\.proofs).filter { $0.isGood && $0.place.kind == kind }
            guard !proved.contains(where: { $0.place.host == host }) else {
                same.append("\(kind.rawValue) \(host)")
                continue
            }
            let place = first.1
            other.append(
                "\(kind.rawValue): \(host) is set, \(place.host):\(place.port) is found (\(first.0.source.rawValue))")
            guard step.isOK, isCutOff(kind == .smtp ? "send" : "receive", chart) else { continue }
            step.fails("settings.wrong", "\(host) does not work, and \(place.host) is what \(account.address) leads to")
            step.advice =
                "Reconnect the mailbox with \(kind.rawValue)_host=\(place.host), \(kind.rawValue)_port=\(place.port) and \(kind.rawValue)_tls=\(place.security.rawValue)."
        }
        if same.isEmpty, other.isEmpty {
            step.isSkipped = true
            step.reason = "nothing is found that could be compared with the settings"
        } else {
            let asFound = same.isEmpty ? [] : ["as found: " + same.joined(separator: ", ")]
            step.found = (asFound + other).joined(separator: "; ")
        }
    }

    /// Whether the way to that side's server, or its login, led nowhere.
    private func isCutOff(_ side: String, _ chart: DoctorChart) -> Bool {
        chart.steps.contains { !$0.isOK && $0.side == side && DoctorWork.way.contains($0.step) }
    }
}
