import Base
import Transport

/// With what keys the domain's mail is signed (RFC 6376).
struct DKIMCheck {
    let client: DNSClient
    let domain: String
    let service: SendingService?
    /// Empty: the usual ones.
    let selectors: [String]

    /// A step for each selector that was given; else one for each usual selector that has something, or one that says that there
    /// is nothing.
    func run() throws(Failure) -> [DomainStep] {
        guard selectors.isEmpty else {
            var steps: [DomainStep] = []
            for selector in selectors { steps.append(try look(selector) ?? missing(selector)) }
            return steps
        }
        var steps: [DomainStep] = []
        var asked: Set<String> = []
        for selector in (service?.selectors ?? []) + SendingService.usualSelectors where asked.insert(selector).inserted
        {
            if let step = try look(selector) { steps.append(step) }
        }
        // A key that was replaced may stay revoked beside the one in use.
        let good = steps.filter(\.isOK)
        if !good.isEmpty { return good }
        return steps.isEmpty ? [nothing()] : steps
    }

    private func name(_ selector: String) -> String { "\(selector)._domainkey.\(domain)" }

    /// - Returns: nil where nothing is published for it.
    private func look(_ selector: String) throws(Failure) -> DomainStep? {
        let answer = try client.ask(name(selector), .text)
        let texts = answer.texts.map { String(decoding: $0, as: UTF8.self) }
        var step = DomainStep("dkim")
        step.selector = selector
        step.found = texts
        guard !texts.isEmpty else {
            guard !answer.aliases.isEmpty else { return nil }
            step.found = answer.aliases
            step.fails(
                "\(name(selector)) is an alias of \(answer.aliases.last ?? ""), which has no key.",
                "Let the service that sends for you make its key, or correct the CNAME record.")
            return step
        }
        let keys = texts.filter(DKIMKey.isOne)
        guard let text = keys.first else {
            // A domain that answers for every name (a wildcard) has texts everywhere.
            return selectors.isEmpty ? nil : broken(&step, "what stands there is no DKIM key")
        }
        guard keys.count == 1 else { return broken(&step, "\(keys.count) keys stand there, and only one may") }
        do throws(DKIMKey.Fault) {
            try judge(try DKIMKey(text), &step)
        } catch {
            return broken(&step, error.words)
        }
        return step
    }

    private func judge(_ key: DKIMKey, _ step: inout DomainStep) throws(DKIMKey.Fault) {
        switch key.kind {
        case nil:
            step.fails(
                "The key is revoked (p= is empty): what is signed with it counts as not signed.",
                "Publish a new key, and sign with it.")
        case .rsa(let bits) where bits < 1024:
            step.fails(
                "The RSA key has \(bits) bits; receivers take none below 1024 (RFC 8301).",
                "Make a new key of 2048 bits.")
        case .rsa(let bits) where bits < 2048:
            step.remarks(
                "The RSA key has \(bits) bits; 2048 are recommended.", "Make a new key of 2048 bits when you can.")
        case .rsa, .ed25519: break
        }
        if key.isTesting {
            step.remarks(
                "The key is marked as a test (t=y): receivers may treat signed mail as unsigned.",
                "Remove t=y once signing works.")
        }
    }

    private func broken(_ step: inout DomainStep, _ words: String) -> DomainStep {
        step.fails(
            "The DKIM record is broken: \(words).", "Publish it again, whole, as the service that signs shows it.")
        return step
    }

    private func missing(_ selector: String) -> DomainStep {
        var step = DomainStep("dkim")
        step.selector = selector
        step.fails("There is no DKIM key at \(name(selector)).", advice)
        step.publish(name(selector), "TXT", "v=DKIM1; k=rsa; p=(the key that the service shows)")
        return step
    }

    private func nothing() -> DomainStep {
        var step = DomainStep("dkim")
        step.fails(
            "None of the usual selectors has a DKIM key. That is no proof: a selector can have any name.",
            "Look into a message that was sent: DKIM-Signature has s=, the selector. Check again with it.", advice)
        if let selector = service?.selectors.first {
            step.publish(name(selector), "TXT", "v=DKIM1; k=rsa; p=(the key that \(service?.name ?? "") shows)")
        }
        return step
    }

    private var advice: String {
        service?.keys ?? "Switch DKIM on where your mail is sent, and publish the record that it shows."
    }
}
