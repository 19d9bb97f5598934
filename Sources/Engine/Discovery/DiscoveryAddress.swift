import Base

/// The address whose settings are looked for.
struct DiscoveryAddress: Sendable {
    let text: String
    let local: String
    /// As DNS carries it: in small letters, xn-- where it has to be.
    let domain: String

    /// - Throws: `MR_E_INVALID` naming `address`.
    init(_ text: String) throws(Failure) {
        guard let at = text.lastIndex(of: "@"), let domain = AddressKey.domain(String(text[text.index(after: at)...]))
        else {
            throw .invalid("address", "'\(text.prefix(100))' has no domain that mail could go to")
        }
        self.text = text
        local = String(text[..<at])
        self.domain = domain
    }

    /// - Parameter form: address, local or dot.
    func login(_ form: String) -> String {
        switch form {
        case "local": local
        case "dot": "\(local).\(domain)"
        default: text
        }
    }
}
