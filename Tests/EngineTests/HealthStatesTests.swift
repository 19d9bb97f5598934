import Base
import CMailroom
import Glibc
import Testing

@testable import Engine
@testable import Store

/// Every state of an account, every event, and what comes of it: over a store, by the rules and the verbs that the engine uses,
/// at times that the test chooses; by one process, by one that was restarted before the event, and by another one.
@Suite struct HealthStatesTests {
    enum Event: String, CaseIterable, Sendable {
        case receives, sends, receivingFails, sendingFails, refusedOnce, clockBefore, clockAfter, disconnect, reconnect,
            reconnectFull, limitRaised, limitLowered, otherGoes, stale, inStep
    }

    enum Process: CaseIterable, Sendable {
        case same, restarted, another
    }

    /// Where an account is when the event comes. All of them began to fail, where they do, at 0.
    static let states = ["enabled", "working", "error", "sendError", "pending", "connection_issue", "disconnected"]
    private static let lost = Failure(MR_E_CONNECTION, "the connection was lost").explained()
    private static let refused = Failure(MR_E_AUTH, "the login was refused").explained()
    private static let twoDays: Int64 = 2 * 24 * 60 * 60_000
    private static let minute: Int64 = 60_000

    /// The state after an event, where it is another one: what is not listed stays.
    static let table: [String: [Event: String]] = [
        "enabled": [
            .receivingFails: "error", .sendingFails: "error", .refusedOnce: "error", .disconnect: "disconnected",
        ],
        "working": [.receivingFails: "error", .sendingFails: "error", .disconnect: "disconnected"],
        "error": [.receives: "enabled", .clockAfter: "connection_issue", .disconnect: "disconnected"],
        // Mail that comes in well is not given up because the other server takes none.
        "sendError": [.sends: "enabled", .disconnect: "disconnected"],
        "pending": [
            .limitRaised: "enabled", .otherGoes: "enabled", .disconnect: "disconnected", .reconnect: "enabled",
        ],
        "connection_issue": [.receives: "enabled", .disconnect: "disconnected"],
        "disconnected": [.reconnect: "enabled", .reconnectFull: "pending"],
    ]

    static let cases = states.flatMap { state in
        Event.allCases.flatMap { event in Process.allCases.map { (state, event, $0) } }
    }

    @Test(arguments: cases)
    func whatComesOfIt(_ state: String, _ event: Event, _ process: Process) throws {
        // Hundreds of stores, each with its durable transactions: in memory, where there is such a place.
        let scratch = try Scratch(in: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : P_tmpdir)
        var town = try Town(scratch)
        try town.bring(to: state, event)
        let before = try town.store.account(town.account).health
        let feed = try town.store.latestChange()
        switch process {
        case .same: break
        case .restarted:
            town.store.close()
            town.store = try Town.open(scratch)
        case .another: town.store = try Town.open(scratch)
        }
        try town.meet(event, at: state == "connection_issue" ? HealthStatesTests.twoDays + 10 : 10)
        let after = try town.store.account(town.account).health
        let bare = state == "working" ? "enabled" : state == "sendError" ? "error" : state
        let expected = HealthStatesTests.table[state]?[event] ?? bare
        #expect(after.state == expected)
        let row = try town.store.accountStatus(town.account)
        let shown = [
            "enabled": ("green", 1), "pending": ("yellow", 0), "error": ("red", 1), "connection_issue": ("grey", 0),
            "disconnected": ("none", 0),
        ]
        #expect(row.text("colour") == shown[expected]?.0)
        #expect(row.int("billing_enabled") == shown[expected].map { Int64($0.1) })
        // Why, and what to do, wherever it is not well; nothing of that where it is.
        #expect((row.text("cause") == nil) == (expected == "enabled" && event != .stale || expected == "disconnected"))
        if expected == "connection_issue" || expected == "pending" || expected == "disconnected" {
            #expect(after.nextAttempt == nil, "nobody tries it any more")
        }
        if expected == "error", event != .reconnect, event != .reconnectFull { #expect(after.nextAttempt != nil) }
        let told = try town.store.changes(after: feed, query: Record(["kind": .text("account")]), limit: 100)
            .filter { $0.int("id") == town.account && $0.text("what") == "changed" }
        if after.state != before.state {
            #expect(told.contains { $0.text("detail") == "state" }, "each change of state is a row of the feed")
        }
        if after.staleSince != before.staleSince { #expect(told.contains { $0.text("detail") == "stale" }) }
        if event == .stale { #expect((after.staleSince != nil) == (expected == "enabled" || expected == "error")) }
    }

    @Test func twoDaysToTheMinute() throws {
        let rules = { (minutes: Int64, next: Int64?) -> String? in
            var health = HealthRules.failed(Health(), .receive, HealthStatesTests.lost, now: 0)
            health.nextAttempt = next
            return HealthRules.givenUp(health, now: minutes * HealthStatesTests.minute)?.state
        }
        #expect(rules(2 * 24 * 60 - 1, .max) == nil)
        #expect(rules(2 * 24 * 60, .max) == "connection_issue")
        #expect(rules(2 * 24 * 60, nil) == "connection_issue", "also where nothing was to be tried any more")
        #expect(rules(9 * 24 * 60, 5) == nil, "an attempt that is due is made first")
    }

    @Test func whatNobodyWorksOnIsNotChangedByWorkThatEndsLate() {
        for state in ["pending", "disconnected"] {
            var health = Health()
            health.state = state
            #expect(HealthRules.failed(health, .receive, HealthStatesTests.lost, now: 5) == health)
            #expect(HealthRules.succeeded(health, [.receive, .send], now: 5) == health)
        }
    }

    @Test(
        arguments: [
            // state, worked on, minutes since the last sync, mail waits since: stale, cause
            ("enabled", true, 9, nil, nil), ("enabled", true, 11, nil, "sync.stale"), ("enabled", false, 4, nil, nil),
            ("enabled", false, 6, nil, "worker.none"), ("enabled", false, 6, 2, "worker.none"),
            ("enabled", false, 4, 2, "worker.mail_waits"), ("enabled", false, 4, 1, nil), ("error", false, 4, 2, nil),
            ("enabled", true, 4, 2, nil), ("error", false, 60, nil, nil), ("pending", false, 60, nil, nil),
            ("disconnected", false, 60, 1, nil), ("connection_issue", false, 60, 1, nil),
        ] as [(String, Bool, Int64, Int64?, String?)])
    func whoLooks(_ state: String, _ isWorked: Bool, _ minutes: Int64, _ mail: Int64?, _ cause: String?) {
        let minute = HealthStatesTests.minute
        let now = 1_000 * minute
        var account = AccountRow(
            id: 1, address: "a@b", provider: "imap", receives: true, sends: true, settings: [:], health: Health(),
            createdAt: 0, activity: "idle", erasing: false)
        account.health.state = state
        account.health.syncHealth = state == "error" ? "failing" : "ok"
        let inbox = FolderRow.plain(1, role: "inbox", syncedAt: now - minutes * minute)
        let found = Staleness.of(
            account, [inbox], FolderPace(pollMs: 5 * minute, floorMs: 0, canPush: true), isWorked: isWorked,
            mailSince: mail.map { now - $0 * minute }, now: now)
        #expect(found?.cause == cause)
        if let found { #expect(found.since < now) }
    }

    /// A store with a company, the account in question and another one.
    private struct Town {
        var store: Store
        let company: Int64
        let account: Int64
        let other: Int64

        private let scratch: Scratch

        static func open(_ scratch: Scratch) throws -> Store {
            var options = StoreOptions()
            options.key = [UInt8](repeating: 7, count: 32)
            return try Store.open(scratch.store, options, bootID: "boot-1", shared: false)
        }

        init(_ scratch: Scratch) throws {
            self.scratch = scratch
            store = try Town.open(scratch)
            var values = CompanyValues()
            values.key = "acme"
            company = try store.insertCompany(values)
            var ids: [Int64] = []
            for name in ["other", "ann"] {
                var account = AccountValues(address: "\(name)@example.com", provider: "imap")
                account.company = company
                ids.append(try store.insertAccount(account, job: NewJob(kind: "connect")).account)
            }
            (other, account) = (ids[0], ids[1])
        }

        func limit(_ mailboxes: Int64?) throws {
            var values = CompanyValues()
            values.mailboxes = .some(mailboxes)
            try store.updateCompany(company, values)
        }

        func revise(_ rule: (Health) -> Health?) throws {
            try store.reviseHealth(account, lease: nil) { (before: Health) throws(Failure) -> Health? in rule(before) }
        }

        func reconnect() throws {
            _ = try store.reconnectAccount(
                account, values: AccountChanges(), settings: [:], secrets: [:], job: NewJob(kind: "reconnect"))
        }

        func bring(to state: String, _ event: Event) throws {
            if state != "enabled" { try revise { HealthRules.succeeded($0, [.receive, .send], now: 1) } }
            switch state {
            case "error": try revise { HealthRules.failed($0, .receive, HealthStatesTests.lost, now: 0) }
            case "sendError": try revise { HealthRules.failed($0, .send, HealthStatesTests.lost, now: 0) }
            case "connection_issue":
                try revise { HealthRules.failed($0, .receive, HealthStatesTests.lost, now: 0) }
                try revise { HealthRules.failed($0, .receive, HealthStatesTests.lost, now: HealthStatesTests.twoDays) }
            case "disconnected": try store.disconnectAccount(account, erase: false)
            case "pending":
                try store.disconnectAccount(account, erase: false)
                try limit(1)
                try reconnect()
            default: break
            }
            // What the event finds: the clock's, that the next attempt is still ahead.
            if event == .clockBefore || event == .clockAfter {
                try revise { health in
                    guard health.state == "error" else { return nil }
                    var health = health
                    health.nextAttempt = HealthStatesTests.twoDays + 6 * 60 * HealthStatesTests.minute
                    return health
                }
            }
            if event == .reconnectFull, state == "disconnected" { try limit(1) }
            if event == .reconnect, state == "pending" { try freeQuietly() }
        }

        /// A free place that nobody was told of: only reconnecting finds it.
        private func freeQuietly() throws {
            try store.write { (transaction) throws(Failure) in
                try transaction.db.run("UPDATE company SET mailboxes = 2 WHERE id = ?", company)
            }
        }

        func meet(_ event: Event, at now: Int64) throws {
            let (twoDays, minute) = (HealthStatesTests.twoDays, HealthStatesTests.minute)
            switch event {
            case .receives: try revise { HealthRules.succeeded($0, [.receive], now: now) }
            case .sends: try revise { HealthRules.succeeded($0, [.send], now: now) }
            case .receivingFails: try revise { HealthRules.failed($0, .receive, HealthStatesTests.lost, now: now) }
            case .sendingFails: try revise { HealthRules.failed($0, .send, HealthStatesTests.lost, now: now) }
            case .refusedOnce:
                try revise {
                    HealthRules.forgiven($0, .receive, HealthStatesTests.refused, now: now)
                        ?? HealthRules.failed($0, .receive, HealthStatesTests.refused, now: now)
                }
            case .clockBefore: try tick(twoDays - minute)
            case .clockAfter: try tick(twoDays)
            case .disconnect: try store.disconnectAccount(account, erase: false)
            case .reconnect, .reconnectFull: try reconnect()
            case .limitRaised: try limit(2)
            case .limitLowered: try limit(0)
            case .otherGoes: try store.disconnectAccount(other, erase: false)
            case .stale, .inStep:
                try revise { before in
                    guard before.state == "enabled" || before.state == "error" else { return nil }
                    var after = before
                    after.staleSince = event == .stale ? 7 : nil
                    after.staleCause = event == .stale ? Staleness.noWorker : nil
                    return after
                }
            }
        }

        /// As a worker's look at the clock.
        private func tick(_ now: Int64) throws {
            for id in try store.failing(since: now - HealthRules.givesUpAfterMs, now: now) {
                try store.reviseHealth(id, lease: nil) { (before: Health) throws(Failure) -> Health? in
                    HealthRules.givenUp(before, now: now)
                }
            }
        }
    }
}
