import Testing

@testable import Mime

@Suite struct MessageParserTests {
    @Test func simple() {
        let read = parse(
            """
            From: Ann <ann@example.org>
            To: Bob <bob@example.org>, carol@example.org
            Subject: Hello
             world
            Date: Tue, 1 Jul 2003 10:52:37 +0200
            Message-ID: <1@example.org>

            Hello  Bob,
            how are you?

            """)
        #expect(read.subject == "Hello world")
        #expect(read.from == [MailAddress(name: "Ann", address: "ann@example.org")])
        #expect(read.to.map(\.address) == ["bob@example.org", "carol@example.org"])
        #expect(read.messageID == "1@example.org")
        #expect(read.date == 1_057_049_557_000)
        #expect(read.preview == "Hello Bob, how are you?")
        #expect(outline(read) == ["1 text/plain 27"])
        #expect(read.defects == [])
        #expect(read.rawFrom == "Ann <ann@example.org>")
    }

    @Test func nested() {
        let text = """
            From: a@b.c
            Date: 1 Jul 2003 10:52:37 GMT
            Content-Type: multipart/mixed; boundary=out

            preamble
            --out
            Content-Type: multipart/alternative; boundary="out-2"

            --out-2

            plain
            --out-2
            Content-Type: text/html

            <p>html</p>
            --out-2--
            epilogue
            --out
            Content-Type: application/pdf; name="a.pdf"
            Content-Transfer-Encoding: base64
            Content-Disposition: attachment; filename="a.pdf"

            QUJD
            REVG
            --out
            Content-Type: message/rfc822

            Subject: inner
            Content-Type: multipart/mixed; boundary=inner

            --inner

            one
            --inner--
            --out--

            """
        let raw = message(text)
        let read = MessageParser.parse(raw)
        #expect(
            outline(read) == [
                " multipart/mixed \(read.root.range.count)", "1 multipart/alternative \(read.parts[1].range.count)",
                "1.1 text/plain 5", "1.2 text/html 11", "2 application/pdf 6 a.pdf attachment",
                "3 message/rfc822 \(read.parts[5].range.count) attachment",
                "3.TEXT multipart/mixed \(read.parts[6].range.count)", "3.1 text/plain 3",
            ])
        #expect(read.preview == "plain")
        #expect(body(raw, read.parts[2]) == Array("plain".utf8))
        #expect(body(raw, read.parts[4]) == Array("ABCDEF".utf8))
        #expect(body(raw, read.parts[7]) == Array("one".utf8))
        #expect(read.defects == [])
    }
}
