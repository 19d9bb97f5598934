import Base

/// One limit of a provider on what is asked of it: so much within a window of time, for one account or for all accounts of
/// one client id.
package struct BudgetSpec: Sendable, Equatable {
    /// What is counted.
    package enum Measure: String, Sendable {
        /// The `cost` that each request names.
        case units
        /// The same, at least one: a batch names how many it holds.
        case requests
        /// Of the requests' bodies.
        case octets
    }

    package enum Scope: String, Sendable {
        case account
        case client
    }

    private static let most: Int64 = 1_000_000_000_000

    package let name: String
    package let measure: Measure
    package let scope: Scope
    /// How much within the window.
    package let units: Int64
    package let windowMs: Int64

    package init(name: String, measure: Measure, scope: Scope, units: Int64, windowMs: Int64) {
        self.name = name
        self.measure = measure
        self.scope = scope
        self.units = units
        self.windowMs = windowMs
    }

    init(_ reader: ManifestReader) throws(Failure) {
        name = try reader.name("name")
        guard let measure = Measure(rawValue: try reader.optional("of", limit: 16) ?? "units") else {
            throw reader.wrong("of", "is none of units, requests, octets")
        }
        guard let scope = Scope(rawValue: try reader.optional("scope", limit: 16) ?? "account") else {
            throw reader.wrong("scope", "is neither account nor client")
        }
        self.measure = measure
        self.scope = scope
        units = try reader.int("units") ?? 0
        guard (1...BudgetSpec.most).contains(units) else { throw reader.wrong("units", "is no limit") }
        windowMs = try reader.int("window_ms") ?? 0
        guard (1_000...86_400_000).contains(windowMs) else {
            throw reader.wrong("window_ms", "is not a second to a day")
        }
    }

    /// The same with another number: a provider may have granted more, or a test server have none.
    package func allowing(_ units: Int64) -> BudgetSpec {
        BudgetSpec(
            name: name, measure: measure, scope: scope, units: min(max(1, units), BudgetSpec.most),
            windowMs: windowMs)
    }

    /// What a request takes of it.
    package func cost(units: Int64, octets: Int64) -> Int64 {
        switch measure {
        case .units: units
        case .requests: max(1, units)
        case .octets: octets
        }
    }
}
