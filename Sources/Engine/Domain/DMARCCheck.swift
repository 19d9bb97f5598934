import Base
import CMailroom
import Transport

/// What becomes of mail that only claims to be from the domain (RFC 7489).
struct DMARCCheck {
    let client: DNSClient
    let domain: String
    let isSPFGood: Bool
    let isDKIMGood: Bool

    private static let maximumReportDomains = 5

    func run() throws(Failure) -> DomainStep {
        var step = DomainStep("dmarc")
        let (owner, records) = try published()
        step.found = records
        guard let text = records.first else {
            step.fails(
                "The domain has no DMARC record: large receivers want one of whoever sends much, and anybody can write in its name.",
                "Publish the record below, read the reports that come, then go on to p=quarantine.")
            step.publish("_dmarc.\(domain)", "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@\(domain)")
            return step
        }
        guard records.count == 1 else {
            step.fails(
                "\(owner) has \(records.count) DMARC records; with more than one none counts.", "Remove all but one.")
            return step
        }
        do throws(DMARCRecord.Fault) {
            let record = try DMARCRecord(text)
            judge(record, owner, &step)
            try reports(record, owner, &step)
        } catch {
            step.fails("The DMARC record is broken: \(error.words).", "Correct it: until then it counts for nothing.")
            step.publish(owner, "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@\(domain)")
        }
        return step
    }

    /// The domain's own record, else that of the nearest domain above it, down to two labels (RFC 7489, section 6.6.3, names the
    /// organizational domain, for which a list of all public suffixes would be needed).
    private func published() throws(Failure) -> (owner: String, records: [String]) {
        var labels = domain.split(separator: ".").map(String.init)
        while labels.count >= 2 {
            let owner = "_dmarc.\(labels.joined(separator: "."))"
            // Behind a name too long for it there is nothing.
            if owner.utf8.count <= 253 {
                let records = try client.ask(owner, .text).texts.map { String(decoding: $0, as: UTF8.self) }.filter(
                    DMARCRecord.isOne)
                if !records.isEmpty { return (owner, records) }
            }
            labels.removeFirst(labels.count > 8 ? labels.count - 7 : 1)
        }
        return ("_dmarc.\(domain)", [])
    }

    private func judge(_ record: DMARCRecord, _ owner: String, _ step: inout DomainStep) {
        let isOwn = owner == "_dmarc.\(domain)"
        let policy = isOwn ? record.policy : record.subdomainPolicy
        if !isOwn { step.remarks("The record of \(owner.dropFirst(7)) holds for this subdomain: policy \(policy).") }
        if !isSPFGood, !isDKIMGood, policy != "none" {
            step.fails(
                "The policy is \(policy), and neither SPF nor DKIM is in order: the domain's own mail is \(policy == "reject" ? "refused" : "put into spam").",
                "Put SPF or DKIM in order first; until then publish p=none.")
        } else if policy == "none" {
            step.remarks(
                "The policy is none: mail in the domain's name is let through, whoever sent it.",
                isSPFGood && isDKIMGood
                    ? "SPF and DKIM are in order: go on to p=quarantine once the reports show only your own servers."
                    : "Put SPF and DKIM in order, read the reports, then go on to p=quarantine.")
        } else if record.percent < 100 {
            step.remarks(
                "The policy holds for \(record.percent) of a hundred messages.",
                "Remove pct= when the reports are good.")
        }
        if record.isStrictSPF, !isDKIMGood {
            step.remarks(
                "aspf=s wants the very domain in the envelope sender.",
                "Send with an address of \(domain) itself, or use aspf=r.")
        }
        if record.isStrictDKIM {
            step.remarks("adkim=s wants the very domain in the signature.", "Sign with d=\(domain), or use adkim=r.")
        }
        if record.reportsTo.isEmpty {
            step.remarks("No address is named for reports.", "Add rua=mailto: with an address that somebody reads.")
        }
    }

    /// Another domain must agree to receive the reports (RFC 7489, section 7.1).
    private func reports(_ record: DMARCRecord, _ owner: String, _ step: inout DomainStep) throws(DMARCRecord.Fault) {
        let own = owner.dropFirst(7).lowercased()
        var asked: Set<String> = []
        for address in record.reportsTo {
            guard let at = address.lastIndex(of: "@") else { continue }
            let target = address[address.index(after: at)...].lowercased()
            guard target != own, !target.hasSuffix("." + own), !own.hasSuffix("." + target),
                asked.insert(target).inserted,
                asked.count <= DMARCCheck.maximumReportDomains
            else { continue }
            let name = "\(own)._report._dmarc.\(target)"
            guard let answer = try? client.ask(name, .text) else { continue }
            if !answer.texts.contains(where: { DMARCRecord.isOne(String(decoding: $0, as: UTF8.self)) }) {
                step.remarks(
                    "\(target) does not agree to receive the reports, so they are not sent.",
                    "Ask whoever runs \(target) to publish v=DMARC1 at \(name), or name an address of your own.")
            }
        }
    }
}
