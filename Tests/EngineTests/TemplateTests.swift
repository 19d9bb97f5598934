import Base
import CMailroom
import Testing

@testable import Engine

@Suite struct TemplateTests {
    private static let values = [
        "name": "Bob", "a.b-c_9": "x", "html": "<b>\"O'Neil\" & Co</b>", "braces": "{{name}}", "empty": "",
    ]

    @Test(arguments: [
        ("Hello {{name}}!", "Hello Bob!"), ("{{name}}", "Bob"), ("{{ name }}{{name}}", "BobBob"), ("{{a.b-c_9}}", "x"),
        ("plain", "plain"), ("", ""), ("{name}", "{name}"), ("{{}}", "{{}}"), ("{{ }}", "{{ }}"),
        ("{{na me}}", "{{na me}}"),
        ("{{name}", "{{name}"), ("{{{name}}}", "{Bob}"), ("{{n\u{E4}me}}", "{{n\u{E4}me}}"), ("{{braces}}", "{{name}}"),
        ("a{{empty}}b", "ab"), ("\u{1F600}{{name}}\u{1F600}", "\u{1F600}Bob\u{1F600}"), ("{{", "{{"), ("{{x", "{{x"),
        ("{{name}}{", "Bob{"), ("}}{{name}}", "}}Bob"), ("{{html}}", "<b>\"O'Neil\" & Co</b>"),
        ("{{\(String(repeating: "n", count: 65))}}", "{{\(String(repeating: "n", count: 65))}}"),
    ])
    func namesAreReplaced(_ text: String, _ filled: String) throws {
        let template = TemplateText(text)
        #expect(try template.filled { TemplateTests.values[$0] ?? "missing" } == filled)
    }

    @Test func inHTMLValuesAreEscaped() throws {
        let template = TemplateText("<p title=\"{{html}}\">{{name}}</p>")
        #expect(
            try template.filled(escaping: true) { TemplateTests.values[$0] ?? "" }
                == "<p title=\"&lt;b&gt;&quot;O&#39;Neil&quot; &amp; Co&lt;/b&gt;\">Bob</p>")
        #expect(template.names == ["html", "name"])
        #expect(TemplateText(String(repeating: "n", count: 64)).names.isEmpty)
        #expect(TemplateText("{{\(String(repeating: "n", count: 64))}}").names.count == 1)
    }

    private static func template() throws -> BatchTemplate {
        try BatchTemplate(
            Record([
                "subject": .text("For {{name}}"), "text": .text("{{name}}, {{sum}} EUR"),
                "headers": .list([.record(Record(["name": .text("X-Ref"), "value": .text("{{ref}}")]))]),
            ]))
    }

    @Test func everyNameNeedsAValueThatFits() throws {
        let template = try TemplateTests.template()
        #expect(template.names == ["name", "sum", "ref"])
        let full = Record(["name": .text("Bob"), "sum": .int(-5), "ref": .text("r"), "unused": .text("u")])
        let used = try template.values(full, of: "bob@x", "recipients[3]")
        #expect(used.fields.map(\.name) == ["name", "sum", "ref"])
        #expect(try template.subject(used) == "For Bob")
        for (change, field) in [
            (("name", nil), "recipients[3].values.name"), (("sum", .bytes([1])), "recipients[3].values.sum"),
            (("sum", .list([])), "recipients[3].values.sum"),
            (("ref", .text("a\r\nBcc: eve@x")), "recipients[3].values.ref"),
            (("name", .text("a\nb")), "recipients[3].values.name"),
            (("ref", .text("a\0b")), "recipients[3].values.ref"),
        ] as [((String, Value?), String)] {
            var bad = full
            bad[change.0] = change.1
            do {
                _ = try template.values(bad, of: "bob@x", "recipients[3]")
                Issue.record("\(change) was taken")
            } catch {
                #expect(error.result == Int32(MR_E_INVALID))
                #expect(error.field == field)
            }
        }
        var lines = full
        lines["sum"] = .text("1\r\n2")
        #expect(try template.values(lines, of: "bob@x", "").text("sum") == "1\r\n2", "the text may have lines")
    }
}
