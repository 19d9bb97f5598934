import Base
import Testing

@testable import Mime

@Suite struct BodyTests {
    static let bodies: [(TransferEncoding, Sample, Sample, Defect?)] = [
        (.base64, "QUJD", "ABC", nil), (.base64, "QUJDRA==", "ABCD", nil), (.base64, "QUJ\r\nDRA", "ABCD", nil),
        (.base64, "QUI=QUI=", "ABAB", nil), (.base64, "Q*U!J-D", "ABC", .base64Damaged),
        (.base64, "QUJDR", "ABC", .base64Damaged), (.base64, "", "", nil), (.base64, "====", "", nil),
        (.base64, " Q U J D \r\n", "ABC", nil), (.base64, "QUJDRA=", "ABCD", nil),
        (.quotedPrintable, "a=3Db", "a=b", nil), (.quotedPrintable, "a=3db", "a=b", nil),
        (.quotedPrintable, "a=\r\nb", "ab", nil), (.quotedPrintable, "a=\nb", "ab", nil),
        (.quotedPrintable, "a= \t\r\nb", "ab", nil), (.quotedPrintable, "a  \r\nb", "a\r\nb", nil),
        (.quotedPrintable, "a b  c", "a b  c", nil), (.quotedPrintable, "a  ", "a", nil),
        (.quotedPrintable, "a=", "a", nil), (.quotedPrintable, "a=4", "a=4", .quotedPrintableDamaged),
        (.quotedPrintable, "a=zz", "a=zz", .quotedPrintableDamaged),
        (.quotedPrintable, "a==41", "a=A", .quotedPrintableDamaged),
        (.quotedPrintable, "a=4=41", "a=4A", .quotedPrintableDamaged),
        (.quotedPrintable, "a= b", "a= b", .quotedPrintableDamaged), (.quotedPrintable, "caf=C3=A9", "café", nil),
        (.uuencode, "begin 644 a\n#04)#\n`\nend\n", "ABC", nil),
        (.uuencode, "begin 644 a\r\n$04)#1```\r\nend", "ABCD", nil),
        (.eightBit, "as=20it\r\nis", "as=20it\r\nis", nil), (.unknown, "QUJD", "QUJD", nil),
    ]

    @Test(arguments: bodies)
    func decode(_ encoding: TransferEncoding, _ text: Sample, _ expected: Sample, _ defect: Defect?) {
        let bytes = Array(text.utf8)
        for split in 0...bytes.count {
            var decoder = BodyDecoder(encoding: encoding)
            let out = decoder.feed(Array(bytes[..<split])) + decoder.feed(Array(bytes[split...])) + decoder.finish()
            #expect(String(decoding: out, as: UTF8.self) == expected.text, "split at \(split)")
            #expect(decoder.defect == defect)
        }
    }

    /// The size that the parser counts is the size that the decoder gives, however damaged the text is.
    @Test func countIsWhatTheDecoderGives() {
        let seed = Random.seed(7)
        var random = Random(seed: seed)
        let letters = Array("ABab01+/=  \r\n*".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<random.below(60)).map { _ in letters[random.below(letters.count)] }
            var counter = Base64Counter()
            bytes.withUnsafeBytes { counter.feed($0) }
            let size = counter.finish()
            var decoder = Base64Decoder()
            var out: [UInt8] = []
            bytes.withUnsafeBytes { decoder.feed($0, into: &out) }
            decoder.finish(into: &out)
            #expect(size == out.count, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            #expect(counter.damaged == decoder.damaged, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    static let texts: [(String, String?, String, Bool)] = [
        ("63 61 66 c3 a9", "utf-8", "café", true), ("63 61 66 c3 a9", nil, "café", true),
        ("63 61 66 e9", nil, "café", false), ("63 61 66 e9", "latin1", "café", true),
        ("63 61 66 e9", "utf-8", "café", false), ("c3 a9 ff 61", "utf-8", "é\u{FFFD}a", false),
        ("ef bb bf 61", "iso-8859-1", "a", true), ("fe ff 00 61", "utf-16", "a", true),
        ("ff fe 61 00", "utf-16", "a", true), ("00 61", "utf-16", "a", true), ("61 00", "utf-16le", "a", true),
        ("7e 7b 56 50 39 7a 7e 7d 21", "hz-gb-2312", "中国!", true), ("a4 40 ff", "big5", "一\u{FFFD}", false),
        ("61 62", "no-such-charset", "ab", true), ("93 61 94", "windows-1252", "“a”", true),
        ("a1 a1", "\"GB2312\"", "\u{3000}", true), ("e1", " ISO_8859-2:1987 ", "á", true),
        ("80", "x-mac-roman", "Ä", true), ("e0", "iso-8859-8-i", "א", true), ("a1", "tis-620", "ก", true),
        ("", "utf-8", "", true), ("61", "../../etc//IGNORE", "a", true), ("e9", "", "é", false),
        ("d0", "x-cp1251", "Р", true), ("87", "cp437", "ç", true),
    ]

    @Test(arguments: texts) func charset(_ hex: String, _ label: String?, _ expected: String, _ exact: Bool) {
        let bytes = hex.split(separator: " ").compactMap { UInt8($0, radix: 16) }
        let read = Charset.decode(bytes, label: label)
        #expect(read.text == expected)
        #expect(read.exact == exact)
    }

    static let pages: [(String, String)] = [
        ("<p>Hello&nbsp;<b>Wor</b>ld</p><p>next</p>", "Hello World next"),
        ("a<br>b<br/>c<td>d</td>e", "a b c d e"),
        ("<html><head><title>no</title><style>p{}</style></head><body>yes<script>if (a<b) x()</script></body>", "yes"),
        ("<!-- no --><!DOCTYPE html><?xml?>yes<![endif]-->", "yes"),
        ("&lt;&amp;&gt;&quot;&apos;&eacute;&#233;&#xE9;&euro;&#128;", "<&>\"'ééé€€"),
        ("&bogus; &amp &#; &#x; &#99999999999; a & b", "&bogus; & &#; &#x; \u{FFFD} a & b"),
        ("a < b and <3", "a < b and <3"), ("<a title=\"x>y\">z</a>", "z"), ("<p", ""), ("<script>never", ""),
        ("<div\n class='a'>  spaced \n\n out </div>", "spaced out"), ("<STYLE>x</STYLE>y", "y"),
        ("pad\u{200B}\u{AD}\u{34F}ded", "padded"), ("<!-- open", ""), ("", ""), ("日本<p>語", "日本 語"),
    ]

    @Test(arguments: pages) func html(_ page: String, _ expected: String) {
        #expect(HTMLText.text(page, limit: 200) == expected)
    }

    @Test func htmlIsCut() {
        #expect(HTMLText.text(String(repeating: "<p>word", count: 1000), limit: 20) == "word word word word")
        #expect(HTMLText.text(String(repeating: "é", count: 1000), limit: 20).unicodeScalars.count == 20)
    }
}
