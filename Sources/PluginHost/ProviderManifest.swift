import Base

/// What a manifest says of one scheme: enough to show a connect form and to check settings without loading code.
package struct ProviderManifest: Sendable {
    /// Names the provider in an account: `[a-z0-9_]+`.
    package let scheme: String
    /// For people.
    package let title: String
    /// The kinds of authentication: `password`, `oauth2` ...
    package let auth: [String]
    /// `sync`, `folders`, `fetch`, `list`, `apply`, `append`, `watch`, `send`, `find_sent`; `drop`.
    package let capabilities: [String]
    /// The scheme of the same plugin that sends for accounts of this one; nil where it sends by itself, or not at all.
    package let sendWith: String?
    /// The settings without which this side of an account is not active.
    package let requires: [String]
    package let settings: [SettingSpec]
    /// What `find_sent` can know: `unknown`, or `authoritative` where its "absent" may be believed.
    package let findSent: String
    /// So long after a message was offered its "absent" is not to be believed yet, in milliseconds.
    package let settleMs: Int64
    /// Named ceilings (`connections` ...), as the manifest gives them.
    package let limits: [String: Int64]
    /// What may be asked of it within a time.
    package let budgets: [BudgetSpec]
    /// Where the provider says how it is; empty where it has no such page.
    package let statusURL: String
    /// The plugin that it is of, with its version.
    package let plugin: String
    package let version: String

    /// How many connections one account may have at once; nil where the provider names no limit.
    package var connections: Int64? { limits["connections"].map { max(1, $0) } }

    /// How many HTTP requests of one account may be under way at once; nil where the provider names no limit.
    package var requests: Int64? { limits["requests"].map { max(1, $0) } }

    /// The shortest interval between two looks, in milliseconds; 0 where the provider names none.
    package var pollMs: Int64 { limits["poll_ms"] ?? 0 }

    package func can(_ capability: String) -> Bool { capabilities.contains(capability) }

    package func setting(_ name: String) -> SettingSpec? { settings.first { $0.name == name } }
}

/// One setting of a provider's form.
package struct SettingSpec: Sendable, Equatable {
    package let name: String
    /// `text` or `int`. An int is stored as decimal text.
    package let type: String
    /// Stored encrypted and never shown.
    package let secret: Bool
    package let required: Bool
    /// What holds where the account does not say; nil where there is none.
    package let defaultValue: String?
    /// The only values allowed; empty where any is.
    package let values: [String]
    /// For people.
    package let meaning: String

    package init(
        name: String, type: String, secret: Bool, required: Bool, defaultValue: String?, values: [String],
        meaning: String
    ) {
        self.name = name
        self.type = type
        self.secret = secret
        self.required = required
        self.defaultValue = defaultValue
        self.values = values
        self.meaning = meaning
    }
}
