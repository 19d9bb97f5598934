import Base
import CMailroom
import Testing

@testable import Store

/// Tokens of accounts, and the turns to fetch them.
struct TokenTests {
    private static func token(_ access: String, _ refresh: String?, expires: Int64? = nil) -> NewToken {
        NewToken(access: Array(access.utf8), refresh: refresh.map { Array($0.utf8) }, expiresAt: expires)
    }

    private static func shown(_ desk: Desk) throws -> [String?] {
        let row = try desk.store.token(account: desk.account)
        return [row?.access, row?.refresh].map { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    @Test func oneTurnAtATime() throws {
        let desk = try Desk()
        let first = try #require(try desk.store.takeTokenTurn(account: desk.account, holdMs: 60_000))
        #expect(try desk.store.takeTokenTurn(account: desk.account, holdMs: 60_000) == nil)
        _ = try desk.store.putToken(account: desk.account, Self.token("a1", "r1"), turn: first)
        let second = try #require(try desk.store.takeTokenTurn(account: desk.account, holdMs: 60_000))
        #expect(second.generation == 1)
        desk.store.endTokenTurn(second, failed: true)
        #expect(try desk.store.token(account: desk.account)?.triedAt != nil)
        #expect(try desk.store.takeTokenTurn(account: desk.account, holdMs: 60_000) != nil)
    }

    /// Where the issuer gives a new refresh token each time, what a late one brings may be the only one that is good.
    @Test func whoIsLateKeepsWhatNobodyElseHasGot() throws {
        let desk = try Desk()
        _ = try desk.store.putToken(account: desk.account, Self.token("a1", "r1"))
        let late = try #require(try desk.store.takeTokenTurn(account: desk.account, holdMs: 0))
        let next = try #require(try desk.store.takeTokenTurn(account: desk.account, holdMs: 60_000))
        #expect(try desk.store.putToken(account: desk.account, Self.token("a2", "r2"), turn: late) == 2)
        #expect(try Self.shown(desk) == ["a2", "r2"])
        // And the other way round: whoever comes second has nothing to say any more.
        let failure = #expect(throws: Failure.self) {
            try desk.store.putToken(account: desk.account, Self.token("a3", "r3"), turn: next)
        }
        #expect(failure?.result == Int32(MR_E_BUSY))
        #expect(try Self.shown(desk) == ["a2", "r2"])
    }

    @Test func whatWasGivenUpDoesNotComeBack() throws {
        let desk = try Desk()
        _ = try desk.store.putToken(account: desk.account, Self.token("a1", "r1"))
        let turn = try #require(try desk.store.takeTokenTurn(account: desk.account, holdMs: 60_000))
        try desk.store.forgetToken(account: desk.account)
        #expect(throws: Failure.self) {
            try desk.store.putToken(account: desk.account, Self.token("a2", "r2"), turn: turn)
        }
        #expect(try desk.store.token(account: desk.account) == nil)
    }

    /// Without a new refresh token the one that is there stays, but not that of an earlier authorization.
    @Test func whatStays() throws {
        let desk = try Desk()
        _ = try desk.store.putToken(account: desk.account, Self.token("a1", "r1"))
        _ = try desk.store.putToken(account: desk.account, Self.token("a2", nil))
        #expect(try Self.shown(desk) == ["a2", "r1"])
        var granted = Self.token("a3", nil)
        granted.isOfNewGrant = true
        // A new authorization stands above whatever came meanwhile.
        let turn = try #require(try desk.store.takeTokenTurn(account: desk.account, holdMs: 0))
        _ = try desk.store.putToken(account: desk.account, Self.token("a4", "r4"))
        _ = try desk.store.putToken(account: desk.account, granted, turn: turn)
        #expect(try Self.shown(desk) == ["a3", nil])
    }

    /// Giving up the access takes the code along that waits to be sent.
    @Test func aCodeThatWaitsIsForgottenWithTheTokens() throws {
        let desk = try Desk()
        try desk.store.insertAuthorization(
            state: "s", settings: Record(), secrets: ["verifier": [1]], expiresAt: Clock.wall() + 60_000)
        _ = try desk.store.reconnectAccount(
            desk.account, values: AccountChanges(), settings: [:], secrets: [:],
            grant: NewGrant(state: "s", code: [2]), job: NewJob(kind: "reconnect", account: desk.account))
        #expect(try desk.store.authorization(account: desk.account)?.code == [2])
        try desk.store.forgetToken(account: desk.account)
        #expect(try desk.store.authorization(account: desk.account) == nil)
    }

    /// Once a minute, also after the clock was set back.
    @Test func aTokenIsWanted() throws {
        let desk = try Desk()
        func told() throws -> Int {
            try desk.store.read { (db) throws(Failure) in
                Int(try db.int("SELECT count(*) FROM change WHERE detail = 'token_wanted'") ?? 0)
            }
        }
        try desk.store.wantToken(account: desk.account)
        try desk.store.wantToken(account: desk.account)
        #expect(try told() == 1)
        for (when, count) in [(Int64(-61_000), 2), (3_600_000, 3), (0, 3)] {
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run("UPDATE token SET wanted_at = ?", transaction.now + when)
            }
            try desk.store.wantToken(account: desk.account)
            #expect(try told() == count, "\(when)")
        }
    }
}
