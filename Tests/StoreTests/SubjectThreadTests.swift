import Base
import Testing

@testable import Store

extension StoreTests {
    /// Threads where no header tells: by the subject, as the last resort; and by the names that providers give.
    @Suite struct SubjectThreads {
        @Test(arguments: [
            ("Offer", "offer", false), ("Re: Offer", "offer", true), ("RE:Offer", "offer", true),
            ("AW: Re: Offer", "offer", true), ("Re[2]: Offer", "offer", true), ("Re^3: Offer", "offer", true),
            ("RE : Offre", "offre", true), ("Fwd: Re: Offer", "offer", false), ("WG: Angebot", "angebot", false),
            ("SV: Tilbud", "tilbud", true), ("Antw: Aanbod", "aanbod", true), ("R: Offerta", "offerta", true),
            ("回复：报价", "报价", true), ("Отв: Письмо", "письмо", true), ("[list] Re: Offer", "offer", true),
            ("Re: [list] Offer", "offer", true), ("[only]", "[only]", false), ("Re:", "", true), ("", "", false),
            ("Report: sales", "report: sales", false), ("Re: a   b", "a b", true), ("12: x", "12: x", false),
            ("::", "::", false), ("Re", "re", false),
        ])
        func whatASubjectIsWithoutItsPrefixes(_ subject: String, _ base: String, _ isReply: Bool) {
            let found = ThreadSubject.base(subject)
            #expect(found.text == base)
            #expect(found.isReply == isReply)
        }

        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            var subject = "Re: Offer"
            var from = "ann@example.com"
            var to = ["bob@example.com"]
            var days = 1.0
            var refers = false
            let threads: Int
            var testDescription: String { name }
        }

        @Test(arguments: [
            Case(name: "an answer", threads: 1), Case(name: "in German", subject: "AW: offer", threads: 1),
            Case(name: "of the same author", from: "bob@example.com", to: ["ann@example.com"], threads: 1),
            Case(name: "too late", days: 7.1, threads: 2), Case(name: "no answer", subject: "Offer", threads: 2),
            Case(name: "passed on", subject: "Fwd: Offer", threads: 2),
            Case(name: "of somebody else", from: "carl@example.com", to: ["dora@example.com"], threads: 2),
            Case(name: "of somebody else to the same", from: "carl@example.com", to: ["ann@example.com"], threads: 2),
            Case(name: "says what it answers", refers: true, threads: 2),
            Case(name: "another subject", subject: "Re: Offers", threads: 2),
        ])
        func anAnswerThatDoesNotSaySo(_ given: Case) throws {
            for backwards in [false, true] {
                let desk = try Desk()
                var first = mail(1)
                first.summary.subject = "Offer"
                var answer = mail(2, inReplyTo: given.refers ? "elsewhere@x" : nil, from: given.from, to: given.to)
                answer.summary.subject = given.subject
                answer.summary.date = first.summary.date + Int64(given.days * 86_400_000)
                for message in backwards ? [answer, first] : [first, answer] { try desk.commit([.message(message)]) }
                let rows = try desk.store.find("thread", Record(), after: nil, limit: 9).rows
                #expect(rows.count == given.threads, "\(backwards)")
                if rows.count == 1 { #expect(rows[0].text("subject") == "Offer") }
            }
        }

        /// Question, answer without headers, and what answers that: in every order they are one.
        @Test func theOrderInWhichTheyComeDoesNotMatter() throws {
            var question = mail(1)
            question.summary.subject = "Offer"
            var answer = mail(2, from: "ann@example.com", to: ["bob@example.com"])
            answer.summary.subject = "Re: Offer"
            var next = mail(3, inReplyTo: "m2@example.com")
            next.summary.subject = "Re: Offer"
            var last = mail(4, references: ["m1@example.com"])
            last.summary.subject = "Re: Offer"
            let all = [question, answer, next, last]
            for first in 0..<4 {
                for second in 0..<4 where second != first {
                    for third in 0..<4 where third != first && third != second {
                        let desk = try Desk()
                        for index in [first, second, third, 6 - first - second - third] {
                            try desk.commit([.message(all[index])])
                        }
                        let rows = try desk.store.find("thread", Record(), after: nil, limit: 9).rows
                        #expect(rows.map { $0.int("messages") } == [4], "\(first) \(second) \(third)")
                    }
                }
            }
        }

        @Test func aMachineIsNoAnswer() throws {
            let desk = try Desk()
            var first = mail(1)
            first.summary.subject = "Offer"
            var answer = mail(2, from: "ann@example.com", to: ["bob@example.com"])
            answer.summary.subject = "Re: Offer"
            answer.summary.report = IncomingReport(kind: "auto_reply")
            try desk.commit([.message(first), .message(answer)])
            #expect(try desk.store.find("thread", Record(), after: nil, limit: 9).rows.count == 2)
        }

        @Test func aProvidersThreadIsOneWithinItsAccount() throws {
            let desk = try Desk()
            let other = try desk.second()
            func named(_ number: Int) -> IncomingMessage {
                var message = mail(number)
                message.threadName = "T7"
                return message
            }
            try desk.commit([.message(named(1)), .message(named(2)), .message(mail(3))])
            try other.commit([.message(named(4))])
            let rows = try desk.store.find("thread", Record(), after: nil, limit: 9).rows
            #expect(rows.compactMap { $0.int("messages") } == [2, 1, 1])
        }
    }
}
