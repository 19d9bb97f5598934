import Base
import CMailroom
import CSystem
import Glibc
import Synchronization
import Testing

@testable import Transport

/// Parked streams over plain sockets: what wakes them, and what does not.
struct PollerTests {
    private let clock = TestClock()
    private let core: PollerCore
    private let crowd: Crowd
    private let wakes = Wakes()

    init() throws {
        core = PollerCore(clock.clocks)
        crowd = try Crowd()
    }

    private func line(_ connection: Connection) throws -> String {
        String(decoding: try connection.readLine(limit: 100_000, Patience(timeoutMs: 5000)), as: UTF8.self)
    }

    private func reasons() -> [WakeReason] { wakes.all.map(\.reason) }

    @Test func wholeLineWakesOnceAndHalfOneDoesNot() throws {
        let (connection, server) = try crowd.pair()
        _ = try core.park(connection, wakes)
        for byte in Array("* 3 EXISTS\r".utf8) {
            server.send([byte])
            usleep(2000)
        }
        #expect(wakes.stayQuiet())
        server.send("\n")
        #expect(wakes.wait().map(\.reason) == [.data])
        #expect(try line(connection) == "* 3 EXISTS")
        server.send("* 4 EXISTS\r\n")
        #expect(wakes.stayQuiet())
        #expect(core.count == 0)
        // What came meanwhile is found when it parks again, also what is only in the socket.
        _ = try core.park(connection, wakes)
        #expect(wakes.wait(2).map(\.reason) == [.data, .data])
        #expect(try line(connection) == "* 4 EXISTS")
    }

    @Test func linesInTheBufferWakeAtOnce() throws {
        let (connection, server) = try crowd.pair()
        server.send("+ idling\r\n* 5 EXISTS\r\n* 6 EX")
        #expect(try line(connection) == "+ idling")
        _ = try core.park(connection, wakes)
        #expect(wakes.wait().map(\.reason) == [.data])
        #expect(try line(connection) == "* 5 EXISTS")
        // The half line in the buffer waits for its other half.
        _ = try core.park(connection, wakes)
        #expect(wakes.stayQuiet())
        server.send("ISTS\r\n")
        #expect(wakes.wait(2).map(\.reason) == [.data, .data])
        #expect(try line(connection) == "* 6 EXISTS")
    }

    @Test func anyOctetWakesWhoDoesNotReadLines() throws {
        let (connection, server) = try crowd.pair()
        _ = try core.park(connection, wakes, line: false)
        #expect(wakes.stayQuiet())
        server.send([0])
        #expect(wakes.wait().map(\.reason) == [.data])
    }

    @Test func endlessLineIsBounded() throws {
        let (connection, server) = try crowd.pair()
        _ = try core.park(connection, wakes)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
        for _ in 0..<(Connection.parkedBytes / 1000) { server.send(piece) }
        #expect(wakes.stayQuiet())
        for _ in 0..<100 { server.send(piece) }
        #expect(wakes.wait().map(\.reason) == [.data])
        #expect(connection.buffer.count < Connection.parkedBytes + 64 * 1024)
    }

    @Test func timersInTheirOrder() throws {
        let pairs = try (0..<4).map { _ in try crowd.pair() }
        let began = TestClock.monotonic()
        for (name, after) in [600, 200, 400, 60_000].enumerated() {
            _ = try core.park(pairs[name].0, wakes, name, after: Int64(after))
        }
        let woken = wakes.wait(3)
        #expect(woken.map(\.name) == [1, 2, 0])
        #expect(woken.map(\.reason) == [.timer, .timer, .timer])
        #expect(TestClock.monotonic() - began >= 600)
        #expect(core.count == 1)
    }

    @Test func hangUpComesWithWhatWasSaid() throws {
        let (connection, server) = try crowd.pair()
        _ = try core.park(connection, wakes)
        server.send("* BYE going down\r\n")
        close(server.descriptor)
        let reason = wakes.wait().map(\.reason)
        // Both may come at once or one after the other.
        #expect(reason == [.hungUp] || reason == [.data])
        #expect(try line(connection) == "* BYE going down")
        _ = try core.park(connection, wakes)
        #expect(wakes.wait(2).last?.reason == .hungUp)
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(failure.cause == "connection.lost")
    }

    @Test func resetIsRememberedForTheReader() throws {
        let (connection, server) = try crowd.pair()
        _ = try core.park(connection, wakes)
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            server.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close(server.descriptor)
        #expect(wakes.wait().map(\.reason) == [.hungUp])
        let failure = try #require(throws: Failure.self) { try line(connection) }
        #expect(failure.cause == "connection.lost")
        #expect(failure.serverText == "Connection reset by peer")
    }

    /// A ticket says nothing about who sits in the same place, or has the same descriptor, later.
    @Test func oldTicketsAndDescriptors() throws {
        let (first, firstServer) = try crowd.pair()
        let old = try core.park(first, wakes, 1)
        let number = first.descriptor
        #expect(core.cancel(old.key))
        #expect(!core.cancel(old.key))
        first.close()
        close(firstServer.descriptor)
        var others: [(Connection, LocalServer.Client)] = []
        repeat { others.append(try crowd.pair()) } while others.last?.0.descriptor != number && others.count < 20
        let (second, secondServer) = try #require(others.last)
        let new = try core.park(second, wakes, 2)
        #expect(new.key.slot == old.key.slot)
        #expect(!core.cancel(old.key))
        secondServer.send("x\n")
        #expect(wakes.wait().map(\.name) == [2])
        #expect(wakes.stayQuiet())
    }

    @Test func cancelledStreamStaysQuietAndUsable() throws {
        let (connection, server) = try crowd.pair()
        let ticket = try core.park(connection, wakes)
        #expect(core.cancel(ticket.key))
        server.send("hello\r\n")
        #expect(wakes.stayQuiet())
        #expect(try line(connection) == "hello")
    }

    @Test func sleepAndSetClocksWakeAll() throws {
        var kept: [(Connection, LocalServer.Client)] = []
        for jump in [0, 1] {
            for name in 0..<5 {
                let pair = try crowd.pair()
                _ = try core.park(pair.0, wakes, name, after: 1_740_000)
                kept.append(pair)
            }
            #expect(wakes.stayQuiet(50))
            if jump == 0 {
                clock.slept.add(7_200_000, ordering: .relaxed)
            } else {
                clock.set.subtract(3_600_000, ordering: .relaxed)
            }
            // Any event has the thread look; without one it looks every ten seconds.
            let (connection, server) = try crowd.pair()
            _ = try core.park(connection, wakes, 9)
            server.send("x\n")
            #expect(wakes.wait(6 * (jump + 1)).suffix(6).filter { $0.reason == .clock }.count == 5)
            kept.append((connection, server))
        }
    }

    @Test func smallCorrectionsOfClocksAreNoJump() {
        var watch = ClockWatch(clock.clocks)
        func jumped() -> Bool { watch.jumped() }
        clock.slept.add(4_000, ordering: .relaxed)
        #expect(!jumped())
        clock.set.add(20_000, ordering: .relaxed)
        #expect(!jumped())
        clock.set.subtract(31_000, ordering: .relaxed)
        #expect(jumped())
        #expect(!jumped())
        clock.slept.add(6_000, ordering: .relaxed)
        #expect(jumped())
    }

    @Test func manyThatHangUpAtOnceComeOneByOne() throws {
        let many = 100
        var kept: [(Connection, LocalServer.Client)] = []
        for name in 0..<many {
            let pair = try crowd.pair()
            _ = try core.park(pair.0, wakes, name)
            kept.append(pair)
        }
        let began = TestClock.monotonic()
        for pair in kept { close(pair.1.descriptor) }
        usleep(100_000)
        let early = wakes.count
        let elapsed = TestClock.monotonic() - began
        #expect(early <= Int(WakeGate.burst + elapsed / WakeGate.intervalMs) + 1)
        #expect(wakes.wait(many).filter { $0.reason == .hungUp }.count == many)
        #expect(Set(wakes.all.map(\.name)).count == many)
        #expect(TestClock.monotonic() - began >= (Int64(many) - WakeGate.burst - 1) * WakeGate.intervalMs)
    }

    @Test func theThreadGoesWhenNothingIsParked() throws {
        let (connection, server) = try crowd.pair()
        #expect(core.state.withLock { $0.loop == nil })
        let ticket = try core.park(connection, wakes)
        #expect(core.state.withLock { $0.loop != nil })
        #expect(core.cancel(ticket.key))
        for _ in 0..<2000 where core.state.withLock({ $0.loop != nil }) { usleep(5000) }
        #expect(core.state.withLock { $0.loop == nil })
        // And comes again.
        _ = try core.park(connection, wakes)
        server.send("x\n")
        #expect(wakes.wait().map(\.reason) == [.data])
    }

    /// A child has none of its parent's streams, and can park its own.
    @Test func fork() throws {
        let (connection, server) = try crowd.pair()
        let ticket = try Poller.park(connection, wakeAfterMs: 600_000, onWake: wakes.note(1))
        let raw = try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork"))
        let fork = unsafeBitCast(raw, to: (@convention(c) () -> pid_t).self)
        // Once before, so that the child finds all of the runtime's tables made: at a fork other tests' threads may hold
        // the locks of it.
        #expect(try PollerTests.inChild(nil) == 42)
        let child = fork()
        if child == 0 { _exit((try? PollerTests.inChild(ticket)) ?? 5) }
        var status: Int32 = 0
        var ended: pid_t = 0
        for _ in 0..<1500 where ended == 0 {
            ended = waitpid(child, &status, WNOHANG)
            if ended == 0 { usleep(20_000) }
        }
        if ended == 0 { kill(child, SIGKILL) }
        #expect(ended == child)
        #expect((status >> 8) & 0xFF == 42)
        server.send("x\n")
        #expect(wakes.wait().map(\.reason) == [.data])
    }

    /// - Parameter parents: a ticket of the process that this one was forked from; nil in that process itself.
    /// - Returns: 42 where all is as it should be.
    private static func inChild(_ parents: ParkTicket?) throws -> Int32 {
        if let parents {
            guard Poller.count == 0, !Poller.cancel(parents) else { return 1 }
        }
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return 2 }
        defer { close(ends[1]) }
        let wakes = Wakes()
        let own = Connection(adopting: ends[0], try Peer(host: "child", port: 1))
        let mine = try Poller.park(own, wakeAfterMs: 60_000, onWake: wakes.note(2))
        if let parents {
            guard !Poller.cancel(parents), Poller.count == 1 else { return 3 }
        }
        LocalServer.Client(descriptor: ends[1]).send("y\n")
        guard wakes.wait().map(\.reason) == [.data], !Poller.cancel(mine) else { return 4 }
        return 42
    }

    /// Parking, cancelling, closing, lines and ends, from several threads at once: nobody wakes twice, and nobody who was
    /// taken back wakes at all.
    @Test func races() throws {
        let wrong = Atomic<Int>(0)
        let woken = Atomic<Int>(0)
        let core = core
        var threads: [PosixThread] = []
        for number in 0..<4 {
            var pairs: [(Connection, LocalServer.Client)] = []
            for _ in 0..<8 { pairs.append(try crowd.pair()) }
            let mine = Box(pairs)
            threads.append(
                try PosixThread.start("racer") {
                    var random = Random(UInt64(number) &* 7919 &+ seed(11))
                    for _ in 0..<400 {
                        let (connection, server) = mine.value[Int(random.next() % 8)]
                        let times = Atomic<Int>(0)
                        if random.next() % 3 == 0 { server.send("a\n") }
                        guard
                            let ticket = try? core.park(
                                Parked(connection, 30, true) { _ in times.add(1, ordering: .acquiringAndReleasing) })
                        else {
                            wrong.add(1, ordering: .relaxed)
                            continue
                        }
                        if random.next() % 3 == 0 { server.send("b\n") }
                        if random.next() % 2 == 0 {
                            let before = core.cancel(ticket.key)
                            if before, times.load(ordering: .acquiring) != 0 { wrong.add(1, ordering: .relaxed) }
                            if !before {
                                while times.load(ordering: .acquiring) == 0 { usleep(200) }
                                woken.add(1, ordering: .relaxed)
                            }
                        } else {
                            while times.load(ordering: .acquiring) == 0 { usleep(200) }
                            woken.add(1, ordering: .relaxed)
                        }
                        if times.load(ordering: .acquiring) > 1 { wrong.add(1, ordering: .relaxed) }
                        connection.buffer.drop(connection.buffer.count)
                    }
                })
        }
        for thread in threads { thread.join() }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(woken.load(ordering: .relaxed) > 400)
        #expect(core.count == 0)
    }
}

/// Numbers that are the same in every run with the same seed.
struct Random: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// What MAILROOM_SEED names, else `usual`.
func seed(_ usual: UInt64) -> UInt64 { getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) } ?? usual }
