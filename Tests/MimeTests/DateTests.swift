import Testing

@testable import Mime

@Suite struct DateTests {
    /// What is written, and what it is in RFC 5322's own form.
    static let dates: [(String, String?)] = [
        ("Tue, 1 Jul 2003 10:52:37 +0200", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("1 Jul 2003 10:52 -0330", "Tue, 01 Jul 2003 14:22:00 +0000"),
        ("Tue,1 Jul 2003 10:52:37 GMT", "Tue, 01 Jul 2003 10:52:37 +0000"),
        ("Tue, 01 Jul 03 10:52:37 EST", "Tue, 01 Jul 2003 15:52:37 +0000"),
        ("21 Nov 97 09:55:06 PDT", "Fri, 21 Nov 1997 16:55:06 +0000"),
        ("21 Nov 103 09:55:06 Z", "Fri, 21 Nov 2003 09:55:06 +0000"),
        // RFC 5322, appendix A.5: comments and folds in a date.
        (
            "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
            "Fri, 14 Feb 1969 03:02:00 +0000"
        ),
        ("Tue, 1 Jul 2003 10:52:37 +0200 (CEST)", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("Tue, 1 Jul 2003 10:52:37 A", "Tue, 01 Jul 2003 10:52:37 +0000"),
        ("Tue, 1 Jul 2003 10:52:37", "Tue, 01 Jul 2003 10:52:37 +0000"),
        ("Tue, 1 Jul 2003 10:52:37 GMT+0200", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("Tue, 1 Jul 2003 10:52:37 +02:00", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("Tue, 1 July 2003 10:52:37 MESZ", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("Tue Jul  1 10:52:37 2003", "Tue, 01 Jul 2003 10:52:37 +0000"),
        ("Tue Jul  1 10:52:37 EDT 2003", "Tue, 01 Jul 2003 14:52:37 +0000"),
        ("Tue Jul 01 10:52:37 +0200 2003", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("2003-07-01T10:52:37Z", "Tue, 01 Jul 2003 10:52:37 +0000"),
        ("2003-07-01T10:52:37.250+02:00", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("2003-07-01 10:52", "Tue, 01 Jul 2003 10:52:00 +0000"),
        ("20030701", "Tue, 01 Jul 2003 00:00:00 +0000"),
        ("Tuesday, 01-Jul-03 10:52:37 GMT", "Tue, 01 Jul 2003 10:52:37 +0000"),
        ("01-Jul-2003 10:52:37 +0200", "Tue, 01 Jul 2003 08:52:37 +0000"),
        ("7/1/2003 10:52:37 PM", "Tue, 01 Jul 2003 22:52:37 +0000"),
        ("25/12/2003 12:00 AM", "Thu, 25 Dec 2003 00:00:00 +0000"),
        ("1. Juli 2003 10:52", "Tue, 01 Jul 2003 10:52:00 +0000"),
        ("Mi, 3 Dez 2003 10:52:37 +0100", "Wed, 03 Dec 2003 09:52:37 +0000"),
        ("Tue, 1 Jul 2003 10.52.37 +0000", "Tue, 01 Jul 2003 00:00:00 +0000"),
        ("Tue, 1 Jul 2003 1:2:3 +0000", "Tue, 01 Jul 2003 01:02:03 +0000"),
        ("Wed, 31 Dec 1969 23:59:59 +0000", "Wed, 31 Dec 1969 23:59:59 +0000"),
        ("29 Feb 2000 00:00:00 +0000", "Tue, 29 Feb 2000 00:00:00 +0000"),
        ("Tue, 1 Jul 2003 23:59:60 +0000", "Wed, 02 Jul 2003 00:00:00 +0000"),
        ("", nil), ("yesterday", nil), ("1 Foo 2003", nil), ("32 Jul 2003 00:00:00", nil), ("1 Jul", nil),
        ("1 Jul 2003 25:00:00", nil), ("1 Jul 2003 10:61:00", nil), ("99999999999999999999", nil), ("+0200", nil),
        ("-:-", nil), ("2003-13-45", nil), ("(((", nil), ("::::", nil),
    ]

    @Test(arguments: dates) func reading(_ text: String, _ expected: String?) {
        #expect(DateParser.parse(text).map { DateText.format($0) } == expected)
    }

    @Test func milliseconds() {
        #expect(DateParser.parse("2003-07-01T10:52:37.250Z") == 1_057_056_757_250)
    }

    @Test func everyDayForThousandsOfYears() {
        for day in stride(from: -700_000, to: 2_900_000, by: 97) {
            let time = Int64(day) * 86_400_000
            #expect(DateParser.parse(DateText.format(time)) == time)
        }
    }
}
