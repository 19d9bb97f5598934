import Base
import Testing

@testable import Engine

struct AutoconfigAnswerTests {
    private func read(_ inner: String, _ address: String = "ann.lee@example.com", rest: String = "") throws -> Finding {
        let address = try DiscoveryAddress(address)
        var finding = Finding(.autoconfig, "test", address)
        let text =
            "<clientConfig version='1.1'><emailProvider id='example.com'>\(inner)</emailProvider>\(rest)</clientConfig>"
        try AutoconfigAnswer(address: address).read(Array(text.utf8), into: &finding)
        return finding
    }

    private static func server(
        _ type: String, _ host: String, _ port: String, _ security: String, user: String = "%EMAILADDRESS%",
        auth: [String] = ["password-cleartext"]
    ) -> String {
        let name = type == "smtp" ? "outgoingServer" : "incomingServer"
        return
            "<\(name) type='\(type)'><hostname>\(host)</hostname><port>\(port)</port><socketType>\(security)</socketType>"
            + "<username>\(user)</username>" + auth.map { "<authentication>\($0)</authentication>" }.joined()
            + "</\(name)>"
    }

    @Test func aWholeFile() throws {
        let finding = try read(
            "<displayName>Mail of %EMAILDOMAIN%</displayName>"
                + Self.server("imap", "mail.%EMAILDOMAIN%", "143", "plain")
                + Self.server("imap", "MAIL.%EMAILDOMAIN%", "993", "SSL", user: "%EMAILLOCALPART%")
                + Self.server("pop3", "pop.example.com", "110", "STARTTLS")
                + Self.server("smtp", "smtp.example.com", "587", "STARTTLS", user: "x-%EMAILLOCALPART%%"))
        #expect(finding.name == "Mail of example.com" && finding.auth == ["password"])
        #expect(
            finding.places
                == [
                    MailPlace(.imap, "mail.example.com", 993, .implicit),
                    MailPlace(.pop3, "pop.example.com", 110, .starttls),
                    MailPlace(.smtp, "smtp.example.com", 587, .starttls),
                    MailPlace(.imap, "mail.example.com", 143, .none),
                ].compactMap { $0 })
        #expect(finding.user == "ann.lee@example.com" && finding.sendingUser == "x-ann.lee%")
    }

    @Test(
        arguments: [
            (["OAuth2", "password-cleartext"], "accounts.google.com", ["oauth2", "password"], "google"),
            (["OAuth2"], "login.microsoftonline.com", ["oauth2"], "microsoft"),
            (["OAuth2"], "login.stranger.example", [], nil), (["password-encrypted"], "", ["password"], nil),
            ([], "", ["password"], nil),
        ] as [([String], String, [String], String?)])
    func waysToLogIn(_ given: [String], _ issuer: String, _ auth: [String], _ oauth: String?) throws {
        let finding = try read(
            Self.server("imap", "imap.example.com", "993", "SSL", auth: given),
            rest: "<oAuth2><issuer>\(issuer)</issuer></oAuth2>")
        #expect(finding.auth == auth && finding.oauth == oauth)
    }

    /// A server whose host, port or security cannot be one is passed over; a file without any other is none.
    @Test(arguments: [
        server("imap", "", "993", "SSL"), server("imap", "a b", "993", "SSL"), server("imap", "a\u{7F}b", "993", "SSL"),
        server("imap", "a.example", "0", "SSL"), server("imap", "a.example", "99999", "SSL"),
        server("imap", "a.example", "x", "SSL"),
        server("imap", "a.example", "993", "rot13"), server("jmap", "a.example", "993", "SSL"),
        server("imap", "%UNKNOWN%", "993", "SSL"), server("imap", "10.0.0.1", "993", "SSL"),
        server("imap", "[::1]", "993", "SSL"), server("imap", "localhost", "993", "SSL"),
        server("imap", "a..b", "993", "SSL"), server("imap", String(repeating: "a", count: 300), "993", "SSL"),
        server("imap", "ä.example", "993", "SSL"), "", "<incomingServer/>",
    ])
    func whatNamesNoServer(_ inner: String) { #expect(throws: Failure.self) { try read(inner) } }

    @Test(arguments: [
        "", "no xml", "<html><body>not found</body></html>", "<clientConfig/>",
        "<clientConfig><emailProvider/></clientConfig>",
        "<!DOCTYPE clientConfig [<!ENTITY h SYSTEM 'file:///etc/hostname'>]><clientConfig><emailProvider><incomingServer type='imap'><hostname>&h;</hostname><port>993</port><socketType>SSL</socketType></incomingServer></emailProvider></clientConfig>",
    ])
    func whatIsNoSuchFile(_ text: String) throws {
        let address = try DiscoveryAddress("ann@example.com")
        var finding = Finding(.autoconfig, "test", address)
        #expect(throws: Failure.self) { try AutoconfigAnswer(address: address).read(Array(text.utf8), into: &finding) }
    }

    @Test func noMoreThanSomeServers() throws {
        let many = (1...500).map { Self.server("imap", "imap\($0).example.com", "993", "SSL") }.joined()
        #expect(try read(many).places.count == 20)
    }

    @Test func aUserNameThatCannotBeOneIsLeftOut() throws {
        let finding = try read(Self.server("imap", "imap.example.com", "993", "SSL", user: "a&#10;b"))
        #expect(finding.user == "ann.lee@example.com")
    }
}
