import Base
import Transport

/// Who may send for the domain (RFC 7208).
struct SPFCheck {
    let client: DNSClient
    let domain: String
    let server: String?
    let service: SendingService?

    func run() throws(Failure) -> DomainStep {
        var step = DomainStep("spf")
        let records = try client.ask(domain, .text).spf
        step.found = records
        guard let text = records.first else {
            step.fails(
                "The domain has no SPF record: receivers cannot tell who may send for it.",
                "Publish the record below as TXT.")
            step.publish(domain, "TXT", proposal)
            return step
        }
        guard records.count == 1 else {
            step.fails(
                "The domain has \(records.count) SPF records; only one may be there, and with more of them none counts.",
                "Put what they say into one record, and remove the others.")
            if let merged = SPFCheck.merged(records) { step.publish(domain, "TXT", merged) }
            return step
        }
        let record: SPFRecord
        do throws(SPFRecord.Fault) {
            record = try SPFRecord(text)
        } catch {
            step.fails("The SPF record is broken: \(error.words).", "Correct it: until then it counts for nothing.")
            return step
        }
        var walk = SPFWalk(client)
        try walk.follow(record, of: domain)
        judge(walk, &step)
        judge(record, walk, &step)
        return step
    }

    /// What following it showed.
    private func judge(_ walk: SPFWalk, _ step: inout DomainStep) {
        for fault in walk.faults.prefix(5) {
            step.fails("The SPF record cannot be followed: \(fault).", "Correct or remove that term.")
        }
        if walk.lookups > SPFWalk.maximumLookups {
            let dear = walk.costs.sorted { $0.lookups > $1.lookups }.prefix(3).map { "\($0.term) (\($0.lookups))" }
            step.fails(
                "The SPF record needs \(walk.lookups) look-ups, and receivers stop after \(SPFWalk.maximumLookups): then it counts for nothing.",
                "Remove what no longer sends for you; most is needed by \(dear.joined(separator: ", ")).",
                "Name fixed addresses with ip4: and ip6:, which need no look-up.")
        }
        if walk.void.count > SPFWalk.maximumVoid {
            step.fails(
                "\(walk.void.count) terms of the SPF record find nothing (\(walk.void.prefix(4).joined(separator: ", "))), and receivers allow \(SPFWalk.maximumVoid).",
                "Remove them.")
        } else if !walk.void.isEmpty {
            step.remarks(
                "These terms of the SPF record find nothing: \(walk.void.joined(separator: ", ")).", "Remove them.")
        }
        if walk.usesPtr {
            step.remarks("The SPF record uses ptr, which is slow and given up (RFC 7208, section 5.5).", "Remove it.")
        }
    }

    /// What it says.
    private func judge(_ record: SPFRecord, _ walk: SPFWalk, _ step: inout DomainStep) {
        switch walk.rest {
        case "+":
            step.fails("The SPF record ends in +all: everybody may send for the domain.", "Let it end in ~all or -all.")
        case "?", nil:
            step.remarks(
                "The SPF record says nothing of other senders (it \(walk.rest == nil ? "has no all" : "ends in ?all")).",
                "Let it end in ~all or -all.")
        default: break
        }
        if record.all != nil, record.redirect != nil {
            step.remarks("redirect= counts for nothing beside all.", "Remove one of the two.")
        }
        if let all = record.terms.firstIndex(where: { $0.kind == .all }),
            record.terms[(all + 1)...].contains(where: { !$0.kind.isModifier })
        {
            step.fails("Terms stand behind all, where nobody reads them.", "Put them before it.")
        }
        guard let service, !walk.included.contains(service.include) else { return }
        let isNamed = record.redirect?.lowercased() == service.include
        guard !isNamed else { return }
        step.fails(
            "The SPF record does not include \(service.include): mail that \(service.name) sends for the domain fails SPF.",
            "Add include:\(service.include) before all.")
        step.publish(domain, "TXT", SPFCheck.adding("include:\(service.include)", to: step.found[0]))
    }

    /// What to publish where there is nothing.
    private var proposal: String {
        if let service { return "v=spf1 include:\(service.include) ~all" }
        if let server { return "v=spf1 mx a:\(server) ~all" }
        return "v=spf1 mx ~all"
    }

    static func adding(_ term: String, to text: String) -> String {
        var words = text.split(separator: " ").map(String.init)
        let isEnd: (String) -> Bool = { word in
            let lower = word.lowercased()
            return ["all", "+all", "-all", "~all", "?all"].contains(lower) || lower.hasPrefix("redirect=")
        }
        words.insert(term, at: words.firstIndex(where: isEnd) ?? words.count)
        return words.joined(separator: " ")
    }

    /// One record of several: every term once, and one all at the end.
    /// - Returns: nil where one of them cannot be read.
    static func merged(_ records: [String]) -> String? {
        var words: [String] = []
        var all: String?
        for text in records {
            guard let record = try? SPFRecord(text) else { return nil }
            for term in record.terms {
                if term.kind == .all {
                    // The milder one: nobody is refused who was not before.
                    if all == nil || term.qualifier == "~" { all = term.qualifier == "+" ? "~all" : term.text }
                } else if !words.contains(term.text) {
                    words.append(term.text)
                }
            }
        }
        return (["v=spf1"] + words + [all ?? "~all"]).joined(separator: " ")
    }
}
