import Base
import CMailroom
import Glibc
import PluginKit
import Testing

@testable import ImapProvider

/// The scripts of the other tests, their answers changed at random: whatever a server says, a wish, an append or a
/// watch ends, and ends with a result.
struct ImapHostileTests {
    /// SplitMix64.
    struct Chance {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return Int((value ^ (value >> 31)) % UInt64(max(bound, 1)))
        }
    }

    static let seed = getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) } ?? 7

    private static func damaged(_ text: String, _ chance: inout Chance) -> String {
        var bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return chance.below(4) == 0 ? "* 1 EXPUNGE\r\n" : text }
        for _ in 0..<chance.below(3) {
            let at = chance.below(bytes.count)
            switch chance.below(5) {
            case 0: bytes[at] = UInt8(0x20 + chance.below(0x5f))
            case 1: bytes.removeSubrange(at..<min(bytes.count, at + chance.below(9)))
            case 2: bytes.insert(contentsOf: Array("{99999999}\r\n".utf8), at: at)
            case 3: bytes.insert(contentsOf: Array("\r\n* 4294967295 EXPUNGE\r\n* 1 FETCH (UID 4)\r\n".utf8), at: at)
            default: bytes.insert(contentsOf: Array("0918273645546372819".utf8), at: at)
            }
            if bytes.isEmpty { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: what it ended with; 0: it worked.
    private static func outcome(
        _ capabilities: String, _ steps: [(String, String)], _ body: (ImapFakeHost, any Session) throws -> Void
    ) -> Int32 {
        let fake = ImapFakeHost(ImapScript("* PREAUTH [CAPABILITY IMAP4rev1 \(capabilities)] hi\r\n", steps))
        do {
            let session = try ImapProvider.open(fake.host)
            defer { session.close(fake.host) }
            try body(fake, session)
            return 0
        } catch let failure as Failure {
            return failure.result
        } catch {
            return 1
        }
    }

    @Test func wishes() {
        var chance = Chance(state: Self.seed)
        let rows =
            ImapApplyTests.flagRows + ImapApplyTests.moveRows + ImapApplyTests.copyRows + ImapApplyTests.deleteRows
            + ImapApplyTests.gmailRows
        var outcomes: [Int32: Int] = [:]
        for _ in 0..<40 {
            for row in rows {
                let steps = row.steps.map { ($0.0, Self.damaged($0.1, &chance)) }
                let outcome = Self.outcome(row.capabilities, steps) { fake, session in
                    var change = ImapApplyTests.record(["path": "INBOX", "native": "INBOX"].merging(row.change) { $1 })
                    if let target = row.target { _ = change.add("target", .record(ImapApplyTests.record(target))) }
                    try session.apply(fake.host, change: Fields(fake.host, fake.make(change)))
                }
                outcomes[outcome, default: 0] += 1
            }
        }
        #expect(
            outcomes.keys.allSatisfy { $0 <= 0 && $0 != mr_result(MR_E_INTERNAL) }, "seed \(Self.seed): \(outcomes)")
        #expect(outcomes.count > 4, "seed \(Self.seed): \(outcomes)")
    }

    @Test func appends() throws {
        var chance = Chance(state: Self.seed &+ 1)
        let message = Array(ImapAppendTests.message.utf8)
        var outcomes: [Int32: Int] = [:]
        for _ in 0..<60 {
            for row in ImapAppendTests.rows {
                let steps = row.steps.map { ($0.0, Self.damaged($0.1, &chance)) }
                let outcome = Self.outcome(row.capabilities, steps) { fake, session in
                    var what = ImapApplyTests.record(["path": "Sent", "native": "Sent"].merging(row.what) { $1 })
                    if row.again { what.set("again", 1) }
                    let fields = Fields(fake.host, fake.make(what))
                    try message.withBytes { (raw) throws(Failure) in
                        try session.append(fake.host, what: fields, message: raw)
                    }
                }
                outcomes[outcome, default: 0] += 1
            }
        }
        #expect(
            outcomes.keys.allSatisfy { $0 <= 0 && $0 != mr_result(MR_E_INTERNAL) }, "seed \(Self.seed): \(outcomes)")
        #expect(outcomes.count > 4, "seed \(Self.seed): \(outcomes)")
    }

    @Test func watches() {
        var chance = Chance(state: Self.seed &+ 2)
        var outcomes: [Int32: Int] = [:]
        for round in 0..<1500 {
            let steps = [
                ImapWatchTests.examined, ImapWatchTests.notified, ImapWatchTests.idling, ImapWatchTests.done,
                ImapWatchTests.idling, ImapWatchTests.done,
            ].map { ($0.0, Self.damaged($0.1, &chance)) }
            let said = (0..<6).map { _ in
                Self.damaged(
                    "* 4 EXISTS\r\n* STATUS Work (MESSAGES 4)\r\n* 2 EXPUNGE\r\n* VANISHED 4:9\r\n* OK [NOTIFICATIONOVERFLOW] x\r\n",
                    &chance)
            }
            let outcome = Self.outcome("NOTIFY IDLE", steps) { fake, session in
                try session.watch(fake.host, folders: ImapWatchTests.folders(fake, ["INBOX", "Sent", "Work"]))
                for (index, text) in said.enumerated() {
                    fake.push(text)
                    let reason: WakeReason = index == 3 ? .timer : index == 5 ? [.stop, .hungUp][round % 2] : .data
                    _ = try session.wake(fake.host, reason)
                }
            }
            outcomes[outcome, default: 0] += 1
        }
        #expect(
            outcomes.keys.allSatisfy { $0 <= 0 && $0 != mr_result(MR_E_INTERNAL) }, "seed \(Self.seed): \(outcomes)")
        #expect(outcomes.count > 2, "seed \(Self.seed): \(outcomes)")
    }
}
