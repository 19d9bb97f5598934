import Base
import Mime
import Testing

@testable import Engine
@testable import Store

@Suite struct ExclusionTests {
    private func read(_ header: String) -> ParsedMessage {
        MessageParser.parse(Array((header + "\r\n\r\ntext\r\n").utf8))
    }

    @Test(arguments: [
        ("From: a@own.org\r\nTo: b@own.org", true), ("From: a@OWN.org\r\nTo: b@mail.own.org, c@second.net", true),
        ("From: a@own.org\r\nTo: b@own.org\r\nCc: x@out.com", false),
        ("From: a@own.org\r\nTo: b@own.org\r\nBcc: x@out.com", false),
        ("From: x@out.com\r\nTo: b@own.org", false), ("From: a@own.org\r\nTo: b@notown.org", false),
        ("From: a@own.org\r\nTo: b@own.org.evil.net", false),
        ("From: a@own.org\r\nReply-To: x@out.com\r\nTo: b@own.org", false),
        ("From: a@own.org\r\nSender: x@out.com\r\nTo: b@own.org", false),
        // Nobody knows for whom it is, or from whom.
        ("From: a@own.org", false), ("To: b@own.org", false),
        ("From: a@own.org\r\nTo: undisclosed-recipients:;", false),
        ("From: a@own.org\r\nTo: undisclosed-recipients:;\r\nCc: b@own.org", false),
        ("From: a@own.org\r\nTo: b@own.org\r\nCc: team: \r\n\t;, c@own.org", false),
        ("From: a@own.org\r\nTo: b@own.org\r\nBcc: ", false),
        ("From: a@own.org\r\nTo: b@own.org\r\nBcc: c@own.org", true),
        ("From: a@own.org\r\nTo: b", false), ("From: a@own.org\r\nTo: b@own.org, <<x", false),
        ("From: a@own.org\r\nTo: team: b@own.org, c@own.org;", true), ("From: a\r\nTo: b@own.org", false),
        ("From: a@m\u{fc}ller.de\r\nTo: b@xn--mller-kva.de", true),
    ])
    func onlyWhatIsInsideForSure(_ header: String, _ isInside: Bool) {
        #expect(Exclusion.isInside(read(header), ["own.org", "second.net", "xn--mller-kva.de"]) == isInside)
    }

    @Test(arguments: [
        ("From: a@x\r\nTo: b@x\r\nDelivered-To: c@x\r\nReturn-Path: <d@x>", [String]()),
        ("To: b@x\r\nReturn-Path: <d@x>\r\nSender: s@x", ["sender s@x"]),
        ("To: b@x\r\nReturn-Path: <d@x>", ["return_path d@x"]),
        ("To: b@x\r\nReply-To: r@x\r\nReturn-Path: <d@x>", []), ("To: b@x\r\nReturn-Path: <>", []),
        (
            "From: a@x\r\nDelivered-To: c@x\r\nX-Original-To: o@x\r\nEnvelope-To: e@x\r\nReceived: by y for <f@x>; now",
            ["delivered_to c@x", "x_original_to o@x", "envelope_to e@x"]
        ),
        (
            "From: a@x\r\nReceived: from a (for b@x) by y\r\nReceived: from a by b (Postfix)\r\n for <f@x>; now",
            ["received f@x"]
        ),
        ("From: a@x\r\nReceived: from for by for for", []),
        ("From: a@x\r\nTo: undisclosed:;\r\nDelivered-To: c@x", ["delivered_to c@x"]),
    ])
    func whoElseIsNamed(_ header: String, _ traced: [String]) {
        #expect(read(header).traced.map { "\($0.source.name) \($0.address)" } == traced)
    }
}
