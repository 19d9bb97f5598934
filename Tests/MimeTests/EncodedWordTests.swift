import Testing

@testable import Mime

@Suite struct EncodedWordTests {
    static let texts: [(String, String)] = [
        ("plain", "plain"),
        ("=?utf-8?Q?caf=C3=A9?=", "café"),
        ("=?UTF-8?B?Y2Fmw6k=?=", "café"),
        ("=?iso-8859-1?q?caf=E9?=", "café"),
        ("=?ISO-8859-1?Q?a?=", "a"),
        // RFC 2047, section 8.
        ("(=?ISO-8859-1?Q?a?=)", "(a)"),
        ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
        ("a =?utf-8?Q?=C3=A9?= b", "a é b"),
        // A language (RFC 2231, section 5).
        ("=?utf-8*en?Q?caf=C3=A9?=", "café"),
        // A character split between two words.
        ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        ("=?utf-8?B?Y2Fmww==?= =?utf-8?B?qQ==?=", "café"),
        // Base64 cut anywhere.
        ("=?utf-8?B?Y2Fmw?= =?utf-8?B?6k=?=", "café"),
        ("=?UTF-8?B?Y2Fmw6k?=", "café"),
        // Damage.
        ("=?utf-8?Q?caf=C3=A9", "café"),
        ("=?utf-8?Q?caf=C3=A9?", "café"),
        ("=?utf-8?Q?caf=C3=A9 and more", "café and more"),
        ("=?utf-8?Q?caf=C3=A9 au lait?= x", "café au lait x"),
        ("=?utf-8?Q?caf=C3=A9?=glued", "caféglued"),
        ("glued=?utf-8?Q?=C3=A9?=", "gluedé"),
        ("=?utf-8?Q?a=?= =?utf-8?Q?b?=", "a=b"),
        ("=?utf-8?Q?a=?=", "a="),
        ("=?utf-8?Q?=ZZ?=", "=ZZ"),
        ("=?utf-8?Q??=", ""),
        ("=?utf-8?Q?caf=E9?=", "café"),
        ("=?us-ascii?Q?caf=C3=A9?=", "café"),
        ("=?iso-8859-1?Q?caf=C3=A9?=", "café"),
        ("=?iso-8859-1?Q?=80?=", "€"),
        ("=?x-unknown-thing?Q?caf=C3=A9?=", "café"),
        ("=?unknown-8bit?Q?caf=E9?=", "café"),
        ("=?gb2312?B?1tC5+g==?=", "中国"),
        ("=?x-gbk?B?1tC5+g==?=", "中国"),
        ("=?big5?B?pKSw6g==?=", "中國"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?shift_jis?B?k/qWew==?=", "日本"),
        ("=?ks_c_5601-1987?B?x9GxuQ==?=", "한국"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
        ("=?windows-1251?B?z/Do4uXy?=", "Привет"),
        ("=?cp1251?B?z/Do4uXy?=", "Привет"),
        ("=?iso-8859-15?Q?=A4?=", "€"),
        ("=?utf-7?Q?caf+AOk-?=", "café"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?=?=?=?", "=?=?=?=?"),
        ("=?", "=?"), ("?=", "?="), ("=??Q?a?=", "a"), ("", ""),
        // What would end a header line does not come through.
        ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("a\u{0}b\u{1}c", "ab c"),
        ("tab\tand\r\n\tfold", "tab and fold"),
        ("Gr\u{fc}\u{df}e", "Grüße"),
    ]

    @Test(arguments: texts) func decode(_ given: String, _ expected: String) {
        var defects = Defects()
        let bytes = Array(given.utf8)
        #expect(HeaderText.decode(bytes, 0..<bytes.count, &defects) == expected)
    }

    @Test func rawBytesInTheCharsetOfTheBody() {
        let raw =
            Array("Subject: ".utf8) + [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4]
            + message("\nContent-Type: text/plain; charset=koi8-r\n\nx")
        let read = MessageParser.parse(raw)
        #expect(read.subject == "Привет")
        #expect(read.defects.contains(.headerNotText))
    }

    @Test func writtenWordsAreShortAndWhole() {
        for text in ["äöü ", "日本語のとても長い件名です", "👨‍👩‍👧‍👦", "plain and ünï "] {
            let long = String(repeating: text, count: 30)
            var header = HeaderWriter("Subject")
            header.encoded(long)
            let lines = String(decoding: header.bytes, as: UTF8.self).split(separator: "\r\n")
            #expect(lines.allSatisfy { $0.utf8.count <= 76 })
            for line in lines {
                let word = line.split(separator: " ").last.map(String.init) ?? ""
                #expect(word.utf8.count <= 75)
                var defects = Defects()
                let bytes = Array(word.utf8)
                #expect(!HeaderText.decode(bytes, 0..<bytes.count, &defects).contains("\u{FFFD}"))
                #expect(defects.list == [])
            }
            var defects = Defects()
            #expect(HeaderText.decode(header.bytes, 8..<header.bytes.count, &defects) == long)
        }
    }
}
