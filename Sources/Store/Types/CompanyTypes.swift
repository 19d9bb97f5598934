/// What `insertCompany` and `updateCompany` store: nil leaves what is there.
package struct CompanyValues: Sendable {
    package var key: String?
    package var name: String?
    /// How many of its accounts may run at once; nil within: as many as there are.
    package var mailboxes: Int64??
    /// Its own domains, in small letters.
    package var domains: [String]?
    package var excludeInternal: Bool?

    package init() {}
}
