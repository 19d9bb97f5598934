import Base

/// One budget as this process keeps it: how full it is, who stands in line for it, and what it has of the share of all
/// processes. A value: whoever holds the lock asks it.
struct BudgetLine: Sendable {
    enum Answer: Equatable {
        case taken
        /// To be asked again after so many milliseconds, or when the line moves.
        case wait(Int64)
        /// A share is to be taken from the store first.
        case fetch(least: Int64, share: Int64)
    }

    private struct Place: Sendable {
        let number: Int
        let isUrgent: Bool
    }

    /// A share that was taken from the store is used within this time, or lost.
    static let shareMs: Int64 = 2_000

    /// The server counts a request when it has come there, up to so much later than it is counted here.
    static let transitMs: Int64 = 1_000

    /// Whoever is not first asks again when the line moves, at the latest after this time.
    private static let glanceMs: Int64 = 50

    private(set) var bucket: RateBucket
    /// Nil: the budget is of this process alone.
    private let isShared: Bool
    private var share: (left: Int64, until: Int64) = (0, 0)
    private var isFetching = false
    /// Before this (boot clock) the store has nothing, or the server wants to be left alone.
    private(set) var closedUntil: Int64 = 0
    private var line: [Place] = []

    /// - Parameter isShared: the store keeps the bucket for all processes.
    init(_ bucket: RateBucket, isShared: Bool) {
        self.bucket = bucket
        self.isShared = isShared
    }

    var isIdle: Bool { line.isEmpty }

    mutating func join(_ number: Int, isUrgent: Bool) { line.append(Place(number: number, isUrgent: isUrgent)) }

    mutating func leave(_ number: Int) { line.removeAll { $0.number == number } }

    /// Sends go before everything else; within that, whoever came first.
    func isFirst(_ number: Int) -> Bool {
        let first = line.first { $0.isUrgent } ?? line.first
        return first?.number == number
    }

    mutating func ask(_ number: Int, cost: Int64, now: Int64) -> Answer {
        guard isFirst(number) else { return .wait(BudgetLine.glanceMs) }
        guard now >= closedUntil else { return .wait(closedUntil - now) }
        guard isShared else {
            let wait = bucket.take(cost, now: now)
            return wait == 0 ? .taken : .wait(wait)
        }
        if share.until <= now { share.left = 0 }
        if share.left >= cost {
            share.left -= cost
            return .taken
        }
        guard !isFetching else { return .wait(BudgetLine.glanceMs) }
        isFetching = true
        return .fetch(least: cost, share: max(cost, bucket.burst / 64))
    }

    /// What the store gave: nothing, and when to ask again, or a share, of which the one who asked takes its part.
    mutating func fetched(_ taken: Int64, waitMs: Int64, now: Int64) {
        isFetching = false
        if taken > 0 {
            // What is left of an earlier share goes: it was too little for anybody.
            share = (taken, now + BudgetLine.shareMs)
        } else {
            closedUntil = max(closedUntil, now + min(waitMs, 60_000))
        }
    }

    mutating func drain(now: Int64) { bucket.drain(now: now) }

    mutating func close(until: Int64) { closedUntil = max(closedUntil, until) }
}
