import Base

/// What an account logs in with in a password's place.
package struct TokenRow: Sendable {
    package var access: [UInt8]?
    /// What the next access token is fetched with; nil where there is none.
    package var refresh: [UInt8]?
    /// Milliseconds since 1970; nil: not known.
    package var expiresAt: Int64?
    package var issuedAt: Int64
    /// Counted up with each access token.
    package var generation: Int64
    /// When fetching the next one last failed.
    package var triedAt: Int64?
}

package struct NewToken: Sendable {
    package var access: [UInt8]
    /// Nil: the one that is there stays.
    package var refresh: [UInt8]?
    package var expiresAt: Int64?
    /// What was granted, with blanks between; nil where the provider did not say.
    package var scopes: String?
    /// Who signed in; nil: as before.
    package var signedIn: String?
    /// Of a new authorization: what there was of an earlier one is void, its refresh token first of all.
    package var isOfNewGrant = false

    package init(access: [UInt8], refresh: [UInt8]? = nil, expiresAt: Int64? = nil) {
        self.access = access
        self.refresh = refresh
        self.expiresAt = expiresAt
    }
}

/// The right to fetch the next token of an account: one at a time over all threads and processes.
package struct TokenTurn: Sendable {
    package let account: Int64
    let owner: String
    let turn: Int64
    /// Of the token that was there when it began.
    package let generation: Int64
}

/// An authorization that has begun: somebody is signing in at the provider, or has done so.
package struct AuthorizationRow: Sendable {
    package var id: Int64
    package var state: String
    package var settings: Record
    package var secrets: [String: [UInt8]]
    package var code: [UInt8]?
    /// The code has gone to the provider, or was about to: it is good for one time.
    package var isSpent: Bool
    package var expiresAt: Int64
    /// The account was there before, and is again what it was where nothing comes of this.
    package var isOfReconnect: Bool { secrets["before"] != nil }
}

/// What an account that is connected brings of an authorization.
package struct NewGrant: Sendable {
    package var state: String
    package var code: [UInt8]?

    package init(state: String, code: [UInt8]?) {
        self.state = state
        self.code = code
    }
}
