import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    @Suite struct Pacing {
        private let minute: Int64 = 60_000
        private let hour: Int64 = 3_600_000

        /// Offers a message and ends the attempt.
        @discardableResult
        private func offer(
            _ desk: Desk, to: [String] = ["bob@example.com"], host: String = "mx", limits: [SendingLimit] = [],
            _ result: AttemptResult = AttemptResult(newState: "sent")
        ) throws -> Begun {
            let begun = try desk.store.beginNext(
                try desk.send(to), lease: desk.lease, spending: Spending(host: host, hostLimits: limits))
            if case .begun(let attempt, _) = begun {
                try desk.store.markOffered(attempt, lease: desk.lease)
                try desk.store.finishAttempt(attempt, result, lease: desk.lease)
            }
            return begun
        }

        private func used(_ desk: Desk, _ spender: Spender? = nil, at now: Int64 = Clock.wall()) throws -> [Int64] {
            let limits = [SendingLimit(.messages, .hour, 9), SendingLimit(.recipients, .hour, 9)]
            return try desk.store.room(spender ?? .account(desk.account), limits, now: now).used.map(\.used)
        }

        @Test func whatCountsIsWhatTheServerTook() throws {
            let desk = try Desk()
            let two = ["bob@example.com", "eve@example.com"]
            let accepted = RecipientOutcome(address: two[0], outcome: "accepted")
            let refused = RecipientOutcome(address: two[1], outcome: "refused")
            let table: [(AttemptResult, [Int64])] = [
                (AttemptResult(newState: "sent"), [1, 2]),
                (AttemptResult(newState: "failed", recipients: [accepted, refused]), [2, 3]),
                (AttemptResult(newState: "failed", recipients: [refused]), [2, 3]),
                (AttemptResult(newState: "retry_wait", temporary: true), [2, 3]),
                (AttemptResult(newState: "queued", outcome: "interrupted"), [2, 3]),
                (AttemptResult(newState: "outcome_unknown"), [3, 5]),
            ]
            for (result, expected) in table {
                try offer(desk, to: two, result)
                #expect(try used(desk) == expected, "after \(result.newState)")
                #expect(try used(desk, .host("mx")) == expected)
            }
            #expect(try used(desk, at: Clock.wall() + hour + minute) == [0, 0])
            #expect(try used(desk, .host("other")) == [0, 0])
            #expect(try used(desk.second()) == [0, 0])
        }

        @Test func anAttemptHoldsItsRoomUntilItEnds() throws {
            let desk = try Desk()
            let send = try desk.send()
            let begun = try desk.store.beginNext(send, lease: desk.lease, spending: Spending(host: "mx"))
            guard case .begun(let attempt, let row) = begun else { return #expect(Bool(false), "\(begun)") }
            #expect(row.state == "sending" && row.attempts == 1 && row.attempt == attempt)
            #expect(try used(desk) == [1, 1])
            // As the next process finds it.
            try desk.store.settleInterrupted(of: desk.account, lease: desk.lease)
            #expect(try used(desk) == [0, 0])
        }

        @Test func theWindowsRoll() throws {
            let desk = try Desk()
            let now = Clock.wall()
            let limits = [SendingLimit(.messages, .minute, 2), SendingLimit(.messages, .hour, 3)]
            func opens(_ at: Int64, _ recipients: Int64 = 1) throws -> Int64 {
                try desk.store.opens(.account(desk.account), limits, recipients: recipients, now: at)
            }
            func spend(_ at: Int64, _ id: Int64, _ recipients: Int64 = 1) throws {
                try desk.store.write { (transaction) throws(Failure) in
                    try transaction.db.run(
                        "INSERT INTO spent(id, account, host, at, recipients) VALUES(?, ?, 'mx', ?, ?)", id,
                        desk.account,
                        at, recipients)
                }
            }
            #expect(try opens(now) == now)
            try spend(now, 1)
            #expect(try opens(now) == now)
            try spend(now + 10, 2)
            #expect(try opens(now + 20) == now + minute)
            #expect(try opens(now + minute - 1) == now + minute)
            #expect(try opens(now + minute) == now + minute)
            try spend(now + minute, 3)
            #expect(try opens(now + minute + 1) == now + hour)
            #expect(try opens(now + hour) == now + hour)
            #expect(try desk.store.lastSpent(.account(desk.account)) == now + minute)
            #expect(
                try desk.store.spentTimes(.account(desk.account), latest: 2, now: now + minute)
                    == [now + 10, now + minute])
            // Recipients: the third message has to wait until enough of them have left the window.
            let people = [SendingLimit(.recipients, .hour, 10)]
            try spend(now + 2 * minute, 4, 6)
            for (wanted, expected) in [(1, now), (2, now + hour), (3, now + hour + 10), (4, now + hour + minute)] {
                let at = now + 3 * minute
                let found = try desk.store.opens(.account(desk.account), people, recipients: Int64(wanted), now: at)
                #expect(found == max(expected, at), "\(wanted) recipients")
            }
            // More than the window has: when it is empty.
            let all = try desk.store.opens(.account(desk.account), people, recipients: 50, now: now + 3 * minute)
            #expect(all == now + 2 * minute + hour)
            #expect(SendingRoom([(people[0], 0)]).fits(50) && !SendingRoom([(people[0], 1)]).fits(50))
            try desk.store.sweepSpent(now: now + 26 * hour)
            #expect(try used(desk, at: now) == [0, 0])
        }

        @Test func allAccountsOfAServerHaveItsRoomTogether() throws {
            let desk = try Desk()
            let other = try desk.second()
            let limits = [SendingLimit(.messages, .hour, 3)]
            for desk in [desk, other, desk] {
                let begun = try offer(desk, limits: limits)
                guard case .begun = begun else { return #expect(Bool(false), "\(begun)") }
            }
            let begun = try offer(other, limits: limits)
            guard case .full(let until) = begun else { return #expect(Bool(false), "\(begun)") }
            #expect(until > Clock.wall() + hour - minute && until <= Clock.wall() + hour)
            // The send is as it was.
            #expect(try desk.store.dueSends(now: Clock.wall(), limit: 9, account: other.account).count == 1)
            guard case .begun = try offer(other, host: "elsewhere", limits: limits) else {
                return #expect(Bool(false), "another server has room of its own")
            }
        }

        @Test func whatASetBackClockLeftInTheFutureCountsAsOfNow() throws {
            let desk = try Desk()
            try offer(desk)
            let before = Clock.wall() - 30 * 24 * hour
            let limits = [SendingLimit(.messages, .hour, 1)]
            #expect(
                try desk.store.opens(.account(desk.account), limits, recipients: 1, now: before) == before + hour)
            try desk.store.sweepSpent(now: before)
            #expect(try desk.store.lastSpent(.account(desk.account)) == before)
        }

        @Test func theOrderOfTheQueue() throws {
            let desk = try Desk()
            let now = Clock.wall()
            func put(_ priority: Int, due: Int64 = 0) throws -> Int64 {
                let id = try desk.send(["n\(priority)-\(due)@example.com"])
                try desk.store.write { (transaction) throws(Failure) in
                    try transaction.db.run("UPDATE send SET priority = ?, due = ? WHERE id = ?", priority, due, id)
                }
                return id
            }
            let low = try put(-1)
            let scheduled = try put(0, due: now - 5)
            let normal = try put(0)
            let retried = try put(0, due: now - 9)
            _ = try put(1, due: now + 1)
            let high = try put(1)
            func due(_ limit: Int = 9, low: Bool = true, at: Int64? = nil) throws -> [Int64] {
                try desk.store.dueSends(now: at ?? now, limit: limit, account: desk.account, low: low).map(\.id)
            }
            // What ripens does so by its time; between those and what waits for nothing the older goes first.
            #expect(try due() == [high, normal, retried, scheduled, low])
            #expect(try due(1) == [high])
            #expect(try due(low: false).last != low)
            #expect(try due(at: now + 1).count == 6)
            #expect(try desk.store.dueSends(now: now, limit: 9, account: desk.account, only: low, low: false).isEmpty)
            #expect(try desk.store.waitingLow(desk.account, now: now, atMost: 9) == 1)
            #expect(try desk.store.sendingAccounts(now: now) == [desk.account: 1])
            for id in [high, normal, retried, scheduled] { try desk.store.cancelSend(id) }
            #expect(try desk.store.sendingAccounts(now: now) == [desk.account: -1])
        }

        @Test func aHeldAccountIsNotAsked() throws {
            let desk = try Desk()
            let other = try desk.second()
            let now = Clock.wall()
            _ = try desk.send()
            _ = try other.send()
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run("UPDATE account SET send_after = ? WHERE id = ?", now + 60_000, desk.account)
            }
            #expect(try desk.store.sendingAccounts(now: now) == [other.account: 0])
            #expect(try desk.store.dueSends(now: now, limit: 9, account: desk.account).isEmpty)
            #expect(try desk.store.sendingAccounts(now: now + 60_000).count == 2)
        }

        @Test func rowsOfPacing() throws {
            let desk = try Desk()
            let store = desk.store
            #expect(try store.pacing(.account(desk.account)) == nil)
            var row = PacingRow(account: desk.account, values: [.messagesHour: 75, .recipientsDay: 0])
            row.id = try store.putPacing(row)
            #expect(try store.pacing(.account(desk.account)) == row)
            #expect(row.limits == [SendingLimit(.messages, .hour, 75)])
            #expect(result { _ = try store.putPacing(row) } == Int32(MR_E_EXISTS))
            #expect(result { _ = try store.putPacing(PacingRow(account: 99)) } == Int32(MR_E_NOT_FOUND))
            let host = try store.putPacing(PacingRow(host: "mx", values: [.messagesDay: 5]))
            #expect(try store.pacing(.host("mx"))?.limits == [SendingLimit(.messages, .day, 5)])
            try store.updatePacing(row.id, [.messagesHour: nil, .maxSize: 7])
            #expect(try store.pacing(.account(desk.account))?.values == [.recipientsDay: 0, .maxSize: 7])
            let rows = try store.find("pacing", Record(["account": .int(desk.account)]), after: nil, limit: 9).rows
            #expect(rows.count == 1 && rows[0].int("max_size") == 7 && rows[0]["messages_hour"] == nil)
            #expect(try store.get("pacing", host).text("host") == "mx")
            try store.removePacing(host)
            #expect(result { try store.removePacing(host) } == Int32(MR_E_NOT_FOUND))
            #expect(result { try store.updatePacing(host, [:]) } == Int32(MR_E_NOT_FOUND))
            #expect(try store.accountsTouched(after: 0).pacing)
            #expect(try !store.accountsTouched(after: try store.latestChange()).pacing)
        }
    }
}
