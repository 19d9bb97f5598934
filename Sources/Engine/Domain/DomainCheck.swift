import Base
import CMailroom
import Transport

/// Looks at what a sending domain publishes of itself: where its mail goes (MX), who may send for it (SPF), with what key it
/// signs (DKIM), and what becomes of the rest (DMARC). Says what is wrong, and the record to publish.
struct DomainCheck {
    let client: DNSClient
    let domain: String
    /// The account's server for sending, where an account was named.
    var server: String?
    /// Those to be asked for; empty: the usual ones.
    var selectors: [String] = []
    /// Told of each step before it is taken.
    var progress: (_ done: Int64, _ note: String) -> Void = { _, _ in }

    static let steps: Int64 = 4

    /// - Throws: where no name server answers anything; `MR_E_CANCELLED`.
    func run() throws(Failure) -> Record {
        progress(0, "MX")
        let mx = try step("mx") { () throws(Failure) in try MXCheck(client: client, domain: domain).run() }
        let service =
            (server.flatMap(SendingService.of))
            ?? mx.found.lazy.compactMap(DomainCheck.host).compactMap(SendingService.of).first
        // Of a name that is not there nothing else can be, and nothing is to be published.
        guard !mx.isMissing else { return result([mx] + ["spf", "dkim", "dmarc"].map(missing), nil) }
        progress(1, "SPF")
        let spf = try step("spf") { () throws(Failure) in
            try SPFCheck(client: client, domain: domain, server: server, service: service).run()
        }
        progress(2, "DKIM")
        let dkim = try steps("dkim") { () throws(Failure) in
            try DKIMCheck(client: client, domain: domain, service: service, selectors: selectors).run()
        }
        progress(3, "DMARC")
        let signed = dkim.contains { $0.isOK }
        let dmarc = try step("dmarc") { () throws(Failure) in
            try DMARCCheck(client: client, domain: domain, isSPFGood: spf.isOK, isDKIMGood: signed).run()
        }
        // Servers that say nothing of the domain itself are not to be believed that something is missing below it.
        let isSilent = mx.isUnknown && spf.isUnknown
        let steps = ([mx, spf] + dkim + [dmarc]).map { step in
            isSilent && !step.isOK && step.found.isEmpty ? unknown(step.step, "they say nothing of the domain") : step
        }
        if steps.allSatisfy(\.isUnknown), let failure = unanswered { throw failure }
        return result(steps, service)
    }

    private func result(_ steps: [DomainStep], _ service: SendingService?) -> Record {
        var result = Record(["domain": .text(domain), "ok": .int(steps.allSatisfy(\.isOK) ? 1 : 0)])
        result.set("service", service?.name)
        if SendingService.freeMail.contains(domain.lowercased()) {
            result.set(
                "note",
                "\(domain) belongs to a provider that gives mailboxes to everybody: what it publishes is the provider's own."
            )
        }
        result.set("questions", Int64(client.asked))
        result["steps"] = .list(steps.map { .record($0.fields) })
        return result
    }

    /// The failure of a question that has to do with nothing but the name servers.
    private var unanswered: Failure? {
        do throws(Failure) {
            _ = try client.ask(domain, .exchange)
            return nil
        } catch {
            return error
        }
    }

    private func step(_ name: String, _ look: () throws(Failure) -> DomainStep) throws(Failure) -> DomainStep {
        try steps(name) { () throws(Failure) in [try look()] }[0]
    }

    private func steps(_ name: String, _ look: () throws(Failure) -> [DomainStep]) throws(Failure) -> [DomainStep] {
        do throws(Failure) {
            return try look()
        } catch {
            guard error.result != Int32(MR_E_CANCELLED) else { throw error }
            return [unknown(name, error.message)]
        }
    }

    private func unknown(_ name: String, _ why: String) -> DomainStep {
        var step = DomainStep(name)
        step.isUnknown = true
        step.fails(
            "The name servers do not say: \(why)", "Check again later.",
            "Where it stays like this, ask whoever runs the name servers of \(domain).")
        return step
    }

    private func missing(_ name: String) -> DomainStep {
        var step = DomainStep(name)
        step.isMissing = true
        step.fails("The domain \(domain) does not exist: it has no record of this kind.")
        return step
    }

    /// The host of a found MX record: `10 mx.example`.
    private static func host(_ found: String) -> String? { found.split(separator: " ").last.map(String.init) }
}
