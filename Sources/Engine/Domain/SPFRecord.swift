import Base

/// A record of the Sender Policy Framework (RFC 7208, sections 4.5, 4.6, 5, 6 and 12), read and not yet followed.
struct SPFRecord: Equatable {
    enum Kind: String, Equatable {
        case all, include, a, mx, ptr, ip4, ip6, exists, redirect, exp
        /// A modifier that nobody knows: to be passed over (section 6).
        case other

        /// Whether meeting it costs a look-up of the ten (section 4.6.4).
        var costs: Bool { [.include, .a, .mx, .ptr, .exists, .redirect].contains(self) }
        var isModifier: Bool { [.redirect, .exp, .other].contains(self) }
    }

    struct Term: Equatable {
        let kind: Kind
        /// + where none is written.
        var qualifier: Character = "+"
        /// The domain or the network; nil where the domain itself is meant.
        var value: String?
        let text: String
    }

    struct Fault: Error, Equatable {
        let words: String
    }

    private(set) var terms: [Term] = []
    static let maximumTerms = 200

    /// Whether a TXT record is one at all.
    static func isOne(_ text: String) -> Bool {
        let lower = text.lowercased()
        return lower == "v=spf1" || lower.hasPrefix("v=spf1 ")
    }

    init(_ text: String) throws(Fault) {
        for word in text.split(separator: " ").dropFirst() {
            guard terms.count < SPFRecord.maximumTerms else { throw Fault(words: "it has too many terms") }
            terms.append(try SPFRecord.term(String(word)))
        }
        for kind in [Kind.redirect, .exp] where terms.count(where: { $0.kind == kind }) > 1 {
            throw Fault(words: "\(kind.rawValue)= stands more than once")
        }
    }

    var all: Term? { terms.first { $0.kind == .all } }
    var redirect: String? { terms.first { $0.kind == .redirect }?.value }

    private static func term(_ word: String) throws(Fault) -> Term {
        let shown = String(word.prefix(80))
        if let equals = word.firstIndex(of: "="), word[..<equals].utf8.allSatisfy({ $0.isNameOctet }),
            word.utf8.first?.isLetter == true
        {
            let value = String(word[word.index(after: equals)...])
            let kind = Kind(rawValue: word[..<equals].lowercased()).flatMap { $0.isModifier ? $0 : nil } ?? .other
            if kind != .other {
                guard isDomainSpec(value) else { throw Fault(words: "'\(shown)' names no domain") }
            }
            return Term(kind: kind, value: value, text: word)
        }
        var rest = Substring(word)
        var qualifier: Character = "+"
        if let first = rest.first, "+-~?".contains(first) {
            qualifier = first
            rest = rest.dropFirst()
        }
        let end = rest.firstIndex { $0 == ":" || $0 == "/" } ?? rest.endIndex
        guard let kind = Kind(rawValue: rest[..<end].lowercased()), !kind.isModifier else {
            throw Fault(words: "'\(shown)' is not a mechanism")
        }
        let argument = rest[end...]
        var value: String?
        switch kind {
        case .all:
            guard argument.isEmpty else { throw Fault(words: "'\(shown)': all takes nothing behind it") }
        case .ip4, .ip6:
            guard argument.first == ":", let network = IPNetwork(argument.dropFirst(), isIPv6: kind == .ip6) else {
                throw Fault(words: "'\(shown)' has no \(kind == .ip4 ? "IPv4" : "IPv6") address or network")
            }
            value = network.text
        case .include, .exists:
            guard argument.first == ":", isDomainSpec(argument.dropFirst()) else {
                throw Fault(words: "'\(shown)' names no domain")
            }
            value = String(argument.dropFirst())
        default:
            value = try hostArgument(argument, shown, allowsPrefix: kind != .ptr)
        }
        return Term(kind: kind, qualifier: qualifier, value: value, text: word)
    }

    /// `[:domain][/n][//m]` of a, mx and ptr.
    private static func hostArgument(
        _ argument: Substring, _ shown: String, allowsPrefix: Bool
    ) throws(Fault) -> String? {
        let slash = argument.firstIndex(of: "/") ?? argument.endIndex
        let (name, prefix) = (argument[..<slash], argument[slash...])
        guard prefix.isEmpty || allowsPrefix && isPrefixes(prefix) else {
            throw Fault(words: "'\(shown)' has a prefix length that cannot be")
        }
        if name.isEmpty { return nil }
        guard isDomainSpec(name.dropFirst()) else { throw Fault(words: "'\(shown)' names no domain") }
        return String(name.dropFirst())
    }

    private static func isPrefixes(_ text: Substring) -> Bool {
        let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return IPNetwork.prefix(parts[0], atMost: 32) != nil
        case 2: return parts[0].isEmpty && IPNetwork.prefix(parts[1], atMost: 128) != nil
        case 3:
            return IPNetwork.prefix(parts[0], atMost: 32) != nil && parts[1].isEmpty
                && IPNetwork.prefix(parts[2], atMost: 128) != nil
        default: return false
        }
    }

    /// A domain, perhaps with macros (section 7.1).
    private static func isDomainSpec(_ text: some StringProtocol) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return false
        }
        var rest = text.utf8[...]
        while let at = rest.firstIndex(of: UInt8(ascii: "%")) {
            rest = rest[rest.index(after: at)...]
            switch rest.first {
            case UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "-"): rest = rest.dropFirst()
            case UInt8(ascii: "{"):
                guard let close = rest.firstIndex(of: UInt8(ascii: "}")) else { return false }
                let inside = rest[..<close].dropFirst()
                guard let letter = inside.first, "slodiphcrtvSLODIPHCRTV".utf8.contains(letter),
                    inside.dropFirst().allSatisfy({ $0.isDigit || "rR.-+,/_=".utf8.contains($0) })
                else { return false }
                rest = rest[rest.index(after: close)...]
            default: return false
            }
        }
        return true
    }

    /// Whether a name can be asked for only once a message and its sender are known.
    static func hasMacro(_ name: String) -> Bool { name.utf8.contains(UInt8(ascii: "%")) }
}

extension UInt8 {
    fileprivate var isNameOctet: Bool { isLetter || isDigit || "-_.".utf8.contains(self) }
}
