import Base
import Glibc
import Store
import Testing

@testable import Engine
@testable import PluginHost

/// A day of 200 accounts of one client id, in two processes with one store: under every limit that the provider documents.
///
/// The clock is the simulation's. Each account begins with a first sync of 20,000 messages, looks for news every five minutes,
/// and sends its daily 2,000, four at a time. What waits is asked again when its time has come, or when the line before it moves.
@Suite struct BudgetDayTests {
    private struct Spent {
        let at: Int64
        let cost: Int64
    }

    /// What an account wants next.
    private struct Wish {
        let account: Int
        let number: Int
        let costs: [Int64]
        let isSend: Bool
        /// How many of its kind follow, one after the other.
        let more: Int
        /// Which of the budgets it stands at.
        var step = 0
        var hasJoined = false
    }

    private static let accounts = 200
    private static let dayMs: Int64 = 86_400_000
    private static let begin: Int64 = 1_800_000_000_000

    private static func manifest(_ scheme: String) throws -> ProviderManifest {
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/\(here)/Sources/Providers/WebPlugin/web.json", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        return try #require(try Manifest(Array(bytes.prefix(count))).providers.first { $0.scheme == scheme })
    }

    private static func check(_ spent: [Spent], _ budget: BudgetSpec, _ whose: String) {
        var first = 0
        var sum: Int64 = 0
        var most: Int64 = 0
        for one in spent {
            sum += one.cost
            while spent[first].at <= one.at - budget.windowMs {
                sum -= spent[first].cost
                first += 1
            }
            most = max(most, sum)
        }
        #expect(most <= budget.units, "\(budget.name) of \(whose)")
    }

    @Test(arguments: ["gmail", "graph"]) func aDay(_ scheme: String) throws {
        let manifest = try Self.manifest(scheme)
        let budgets = manifest.budgets.filter { $0.scope == .account } + manifest.budgets.filter { $0.scope == .client }
        #expect(!budgets.isEmpty)
        let scratch = try Scratch()
        let store = try Store.open(scratch.store, StoreOptions())
        var simulation = Simulation(budgets, store)
        // Messages of a first sync come in pages of 50: 5 units each at Gmail, one request each at Graph.
        for account in 0..<Self.accounts {
            simulation.want(
                account, at: Self.begin + Int64(account), units: 250, octets: 0, requests: 50, isSend: false, more: 399)
            for look in 0..<288 {
                let at = Self.begin + Int64(look) * 300_000 + Int64(account)
                simulation.want(account, at: at, units: 2, octets: 0, requests: 1, isSend: false)
            }
            for number in 0..<500 {
                let at = Self.begin + Int64(number) * (Self.dayMs / 500) + Int64(account) * 7
                simulation.want(account, at: at, units: 400, octets: 200_000, requests: 4, isSend: true)
            }
        }
        try simulation.run()
        #expect(simulation.done == Self.accounts * (400 + 288 + 500))
        for (index, budget) in budgets.enumerated() {
            switch budget.scope {
            case .client: Self.check(simulation.spent[index][-1] ?? [], budget, "the client id")
            case .account:
                for account in 0..<Self.accounts {
                    Self.check(simulation.spent[index][account] ?? [], budget, "account \(account)")
                }
            }
        }
        // Sends pass what waits: none is late by more than the provider's own window.
        #expect(simulation.latestSendMs <= budgets.map(\.windowMs).max() ?? 0)
        #expect(simulation.waited > 0)
        print(
            "\(scheme): \(simulation.done) requests, \(simulation.waited) waited, the last send came \(simulation.latestSendMs) ms late"
        )
    }

    /// Two processes' lines over one store, driven by a clock of its own.
    private struct Simulation {
        let budgets: [BudgetSpec]
        let store: Store
        var spent: [[Int: [Spent]]]
        var done = 0
        var waited = 0
        var latestSendMs: Int64 = 0
        private var events = Heap()
        private var wishes: [(wish: Wish, at: Int64)] = []
        /// By process, budget and account (-1: all).
        private var lines: [LineKey: BudgetLine] = [:]
        private var behind: [LineKey: [Int]] = [:]

        struct LineKey: Hashable {
            let process: Int
            let budget: Int
            let account: Int
        }

        init(_ budgets: [BudgetSpec], _ store: Store) {
            self.budgets = budgets
            self.store = store
            spent = budgets.map { _ in [:] }
        }

        mutating func want(
            _ account: Int, at: Int64, units: Int64, octets: Int64, requests: Int64, isSend: Bool, more: Int = 0
        ) {
            let costs = budgets.map { budget in
                budget.measure == .requests ? requests : budget.cost(units: units, octets: octets)
            }
            add(account, at, costs, isSend, more)
        }

        private mutating func add(_ account: Int, _ at: Int64, _ costs: [Int64], _ isSend: Bool, _ more: Int) {
            wishes.append(
                (Wish(account: account, number: wishes.count + 1, costs: costs, isSend: isSend, more: more), at))
            events.add(at, wishes.count - 1)
        }

        mutating func run() throws {
            while let (now, index) = events.next() { try go(index, now) }
        }

        private func key(_ wish: Wish) -> LineKey {
            let budget = budgets[wish.step]
            return LineKey(
                process: wish.account % 2, budget: wish.step, account: budget.scope == .client ? -1 : wish.account)
        }

        private mutating func go(_ index: Int, _ now: Int64) throws {
            while wishes[index].wish.step < budgets.count {
                let wish = wishes[index].wish
                let key = key(wish)
                let cost = wish.costs[wish.step]
                guard cost > 0 else {
                    wishes[index].wish.step += 1
                    continue
                }
                var line = lines[key] ?? RequestBudgets.line(budgets[wish.step])
                if !wish.hasJoined {
                    line.join(wish.number, isUrgent: wish.isSend)
                    wishes[index].wish.hasJoined = true
                }
                var answer = line.ask(wish.number, cost: cost, now: now)
                if case .fetch(let least, let share) = answer {
                    let given = try store.takeBudget(
                        "\(key.budget)", line.bucket, least: least, share: share, now: now)
                    line.fetched(given.taken, waitMs: given.waitMs, now: now)
                    answer = line.ask(wish.number, cost: cost, now: now)
                }
                guard answer == .taken else {
                    lines[key] = line
                    waited += 1
                    guard case .wait(let wait) = answer else { return }
                    if line.isFirst(wish.number) {
                        events.add(now + max(1, wait), index)
                    } else {
                        behind[key, default: []].append(index)
                    }
                    return
                }
                line.leave(wish.number)
                lines[key] = line
                spent[key.budget][key.account, default: []].append(Spent(at: now, cost: cost))
                wishes[index].wish.step += 1
                wishes[index].wish.hasJoined = false
                wake(key, now)
            }
            done += 1
            let wish = wishes[index].wish
            if wish.more > 0 { add(wish.account, now + 1, wish.costs, wish.isSend, wish.more - 1) }
            if wishes[index].wish.isSend { latestSendMs = max(latestSendMs, now - wishes[index].at) }
        }

        /// Whoever is first now goes on.
        private mutating func wake(_ key: LineKey, _ now: Int64) {
            guard let waiting = behind[key], let line = lines[key],
                let place = waiting.firstIndex(where: { line.isFirst(wishes[$0].wish.number) })
            else { return }
            behind[key]?.remove(at: place)
            events.add(now, waiting[place])
        }
    }

    /// The next event first; of the same time, whichever.
    private struct Heap {
        private var items: [(at: Int64, index: Int)] = []

        mutating func add(_ at: Int64, _ index: Int) {
            items.append((at, index))
            var child = items.count - 1
            while child > 0, items[(child - 1) / 2].at > items[child].at {
                items.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func next() -> (Int64, Int)? {
            guard let first = items.first else { return nil }
            let last = items.removeLast()
            guard !items.isEmpty else { return first }
            items[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2]
                where child < items.count && items[child].at < items[least].at {
                    least = child
                }
                if least == parent { return first }
                items.swapAt(parent, least)
                parent = least
            }
        }
    }

    /// Whatever number an account's settings say for a budget, no clock makes it overflow.
    @Test(arguments: [Int64.min, -1, 0, 1, 1_000_000_000_000, .max])
    func anyNumberIsABudget(_ units: Int64) {
        for scope in [BudgetSpec.Scope.account, .client] {
            for measure in [BudgetSpec.Measure.requests, .octets] {
                let spec = BudgetSpec(name: "b", measure: measure, scope: scope, units: 5, windowMs: 86_400_000)
                for now in [0, BudgetDayTests.begin, 4_102_444_800_000] as [Int64] {
                    var bucket = RequestBudgets.line(spec.allowing(units)).bucket
                    #expect(bucket.take(1, now: now) == 0)
                    #expect(bucket.take(.max, now: now) >= 0)
                }
            }
        }
    }
}
