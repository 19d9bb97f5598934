import Base
import CMailroom
import Testing

@testable import Engine

@Suite struct ConnectionsTests {
    private let key = Connections.Key(account: 1, scheme: "imap", host: "a")

    @Test func theAccountsLimitHoldsAndTheWatchLeavesRoom() throws {
        let connections = Connections(ofProcess: 100, ofHost: nil)
        let watch = try #require(connections.take(key, limit: 2, for: .watch))
        #expect(connections.take(key, limit: 2, for: .watch) == nil)
        let work = try #require(connections.take(key, limit: 2, for: .work))
        #expect(connections.take(key, limit: 2, for: .work) == nil)
        // Another account, and the account's other server, have their own.
        let sending = connections.take(Connections.Key(account: 1, scheme: "smtp", host: "a"), limit: 1, for: .work)
        #expect(sending != nil)
        sending?.end()
        let other = try #require(
            connections.take(Connections.Key(account: 2, scheme: "imap", host: "a"), limit: 2, for: .watch))
        let elsewhere = try #require(
            connections.take(Connections.Key(account: 1, scheme: "imap", host: "b"), limit: 2, for: .watch))
        work.end()
        work.end()
        #expect(connections.count(key) == 1)
        #expect(connections.count == 3)
        for slot in [watch, other, elsewhere] { slot.end() }
        #expect(connections.count == 0)
    }

    @Test func aWatchNeedsASecondConnection() {
        let connections = Connections(ofProcess: 100, ofHost: nil)
        #expect(connections.take(key, limit: 1, for: .watch) == nil)
    }

    @Test func serverAndProcessHaveTheirLimits() throws {
        let connections = Connections(ofProcess: 4, ofHost: 2)
        var slots: [Connections.Slot] = []
        for account in 1...2 {
            let key = Connections.Key(account: Int64(account), scheme: "imap", host: "a")
            slots.append(try #require(connections.take(key, limit: 9, for: .work)))
        }
        #expect(connections.take(Connections.Key(account: 3, scheme: "imap", host: "a"), limit: 9, for: .work) == nil)
        for account in 3...4 {
            let key = Connections.Key(account: Int64(account), scheme: "imap", host: "b")
            slots.append(try #require(connections.take(key, limit: 9, for: .work)))
        }
        #expect(connections.take(Connections.Key(account: 5, scheme: "imap", host: "c"), limit: 9, for: .work) == nil)
        slots.removeAll()
        // The last reference gives it back.
        #expect(connections.count == 0)
    }

    @Test func loginsComeAtThePaceOfTheServer() throws {
        let gate = LoginGate()
        for _ in 0..<LoginGate.atOnce { #expect(gate.tryEnter("a") == nil) }
        #expect(gate.tryEnter("a") != nil)
        #expect(gate.tryEnter("b") == nil)
        let begun = Clock.boot()
        var passed = LoginGate.atOnce
        for _ in 0..<LoginGate.atOnce { gate.leave("a") }
        while Clock.boot() - begun < 1_000 {
            try gate.enter("a") { () throws(Failure) in }
            gate.leave("a")
            passed += 1
        }
        let allowed = Int(LoginGate.burst + LoginGate.perSecond * (Clock.boot() - begun) / 1_000) + 2
        #expect(passed <= allowed, "\(passed) logins, \(allowed) allowed")
        #expect(passed > LoginGate.atOnce)
    }

    /// The time for dialling is long over when the last of a crowd has its turn; nobody is turned away, or passed over.
    @Test func everybodysTurnComesInOrder() throws {
        let gate = LoginGate()
        for _ in 0..<LoginGate.atOnce { #expect(gate.tryEnter("a") == nil) }
        let passed = Monitor<[Int]>([])
        for number in 0..<12 {
            let waits = Monitor(false)
            try PosixThread.start("test-login") {
                try? gate.enter("a") { () throws(Failure) in waits.signal { $0 = true } }
                passed.signal { $0.append(number) }
                gate.leave("a")
            }.detach()
            _ = waits.wait(milliseconds: 5_000) { $0 ? true : nil }
        }
        #expect(gate.tryEnter("a") != nil, "who waits goes first")
        #expect(passed.withLock { $0.isEmpty })
        // One door open: one after the other.
        gate.leave("a")
        let all = passed.wait(milliseconds: 20_000) { $0.count == 12 ? $0 : nil }
        #expect(all == Array(0..<12))
        // Who waits can be called off.
        for _ in 1..<LoginGate.atOnce { gate.leave("a") }
        while gate.tryEnter("a") != 50 {}
        #expect(throws: Failure.self) {
            try gate.enter("a") { () throws(Failure) in throw Failure(MR_E_CANCELLED, "the engine is stopping") }
        }
        gate.leave("a")
        try gate.enter("a") { () throws(Failure) in }
    }

    /// In the middle of a login something else is waited for: others pass meanwhile, and wait the longer afterwards.
    @Test func aTurnIsLetGoOf() throws {
        let gate = LoginGate()
        for _ in 0..<LoginGate.atOnce { #expect(gate.tryEnter("a") == nil) }
        let pass = LoginPass(gate, "a")
        pass.leave()
        pass.leave()
        #expect(gate.tryEnter("a") == nil)
        #expect(gate.tryEnter("a") != nil, "left twice, it is left once")
        pass.resume()
        pass.resume()
        gate.leave("a")
        #expect(gate.tryEnter("a") != nil, "one more than usual is there")
        pass.leave()
        #expect(gate.tryEnter("a") == nil)
        // Each time it is a login, in the pace of the server.
        for _ in 0..<LoginGate.atOnce { gate.leave("a") }
        let before = Clock.boot()
        for _ in 0..<Int(2 * LoginGate.burst) {
            pass.resume()
            pass.leave()
        }
        #expect((gate.tryEnter("a") ?? 0) > 1_000 - (Clock.boot() - before))
    }

    @Test func theBackoffEndsOnlyAfterAGoodConnection() {
        let now: Int64 = 10_000_000
        #expect(Reconnecting.tries(3, openedAt: nil, now: now) == 4)
        #expect(Reconnecting.tries(3, openedAt: now - Reconnecting.livedMs + 1, now: now) == 4)
        #expect(Reconnecting.tries(3, openedAt: now - Reconnecting.livedMs, now: now) == 0)
        var longest: Int64 = 0
        for tries in 0...20 {
            let pauses = (0..<50).map { _ in Reconnecting.pause(tries) }
            #expect(Set(pauses).count > 10, "jittered")
            #expect((pauses.min() ?? 0) >= longest / 2, "never shorter than half of the one before")
            longest = max(longest, pauses.max() ?? 0)
        }
        #expect(longest <= 600_000)
    }
}
