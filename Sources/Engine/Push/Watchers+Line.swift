import Base
import Store

/// Who waits for a login. One line a server, at the pace that the login gate allows: a restart, or a server that hung up on
/// thousands, is no stampede.
extension Watchers {
    /// Puts the account into its server's line; after a while, where the last tries came to nothing.
    func begin(_ account: AccountRow, _ wanted: Watch.Wanted) {
        guard let server = try? core.receivingServer(account) else { return }
        enum Step { case nothing, line, wait(Int64, number: Int64) }
        let step: Step = state.withLock { state in
            guard state.open else { return .nothing }
            if let there = state.watches[account.id] {
                guard case .off = there.phase else { return .nothing }
            }
            var watch = state.watches[account.id] ?? Watch(host: server.host)
            if watch.host != server.host { watch = Watch(host: server.host) }
            watch.wanted = wanted
            watch.mustEnd = nil
            state.watches[account.id] = watch
            guard watch.tries == 0 else {
                return .wait(Reconnecting.pause(watch.tries), number: state.step(account.id, .waiting))
            }
            _ = state.step(account.id, .queued)
            state.lines[server.host, default: Fifo()].append(account.id)
            return .line
        }
        switch step {
        case .nothing: return
        case .line: advance(server.host)
        case .wait(let pause, let number):
            timers.after(pause) { [self] in retry(account.id, number) }
        }
    }

    /// Puts an account whose wait is over into its line again.
    func retry(_ account: Int64, _ number: Int64) {
        let host = state.withLock { state -> String? in
            guard state.open, let watch = state.watches[account], watch.number == number else { return nil }
            _ = state.step(account, .queued)
            state.lines[watch.host, default: Fifo()].append(account)
            return watch.host
        }
        if let host { advance(host) }
    }

    /// Lets through who may log in now; a timer comes for the others.
    func advance(_ host: String) {
        while true {
            let isEmpty = state.withLock { state in
                if state.lines[host]?.isEmpty == false { return false }
                state.lines[host] = nil
                return true
            }
            if isEmpty { return }
            if let pause = core.logins.tryEnter(host) {
                let isTimed = state.withLock { !$0.timed.insert(host).inserted }
                if isTimed { return }
                return timers.after(pause + Int64.random(in: 0...pause / 2)) { [self] in
                    state.withLock { _ = $0.timed.remove(host) }
                    advance(host)
                }
            }
            let next = state.withLock { state -> Int64? in
                while let account = state.lines[host]?.popFirst() {
                    // It may have been forgotten, or put off, while it stood in line.
                    guard let watch = state.watches[account], case .queued = watch.phase, watch.host == host else {
                        continue
                    }
                    _ = state.step(account, .busy)
                    return account
                }
                return nil
            }
            guard let next else {
                core.logins.leave(host)
                return
            }
            do throws(Failure) {
                try core.workers.run(sends: false, host: host) { [self] in
                    let pass = LoginPass(core.logins, host)
                    open(next, pass)
                    pass.leave()
                    advance(host)
                }
            } catch {
                core.logins.leave(host)  // the engine is closing
                return rest(next, .forgotten)
            }
        }
    }
}
