/// One address of a list (RFC 5322, section 3.4).
package struct MailAddress: Sendable, Equatable, Hashable {
    /// The display name, decoded; nil where there is none. A comment after the address counts as one.
    package var name: String?
    /// `local@domain` without spaces and comments. Empty where a damaged header gives only a name.
    package var address: String
    /// The name of the group that it stands in, decoded.
    package var group: String?

    package init(name: String? = nil, address: String, group: String? = nil) {
        self.name = name
        self.address = address
        self.group = group
    }
}
