import Testing

@testable import Mime

/// The reports that other projects collected; extra, where they stand beside the project.
@Suite struct ReportCorpusTests {
    struct Known: Sendable {
        let file: String
        let kind: MailReport.Kind
        let addresses: [String]
        let enhanced: String
        let original: String?
    }

    static let known: [Known] = [
        Known(
            file: "multi_address_bounce1", kind: .bounce,
            addresses: [
                "bbbbvhvbbvkjbhfbvbvjhb@gmail.com", "bscdbcjhasbcjhbdscbhbsdhcbj@gmail.com",
                "egyfefsdvsfvvhjsd@gmail.com", "kfhejkfbsjkjsbhds@gmail.com",
                "qfvhgsvhgsduiohncdhcvhsdfvsfygusd@gmail.com",
            ], enhanced: "5.1.1", original: "118707422.15521266992174819.JavaMail.root@lvmail01"),
        Known(
            file: "multipart_report_multiple_status", kind: .bounce, addresses: ["u@ci.com"], enhanced: "5.3.0",
            original: "4c2a146147ac8_61ff157c4ec1652df@s.h.c.mail"),
        Known(
            file: "report_422", kind: .delay, addresses: ["fraser@oooooooo.com.au"], enhanced: "4.2.2",
            original: "15655788.13.1200472642578.JavaMail.Administrator@mail.ttttt.com.au"),
        Known(
            file: "report_530", kind: .bounce, addresses: ["edwin@zzzzzzz.com"], enhanced: "5.3.0",
            original: "200712232303.lBNN3jDq002941@mail12.rrrr.com.au"),
    ]

    @Test(.enabled(if: CorpusTests.there, "no ../shared/corpora beside the package, and no MAILROOM_CORPORA"))
    func theyAreRead() throws {
        let folder = try #require(CorpusTests.folder)
        for known in Self.known {
            let raw = try #require(contents(of: "\(folder)/mime/mail/multipart_report_emails/\(known.file).eml"))
            let read = MessageParser.parse(raw).report
            let report = try #require(read, "\(known.file)")
            #expect(report.kind == known.kind, "\(known.file)")
            #expect(report.recipients.compactMap(\.addresses.first).sorted() == known.addresses, "\(known.file)")
            #expect(report.recipients.allSatisfy { $0.enhanced == known.enhanced }, "\(known.file)")
            #expect(report.recipients.allSatisfy { $0.words != nil }, "\(known.file)")
            #expect(report.originals.first == known.original, "\(known.file)")
        }
    }

    /// What is no report is not taken for one: of the other messages of the corpora only those that are reports, too.
    @Test(.enabled(if: CorpusTests.there, "no ../shared/corpora beside the package, and no MAILROOM_CORPORA"))
    func fewOthersAre() throws {
        let folder = try #require(CorpusTests.folder)
        var counts: [String: Int] = [:]
        var paths = 0
        for path in files(below: "\(folder)/mime") where !path.contains("/output/") {
            let raw = try #require(contents(of: path))
            paths += 1
            guard let report = MessageParser.parse(raw).report else { continue }
            counts[report.kind.rawValue, default: 0] += 1
            if environment("MAILROOM_CORPORA_SHOW") != nil { print("\(report.kind.rawValue) \(path): \(report)") }
        }
        print("MimeTests: reports among \(paths) messages of the corpora: \(counts.sorted { $0.key < $1.key })")
        #expect(counts.values.reduce(0, +) * 10 < paths)
    }
}
