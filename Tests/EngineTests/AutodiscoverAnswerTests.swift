import Base
import Testing

@testable import Engine

struct AutodiscoverAnswerTests {
    private func read(_ inner: String) throws -> AutodiscoverAnswer {
        let begin =
            "<?xml version='1.0'?><Autodiscover xmlns='http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006'>"
        let text = begin + "<Response xmlns='urn:x'>\(inner)</Response></Autodiscover>"
        return try AutodiscoverAnswer(xml: Array(text.utf8))
    }

    private static func server(_ fields: KeyValuePairs<String, String>) -> String {
        "<Protocol>" + fields.map { "<\($0.key)>\($0.value)</\($0.key)>" }.joined() + "</Protocol>"
    }

    @Test func servers() throws {
        let answer = try read(
            "<Account><AccountType>email</AccountType><Action>settings</Action>"
                + Self.server([
                    "Type": "IMAP", "Server": "imap.example.com", "Port": "993", "SSL": "on", "LoginName": "ann",
                ])
                + Self.server(["Type": "POP3", "Server": "pop.example.com", "Port": "110", "Encryption": "TLS"])
                + Self.server(["Type": "SMTP", "Server": "smtp.example.com", "Port": "587", "SSL": "on"])
                + Self.server(["Type": "SMTP", "Server": "smtp.example.com", "SSL": "off", "Port": "25"])
                + Self.server([
                    "Type": "EXCH", "Server": "ex1.example.com", "EwsUrl": "https://mail.example.com/EWS/Exchange.asmx",
                ])
                + Self.server(["Type": "WEB", "Server": "ignored.example.com"]) + "</Account>")
        #expect(
            answer.places
                == [
                    MailPlace(.imap, "imap.example.com", 993, .implicit),
                    MailPlace(.pop3, "pop.example.com", 110, .starttls),
                    MailPlace(.smtp, "smtp.example.com", 587, .starttls),
                    MailPlace(.smtp, "smtp.example.com", 25, .none),
                ].compactMap { $0 })
        #expect(answer.user == "ann" && answer.exchange == "mail.example.com" && !answer.isMicrosoft365)
    }

    @Test func redirects() throws {
        #expect(
            try read("<Account><Action>redirectUrl</Action><RedirectUrl>https://a.example/x</RedirectUrl></Account>")
                .redirectURL == "https://a.example/x")
        #expect(
            try read("<Account><Action>redirectAddr</Action><RedirectAddr>ann@b.example</RedirectAddr></Account>")
                .redirectAddress == "ann@b.example")
    }

    @Test func refusals() throws {
        #expect(
            try read("<Error Time='1'><ErrorCode>600</ErrorCode><Message>Invalid Request</Message></Error>").error
                == "Invalid Request")
        #expect(try read("").error == "no account")
    }

    @Test(arguments: [
        (
            "{\"Protocol\":\"ActiveSync\",\"Url\":\"https://outlook.office365.com/Microsoft-Server-ActiveSync\"}", true,
            false
        ),
        ("{\"Url\":\"https://eas.outlook.com.evil.example/x\"}", false, false),
        ("{\"Url\":\"http://outlook.office365.com/\"}", false, true),
        ("{\"Url\":\"https://a@outlook.office365.com/\"}", false, true), ("{\"Url\":5}", false, true),
        ("{\"ErrorCode\":\"UserNotFound\",\"ErrorMessage\":\"no\"}", false, true), ("{}", false, true),
    ])
    func inJSON(_ text: String, _ isMicrosoft: Bool, _ isError: Bool) throws {
        let answer = try AutodiscoverAnswer(json: Array(text.utf8))
        #expect(answer.isMicrosoft365 == isMicrosoft && (answer.error != nil) == isError)
    }

    @Test(arguments: ["", "[]", "{", "{\"a\":1.5}", "\u{FEFF}{}", String(repeating: "[", count: 70_000)])
    func whatIsNoJSON(_ text: String) {
        #expect(throws: Failure.self) { try AutodiscoverAnswer(json: Array(text.utf8)) }
    }

    @Test(arguments: ["", "<a/>", "<Autodiscover/>", "<!DOCTYPE a><Autodiscover><Response/></Autodiscover>"])
    func whatIsNoXML(_ text: String) { #expect(throws: Failure.self) { try AutodiscoverAnswer(xml: Array(text.utf8)) } }

    @Test func theQuestion() throws {
        let text = AutodiscoverAnswer.question("a&b<c>@example.com")
        let root = try XML.parse(text)
        #expect(root.first("request")?.text("emailaddress") == "a&b<c>@example.com")
    }
}
