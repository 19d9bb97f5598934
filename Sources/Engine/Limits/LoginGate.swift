import Base

/// How often this process logs in to one server: so many at once, and so many a second, whatever comes after a restart.
/// One server's crowd keeps no other waiting; within it everybody's turn comes, in the order in which they came.
final class LoginGate: Sendable {
    private struct Door {
        /// Logins under way.
        var open = 0
        /// What may be begun at once, in thousandths of a login, as of `at` (boot clock).
        var credit: Int64
        var at: Int64
        /// Who waits here with a thread, in order.
        var waiting: [Int] = []
        /// The number of the next who does.
        var next = 0
    }

    static let atOnce = 8
    static let perSecond: Int64 = 20
    static let burst: Int64 = 40
    private let doors = Monitor<[String: Door]>([:])

    /// Waits for a turn, however long: a crowd of mailboxes is no failure of any of them, and each login under way is
    /// bounded. To be followed by `leave`.
    /// - Throws: what `check` throws; it is asked many times a second.
    func enter(_ host: String, _ check: () throws(Failure) -> Void) throws(Failure) {
        let number = doors.withLock { doors in
            var door = doors[host] ?? Door(credit: LoginGate.burst * 1000, at: Clock.boot())
            defer { doors[host] = door }
            door.waiting.append(door.next)
            door.next += 1
            return door.next - 1
        }
        // Whoever comes next looks at once.
        defer { doors.signal { LoginGate.tidy(&$0, host) { $0.waiting.removeAll { $0 == number } } } }
        while true {
            try check()
            let passed = doors.wait(milliseconds: 50) { doors -> Bool? in
                guard var door = doors[host], door.waiting.first == number else { return nil }
                defer { doors[host] = door }
                return LoginGate.pass(&door, Clock.boot()) == nil ? true : nil
            }
            if passed == true { return }
        }
    }

    /// Passes at once or not at all; to be followed by `leave` where it passed.
    /// - Returns: nil where it passed; else after how many milliseconds to ask again.
    func tryEnter(_ host: String) -> Int64? {
        doors.withLock { doors in
            var door = doors[host] ?? Door(credit: LoginGate.burst * 1000, at: Clock.boot())
            defer { doors[host] = door }
            // Whoever waits with a thread goes first.
            if !door.waiting.isEmpty { return 100 }
            return LoginGate.pass(&door, Clock.boot())
        }
    }

    /// Passes again after leaving in the middle of a login, whose time runs: without waiting. Whoever comes next waits the longer.
    func resume(_ host: String) {
        doors.withLock { doors in
            var door = doors[host] ?? Door(credit: LoginGate.burst * 1000, at: Clock.boot())
            door.open += 1
            door.credit -= 1000
            doors[host] = door
        }
    }

    func leave(_ host: String) {
        doors.signal { LoginGate.tidy(&$0, host) { $0.open -= 1 } }
    }

    private static func pass(_ door: inout Door, _ now: Int64) -> Int64? {
        let gained = max(now - door.at, 0) &* perSecond
        door.credit = min(door.credit &+ min(gained, burst * 1000), burst * 1000)
        door.at = now
        guard door.open < atOnce else { return 50 }
        guard door.credit >= 1000 else { return (1000 - door.credit) / perSecond + 1 }
        door.credit -= 1000
        door.open += 1
        return nil
    }

    /// A door that is as it was made is forgotten.
    private static func tidy(_ doors: inout [String: Door], _ host: String, _ change: (inout Door) -> Void) {
        guard var door = doors[host] else { return }
        change(&door)
        let rested = Clock.boot() - door.at >= burst * 1000 / perSecond
        doors[host] = door.open <= 0 && door.waiting.isEmpty && rested ? nil : door
    }
}
