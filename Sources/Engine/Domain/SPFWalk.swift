import Base
import CMailroom
import Transport

/// Follows an SPF record through its includes and redirects as a receiver would, and counts what that costs.
struct SPFWalk {
    /// RFC 7208, section 4.6.4.
    static let maximumLookups = 10
    static let maximumVoid = 2
    /// Nothing is followed further: by then the answer is known.
    private static let enough = 40

    private let client: DNSClient
    /// How many look-ups a receiver needs at most.
    private(set) var lookups = 0
    /// How many of them find nothing.
    private(set) var void: [String] = []
    /// Every domain that is included, in whatever depth.
    private(set) var included: [String] = []
    /// What a receiver takes for an error for good (permerror), each a line.
    private(set) var faults: [String] = []
    private(set) var usesPtr = false
    /// The look-ups that each term of the record itself costs, with what is in it.
    private(set) var costs: [(term: String, lookups: Int)] = []
    /// What becomes of everybody else: the qualifier of `all`, nil where there is none.
    private(set) var rest: Character?

    init(_ client: DNSClient) { self.client = client }

    /// - Throws: where the name servers do not answer.
    mutating func follow(_ record: SPFRecord, of domain: String) throws(Failure) {
        rest = try follow(record, of: domain, within: [domain.lowercased()], isTop: true)
    }

    private mutating func follow(
        _ record: SPFRecord, of domain: String, within: [String], isTop: Bool
    ) throws(Failure) -> Character? {
        for term in record.terms {
            // What stands behind all is never come to (section 5.1), and redirect counts only where there is no all.
            if term.kind == .all { return term.qualifier }
            guard term.kind.costs, term.kind != .redirect, lookups < SPFWalk.enough else { continue }
            let before = lookups
            lookups += 1
            try look(term, of: domain, within)
            if isTop { costs.append((term.text, lookups - before)) }
        }
        guard let target = record.redirect, lookups < SPFWalk.enough else { return nil }
        let before = lookups
        lookups += 1
        let rest = try enter(target, "redirect=\(target)", within)
        if isTop { costs.append(("redirect=\(target)", lookups - before)) }
        return rest
    }

    private mutating func look(_ term: SPFRecord.Term, of domain: String, _ within: [String]) throws(Failure) {
        let name = term.value ?? domain
        if term.kind == .ptr { usesPtr = true }
        guard term.kind != .ptr, !SPFRecord.hasMacro(name) else { return }
        switch term.kind {
        case .include:
            included.append(name.lowercased())
            _ = try enter(name, term.text, within)
        case .mx:
            let answer = try ask(name, .exchange)
            if answer.outcome != .found { void.append(term.text) }
            if answer.records.count > 10 { faults.append("'\(term.text)' names more than ten mail servers") }
        default:
            if try ask(name, .address).outcome == .found { return }
            if try ask(name, .address6).outcome != .found { void.append(term.text) }
        }
    }

    /// What another domain's record says, which must be there and in order (section 5.2).
    private mutating func enter(_ name: String, _ term: String, _ within: [String]) throws(Failure) -> Character? {
        guard !SPFRecord.hasMacro(name) else { return nil }
        let key = name.lowercased()
        guard !within.contains(key) else {
            faults.append("'\(term)' leads back to itself")
            lookups = max(lookups, SPFWalk.maximumLookups + 1)
            return nil
        }
        let answer = try ask(name, .text)
        if answer.outcome != .found { void.append(term) }
        let records = answer.spf
        guard records.count == 1 else {
            faults.append(
                records.isEmpty
                    ? "'\(term)' leads to a domain that has no SPF record"
                    : "'\(term)' leads to a domain that has \(records.count) SPF records")
            return nil
        }
        let record: SPFRecord
        do throws(SPFRecord.Fault) {
            record = try SPFRecord(records[0])
        } catch {
            faults.append("the SPF record of \(name) is broken: \(error.words)")
            return nil
        }
        return try follow(record, of: name, within: within + [key], isTop: false)
    }

    /// A name that cannot be one finds nothing.
    private func ask(_ name: String, _ type: DNSType) throws(Failure) -> DNSAnswer {
        do throws(Failure) {
            return try client.ask(name, type)
        } catch {
            guard error.result == Int32(MR_E_INVALID) else { throw error }
            return DNSAnswer(.noName)
        }
    }
}

extension DNSAnswer {
    /// The SPF records among the texts.
    var spf: [String] { texts.map { String(decoding: $0, as: UTF8.self) }.filter(SPFRecord.isOne) }
}
