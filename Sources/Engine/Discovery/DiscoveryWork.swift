import Base
import CMailroom
import Transport

/// Finds the settings for an address: asks its sources side by side, then connects to what they name, and believes what proves
/// itself. No password is known here, and none of it goes anywhere.
struct DiscoveryWork {
    let tools: DiscoveryTools
    /// Told of each step before it is taken.
    var report: (_ done: Int64, _ note: String) -> Void = { _, _ in }

    /// However many sources and servers there are, not longer than this in all.
    static let withinMs: Int64 = 20_000
    static let steps: Int64 = 3
    private static let mostPlaces = 40

    private var domain: String { tools.address.domain }

    /// - Returns: a record of kind `discovery`.
    func run() throws(Failure) -> Record {
        let began = Clock.boot()
        let (findings, looks) = try find()
        var result = DiscoveryResult(address: tools.address, findings: findings, looks: looks).record
        result.set("took_ms", Clock.boot() - began)
        return result
    }

    /// What was found, in the order in which it is believed, with what its servers proved.
    func find() throws(Failure) -> (findings: [Finding], looks: [DiscoveryLook]) {
        var looks: [DiscoveryLook] = []
        var findings: [Finding] = []
        var table = DiscoveryLook(.table)
        if let row = ProviderTable.of(domain: domain) {
            table.findings = [row.finding(.table, domain, for: tools.address)]
            looks = [table]
        } else {
            report(0, "looking for the settings of \(domain)")
            table.reason = "no large provider has the domain"
            looks = [table] + ask()
        }
        try tools.interruption.check()
        findings = looks.flatMap(\.findings)
        report(1, "looking at the servers")
        prove(&findings)
        try tools.interruption.check()
        // A provider that the table names has no servers beyond those.
        let isKnown = findings.contains { $0.source == .table || $0.source == .mx && $0.places.isEmpty }
        if !isKnown,
            !findings.contains(where: { $0.receiving != nil }) || !findings.contains(where: { $0.sending != nil })
        {
            report(2, "trying the usual names")
            findings += guess(&looks)
            try tools.interruption.check()
        }
        return (findings, looks)
    }

    // MARK: sources

    /// One question of a source; Autodiscover has several.
    private struct Question: Sendable {
        let source: Finding.Source
        var way: DiscoveryTools.AutodiscoverWay?
    }

    private func ask() -> [DiscoveryLook] {
        let questions =
            [Finding.Source.autoconfig, .wellKnown, .srv, .mx].map { Question(source: $0) }
            + DiscoveryTools.AutodiscoverWay.allCases.map { Question(source: .autodiscover, way: $0) }
        let looks = Monitor(questions.map { DiscoveryLook($0.source) })
        let tools = tools
        SideBySide.run(questions.count) { index in
            let look = DiscoveryWork.look(questions[index], tools)
            looks.withLock { $0[index] = look }
        }
        return DiscoveryWork.joined(looks.withLock { $0 })
    }

    /// The looks of one source become one: the first that found something, else the reason that says most.
    private static func joined(_ looks: [DiscoveryLook]) -> [DiscoveryLook] {
        var result: [DiscoveryLook] = []
        for look in looks {
            guard let last = result.last, last.source == look.source else {
                result.append(look)
                continue
            }
            let better = last.findings.isEmpty && (!look.findings.isEmpty || look.weight > last.weight) ? look : last
            result[result.count - 1] = better
            result[result.count - 1].ms = max(last.ms, look.ms)
        }
        return result
    }

    private static func look(_ question: Question, _ tools: DiscoveryTools) -> DiscoveryLook {
        var look = DiscoveryLook(question.source)
        let began = Clock.boot()
        do throws(Failure) {
            switch question.source {
            case .autoconfig: look.findings = try tools.autoconfig()
            case .wellKnown: look.findings = try tools.wellKnown()
            case .srv: look.findings = try tools.services()
            case .mx: look.findings = try tools.exchangers()
            case .autodiscover:
                look.findings = try question.way.map { (way) throws(Failure) in try tools.autodiscover(way) } ?? []
            case .table, .names: break
            }
            if look.findings.isEmpty { look.reason = "nothing there" }
        } catch {
            look.reason = error.message
            look.weight = error.result == Int32(MR_E_AUTH) ? 3 : error.result == Int32(MR_E_CONNECTION) ? 1 : 2
        }
        look.ms = Clock.boot() - began
        return look
    }

    private func guess(_ looks: inout [DiscoveryLook]) -> [Finding] {
        var look = DiscoveryLook(.names)
        let began = Clock.boot()
        var findings = [tools.usualNames()]
        prove(&findings)
        // Names that nobody has say nothing.
        findings[0].proofs.removeAll { proof in
            !proof.isGood && proof.failure?.result != Int32(MR_E_TLS) && !proof.wantsConsent
        }
        findings[0].places = findings[0].proofs.map(\.place)
        look.findings = findings.filter { !$0.proofs.isEmpty }
        if look.findings.isEmpty { look.reason = "no server has one of the usual names" }
        look.ms = Clock.boot() - began
        looks.append(look)
        return look.findings
    }

    // MARK: proof

    /// Connects to every server that is named, each once, and says of each finding what came of it.
    private func prove(_ findings: inout [Finding]) {
        var places: [MailPlace] = []
        for finding in findings {
            for place in finding.places where !places.contains(place) && places.count < DiscoveryWork.mostPlaces {
                places.append(place)
            }
        }
        let proofs = Monitor([MailPlace: Proof]())
        let (tools, domain, all) = (tools, domain, places)
        SideBySide.run(all.count) { index in
            let proof = ServerProof(
                place: all[index], domain: domain, caFile: tools.options.caFile, routes: tools.options.routes,
                patience: tools.patience
            ).run()
            proofs.withLock { $0[all[index]] = proof }
        }
        let found = proofs.withLock { $0 }
        let signed = Set(findings.filter { !$0.isUnsigned }.flatMap(\.places).map(\.host))
        for index in findings.indices {
            findings[index].proofs = findings[index].places.compactMap { found[$0] }
            guard findings[index].isUnsigned else { continue }
            for at in findings[index].proofs.indices where findings[index].proofs[at].isGood {
                vouch(for: &findings[index].proofs[at], signed)
            }
        }
    }

    /// A host outside of the domain, named by something that anybody on the way could have written, has proved only that it is
    /// itself. It is meant where its certificate is good for the domain, too (RFC 6186, section 6), the table knows it, or a
    /// signed answer names it; else somebody has to say so.
    private func vouch(for proof: inout Proof, _ signed: Set<String>) {
        let place = proof.place
        guard !place.isWithin(domain), !proof.coversDomain, !signed.contains(place.host),
            !ProviderTable.knows(server: place.host)
        else { return }
        proof.isGood = false
        proof.wantsConsent = true
        proof.failure = Failure(
            MR_E_REFUSED,
            "\(place.host) is not below \(domain), and nothing that is signed says that its mail is there: it is used only where it is named on purpose"
        )
    }
}
