import Testing

@testable import Mime

@Suite struct ParameterTests {
    /// A field's value, its word, and its parameters as `name=value`.
    static let fields: [(String, String, [String])] = [
        ("text/plain", "text/plain", []),
        ("Text/HTML; Charset=UTF-8", "text/html", ["charset=UTF-8"]),
        ("text/plain; charset=\"us-ascii\"; format=flowed", "text/plain", ["charset=us-ascii", "format=flowed"]),
        ("text/plain (comment); charset=us-ascii (Plain text)", "text/plain", ["charset=us-ascii"]),
        ("a/b; name=\"x \\\"y\\\" z\"", "a/b", ["name=x \"y\" z"]),
        // RFC 2231, sections 3 and 4.1.
        (
            "message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub/moore\"",
            "message/external-body", ["access-type=URL", "url=ftp://cs.utk.edu/pub/moore"]
        ),
        (
            "application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "application/x-stuff",
            ["title=This is ***fun***"]
        ),
        (
            "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20;\r\n title*1*=%2A%2A%2Afun%2A%2A%2A%20;"
                + "\r\n title*2=\"isn't it!\"", "application/x-stuff", ["title=This is even more ***fun*** isn't it!"]
        ),
        ("a/b; name*=UTF-8''caf%C3%A9.txt; name=cafe.txt", "a/b", ["name=café.txt"]),
        ("a/b; name=cafe.txt; name*=UTF-8''caf%C3%A9.txt", "a/b", ["name=café.txt"]),
        ("a/b; name*1=b; name*0=a; name*2=c", "a/b", ["name=abc"]),
        ("a/b; name*0*=utf-8''%C3; name*1*=%A9", "a/b", ["name=é"]),
        ("a/b; name*=iso-8859-1''%E9", "a/b", ["name=é"]),
        ("a/b; name*=%E9", "a/b", ["name=é"]),
        ("a/b; name*=''x%zz%4", "a/b", ["name=x%zz%4"]),
        // Encoded words where they do not belong.
        ("a/b; name=\"=?utf-8?Q?caf=C3=A9.txt?=\"", "a/b", ["name=café.txt"]),
        ("a/b; name==?utf-8?Q?caf=C3=A9.txt?=", "a/b", ["name=café.txt"]),
        ("a/b; name=\"=?utf-8?B?Y2Fm?=\r\n =?utf-8?B?w6k=?=\"", "a/b", ["name=café"]),
        // Damage.
        ("text/plain charset=utf-8", "text/plain", ["charset=utf-8"]),
        ("text/plain; charset=utf-8 format=flowed", "text/plain", ["charset=utf-8", "format=flowed"]),
        ("text/plain;; ;charset = utf-8 ;", "text/plain", ["charset=utf-8"]),
        ("a/b; name=My holiday photo.jpg; x=y", "a/b", ["name=My holiday photo.jpg", "x=y"]),
        ("a/b; name=\"open.txt; x=y", "a/b", ["name=open.txt", "x=y"]),
        ("a/b; name=open.txt\"; x=y", "a/b", ["name=open.txt", "x=y"]),
        ("a/b; name=\"C:\\dir\\file.txt\"", "a/b", ["name=C:\\dir\\file.txt"]),
        ("a/b; name", "a/b", []), ("a/b; =x", "a/b", []), ("a/b; name=", "a/b", ["name="]),
        ("", "", []), (";", "", []), ("\"a\"/b", "a/b", []), ("a / b", "a/b", []), ("a/b; (", "a/b", []),
        ("a/b; x*999999999999999999999=1; x*-1=2", "a/b", ["x*999999999999999999999=1", "x*-1=2"]),
        ("a/b; naïve=1; name=naïve", "a/b", ["name=naïve"]),
    ]

    @Test(arguments: fields) func read(_ text: String, _ word: String, _ parameters: [String]) {
        var defects = Defects()
        let bytes = Array(text.utf8)
        let list = ParameterList(bytes, 0..<bytes.count, hint: nil, &defects)
        #expect(list.word == word)
        #expect(list.parameters.map { "\($0.name)=\($0.value)" } == parameters)
    }

    @Test(arguments: [
        "simple.pdf", "with space.pdf", "quote\".pdf", "back\\slash", "Übergrößenträger.pdf", "日本語のファイル名.txt",
        Sample(String(repeating: "long name ", count: 20)), Sample(String(repeating: "ü", count: 200)), "a;b=c, (d)",
        "100%.txt", "",
    ]) func writtenIsReadAgain(_ sample: Sample) {
        let name = sample.text
        var writer = ParameterWriter("Content-Disposition", "attachment")
        writer.add("filename", name)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self).split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        #expect(writer.bytes.allSatisfy { $0 < 127 })
        var defects = Defects()
        let list = ParameterList(writer.bytes, 20..<writer.bytes.count, hint: nil, &defects)
        #expect(list.word == "attachment")
        #expect(list["filename"]?.trimmingEnds == name.trimmingEnds)
        #expect(defects.list == [])
    }
}

extension String {
    /// Without spaces at its ends, which a field's value does not keep.
    fileprivate var trimmingEnds: String {
        let bytes = Array(utf8)
        return String(decoding: bytes[bytes.trimmed(0..<bytes.count)], as: UTF8.self)
    }
}
