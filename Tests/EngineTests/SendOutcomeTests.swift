import Base
import CMailroom
import Testing

@testable import Engine
@testable import Store

/// What an attempt with several recipients comes to.
@Suite struct SendOutcomeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        /// Who was offered it, with what was said to RCPT: a accepted, r refused, d put off, - nothing.
        let said: String
        /// Of those who were refused for good before.
        var before = 0
        var failure: Failure?
        let state: String
        var outcome: String
        /// What is stored of each who was offered it.
        let stored: String
        let failureClass: String?
        var testDescription: String { what }
    }

    static func failure(_ result: Int, _ smtp: Int32? = nil, step: String = "data", _ text: String? = nil) -> Failure {
        var failure = Failure(result, "it failed")
        failure.smtp = smtp
        failure.step = step
        failure.serverText = text
        return failure
    }

    static let cases = [
        Case(what: "all have it", said: "aa", state: "sent", outcome: "accepted", stored: "aa", failureClass: nil),
        Case(
            what: "all have it but one refused before", said: "a", before: 1, state: "failed", outcome: "accepted",
            stored: "a", failureClass: "bad_recipient"),
        Case(
            what: "one has it, one is put off, one was refused before", said: "ad", before: 1, state: "retry_wait",
            outcome: "partial", stored: "ad", failureClass: "throttling"),
        Case(
            what: "some refused", said: "ar", state: "failed", outcome: "partial", stored: "ar",
            failureClass: "bad_recipient"),
        Case(
            what: "the connection broke, and one was refused: the others go again", said: "ar",
            failure: failure(MR_E_CONNECTION), state: "retry_wait", outcome: "refused", stored: "-r",
            failureClass: "connection"),
        Case(
            what: "the connection broke, and one was refused before", said: "-", before: 1,
            failure: failure(MR_E_CONNECTION), state: "retry_wait", outcome: "failed", stored: "-",
            failureClass: "connection"),
        Case(
            what: "all refused, and then the server makes no sense", said: "r", failure: failure(MR_E_PROTOCOL),
            state: "failed", outcome: "refused", stored: "r", failureClass: "bad_recipient"),
        Case(
            what: "all refused, and then the server hangs up", said: "rr",
            failure: failure(MR_E_OUTAGE, 421, "Too much"), state: "failed", outcome: "refused", stored: "rr",
            failureClass: "bad_recipient"),
        Case(
            what: "put off, and the content refused for the other: the other is refused", said: "da",
            failure: failure(MR_E_REFUSED, 554, step: "dot", "spam"), state: "retry_wait", outcome: "deferred",
            stored: "dr", failureClass: "content_rejected"),
        Case(
            what: "put off, and the server busy at the dot", said: "da",
            failure: failure(MR_E_OUTAGE, 451, step: "dot", "later"), state: "retry_wait", outcome: "deferred",
            stored: "d-", failureClass: "outage"),
    ]

    /// The log has nothing but the line: whom, and of how many.
    @Test(arguments: [
        ("rra", "the server refused 2 of 3 recipients, the first is r0@x"), ("ar", "the server refused r1@x"),
        ("rdd", "the server deferred 2 of 3 recipients, the first is r1@x"),
    ])
    func whoWasNotTakenIsSaid(_ said: String, _ words: String) {
        let names: [Character: String] = ["a": "accepted", "r": "refused", "d": "deferred"]
        let outcomes = said.enumerated().map { index, letter in
            RecipientOutcome(address: "r\(index)@x", outcome: names[letter] ?? "", smtp: letter == "d" ? 450 : 550)
        }
        let send = SendRow(
            id: 1, account: 1, body: 1, state: "sending", from: "ann@example.com",
            recipients: outcomes.map(\.address), subject: "", messageID: "1@example.com", size: 1, utf8: false,
            params: Record(), createdAt: 0, attempts: 1, wasAccepted: false, offered: false)
        let result = SendOutcome.decide(
            send, outcomes, nil, offered: true, now: 0, rules: SendRules(random: { _ in 0 }))
        #expect(result.failure?.message == words)
        guard !said.contains("a") else { return }
        // The same where the attempt as a whole has failed by it.
        var failure = Failure(MR_E_REFUSED, "the server took no recipient")
        (failure.step, failure.smtp) = ("rcpt", 450)
        let whole = SendOutcome.decide(
            send, outcomes, failure, offered: false, now: 0, rules: SendRules(random: { _ in 0 }))
        #expect(whole.failure?.message == words)
    }

    @Test(arguments: cases) func whatItComesTo(_ row: Case) {
        let addresses = row.said.indices.map { "r\(row.said.distance(from: row.said.startIndex, to: $0))@x" }
        let words: [Character: RecipientOutcome] = [
            "a": RecipientOutcome(address: "", outcome: "accepted", smtp: 250),
            "r": RecipientOutcome(
                address: "", outcome: "refused", failureClass: "bad_recipient", smtp: 550, enhanced: "5.1.1",
                serverText: "no such user"),
            "d": RecipientOutcome(
                address: "", outcome: "deferred", failureClass: "throttling", smtp: 450, enhanced: "4.7.1",
                serverText: "greylisted"),
        ]
        var outcomes: [RecipientOutcome] = []
        for (letter, address) in zip(row.said, addresses) {
            guard var outcome = words[letter] else { continue }
            outcome.address = address
            outcomes.append(outcome)
        }
        var send = SendRow(
            id: 1, account: 1, body: 1, state: "sending", from: "ann@example.com", recipients: addresses, subject: "",
            messageID: "1@example.com", size: 1, utf8: false, params: Record(), createdAt: 0, attempts: 1,
            wasAccepted: false, offered: false)
        if row.before > 0, let refused = words["r"] { send.refused = [refused] }
        let result = SendOutcome.decide(
            send, outcomes, row.failure, offered: row.failure?.step == "dot", now: 0,
            rules: SendRules(random: { _ in 0 }))
        #expect(result.newState == row.state)
        #expect(result.outcome == row.outcome)
        #expect(result.failure?.failureClass == row.failureClass)
        #expect(result.temporary == (row.state == "retry_wait"))
        let letters = ["accepted": "a", "refused": "r", "deferred": "d"]
        let stored = addresses.map { address in
            result.recipients.last { $0.address == address }.flatMap { letters[$0.outcome] } ?? "-"
        }
        #expect(stored.joined() == row.stored)
    }
}
