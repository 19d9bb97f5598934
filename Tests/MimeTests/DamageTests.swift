import Base
import Testing

@testable import Mime

@Suite struct DamageTests {
    /// A message, the outline of its parts, and its defects (those of a missing Date and From left out).
    static let messages: [(String, Sample, [String], [Defect])] = [
        (
            "no end line", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n",
            [" 24", "1 3", "2 5"], [.boundaryEndMissing]
        ),
        (
            "last line is the boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--",
            [" 17", "1 3"], []
        ),
        (
            "outer ends inner",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--b--\n",
            [" 69", "1 10", "1.1 3"], [.boundaryEndMissing]
        ),
        (
            "no boundary", "Content-Type: multipart/mixed\n\n--guess\n\none\n--guess--\n", [" 27", "1 3"],
            [.boundaryMissing]
        ),
        ("boundary never", "Content-Type: multipart/mixed; boundary=b\n\nsome text\n", [" 11"], [.boundaryNotFound]),
        (
            "prefix", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bb\n--b-\n--b--x\n--b--\n",
            [" 34", "1 18"], []
        ),
        (
            "spaces after", "Content-Type: multipart/mixed; boundary=\"b \"\n\n--b  \n\none\n--b-- \n", [" 22", "1 3"],
            []
        ),
        (
            "empty parts", "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\nX: y\n--b--\n",
            [" 30", "1 0", "2 0", "3 0"], []
        ),
        ("no empty line", "Subject: s\nThis is the text.\nIt goes on.\n", ["1 32"], [.headerEndMissing]),
        ("only text", "Just text", ["1 9"], [.headerEndMissing]),
        ("junk between", "Subject: s\njunk\nX: y\n\ntext", ["1 4"], [.headerMalformed]),
        ("mbox", "From a@b Tue Jul  1 10:52:37 2003\nSubject: s\n\ntext", ["1 4"], [.mboxLine]),
        ("two subjects", "Subject: s\nSubject: t\n\ntext", ["1 4"], [.headerRepeated]),
        ("html alone", "Content-Type: html\n\n<p>text", ["1 7"], [.contentTypeMalformed]),
        ("encoding", "Content-Transfer-Encoding: rot13\n\ntext", ["1 4"], [.encodingUnknown]),
        (
            "encoded multipart",
            "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\none\n--b--\n",
            [" 19", "1 3"], [.encodingForbidden]
        ),
        (
            "encoded message", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQUJD\n",
            ["1 3"], [.encodingForbidden]
        ),
        (
            "digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: inner\n\ntext\n--b--\n",
            [" 38", "1 22", "1.1 4"], []
        ),
        (
            "message in a message", "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nX: y\n\nz",
            ["1 41", "1.1 9", "1.1.1 1"], []
        ),
        // A body that begins within the header, and a last line in it without its end.
        (
            "hyphen at the end", "Content-Type: multipart/m\n\n--b\n-", [" 6", "1 1"],
            [.boundaryMissing, .headerEndMissing, .boundaryEndMissing]
        ),
        (
            "hyphens at the end", "Content-Type: multipart/m\n--b\n-\n-", [" 9", "1 4"],
            [.headerEndMissing, .boundaryMissing, .boundaryEndMissing]
        ),
        (
            "letters at the end", "Content-Type: multipart/m\n--2\na\na", [" 9", "1 4"],
            [.headerEndMissing, .boundaryMissing, .boundaryEndMissing]
        ),
        (
            "boundary at the end", "Content-Type: multipart/m; boundary=b\n--b\n\none\n--b--", [" 17", "1 3"],
            [.headerEndMissing]
        ),
        (
            "boundary in the header, at the end", "Content-Type: multipart/m; boundary=b\n-\n--b", [" 6", "1 0"],
            [.headerEndMissing, .boundaryEndMissing]
        ),
        (
            "message at the end", "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\njunk",
            ["1 34", "1.1 4", "1.1.1 4"], [.headerEndMissing]
        ),
        ("no line is whole", "Content-Type: message/rfc822\njunk", ["1 4", "1.1 4"], [.headerEndMissing]),
        ("nothing", "", ["1 0"], []),
        ("empty line alone", "\n", ["1 0"], []),
    ]

    @Test(arguments: messages)
    func best(_ name: String, _ text: Sample, _ expected: [String], _ defects: [Defect]) {
        let read = parse(text.text)
        #expect(read.parts.map { "\($0.number) \($0.decodedSize)" } == expected)
        #expect(read.defects.filter { $0 != .dateMissing && $0 != .fromMissing } == defects)
        check(message(text.text), name)
    }

    /// A message with much that is hard, and damage of many kinds.
    static let nasty = message(
        """
        From: =?utf-8?Q?J=C3=B6rg?= <j@x.y>, "Open <k@x.y>
        To: group: a@b.c, (comment) d@e.f;, Doe, John <g@h.i>
        Subject: =?utf-8?B?w6k?= =?utf-8?Q?caf=C3?=
         =?utf-8?Q?=A9
        Date: Tue, 1 Jul 03 10:52 EDT
        Message-Id: <1@
         x.y>
        References: <a@b> c <d@e>
        junk line
        Content-Type: multipart/mixed; boundary="--b";
          name*0*=utf-8''%c3; name*1*=%a9

        -
        --
        ---b
        ----b
        Content-Type: multipart/alternative; boundary=--b-2
        X: y

        ----b-2
        Content-Type: text/plain; charset=iso-8859-1
        Content-Transfer-Encoding: quoted-printable

        caf=E9 =
        au  lait=20=
         \n.  \t
        =4=
        --x
        ----b-2
        Content-Type: text/html
        Content-Transfer-Encoding: base64

        PHA+PGI+a
        GFsbG88L2I+PC9w*Pg=
        =
        ----b-2--
        ----b-3
        ----b
        Content-Type: message/rfc822

        From: inner@x.y
        no colon
        still none

        ----b
        Content-Disposition: attachment; filename="a b.txt"
        From nowhere

        ----b-----
        ----b--
        ----b
        epilogue\r
        """)

    @Test func nastyIsRead() {
        let read = MessageParser.parse(Self.nasty)
        #expect(read.subject == "écafé")
        #expect(read.to.map(\.address) == ["a@b.c", "d@e.f", "g@h.i"])
        #expect(read.preview.hasPrefix("café au lait . ="))
        #expect(
            read.parts.map { "\($0.number) \($0.type)" } == [
                " multipart", "1 multipart", "1.1 text", "1.2 text", "2 message", "2.1 text", "3 text",
            ])
    }

    /// Fed in two pieces at every place, and byte by byte, it reads the same.
    @Test func everySplit() {
        let expected = fingerprint(MessageParser.parse(Self.nasty))
        for split in 0...Self.nasty.count {
            var parser = MessageParser()
            parser.feed(Array(Self.nasty[..<split]))
            parser.feed(Array(Self.nasty[split...]))
            if fingerprint(parser.finish()) != expected { Issue.record("split at \(split)") }
        }
        var parser = MessageParser()
        for byte in Self.nasty { parser.feed([byte]) }
        #expect(fingerprint(parser.finish()) == expected)
    }

    @Test func everyBeginningIsRead() {
        for end in 0...Self.nasty.count { check(Array(Self.nasty[..<end]), "the first \(end) bytes") }
    }

    /// Bytes changed, cut out, doubled and moved: nothing traps, and what comes out stays within its bounds.
    @Test func mutations() {
        let seed = Random.seed(20_030_701)
        var random = Random(seed: seed)
        for round in 0..<3000 {
            var bytes = Self.beginning(round, &random)
            for _ in 0..<(1 + random.below(12)) { Self.mutate(&bytes, &random) }
            if random.below(3) == 0 { bytes.removeSubrange(random.below(bytes.count + 1)...) }
            check(bytes, "seed \(seed), round \(round)")
        }
    }

    private static let pieces = [
        "=?", "?=", "\r\n", "\n\n", "--b", "----b\r\n", "(", "\"", "<", ",", ";", "multipart/x;boundary=", "\0", "\r",
        "\n", "-", "=", "--g\n", "\n--g--\n", "\n--b--\n", "X: y\n", " folded\n", "From a\n", "Content-Type: ",
        "Content-Type: message/rfc822\n", "Content-Type: multipart/mixed\n", "Content-Type: multipart/mixed\n\n",
        "Content-Type: multipart/digest; boundary=b\r\n\r\n", "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n",
        "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n$04)#1```",
    ]

    /// What a round mutates: bytes of any kind, pieces in any order, mostly the message with much that is hard.
    private static func beginning(_ round: Int, _ random: inout Random) -> [UInt8] {
        switch round % 8 {
        case 0: (0..<random.below(400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        case 1, 2, 3: (0..<random.below(30)).flatMap { _ in Array(pieces[random.below(pieces.count)].utf8) }
        case 4: nasty.filter { $0 != 13 }
        default: nasty
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout Random) {
        let at = random.below(bytes.count + 1)
        switch random.below(4) {
        case 0: if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: random.next()) }
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + random.below(60)))
        case 2: bytes.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: at)
        default:
            bytes.insert(
                contentsOf: bytes[at..<min(bytes.count, at + random.below(200))], at: random.below(bytes.count + 1))
        }
    }

    /// - Parameter what: how the bytes came about, for the text of a failure.
    private func check(_ bytes: [UInt8], _ what: String) {
        let read = MessageParser.parse(bytes)
        #expect(read.size == bytes.count, "\(what)")
        #expect(read.preview.unicodeScalars.count <= 200, "\(what)")
        #expect(read.bodyDigest.count == 32, "\(what)")
        for part in read.parts {
            let isWithin = part.range.lowerBound >= 0 && part.range.upperBound <= bytes.count
            #expect(isWithin && part.headerRange.upperBound <= part.range.lowerBound, "\(what)")
            guard isWithin, part.children.isEmpty, part.type != "multipart" else { continue }
            let size = body(bytes, part).count
            if size != part.decodedSize {
                Issue.record(
                    "\(what): part \(part.number) \(part.range) has \(part.decodedSize), not \(size): \(hex(bytes))")
            }
        }
        var parser = MessageParser()
        let split = bytes.count / 3
        parser.feed(Array(bytes[..<split]))
        parser.feed(Array(bytes[split...]))
        let other = fingerprint(parser.finish())
        let same = fingerprint(read)
        if other != same {
            let place = zip(other.utf8, same.utf8).prefix { $0 == $1 }.count
            let from = max(0, place - 60)
            Issue.record(
                """
                \(what), split at \(split): \(String(decoding: Array(same.utf8)[from...].prefix(160), as: UTF8.self))
                and \(String(decoding: Array(other.utf8)[from...].prefix(160), as: UTF8.self)): \(hex(bytes))
                """)
        }
    }

    private func fingerprint(_ read: ParsedMessage) -> String {
        var out =
            "\(read.subject)|\(read.from)|\(read.to)|\(String(describing: read.date))|\(read.references)|\(read.preview)"
        out += "|\(read.defects)|\(read.size)|\(hex(read.bodyDigest))|\(read.headers.map { "\($0.name):\($0.value)" })"
        for part in read.parts {
            out += "|\(part.number) \(part.type)/\(part.subtype) \(part.range) \(part.headerRange) \(part.decodedSize)"
            out += " \(part.filename ?? "") \(part.parameters)"
        }
        return out
    }
}
