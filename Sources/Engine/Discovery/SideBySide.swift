import Base

/// Runs pieces of work that wait for others, side by side.
enum SideBySide {
    static let most = 12

    private struct Line {
        var next = 0
    }

    /// Returns when all are done. Each must end by itself: they share nothing but the time.
    static func run(_ count: Int, _ body: @escaping @Sendable (_ index: Int) -> Void) {
        let line = Monitor(Line())
        let work: @Sendable () -> Void = {
            while true {
                let mine = line.withLock { line -> Int? in
                    guard line.next < count else { return nil }
                    line.next += 1
                    return line.next - 1
                }
                guard let mine else { return }
                body(mine)
            }
        }
        // Where no thread can be made, this one does all.
        let others = (1..<max(min(count, most), 1)).compactMap { _ in try? PosixThread.start("mr-discover", work) }
        work()
        for thread in others { thread.join() }
    }
}
