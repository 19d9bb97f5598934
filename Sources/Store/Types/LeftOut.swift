/// A message that is on the server and, for the sake of its people, not kept.
package struct LeftOut: Sendable {
    package enum Reason: String, Sendable {
        /// All of them are of the account's own company.
        case inside = "internal"
        /// None of them is a contact.
        case contacts
        /// One of them was erased.
        case erased
    }

    /// What a place's reason for not keeping a message is to people.
    package static func words(_ reason: String) -> String {
        switch Reason(rawValue: reason) {
        case .inside: "mail inside the company is left out (exclude_internal)"
        case .contacts: "only mail with contacts is kept (the policy keep = contacts)"
        case .erased: "one of its people was erased"
        case nil: "the policy leaves it out"
        }
    }

    package var ref: String
    package var flags: [String]
    package var size: Int64
    package var date: Int64
    package var reason: Reason
    package var stable: String?
    package var people: [String]

    package init(
        ref: String, flags: [String], size: Int64, date: Int64, reason: Reason, stable: String?, people: [String]
    ) {
        self.ref = ref
        self.flags = flags
        self.size = size
        self.date = date
        self.reason = reason
        self.stable = stable
        self.people = people
    }
}

/// One that is to be fetched after all.
package struct WantedRow: Sendable {
    package var place: Int64
    package var folder: Int64
    package var ref: String
    package var size: Int64
    package var date: Int64
}
