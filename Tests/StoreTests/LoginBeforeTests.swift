import Base
import CMailroom
import Testing

@testable import Store

/// An authorization that comes to nothing leaves the account with the login that it had.
struct LoginBeforeTests {
    private let desk: Desk

    init() throws {
        desk = try Desk()
        _ = try desk.store.reconnectAccount(
            desk.account, values: AccountChanges(), settings: ["auth": "oauth2", "client_id": "old"],
            secrets: ["client_secret": Array("s1".utf8)], job: NewJob(kind: "reconnect", account: desk.account))
        let token = NewToken(access: Array("a1".utf8), refresh: Array("r1".utf8), expiresAt: 7)
        _ = try desk.store.putToken(account: desk.account, token)
    }

    /// Reconnects by another application, whose tokens these are not.
    private func begin(_ state: String, _ client: String) throws -> Int64 {
        try desk.store.insertAuthorization(
            state: state, settings: Record(), secrets: ["verifier": [1]], expiresAt: Clock.wall() + 60_000)
        var changes = AccountChanges()
        changes.sends = false
        _ = try desk.store.reconnectAccount(
            desk.account, values: changes, settings: ["client_id": client, "tenant": "t", "auth": "oauth2"],
            secrets: ["client_secret": Array("s2".utf8), "proxy": Array("p".utf8)],
            grant: NewGrant(state: state, code: [2]), forgetsToken: true,
            job: NewJob(kind: "reconnect", account: desk.account))
        let pending = try #require(try desk.store.authorization(account: desk.account))
        #expect(pending.secrets["verifier"] == [1] && pending.code == [2])
        #expect(try shown() == [client, "t", "s2", "p", nil, nil])
        return pending.id
    }

    private func shown() throws -> [String?] {
        let row = try desk.store.account(desk.account)
        let token = try desk.store.token(account: desk.account)
        let bytes = [
            try desk.store.secret(account: desk.account, name: "client_secret"),
            try desk.store.secret(account: desk.account, name: "proxy"), token?.access, token?.refresh,
        ]
        return [row.settings["client_id"], row.settings["tenant"]]
            + bytes.map { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    private static let before: [String?] = ["old", nil, "s1", nil, "a1", "r1"]

    @Test func whatComesToNothing() throws {
        let id = try begin("s", "new")
        // Whoever looks for a token meanwhile leaves a row of his turn.
        _ = try desk.store.takeTokenTurn(account: desk.account, holdMs: 0)
        try desk.store.dropAuthorization(id)
        #expect(try shown() == Self.before)
        let row = try desk.store.account(desk.account)
        #expect(row.sends && row.settings["auth"] == "oauth2")
        #expect(try desk.store.token(account: desk.account)?.expiresAt == 7)
        #expect(try desk.store.authorization(account: desk.account) == nil)
        #expect(try desk.store.hasEnded(state: "s"))
    }

    /// The first one did not come to its end: what was before it holds.
    @Test func twoInARow() throws {
        _ = try begin("s1", "new")
        let id = try begin("s2", "newer")
        try desk.store.dropAuthorization(id)
        #expect(try shown() == Self.before)
    }

    @Test func whatWasGrantedStays() throws {
        let id = try begin("s", "new")
        try desk.store.finishAuthorization(id, account: desk.account, NewToken(access: Array("a2".utf8)))
        try desk.store.dropAuthorization(id)
        #expect(try shown() == ["new", "t", "s2", "p", "a2", nil])
    }

    /// The tokens were not forgotten: the same application.
    @Test func theSameApplicationKeepsItsTokens() throws {
        try desk.store.insertAuthorization(
            state: "s", settings: Record(), secrets: ["verifier": [1]], expiresAt: Clock.wall() + 60_000)
        _ = try desk.store.reconnectAccount(
            desk.account, values: AccountChanges(), settings: ["sign_in": "bob"], secrets: [:],
            grant: NewGrant(state: "s", code: [2]), job: NewJob(kind: "reconnect", account: desk.account))
        #expect(try shown() == Self.before)
        try desk.store.dropAuthorization(try #require(try desk.store.authorization(account: desk.account)).id)
        #expect(try shown() == Self.before)
        #expect(try desk.store.account(desk.account).settings["sign_in"] == nil)
    }
}
