import Base
import CMailroom
import Store
import Testing

@testable import Engine

struct OAuthTests {
    /// RFC 7636, appendix B.
    @Test func theChallengeOfAVerifier() {
        let proof = PKCE(verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(proof.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(PKCE().verifier != PKCE().verifier && PKCE().verifier.utf8.count == 43)
    }

    /// Who sends the browser back (RFC 9207).
    @Test(arguments: [
        ("https://accounts.google.com", "https://accounts.google.com", true),
        ("https://accounts.google.com", "https://accounts.google.com/", false),
        ("https://accounts.google.com", "https://accounts.google.com.evil.example", false),
        ("https://login.microsoftonline.com/*/v2.0", "https://login.microsoftonline.com/9188040d/v2.0", true),
        ("https://login.microsoftonline.com/*/v2.0", "https://login.microsoftonline.com/a/b/v2.0", false),
        ("https://login.microsoftonline.com/*/v2.0", "https://login.microsoftonline.com//v2.0", false),
        ("https://login.microsoftonline.com/*/v2.0", "https://login.microsoftonline.com/v2.0", false),
        ("https://login.microsoftonline.com/*/v2.0", "https://evil.example/9188040d/v2.0", false), ("x", "", false),
    ]) func theIssuerOfARedirect(_ expected: String, _ said: String, _ isSame: Bool) {
        #expect(OAuthClient.isIssuer(said, expected) == isSame)
    }

    @Test(
        arguments: [
            (["oauth": "google"], "https://accounts.google.com"),
            (["oauth": "microsoft"], "https://login.microsoftonline.com/*/v2.0"),
            (["oauth": "yahoo"], "https://api.login.yahoo.com"), (["oauth": "aol"], "https://api.login.aol.com"),
            (["oauth": "google", "authorization_endpoint": "https://a.example/"], nil),
            (["oauth": "google", "issuer": "https://b.example"], "https://b.example"), ([:], nil),
        ] as [([String: String], String?)])
    func whoIsExpectedToSendTheBrowserBack(_ settings: [String: String], _ expected: String?) {
        let client = OAuthClient(
            settings, address: "ann@test.example", scheme: "imap", sides: (true, true), secret: nil)
        #expect(client.identifier == expected)
    }

    @Test(arguments: [("a b&c=d", "a%20b%26c%3Dd"), ("ä~._-", "%C3%A4~._-"), ("", ""), ("\u{0}\r\n", "%00%0D%0A")])
    func formText(_ text: String, _ encoded: String) { #expect(FormText.encoded(text) == encoded) }

    @Test(arguments: [
        ("x.eyJlbWFpbCI6ImEtX0BiIn0.y", "a-_@b"), ("eyJlbWFpbCI6ImEifQ.y", nil), ("x.!!.y", nil), ("x.W10.y", nil),
        ("..", nil), ("", nil),
    ]) func claims(_ token: String, _ email: String?) { #expect(SignedToken.claims(token)?.text("email") == email) }

    /// What a token endpoint may answer.
    @Test(
        arguments: [
            (["access_token": .text("t"), "expires_in": .int(3600)], 3_600_000),
            (["access_token": .text("t"), "expires_in": .text("3599"), "token_type": .text("bearer")], 3_599_000),
            (["access_token": .text("t"), "expires_in": .text("3599.5")], 3_599_000),
            (["access_token": .text("t"), "expires_in": .text("1e400")], nil),
            (["access_token": .text("t"), "expires_in": .text("soon")], nil),
            (["access_token": .text("t"), "expires_in": .int(-1)], nil),
            (["access_token": .text("t"), "expires_in": .int(.max)], 316_224_000_000),
            (["access_token": .text("t")], nil),
        ] as [(KeyValuePairs<String, Value?>, Int64?)])
    func anAnswerWithAToken(_ fields: KeyValuePairs<String, Value?>, _ life: Int64?) throws {
        let answer = OAuthAnswer(status: 200, body: Record(fields), skewMs: 0)
        #expect(try answer.token(now: 0).expiresAt == life)
    }

    @Test(
        arguments: [
            ["token_type": .text("Bearer")], ["access_token": .text("")], ["access_token": .text("a b")],
            ["access_token": .text("a\r\nX: y")], ["access_token": .int(5)],
            ["access_token": .text("t"), "token_type": .text("mac")],
        ] as [KeyValuePairs<String, Value?>])
    func anAnswerWithout(_ fields: KeyValuePairs<String, Value?>) {
        #expect(throws: Failure.self) {
            _ = try OAuthAnswer(status: 200, body: Record(fields), skewMs: 0).token(now: 0)
        }
    }

    /// A signed assertion refused while the clocks differ is refused for that; one that says so itself, too.
    @Test(arguments: [
        (0, "invalid_grant", "Invalid signature", "oauth.service_account"),
        (
            0, "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe", "oauth.clock"
        ),
        (
            0, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method",
            "oauth.delegation"
        ),
        (0, "invalid_client", "AADSTS700024: Client assertion is not within its valid time range", "oauth.clock"),
        (299_000, "invalid_grant", "Invalid signature", "oauth.service_account"),
        (300_000, "invalid_grant", "Invalid signature", "oauth.clock"),
        (900_000, "invalid_client", "", "oauth.clock"),
        (900_000, "unauthorized_client", "", "oauth.delegation"),
    ]) func aServiceIsRefused(_ skew: Int64, _ error: String, _ words: String, _ cause: String) {
        let body = Record(["error": .text(error), "error_description": .text(words)])
        let answer = OAuthAnswer(status: 400, body: body, skewMs: skew)
        let failure = OAuthFailure.of(answer, .service, at: "Google", isSigned: true)
        #expect(failure.cause == cause && failure.result == Int32(MR_E_AUTH) && failure.step == "token")
        #expect(Cause.named(cause) != nil)
        // A secret has no time.
        #expect(
            error != "invalid_client" || skew == 0 || OAuthFailure.of(answer, .service, at: "X").cause == "oauth.client"
        )
    }

    /// What is no word of an issuer's is no refusal, and one that is unwell has refused nothing.
    @Test(
        arguments: [
            (302, "", MR_E_PROTOCOL, "service.garbled"), (403, "", MR_E_PROTOCOL, "service.garbled"),
            (404, "", MR_E_PROTOCOL, "service.garbled"), (407, "", MR_E_PROTOCOL, "service.garbled"),
            (400, "", MR_E_AUTH, "oauth.refused"), (401, "", MR_E_AUTH, "oauth.refused"),
            (403, "access_denied", MR_E_AUTH, "oauth.denied"), (408, "", MR_E_OUTAGE, "service.outage"),
            (500, "invalid_client", MR_E_OUTAGE, "service.outage"),
            (503, "invalid_grant", MR_E_OUTAGE, "service.outage"),
            (502, "", MR_E_OUTAGE, "service.outage"), (429, "invalid_grant", MR_E_THROTTLED, "service.throttled"),
        ] as [(Int32, String, Int, String)])
    func aStatus(_ status: Int32, _ error: String, _ result: Int, _ cause: String) {
        let failure = OAuthFailure.make(error, "", .refresh, at: "X", status: status)
        #expect(Int(failure.result) == result && failure.cause == cause)
    }

    /// The issuer's words are no mail server's: they make no limit of connections, and nothing of a send.
    @Test(arguments: [
        "too many connections, try again in a few minutes", "AADSTS53003: Access has been blocked",
        "account suspended", "temporarily unavailable, try later",
    ]) func theWordsOfAnIssuer(_ words: String) {
        let failure = OAuthFailure.make("interaction_required", words, .refresh, at: "X")
        #expect(failure.understood().result == failure.result && failure.understood().cause == failure.cause)
        let told = SendOutcome.told(failure)
        #expect(told.result == failure.result && told.cause == failure.cause && told.failureClass == nil)
    }

    /// Microsoft names what it granted with and without its resource.
    @Test(
        arguments: [
            ("graph", "Mail.ReadWrite Mail.Send openid profile email", true),
            ("graph", "https://graph.microsoft.com/Mail.ReadWrite https://graph.microsoft.com/Mail.Send", true),
            ("graph", "https://graph.microsoft.com/Mail.ReadWrite", false), ("graph", "Mail.Read Mail.Send", false),
            ("graph", "", false), ("graph", nil, true), ("imap", "IMAP.AccessAsUser.All SMTP.Send", true),
            ("imap", "https://outlook.office.com/SMTP.Send", false),
        ] as [(String, String?, Bool)])
    func whatWasGranted(_ scheme: String, _ granted: String?, _ isEnough: Bool) {
        let client = OAuthClient(
            ["oauth": "microsoft"], address: "a@firm.example", scheme: scheme, sides: (true, true), secret: nil)
        var cause: String?
        do throws(Failure) { try GrantCheck.scopes(client, granted: granted) } catch { cause = error.cause }
        #expect(cause == (isEnough ? nil : "oauth.scope_missing"))
    }

    /// Tokens of one issuer are nothing for another, nor for another application.
    @Test func whoseTokensTheyAre() {
        func client(_ settings: [String: String], proxy: String? = nil) -> OAuthClient {
            OAuthClient(
                settings, address: "a@firm.example", scheme: "imap", sides: (true, true), secret: nil,
                proxy: proxy.map { Array($0.utf8) })
        }
        let google = client(["oauth": "google", "client_id": "a"])
        #expect(!client(["imap_host": "imap.gmail.com", "client_id": "a"]).isAnother(than: google))
        #expect(client(["oauth": "google", "client_id": "b"]).isAnother(than: google))
        #expect(client(["oauth": "microsoft", "client_id": "a"]).isAnother(than: google))
        #expect(
            client(["oauth": "google", "client_id": "a", "token_endpoint": "https://x.example/t"]).isAnother(
                than: google))
        let tenants = ["common", "firm.example"].map { client(["oauth": "microsoft", "client_id": "a", "tenant": $0]) }
        #expect(!tenants[0].isAnother(than: tenants[1]))
        #expect(client([:], proxy: "http://p.example:1").proxy == "http://p.example:1" && google.proxy == nil)
    }

    /// Every cause that a refusal may get is in the catalogue, and no words of an issuer trap.
    @Test func whateverIsSaid() {
        for error in ["", "x", "AADSTS", String(repeating: "e", count: 5000), "\u{0}\u{7f}\n"] {
            for words in [
                "", "AADSTS", "AADSTS99999999999999999999: x", "AADSTS-1", String(repeating: "w", count: 9000),
            ] {
                for status: Int32 in [200, 400, 401, 403, 429, 500, 503] {
                    let failure = OAuthFailure.make(error, words, .refresh, at: "X", status: status)
                    #expect(failure.cause.flatMap(Cause.named) != nil, "\(error) \(words.prefix(20)) \(status)")
                    #expect(failure.message.utf8.allSatisfy { $0 >= 32 && $0 != 127 })
                }
            }
        }
    }

    struct Place: Sendable {
        let settings: [String: String]
        let address: String
        let scheme: String
        let issuer: String?
        let scopes: String
    }

    static let places: [Place] = [
        Place(
            settings: [:], address: "a@gmail.com", scheme: "imap", issuer: "google",
            scopes: "https://mail.google.com/ openid email"),
        Place(
            settings: [:], address: "a@firm.example", scheme: "gmail", issuer: "google",
            scopes: "https://mail.google.com/ openid email"),
        Place(
            settings: ["imap_host": "outlook.office365.com"], address: "a@firm.example", scheme: "imap",
            issuer: "microsoft",
            scopes:
                "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send openid email profile offline_access"
        ),
        Place(
            settings: ["oauth": "microsoft"], address: "a@firm.example", scheme: "graph", issuer: "microsoft",
            scopes:
                "https://graph.microsoft.com/Mail.ReadWrite https://graph.microsoft.com/Mail.Send openid email profile offline_access"
        ),
        Place(
            settings: ["oauth": "microsoft", "auth": "service"], address: "a@firm.example", scheme: "graph",
            issuer: "microsoft", scopes: "https://graph.microsoft.com/.default"),
        Place(
            settings: ["oauth": "microsoft", "auth": "service"], address: "a@firm.example", scheme: "imap",
            issuer: "microsoft", scopes: "https://outlook.office365.com/.default"),
        Place(settings: [:], address: "a@aol.com", scheme: "imap", issuer: "aol", scopes: "mail-w openid"),
        Place(
            settings: ["imap_host": "imap.firm.example"], address: "a@gmail.com", scheme: "imap", issuer: nil,
            scopes: ""),
        Place(settings: ["scopes": "a b a"], address: "a@firm.example", scheme: "imap", issuer: nil, scopes: "a b"),
    ]

    @Test(arguments: places) func whoIssuesAndWhatIsAsked(_ place: Place) {
        let client = OAuthClient(
            place.settings, address: place.address, scheme: place.scheme, sides: (true, true), secret: nil)
        #expect(client.issuer?.name == place.issuer)
        #expect(client.scopes.joined(separator: " ") == place.scopes)
    }

    @Test func theTenantIsFilledIn() {
        let client = OAuthClient(
            ["oauth": "microsoft", "tenant": "firm.example/.."], address: "a@b.example", scheme: "imap",
            sides: (true, true), secret: nil)
        #expect(client.address(.token) == "https://login.microsoftonline.com/firm.example%2F../oauth2/v2.0/token")
        #expect(client.address(.revocation) == nil)
    }

    @Test func aKindOfLoginThatEnds() {
        let end: Int64 = 1_798_675_200_000
        let before = LoginOutlook.of(.microsoft, auth: "password", receives: false, sends: true, now: end - 1)
        #expect(before?.ends == end)
        let after = LoginOutlook.of(.microsoft, auth: "password", receives: false, sends: true, now: end)
        #expect(after?.ends == nil && after?.note == before?.note)
        #expect(LoginOutlook.of(.microsoft, auth: "oauth2", receives: true, sends: true, now: 0) == nil)
        #expect(LoginOutlook.of(.gmail, auth: "password", receives: true, sends: true, now: 0) == nil)
    }
}
