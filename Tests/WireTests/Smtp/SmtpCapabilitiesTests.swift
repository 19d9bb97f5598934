import Testing

@testable import Wire

struct SmtpCapabilitiesTests {
    /// What a server says after its greeting line, and what is understood: features in their order, then AUTH.
    struct Case: Sendable, CustomTestStringConvertible {
        let lines: [String]
        let features: [String]
        let mechanisms: [String]
        var limit: Int64?
        var testDescription: String { lines.joined(separator: "|") }
    }

    @Test(arguments: [
        Case(lines: [], features: [], mechanisms: []),
        Case(lines: ["SIZE 1000"], features: ["size"], mechanisms: [], limit: 1000),
        Case(lines: ["SIZE"], features: ["size"], mechanisms: []),
        Case(lines: ["SIZE 0"], features: ["size"], mechanisms: []),
        Case(lines: ["SIZE -5"], features: ["size"], mechanisms: []),
        Case(lines: ["SIZE 99999999999999999999"], features: ["size"], mechanisms: []),
        Case(lines: ["SIZE many"], features: ["size"], mechanisms: []),
        Case(
            lines: ["pipelining", "8bitmime", "SmtpUtf8", "EnhancedStatusCodes", "starttls", "chunking"],
            features: ["pipelining", "8bitmime", "smtputf8", "codes", "starttls", "chunking"], mechanisms: []),
        Case(lines: ["AUTH PLAIN LOGIN"], features: [], mechanisms: ["PLAIN", "LOGIN"]),
        Case(lines: ["AUTH=PLAIN LOGIN"], features: [], mechanisms: ["PLAIN", "LOGIN"]),
        Case(lines: ["AUTH= LOGIN"], features: [], mechanisms: ["LOGIN"]),
        Case(
            lines: ["AUTH PLAIN", "AUTH=PLAIN XOAUTH2", "auth login plain"], features: [],
            mechanisms: ["PLAIN", "XOAUTH2", "LOGIN"]),
        Case(lines: ["AUTH"], features: [], mechanisms: []),
        Case(lines: ["AUTHENTICATE PLAIN", "X-EXPS LOGIN", "STARTTLSX", "", "HELP"], features: [], mechanisms: []),
        Case(lines: ["  SIZE   7  ", "AUTH\tLOGIN"], features: ["size"], mechanisms: ["LOGIN"], limit: 7),
    ])
    func reads(_ expected: Case) {
        let offers = SmtpCapabilities(ehlo: SmtpReply(code: 250, lines: ["host greets you"] + expected.lines))
        var features: [String] = []
        if offers.size { features.append("size") }
        if offers.pipelining { features.append("pipelining") }
        if offers.eightBitMIME { features.append("8bitmime") }
        if offers.smtpUTF8 { features.append("smtputf8") }
        if offers.enhancedStatusCodes { features.append("codes") }
        if offers.startTLS { features.append("starttls") }
        if offers.chunking { features.append("chunking") }
        #expect(features == expected.features)
        #expect(offers.mechanisms == expected.mechanisms)
        #expect(offers.sizeLimit == expected.limit)
    }

    @Test func theGreetingIsNoCapability() {
        let offers = SmtpCapabilities(ehlo: SmtpReply(code: 250, lines: ["PIPELINING", "SIZE 5"]))
        #expect(!offers.pipelining)
        #expect(offers.sizeLimit == 5)
    }
}
