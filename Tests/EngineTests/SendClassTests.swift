import Base
import CMailroom
import Glibc

import Testing

@testable import Engine
@testable import Store
@testable import Wire

/// Answers of real servers: the class, the retry and the advice of each (docs/sending.md).
@Suite struct SendClassTests {
    static let now: Int64 = 1_800_000_000_000

    /// As the engine has it: a whole attempt that failed.
    static func decide(
        _ failure: Failure, attempts: Int64 = 1, autoRetry: Bool = true, before: String? = nil,
        rules: SendRules = SendRules(random: { _ in 0 })
    ) -> AttemptResult {
        let send = SendRow(
            id: 1, account: 1, body: 1, state: "sending", from: "ann@example.com", recipients: ["bob@example.org"],
            subject: "", messageID: "1@example.com", size: 1, utf8: false, params: Record(), createdAt: 0, sendAt: nil,
            nextAttempt: nil, attempts: attempts, wasAccepted: false, failureClass: before,
            autoRetry: autoRetry, attempt: 1, offered: false)
        return SendOutcome.decide(send, [], failure, offered: failure.step == "dot", now: now, rules: rules)
    }

    @Test(arguments: rows)
    func everyAnswerHasItsClassRetryAndAdvice(_ row: RefusalRow) throws {
        for spelling in row.spellings {
            let reply = try RefusalRow.parsed(spelling)
            let failure = RefusalRow.failure(reply, row.step)
            #expect(SendClass.of(failure) == row.found, "\(spelling)")
            let result = Self.decide(failure)
            #expect(result.failure?.failureClass == row.found.rawValue, "\(spelling)")
            #expect(result.temporary == (row.wait != .none), "\(spelling)")
            #expect(result.newState == (row.wait == .none ? "failed" : "retry_wait"), "\(spelling)")
            #expect(result.nextAttempt.map { $0 - Self.now } == row.wait.milliseconds, "\(spelling)")
            let cause = try #require(result.failure?.cause.flatMap(Cause.named), "\(spelling)")
            #expect(cause.failureClass == row.found.rawValue, "\(spelling)")
            if let expected = row.cause { #expect(cause.code == expected, "\(spelling)") }
            #expect(result.failure?.advice == cause.advice, "\(spelling)")
            #expect(result.failure?.serverText == reply.text, "the server's words are kept")
        }
    }

    /// The same answers about one recipient, in the transaction of a message that others get.
    @Test(arguments: rows.filter { $0.step == "rcpt" })
    func aRecipientIsPutOffOrRefused(_ row: RefusalRow) throws {
        for spelling in row.spellings {
            let reply = try RefusalRow.parsed(spelling)
            let asked = SendClass.Reply(
                smtp: reply.code, enhanced: reply.enhanced?.description, text: reply.text, step: "rcpt")
            let found = SendClass.of(asked)
            #expect(found == row.found, "\(spelling)")
            #expect(found.isTemporary(asked) == (row.wait != .none), "\(spelling)")
        }
    }

    /// A bounce quotes the answer with its codes in the midst, and says the status apart.
    @Test(arguments: rows.filter { $0.step != "auth" && $0.step != "greeting" })
    func aBounceQuotesIt(_ row: RefusalRow) throws {
        let reply = try RefusalRow.parsed(row.reply)
        let quoted = "smtp; " + row.reply.split(separator: "|").joined(separator: " ")
        let read = SendClass.Reply(enhanced: reply.enhanced?.description, text: quoted, step: row.step)
        #expect(SendClass.of(read) == row.found)
        #expect(SendClass.of(SendClass.Reply(text: quoted, step: row.step)) == row.found)
        #expect(row.found.isTemporary(read) == (row.wait != .none))
    }

    @Test(arguments: rows.filter { $0.wait != .none })
    func withoutRetriesItIsFailedAtOnceAndStaysTemporary(_ row: RefusalRow) throws {
        let failure = RefusalRow.failure(try RefusalRow.parsed(row.reply), row.step)
        let result = Self.decide(failure, autoRetry: false)
        #expect(result.newState == "failed")
        #expect(result.temporary)
        #expect(result.nextAttempt == nil)
        #expect(result.tryAfter.map { $0 - Self.now } == row.wait.milliseconds)
        #expect(result.failure?.advice?.hasPrefix("Try again after 2027-01-1") == true)
        let last = Self.decide(failure, attempts: 8)
        #expect(last.newState == "failed")
        #expect(last.temporary)
        #expect(last.tryAfter != nil)
        #expect(Self.decide(failure, attempts: 7).newState == "retry_wait")
    }

    @Test(arguments: SendClass.allCases)
    func everyClassHasACauseWithAdvice(_ found: SendClass) {
        #expect(Cause.named(found.cause)?.failureClass == found.rawValue)
        #expect(Cause.named(found.cause)?.steps.isEmpty == false)
    }

    /// Nothing that a server says is more than an answer.
    @Test func noWordsEndIt() {
        let seed = seed(20_261_121)
        var random = SplitMix(state: seed)
        let pieces = [
            "550", "5.7.1", "-", " ", "quota", "limit", "exceeded", "\u{0}", "\u{2019}", "[", "999999999999", "smtp;",
            "try again in", "day", "\r\n", "5.5.5.5", "...", "#", "A", "é", "🦊", "retry after 9999-99-99T99:99:99",
        ]
        for _ in 0..<2_000 {
            let text = (0..<random.next(40)).map { _ in pieces[random.next(pieces.count)] }.joined()
            var failure = Failure(MR_E_REFUSED, "no")
            failure.serverText = text
            failure.enhanced = random.next(2) == 0 ? nil : text
            failure.smtp = random.next(2) == 0 ? nil : Int32(truncatingIfNeeded: random.next(1 << 30))
            failure.http = random.next(2) == 0 ? nil : Int32(truncatingIfNeeded: random.next(1 << 30))
            let result = Self.decide(failure)
            #expect(["failed", "retry_wait"].contains(result.newState), "seed \(seed): \(text)")
            let wait = result.nextAttempt ?? Self.now
            #expect(wait >= Self.now && wait <= Self.now + 86_400_000, "seed \(seed): \(text)")
        }
    }
}

/// What MAILROOM_SEED names, else `usual`.
func seed(_ usual: UInt64) -> UInt64 { getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) } ?? usual }

/// Numbers that a seed repeats.
struct SplitMix {
    var state: UInt64

    mutating func next(_ below: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(below, 1)))
    }
}
