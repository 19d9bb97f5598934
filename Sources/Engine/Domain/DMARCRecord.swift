import Base

/// What a domain wants done with mail that only claims to be from it (RFC 7489, section 6.3).
struct DMARCRecord: Equatable {
    /// none, quarantine or reject.
    let policy: String
    /// Of subdomains.
    let subdomainPolicy: String
    /// Whether the domain of the signature, or of the envelope sender, must be the very same as that of From.
    let isStrictDKIM: Bool
    let isStrictSPF: Bool
    /// Of so many of a hundred messages.
    let percent: Int
    /// Where reports go: mail addresses.
    let reportsTo: [String]

    struct Fault: Error, Equatable {
        let words: String
    }

    static func isOne(_ text: String) -> Bool {
        guard let first = text.split(separator: ";", omittingEmptySubsequences: false).first else { return false }
        return first.filter { $0 != " " && $0 != "\t" } == "v=DMARC1"
    }

    init(_ text: String) throws(Fault) {
        let list: TagList
        do throws(TagList.Fault) {
            list = try TagList(text)
        } catch {
            throw Fault(words: error.words)
        }
        let policies = ["none", "quarantine", "reject"]
        guard let policy = list["p"]?.lowercased() else { throw Fault(words: "it has no policy: p= is missing") }
        guard policies.contains(policy) else {
            throw Fault(words: "its policy '\(policy.prefix(20))' is none of none, quarantine and reject")
        }
        let subdomains = list["sp"]?.lowercased() ?? policy
        guard policies.contains(subdomains) else {
            throw Fault(
                words: "its policy for subdomains '\(subdomains.prefix(20))' is none of none, quarantine and reject")
        }
        (self.policy, subdomainPolicy) = (policy, subdomains)
        isStrictDKIM = try DMARCRecord.strict(list, "adkim")
        isStrictSPF = try DMARCRecord.strict(list, "aspf")
        percent = list["pct"].map { Int($0) ?? -1 } ?? 100
        guard (0...100).contains(percent) else { throw Fault(words: "pct= is not a number from 0 to 100") }
        reportsTo = try DMARCRecord.addresses(list, "rua")
        _ = try DMARCRecord.addresses(list, "ruf")
    }

    private static func strict(_ list: TagList, _ tag: String) throws(Fault) -> Bool {
        switch list[tag]?.lowercased() ?? "r" {
        case "r": return false
        case "s": return true
        case let other: throw Fault(words: "\(tag)= is '\(other.prefix(20))', neither r nor s")
        }
    }

    private static func addresses(_ list: TagList, _ tag: String) throws(Fault) -> [String] {
        var found: [String] = []
        for part in (list[tag] ?? "").split(separator: ",") {
            let uri = part.trimmed
            guard uri.lowercased().hasPrefix("mailto:"), let at = uri.lastIndex(of: "@"), uri[at...].utf8.count > 1
            else {
                throw Fault(words: "\(tag)= has '\(uri.prefix(60))', which is no mailto: address")
            }
            // A limit of size may stand behind an exclamation mark.
            found.append(String(uri.dropFirst(7).split(separator: "!").first ?? ""))
        }
        return found
    }
}
